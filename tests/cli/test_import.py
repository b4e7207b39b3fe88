"""`coqs rubric import`: a form of another system becomes a rubric's file, or one message says why not."""

from __future__ import annotations

import json
from pathlib import Path

import coqs

VECTORS = Path(__file__).parents[1] / "vectors" / "forms"
FORM = VECTORS / "amazon_questions.json"


def test_a_form_is_printed_as_a_rubric_and_what_was_assumed_beside_it(coqs_command) -> None:
    done = coqs_command("rubric", "import", str(FORM), "--from", "amazon-connect")
    assert done.code == 0
    assert coqs.Rubric.from_toml_text(done.out).policy == coqs.Policy.named("amazon-connect")
    assert "info: F201 $.EvaluationForm.Items[0].Section.Items[1].Question: is left out" in done.err
    assert "SingleSelect and 6 more: left out are 'DisplayAs'" in done.err


def test_a_form_is_written_whole_and_scores_as_the_form_does(coqs_command, tmp_path: Path) -> None:
    out = tmp_path / "rubric.toml"
    done = coqs_command(
        "rubric",
        "import",
        str(FORM),
        "--from",
        "amazon-connect",
        "--out",
        str(out),
        "--error-class",
        "customer",
    )
    assert (done.code, done.out) == (0, f"wrote {out}\n")
    rubric = coqs.Rubric.from_toml(out)
    assert {each.gate.error_class for each in rubric.criteria if each.gate} == {"customer"}


def test_a_form_that_cannot_be_carried_is_one_message_with_all_paths_and_no_file(
    coqs_command, tmp_path: Path
) -> None:
    document = json.loads(FORM.read_text(encoding="utf-8"))
    items = document["EvaluationForm"]["Items"]
    items[0]["Section"]["Items"][0]["Question"]["Weight"] = "heavy"
    items[2]["Section"]["Items"][0]["Question"]["QuestionType"] = "SLIDER"
    path, out = tmp_path / "form.json", tmp_path / "rubric.toml"
    path.write_text(json.dumps(document), encoding="utf-8")
    done = coqs_command("rubric", "import", str(path), "--from", "amazon-connect", "--out", str(out))
    assert (done.code, done.out, out.exists()) == (2, "", False)
    assert "$.EvaluationForm.Items[0].Section.Items[0].Question.Weight: must be a number" in done.err
    assert "$.EvaluationForm.Items[2].Section.Items[0].Question.QuestionType: must be one of" in done.err


def test_the_form_is_never_written_over(coqs_command, tmp_path: Path) -> None:
    path = tmp_path / "form.json"
    path.write_bytes(FORM.read_bytes())
    done = coqs_command("rubric", "import", str(path), "--from", "amazon-connect", "--out", str(path))
    assert done.code == 2
    assert path.read_bytes() == FORM.read_bytes()


def test_an_unknown_reader_is_answered_with_the_nearest(coqs_command) -> None:
    done = coqs_command("rubric", "import", str(FORM), "--from", "amazon")
    assert done.code == 2
    assert "did you mean 'amazon-connect'?" in done.err
