"""Find weaknesses of a rubric that are no contradictions, each with a code, a place and a cure.

The codes are stable: R1xx coverage of the method, R2xx scales, R3xx wording, R4xx weights,
R5xx what machines and translations lack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coqs.model import Standing
from coqs.rubric.conditions import FactBetween, FactIn, criteria_read, leaves
from coqs.rubric.criteria import Criterion
from coqs.rubric.findings import SEVERITIES, Finding
from coqs.rubric.form import Form
from coqs.rubric.scales import Level, Numeric, Option, SeveralChoice, SingleChoice

MOST_BRANCHES = 8
_AND = re.compile(r"\b(?:and|as well as)\b", re.IGNORECASE)


def lint(form: Form) -> tuple[Finding, ...]:
    """Return the findings on a rubric, errors first, each kind in the order of the sheet."""
    looks = (_coverage, _sets, _marks, _facts, _wording, _duplicates, _weights, _branches, _translations)
    found = [finding for look in looks for finding in look(form)]
    for place, criterion in enumerate(form.criteria):
        found.extend(_scale(criterion, f"criteria[{place}]"))
        found.extend(_ideal(criterion, f"criteria[{place}]", form))
    return tuple(sorted(found, key=lambda finding: (SEVERITIES.index(finding.severity), finding.code)))


def _coverage(form: Form) -> Iterator[Finding]:
    for place, stage in enumerate(form.stages):
        if not any(criterion.stage == stage.id for criterion in form.criteria):
            yield Finding(
                "R101",
                "warning",
                f"stages[{place}]",
                f"the stage {stage.id!r} has no criterion",
                "add one or drop it",
            )
    if not any(criterion.is_scoring for criterion in form.criteria):
        yield Finding(
            "R102",
            "error",
            "criteria",
            "no criterion scores, so every interaction is unscored",
            "let one score",
        )
    standings = {level.standing for each in form.criteria for level in getattr(each.scale, "levels", ())}
    if Standing.EXCEEDS not in standings:
        yield Finding(
            "R103", "warning", "criteria", "no level exceeds expectation", 'mark one with is = "exceeds"'
        )


def _sets(form: Form) -> Iterator[Finding]:
    described = {each.id for each in form.sets if each.words}
    for each in form.set_ids:
        if each not in described:
            yield Finding(
                "R104", "warning", f"sets.{each}", "nobody says who this set is in the trade", "describe it"
            )
        if not any(not criterion.applies_to or each in criterion.applies_to for criterion in form.criteria):
            yield Finding("R105", "warning", f"sets.{each}", f"no criterion applies to {each!r}", "add one")


def _marks(form: Form) -> Iterator[Finding]:
    if form.pass_mark is None and not any(stage.pass_mark is not None for stage in form.stages):
        yield Finding(
            "R106", "info", "pass_mark", "without a mark only gates and irreversible criteria fail", "set one"
        )


def _facts(form: Form) -> Iterator[Finding]:
    read = {each.ideal.fact for each in form.criteria if each.ideal}
    for each in form.criteria:
        read |= {leaf.fact for leaf in leaves(each.when) if isinstance(leaf, FactIn | FactBetween)}
    for fact in form.facts:
        if fact.id not in read:
            yield Finding(
                "R107", "info", f"facts.{fact.id}", "no condition and no ideal reads it", "use it or drop it"
            )


def _scale(criterion: Criterion, path: str) -> Iterator[Finding]:
    if isinstance(criterion.scale, SeveralChoice):
        return
    levels = criterion.scale.levels
    if not criterion.ideal and not criterion.record_only and any(level.standing is None for level in levels):
        yield Finding(
            "R201", "warning", f"{path}.levels", "a level does not say how it stands", "add is = ..."
        )
    if _standing_falls(levels):
        yield Finding(
            "R202", "warning", f"{path}.levels", "a better standing earns fewer points", "mend the points"
        )
    if isinstance(criterion.scale, SingleChoice) and not criterion.ideal:
        points = [level.points for level in levels if level.points is not None]
        if points != sorted(points):
            yield Finding(
                "R203", "info", f"{path}.levels", "points do not rise with the levels", "sort the levels"
            )
    if criterion.irreversible and not any(level.standing == Standing.BELOW for level in levels):
        yield Finding(
            "R204", "warning", f"{path}.irreversible", "no level is below, so it cannot fail", "mark one"
        )
    if isinstance(criterion.scale, Numeric) and (levels[0].low is not None or levels[-1].high is not None):
        yield Finding(
            "R205", "info", f"{path}.levels", "values outside the ranges are refused", "leave the ends open"
        )


def _standing_falls(levels: tuple[Level, ...]) -> bool:
    """Tell whether some level stands better than another but earns less."""
    order = list(Standing)
    stated = [
        (level.points, order.index(level.standing))
        for level in levels
        if level.standing is not None and level.points is not None
    ]
    return any(low < high and better > worse for low, better in stated for high, worse in stated)


def _ideal(criterion: Criterion, path: str, form: Form) -> Iterator[Finding]:
    if criterion.ideal is None:
        return
    best = dict(criterion.ideal.best)
    missing = [value for value in form.fact(criterion.ideal.fact).allowed if value not in best]
    if missing:
        message = f"not asked where the fact is {', '.join(missing)}"
        yield Finding("R206", "info", f"{path}.ideal.best", message, "name a best level or say so with when")
    if len(set(best.values())) == 1:
        yield Finding(
            "R207", "warning", f"{path}.ideal.best", "the best level is the same everywhere", "use points"
        )


def _wording(form: Form) -> Iterator[Finding]:
    for place, criterion in enumerate(form.criteria):
        path, text = f"criteria[{place}].text", criterion.words.text
        if not text.strip():
            yield Finding("R301", "error", path, "an observer is not told what to look for", "write a text")
        elif form.language.startswith("en") and _AND.search(text):
            yield Finding(
                "R302", "warning", path, "it may ask two things at once", "split it or drop the 'and'"
            )
        if any(not answer.words for answer in _answers(criterion)):
            yield Finding(
                "R303",
                "warning",
                f"criteria[{place}]",
                "an answer has no anchor text",
                "say what an observer sees",
            )


def _answers(criterion: Criterion) -> tuple[Level | Option, ...]:
    scale = criterion.scale
    return scale.options if isinstance(scale, SeveralChoice) else scale.levels


def _duplicates(form: Form) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for place, criterion in enumerate(form.criteria):
        text = " ".join(re.findall(r"\w+", criterion.words.text.lower()))
        if text and text in seen:
            message = f"it reads like {seen[text]!r}"
            yield Finding("R304", "warning", f"criteria[{place}].text", message, "merge or reword them")
        seen.setdefault(text, criterion.id)


def _weights(form: Form) -> Iterator[Finding]:
    for place, criterion in enumerate(form.criteria):
        if criterion.weight == 0 and not criterion.record_only:
            yield Finding(
                "R401",
                "warning",
                f"criteria[{place}].weight",
                "a weight of 0 cannot matter",
                "use record_only = true",
            )
    for place, stage in enumerate(form.stages):
        if stage.weight == 0:
            yield Finding(
                "R402", "warning", f"stages[{place}].weight", "a weight of 0 cannot matter", "weigh it"
            )
        bonus_only = [each.bonus for each in form.criteria if each.stage == stage.id and not each.record_only]
        if bonus_only and all(bonus_only):
            yield Finding(
                "R403",
                "warning",
                f"stages[{place}]",
                "a stage of bonus criteria has nothing to add to",
                "add one",
            )


def _branches(form: Form) -> Iterator[Finding]:
    drivers = {id for each in form.criteria for id in criteria_read(each.when)}
    if len(drivers) > MOST_BRANCHES:
        message = f"{len(drivers)} criteria open branches, so bounds of open sheets are slow"
        yield Finding("R404", "info", "criteria", message, "branch on facts instead")


def _translations(form: Form) -> Iterator[Finding]:
    languages = {language for each in form.criteria for language, _ in each.words.translations}
    for language in sorted(languages):
        lacking = [each.id for each in form.criteria if language not in dict(each.words.translations)]
        if lacking:
            message = f"{len(lacking)} criteria have no text in {language!r}, first {lacking[0]!r}"
            yield Finding("R501", "info", "criteria", message, "translate them")
