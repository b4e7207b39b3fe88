"""`coqs survey` and `coqs questionnaire`: what a person sees, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coqs.cli import main

SECRET = "my card number is 4000"
ANSWERS = f"""interaction,satisfied,easy,expected,recommend,in_your_words
I-1,satisfied,4,better,9,{SECRET}
I-2,very_satisfied,5,much_better,10,
I-3,neither,2,worse,3,no
I-4,,,,,
"""
RATINGS = "interaction,provider,greeted\nI-1,Ana,made_welcome\nI-2,Ana,greeted\nI-3,Ben,straight_in\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COQS_PLUGINS", raising=False)
    monkeypatch.delenv("COQS_BLOCK_PLUGINS", raising=False)
    Path("answers.csv").write_text(ANSWERS, encoding="utf-8")
    Path("ratings.csv").write_text(RATINGS, encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    told = capsys.readouterr()
    assert SECRET not in told.out + told.err
    return code, told.out, told.err


def test_every_measure_is_told_with_its_denominators_and_interval(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "survey", "answers.csv", "--questionnaire", "coqs")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:3] == [
        "questionnaire coqs 1.0: 5 items",
        "4 sheets",
        "in_your_words: 2 sheets with words of their own, which are not shown",
    ]
    assert [line.split()[:5] for line in lines[5:9]] == [
        ["csat", "4", "4", "3", "66.7%"],
        ["ces", "4", "4", "3", "3.67"],
        ["exceeded", "4", "4", "3", "66.7%"],
        ["nps", "4", "4", "3", "+33.3"],
    ]


def test_ratings_bring_their_columns_and_the_check_of_exceeding(capsys: pytest.CaptureFixture[str]) -> None:
    told = (
        "survey",
        "answers.csv",
        "--questionnaire",
        "coqs",
        "--by",
        "provider",
        "--ratings",
        "ratings.csv",
    )
    code, out, _ = run(capsys, *told)
    assert code == 0
    assert [line.split()[:3] for line in out.splitlines() if line.split()[1:2] == ["csat"]] == [
        ["Ana", "csat", "2"],
        ["Ben", "csat", "1"],
        ["(none)", "csat", "1"],
    ]
    assert "3 of 3 scored interactions were answered; of 4 sheets 0 are about no interaction, 1 about" in out
    assert "exceeds less meets:" in out
    assert out.rstrip().splitlines()[-1].startswith("rank correlation of score and csat (tau-b): ")
    assert "rank correlation of score and nps" in run(capsys, *told, "--measure", "nps")[1]


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_the_last_table_is_written(capsys: pytest.CaptureFixture[str], name: str) -> None:
    told = ("survey", "answers.csv", "--questionnaire", "coqs", "--minimum-n", "4", "--out", name)
    code, out, _ = run(capsys, *told)
    assert (code, out.splitlines()[-1]) == (0, f"wrote {name}")
    rows = Path(name).read_text(encoding="utf-8").splitlines()
    if name.endswith("csv"):
        assert rows[1] == "csat,csat,share,4,4,3,0,1,0,,,,false"
    else:
        first = json.loads(rows[0])
        assert (first["measure"], first["n_answered"], first["estimate"]) == ("csat", 3, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("answers.csv", "--questionnaire", "coqz"), "no questionnaire 'coqz'; did you mean 'coqs'?"),
        (("gone.csv", "--questionnaire", "coqs"), "gone.csv"),
        (("answers.csv", "--questionnaire", "gone.toml"), "gone.toml: must be a readable file"),
        (
            ("answers.csv", "--questionnaire", "coqs", "--measure", "nps"),
            "--measure: must stand with --ratings",
        ),
        (
            ("answers.csv", "--questionnaire", "coqs", "--rubric", "coqs"),
            "--rubric: must stand with --ratings",
        ),
        (("answers.csv", "--questionnaire", "coqs", "--by", "providr"), "did you mean 'provider'?"),
        (("answers.csv", "--questionnaire", "coqs", "--out", "answers.csv"), "must not be an input as well"),
        (("ratings.csv", "--questionnaire", "coqs"), "column 'greeted': must be an item"),
    ],
)
def test_unusable_input_is_one_message_and_code_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, "survey", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("coqs: ")
    assert message in err


def test_questionnaires_are_listed_with_their_plugin(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "questionnaire", "list")
    rows = [line.split() for line in out.splitlines()]
    assert code == 0
    assert ["coqs", "1.0", "5", "4", "coqs"] in [row[:5] for row in rows]
    assert ["security", "1.0", "5", "4", "security"] in [row[:5] for row in rows]


def test_a_questionnaire_is_shown_as_it_is_asked_and_worked_out(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "questionnaire", "show", "coqs", "--language", "es")
    assert code == 0
    assert out.startswith("coqs 1.0: Cómo le hemos atendido\n")
    assert "share from 9 up less share up to 6, of recommend" in out
    assert "mean of raw points, of easy" in out
    assert run(capsys, "questionnaire", "show", "coqs", "--language", "fr")[0] == 2


def test_a_questionnaire_is_shown_as_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tomli_w")
    code, out, _ = run(capsys, "questionnaire", "show", "security", "--toml")
    assert code == 0
    Path("again.toml").write_text(out, encoding="utf-8")
    assert run(capsys, "questionnaire", "check", "again.toml", "--fail-on", "info")[0] == 0


def test_findings_fail_only_where_they_are_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    item = '[[items]]\nid = "a"\ntext = "Quick and easy?"\nanswer = "yes_no"\n'
    text = f'schema = 1\nid = "x"\nversion = "1"\n{item}'
    Path("x.toml").write_text(text, encoding="utf-8")
    code, out, _ = run(capsys, "questionnaire", "check", "x.toml")
    assert (code, out.splitlines()[-1]) == (0, "x 1: 0 errors, 2 warnings, 0 info")
    assert "warning Q302 items[0].text: it may ask two things at once" in out
    assert run(capsys, "questionnaire", "check", "x.toml", "--fail-on", "warning")[0] == 1
    assert run(capsys, "questionnaire", "check", "x.toml", "--fail-on", "error")[0] == 0
    Path("x.toml").write_text(text.replace("yes_no", "maybe"), encoding="utf-8")
    assert run(capsys, "questionnaire", "check", "x.toml")[0] == 2


def test_a_form_with_every_kind_of_item_and_measure_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    text = """
schema = 1
id = "all"
version = "1"
[[items]]
id = "waited"
text = "I waited too long"
reverse = true
not_applicable = true
rating = { low = 1, high = 5, low_text = "No", high_text = "Yes" }
[[items]]
id = "solved"
text = "Solved?"
answer = "yes_no"
[[measures]]
id = "some"
kind = "top_box"
items = ["waited"]
boxes = [1, 2]
[[measures]]
id = "both"
kind = "mean"
points = "min_max"
items = ["waited", "solved"]
over = "respondents"
at_least = 2
"""
    Path("all.toml").write_text(text, encoding="utf-8")
    _, out, _ = run(capsys, "questionnaire", "show", "all.toml")
    assert "the first answer is the best" in out
    assert "- not_applicable" in out
    assert "share 1 or 2, of waited" in out
    assert "mean of min-max points, of waited, solved, over respondents, 2 answered at least" in out
