"""`coqs rubric`: list, show, check, explain, compare and import rubrics."""

from __future__ import annotations

from argparse import Namespace

from coqs.cli.form import form_lines
from coqs.cli.import_form import import_form
from coqs.cli.inputs import is_file, plugins_with_warnings, rubric_named
from coqs.cli.outputs import check_places
from coqs.cli.text import aligned, counted, show, show_json
from coqs.rubric import Rubric
from coqs.rubric.findings import SEVERITIES
from coqs.rubric.questionnaire import Questionnaire
from coqs.whole_file import write_whole


def rubric(arguments: Namespace) -> int:
    """Run one of the six."""
    match arguments.action:
        case "list":
            return _list()
        case "show":
            return _show(arguments)
        case "card":
            return _card(arguments)
        case "diff":
            return _diff(arguments)
        case "import":
            return import_form(arguments)
        case _:
            return _check(arguments)


def _list() -> int:
    rows = [["rubric", "version", "criteria", "plugin", "title"]]
    for id, each in plugins_with_warnings().rubrics().items():
        plugin = each.origin.plugin if each.origin else ""
        rows.append([id, each.version, str(len(each.criteria)), plugin, each.title.text])
    show(aligned(rows))
    return 0


def _show(arguments: Namespace) -> int:
    found = rubric_named(arguments.rubric)
    text = found.to_toml().splitlines() if arguments.toml else form_lines(found, arguments.language)
    show(text)
    return 0


def _card(arguments: Namespace) -> int:
    """Print the card, or write it whole; a rubric's own file is never written over."""
    name, out = arguments.rubric, arguments.out
    check_places(out, given=[name] if is_file(name) else [])
    card = rubric_named(name).to_card(arguments.language)
    if out is None:
        show(card.splitlines())
    else:
        write_whole(out, card)
        show(f"wrote {out}")
    return 0


def _diff(arguments: Namespace) -> int:
    """Print what changed; plugins are loaded once where either is one of theirs."""
    names = (arguments.old, arguments.new)
    plugins = None if all(map(is_file, names)) else plugins_with_warnings()
    old, new = (rubric_named(name, plugins) for name in names)
    found = old.diff(new)
    if arguments.json:
        show_json(found.to_dict())
    else:
        show(str(found).splitlines())
    return 0


def _check(arguments: Namespace) -> int:
    """Print what lint finds; contradictions were refused when the rubric was read."""
    return report_findings(rubric_named(arguments.rubric), arguments)


def report_findings(found: Rubric | Questionnaire, arguments: Namespace) -> int:
    """Print what lint finds, errors first; 1 where something is as bad as the caller fails on."""
    findings = found.lint()
    for each in findings:
        show(f"{each.severity} {each.code} {each.place}: {each.message}; {each.cure}")
    counts = [counted(sum(each.severity == kind for each in findings), kind) for kind in SEVERITIES[:2]]
    infos = sum(each.severity == "info" for each in findings)
    show(f"{found.id} {found.version}: {', '.join(counts)}, {infos} info")
    if arguments.fail_on is None:
        return 0
    grave = SEVERITIES[: SEVERITIES.index(arguments.fail_on) + 1]
    return 1 if any(each.severity in grave for each in findings) else 0
