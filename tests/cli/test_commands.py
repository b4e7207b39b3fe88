"""Each command on a small case: what it prints, what it writes, how it leaves."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import coqs
from coqs.cli.arguments import COMMANDS

SCORE = ("score", "ratings.csv", "--rubric", "desk.toml")
RATE = ("rate", "dialogues.jsonl", "--rubric", "desk.toml", "--out", "rated.csv")
DISTRIBUTION = "Metadata-Version: 2.1\nName: coqs-{name}\nVersion: 3.1\n"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def install(folder: Path, name: str, code: str) -> dict[str, str]:
    """Lay out an installed plugin in a folder; returns the environment that finds it."""
    site = folder.parent / f"{folder.name}-site"
    info = site / f"coqs_{name}-3.1.dist-info"
    info.mkdir(parents=True)
    (site / f"coqs_{name}.py").write_text(code, encoding="utf-8")
    (info / "METADATA").write_text(DISTRIBUTION.format(name=name), encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[coqs]\n{name} = coqs_{name}\n", encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])}


def test_help_names_every_command_and_the_exit_codes(coqs_command) -> None:
    done = coqs_command("--help")
    assert (done.code, done.err) == (0, "")
    for word in ("demo", "score", "rate", "explain", "rubric", "plugins", "exit codes", "COQS_PLUGINS"):
        assert word in done.out


@pytest.mark.parametrize(
    "words",
    [(name, *each) for name, within in COMMANDS.items() for each in ([(one,) for one in within] or [()])],
)
def test_every_command_has_help_of_its_own(coqs_command, words: tuple[str, ...]) -> None:
    done = coqs_command(*words, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: coqs {' '.join(words)} ")


def test_the_version_is_told(coqs_command) -> None:
    assert coqs_command("--version").out == f"coqs {coqs.__version__}\n"


def test_score_prints_denominators_then_gates_then_scores(coqs_command) -> None:
    done = coqs_command(*SCORE)
    assert (done.code, done.err) == (0, "")
    assert "4 interactions, 5 ratings by 2 raters: 4 scored, 1 not (1 abstained)" in done.out
    assert "\n  ethics                1       3                  33.3%\n" in done.out
    assert "\n  customer              0       0                  cannot tell\n" in done.out
    assert "not observed: 1 gate asked and not answered, in 1 rating" in done.out
    places = [done.out.index(word) for word in ("interactions,", "gates,", "overall", "stage ")]
    assert places == sorted(places)


def test_score_averages_raters_before_interactions(coqs_command) -> None:
    # I-1: 1 and 1/2, so 3/4; I-2: 1/2; I-3: 0; I-4 is not scored.
    done = coqs_command(*SCORE)
    line = next(line for line in done.out.splitlines() if line.startswith("  score"))
    assert line.split()[1] == "41.7%"
    assert line.endswith("of 3 interactions")


def test_score_writes_the_scores_and_the_report(coqs_command, folder: Path) -> None:
    done = coqs_command(*SCORE, "--out", "s.csv", "--report", "r.html")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("wrote s.csv\nwrote r.html\n")
    rows = rows_of(folder / "s.csv")
    assert [row["overall"] for row in rows] == ["1.0", "0.5", "0.5", "0.0", ""]
    assert [row["reason"] for row in rows] == ["", "", "", "", "abstained"]
    assert "<html" in (folder / "r.html").read_text("utf-8")


def test_score_prints_a_table_for_each_key_that_is_asked_for(coqs_command) -> None:
    done = coqs_command(*SCORE, "--by", "provider", "--by", "provider,customer_set")
    assert done.code == 0
    assert "\nbea       3  2       25.0%" in done.out
    assert "\nsam       1  1       75.0%  cannot tell" in done.out
    assert "\nbea / client             2  1       0.0%" in done.out


def test_score_reads_other_names_absences_and_facts(coqs_command, folder: Path) -> None:
    (folder / "other.csv").write_text("call,greets,domain\na,NA,bank\n", encoding="utf-8")
    command = ("score", "other.csv", "--rubric", "desk.toml", "--columns", "interaction=call")
    done = coqs_command(*command, "--absence", "NA=not_applicable", "--fact", "domain", "--by", "domain")
    assert (done.code, done.err) == (0, "")
    assert "bank" in done.out
    assert "1 not applicable" in done.out


def test_score_takes_a_zone_for_times_that_state_none(coqs_command, folder: Path) -> None:
    (folder / "naive.csv").write_text("interaction,at\na,2026-05-12T09:30\n", encoding="utf-8")
    command = ("score", "naive.csv", "--rubric", "desk.toml", "--tz", "Europe/Madrid", "--out", "s.csv")
    assert coqs_command(*command).code == 0
    assert rows_of(folder / "s.csv")[0]["at"] == "2026-05-12T07:30:00Z"


def test_score_of_a_file_without_rows_says_that_there_is_nothing(coqs_command, folder: Path) -> None:
    (folder / "none.csv").write_text("interaction\n", encoding="utf-8")
    done = coqs_command("score", "none.csv", "--rubric", "desk.toml", "--out", "s.csv", "--report", "r.html")
    assert (done.code, done.err) == (0, "")
    assert "0 interactions, 0 ratings by 0 raters: 0 scored, 0 not" in done.out


@pytest.mark.parametrize(
    ("option", "code", "message"),
    [
        ("--fail-on=gates", 1, "coqs: --fail-on gates: 1 rating with a failed gate\n"),
        ("--fail-on=fail", 1, "coqs: --fail-on fail: 1 rating with the verdict fail\n"),
        ("--fail-on=unscored", 1, "coqs: --fail-on unscored: 1 rating not scored\n"),
        ("--fail-under=0.42", 1, "coqs: --fail-under 21/50: the mean score is 41.7%\n"),
        ("--fail-under=5/12", 0, ""),
        ("--fail-under=0", 0, ""),
    ],
)
def test_score_leaves_with_1_on_what_the_caller_asked_to_fail_on(coqs_command, option, code, message) -> None:
    done = coqs_command(*SCORE, option, "--out", "s.csv")
    assert (done.code, done.err) == (code, message)
    assert "wrote s.csv" in done.out


def test_nothing_scored_is_under_any_share(coqs_command, folder: Path) -> None:
    (folder / "none.csv").write_text("interaction\n", encoding="utf-8")
    done = coqs_command("score", "none.csv", "--rubric", "desk.toml", "--fail-under", "0")
    assert (done.code, done.err) == (1, "coqs: --fail-under 0: the mean score is -\n")


def test_control_characters_in_ids_do_not_reach_the_terminal(coqs_command, folder: Path) -> None:
    (folder / "odd.csv").write_text("interaction,provider,greets\na,\x1b[31mred,yes\n", encoding="utf-8")
    done = coqs_command("score", "odd.csv", "--rubric", "desk.toml", "--by", "provider")
    assert "\x1b" not in done.out
    assert "\\x1b[31mred" in done.out


def test_rate_writes_ratings_that_score_reads_again_whatever_the_ids(coqs_command) -> None:
    rated = coqs_command(*RATE, "--evidence", "e.csv")
    assert (rated.code, rated.err) == (0, "")
    assert "2 interactions rated by phrases under desk 1\nanswers: 1 answered, 5 abstained\n" in rated.out
    scored = coqs_command(*rated.out.splitlines()[-1].partition("coqs ")[2].split(), "--by", "domain")
    assert (scored.code, scored.err) == (0, "")
    assert "\n+34     1  1       100.0%" in scored.out
    explained = coqs_command(
        "explain", "rated.csv", "--rubric", "desk.toml", "--fact", "domain", "--interaction", "-7"
    )
    assert explained.out.startswith("-7 by phrases: 1 = 100.00 %")


def test_rate_writes_evidence_without_words(coqs_command, folder: Path) -> None:
    coqs_command(*RATE, "--evidence", "e.csv")
    evidence = {"interaction": "'-7", "rater": "phrases", "criterion": "greets", "turn": "0", "start": "0"}
    assert rows_of(folder / "e.csv") == [evidence | {"end": "12"}]


def test_rate_writes_long_ratings_when_asked(coqs_command, folder: Path) -> None:
    assert coqs_command(*RATE, "--layout", "long").code == 0
    assert [row["criterion"] for row in rows_of(folder / "rated.csv")[:3]] == [
        "greets",
        "wait_seconds",
        "offers",
    ]
    assert coqs_command("score", "rated.csv", "--rubric", "desk.toml", "--fact", "domain").code == 0


def test_a_rater_that_breaks_is_warned_of_and_its_answers_are_failed(shell, folder: Path) -> None:
    code = "import coqs\n@coqs.hookimpl\ndef coqs_rate(interactions):\n    raise ValueError('hunter2')\n"
    environment = install(folder, "broken", code)
    done = shell(*RATE, "--rater", "broken", "--rater", "phrases", env=environment)
    assert done.returncode == 0
    assert done.stderr == "coqs: warning: plugin 'broken' raised ValueError in coqs_rate\n"
    assert "1 answered, 5 abstained, 6 failed" in done.stdout
    strict = shell(*RATE, "--rater", "broken", "--strict", env=environment)
    assert (strict.returncode, strict.stdout) == (2, "")
    assert strict.stderr.startswith("coqs: plugin 'broken'")
    assert "hunter2" not in strict.stderr


def test_explain_accounts_for_one_score(coqs_command) -> None:
    done = coqs_command("explain", *SCORE[1:], "--interaction", "I-1", "--rater", "bob")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("I-1 by bob: 1/2 = 50.00 %, verdict pass")
    assert "contributions sum to 1/2 = 50.00 %" in done.out


def test_explain_writes_a_fragment_of_html_and_never_over_its_input(coqs_command) -> None:
    done = coqs_command("explain", *SCORE[1:], "--interaction", "I-3", "--html", "why.html")
    assert (done.code, done.out) == (0, "wrote why.html\n")
    assert Path("why.html").read_text(encoding="utf-8").startswith('<div class="account">')
    refused = coqs_command("explain", *SCORE[1:], "--interaction", "I-3", "--html", SCORE[1])
    assert refused.code == 2
    assert "must not be an input as well" in refused.err


def test_explain_speaks_json(coqs_command) -> None:
    done = coqs_command("explain", *SCORE[1:], "--interaction", "I-3", "--json")
    account = json.loads(done.out)
    assert account["verdict"] == "fail"
    assert account["overall"] == {"exact": "0", "value": 0.0}
    assert account["provenance"]["rubric"] == "desk"


def test_rubric_lists_what_plugins_offer(coqs_command) -> None:
    done = coqs_command("rubric", "list")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines()] == [
        "rubric",
        "coqs",
        "healthcare",
        "retail",
        "security",
    ]


def test_rubric_show_is_a_form_that_a_person_can_read(coqs_command) -> None:
    done = coqs_command("rubric", "show", "desk.toml")
    assert (done.code, done.err) == (0, "")
    for line in (
        "desk 1: Front desk",
        "pass mark 1/2; policy coqs; languages en, es",
        "  weather  dry, wet",
        "  visitors  Whoever comes in",
        "GREETING: weight 1; Welcome",
        "1. greets: Greets",
        "     gate ethics (immoral) on insults",
        "     asked of visitors",
        "     asked when (not (weather is wet)) and ((queue is below 9) or (the answer to greets is yes))",
        "     a number of seconds",
        "     - slow    from 10   0 points",
        "     weight 1; record only; controlled by person",
    ):
        assert f"\n{line}" in f"\n{done.out}"


def test_rubric_show_knows_translations(coqs_command) -> None:
    done = coqs_command("rubric", "show", "desk.toml", "--language", "es")
    assert "desk 1: Recepción" in done.out
    assert "1. greets: Saluda" in done.out
    assert "2. wait_seconds: Wait" in done.out


@pytest.mark.parametrize("id", ["coqs", "healthcare", "retail", "security"])
def test_rubric_show_shows_every_built_in_rubric(coqs_command, id: str) -> None:
    done = coqs_command("rubric", "show", id)
    assert done.code == 0
    for criterion in coqs.load_plugins().rubric(id).criterion_ids:
        assert f". {criterion}: " in done.out


def test_rubric_show_writes_toml_that_is_read_again(coqs_command) -> None:
    pytest.importorskip("tomli_w")
    done = coqs_command("rubric", "show", "security", "--toml")
    assert coqs.Rubric.from_toml_text(done.out) == coqs.load_plugins().rubric("security")


def test_rubric_card_explains_a_rubric_in_plain_words(coqs_command) -> None:
    done = coqs_command("rubric", "card", "desk.toml")
    assert (done.code, done.err) == (0, "")
    assert done.out == coqs.Rubric.from_toml("desk.toml").to_card()
    assert "\n### Greeting: 100 % of the score\n" in done.out


@pytest.mark.parametrize("id", ["coqs", "healthcare", "security"])
def test_rubric_card_is_written_whole_to_a_file(coqs_command, folder: Path, id: str) -> None:
    done = coqs_command("rubric", "card", id, "--language", "es", "--out", "card.md")
    assert (done.code, done.out, done.err) == (0, "wrote card.md\n", "")
    card = (folder / "card.md").read_text("utf-8")
    assert card == coqs.load_plugins().rubric(id).to_card("es")
    assert not list(folder.glob(".coqs-*"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere.toml",), "nowhere.toml: must be a readable file"),
        (("healthcar",), "no rubric 'healthcar'; did you mean 'healthcare'?"),
        (("desk.toml", "--language", "eo"), "rubric 'desk': no language 'eo'; known are 'en', 'es'"),
        (("desk.toml", "--out", "desk.toml"), "desk.toml: must not be an input as well"),
        (("desk.toml", "--out", "nowhere/card.md"), "nowhere: must be usable, got 'no such folder'"),
        (("desk.toml", "--out", "."), "must be usable, got 'is a directory'"),
    ],
)
def test_a_card_that_cannot_be_had_is_unusable_input(coqs_command, folder: Path, arguments, told) -> None:
    before = sorted(folder.iterdir()), (folder / "desk.toml").read_bytes()
    done = coqs_command("rubric", "card", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert (sorted(folder.iterdir()), (folder / "desk.toml").read_bytes()) == before


@pytest.mark.parametrize(("fail_on", "code"), [(None, 0), ("error", 0), ("warning", 1), ("info", 1)])
def test_rubric_check_prints_findings_and_leaves_as_asked(coqs_command, fail_on, code: int) -> None:
    options = () if fail_on is None else ("--fail-on", fail_on)
    done = coqs_command("rubric", "check", "desk.toml", *options)
    assert (done.code, done.err) == (code, "")
    assert "warning R303 criteria[1]: an answer has no anchor text; say what an observer sees" in done.out
    assert done.out.splitlines()[-1].startswith("desk 1: 0 errors, ")


def test_plugins_are_listed(coqs_command) -> None:
    done = coqs_command("plugins")
    assert (done.code, done.err) == (0, "")
    cells = ["security", "loaded", "coqs", coqs.__version__, "coqs_questionnaires,", "coqs_rubrics"]
    assert cells in [line.split() for line in done.out.splitlines()]
    assert re.search(r"^webvtt +transcripts  WebVTT: ", done.out, re.MULTILINE)
    assert re.search(r"^amazon-connect +forms +Amazon Connect: ", done.out, re.MULTILINE)


def test_plugins_are_listed_as_json(coqs_command) -> None:
    listed = json.loads(coqs_command("plugins", "--json").out)
    assert [list(each) for each in listed] == [
        ["name", "distribution", "version", "state", "hooks", "reason", "readers", "forms"] for _ in listed
    ]
    states = {each["name"]: each["state"] for each in listed}
    assert states.items() >= {"coqs": "loaded", "phrases": "loaded", "security": "loaded"}.items()


def test_the_environment_chooses_plugins(coqs_command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COQS_PLUGINS", " coqs, security,")
    monkeypatch.setenv("COQS_BLOCK_PLUGINS", "security")
    listed = json.loads(coqs_command("plugins", "--json").out)
    states = {each["name"]: (each["state"], each["reason"]) for each in listed}
    assert states["coqs"] == ("loaded", "")
    assert states["security"] == ("disabled", "blocked")
    assert states["phrases"] == ("disabled", "not among those asked for")
    assert coqs_command("rubric", "show", "security").code == 2


@pytest.mark.parametrize("value", ["", " , "])
def test_an_empty_environment_variable_chooses_nothing(coqs_command, monkeypatch, value: str) -> None:
    monkeypatch.setenv("COQS_PLUGINS", value)
    monkeypatch.setenv("COQS_BLOCK_PLUGINS", value)
    assert all(each["state"] == "loaded" for each in json.loads(coqs_command("plugins", "--json").out))


def test_a_plugin_that_the_environment_asks_for_must_be_there(coqs_command, monkeypatch) -> None:
    monkeypatch.setenv("COQS_PLUGINS", "secrity")
    done = coqs_command("plugins")
    assert (done.code, done.out) == (2, "")
    assert "no plugin 'secrity'; did you mean 'security'?" in done.err


def test_a_plugin_that_fails_is_warned_of_and_the_others_go_on(shell, folder: Path) -> None:
    environment = install(folder, "broken", "raise ValueError('hunter2')\n")
    done = shell("rubric", "list", env=environment)
    heading_and_rubrics = 1 + len(coqs.load_plugins().rubrics())
    assert (done.returncode, done.stdout.count("\n")) == (0, heading_and_rubrics)
    assert done.stderr.startswith(
        "coqs: warning: plugin 'broken' failed: importing coqs_broken must not raise"
    )
    assert "hunter2" not in done.stderr
    blocked = shell("rubric", "list", env=environment | {"COQS_BLOCK_PLUGINS": "broken"})
    assert (blocked.returncode, blocked.stderr) == (0, "")


def test_the_demo_prints_findings_and_writes_a_report(coqs_command, folder: Path) -> None:
    done = coqs_command("demo", "--n", "40")
    assert (done.code, done.err) == (0, "")
    assert "40 interactions" in done.out
    assert done.out.endswith("\nwrote report.html\n")
    assert "<html" in (folder / "report.html").read_text("utf-8")


def test_the_demo_is_the_same_for_the_same_seed(coqs_command) -> None:
    first, again, other = (coqs_command("demo", "--n", "20", "--seed", seed).out for seed in ("1", "1", "2"))
    assert first == again
    assert first != other


@pytest.mark.parametrize("arguments", [("demo",), (*SCORE, "--report", "r.html", "--out", "s.csv")])
def test_a_report_without_its_library_is_refused_before_any_work(
    coqs_command, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    before = sorted(folder.iterdir())
    done = coqs_command(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "coqs: the report needs jinja2, which is not installed; run: pip install 'coqs[report]'"
    )
    assert sorted(folder.iterdir()) == before


def test_without_any_extra_only_what_needs_one_is_refused(coqs_command, monkeypatch) -> None:
    for library in ("jinja2", "rich", "tomli_w"):
        monkeypatch.setitem(sys.modules, library, None)
    assert coqs_command(*RATE).code == 0
    assert coqs_command(*SCORE, "--out", "s.csv").code == 0
    assert coqs_command("rubric", "show", "security").code == 0
    done = coqs_command("rubric", "show", "security", "--toml")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("coqs: writing a rubric needs tomli-w")


def test_the_module_is_the_command(shell) -> None:
    done = shell("plugins")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_script_is_the_command() -> None:
    script = Path(sys.executable).with_name("coqs")
    if not script.exists():
        pytest.skip("needs the script that installing puts beside the interpreter")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"coqs {coqs.__version__}\n")


def test_what_changed_between_two_rubrics_is_told(coqs_command, folder) -> None:
    text = (folder / "desk.toml").read_text(encoding="utf-8")
    (folder / "new.toml").write_text(text.replace('"Greets"', '"Says hello"', 1), encoding="utf-8")
    done = coqs_command("rubric", "diff", "desk.toml", "new.toml")
    assert (done.code, done.err) == (0, "")
    assert "  reworded    criteria.greets.text: Greets -> Says hello" in done.out.splitlines()
    told = json.loads(coqs_command("rubric", "diff", "desk.toml", "coqs", "--json").out)
    assert (told["new"]["rubric"], told["is_scoring"]) == ("coqs", True)


def test_a_backtest_tells_who_moves_and_writes_the_rows(coqs_command, folder) -> None:
    text = (folder / "desk.toml").read_text(encoding="utf-8").replace('version = "1"', 'version = "2"')
    (folder / "new.toml").write_text(text.replace("points = 1, is", "points = 3, is"), encoding="utf-8")
    command = ("backtest", "ratings.csv", "--rubric", "desk.toml", "--to", "new.toml")
    done = coqs_command(*command, "--out", "moved.csv", "--by", "provider,weather", "--minimum-share", "0.2")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "backtest: 5 ratings, desk 1 (policy coqs) -> desk 2 (policy coqs)"
    assert "movers by provider, weather" in lines
    assert lines[-1] == "wrote moved.csv"
    rows = rows_of(folder / "moved.csv")
    assert [row["interaction"] for row in rows] == ["I-1", "I-1", "I-2", "I-3", "I-4"]
    told = json.loads(coqs_command(*command, "--json").out)
    assert (told["carried_to"], told["n_ratings"], told["minimum_share"]) == ("new", 5, 0.5)
    assert {row["provider"] for row in told["movers"]} == {"sam", "bea"}


def test_a_backtest_does_not_write_over_a_rubric(coqs_command) -> None:
    command = ("backtest", "ratings.csv", "--rubric", "desk.toml", "--to", "coqs", "--out", "desk.toml")
    done = coqs_command(*command)
    assert (done.code, done.out) == (2, "")
    assert "must not be an input as well" in done.err


def test_a_report_follows_providers_where_a_stretch_of_time_is_named(coqs_command) -> None:
    done = coqs_command(*SCORE, "--report", "page.html", "--journey", "week")
    assert (done.code, done.err) == (0, "")
    for words, message in (
        (("--journey", "week"), "--journey: must go with a report"),
        (("--report", "page.html", "--journey", "weak"), "'week'"),
    ):
        done = coqs_command(*SCORE, *words)
        assert done.code == 2
        assert message in done.err
