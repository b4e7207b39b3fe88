"""Forms of Amazon Connect score as a plain reading of its documentation says, whatever the form."""

from __future__ import annotations

from typing import Any

from depth import examples
from hypothesis import given, settings, strategies as st

import coqs
from coqs.plugins.forms.amazon import READER

MIDDLE = st.integers(1, 9)
QUESTION = st.fixed_dictionaries(
    {
        "weight": st.integers(1, 50),
        "middle": MIDDLE,
        "said": st.sampled_from(["best", "middle", "none", "N/A"]),
        "fails": st.sampled_from([None, None, None, "section", "form"]),
    }
)
FORM = st.lists(st.lists(QUESTION, min_size=1, max_size=4), min_size=1, max_size=4)


def asked(ref: str, section: str, question: dict[str, Any], *, weighed: bool) -> dict[str, Any]:
    scores = {"best": 10, "middle": question["middle"], "none": 0}
    options: list[dict[str, Any]] = [
        {"RefId": name, "Text": name, "Score": score} for name, score in scores.items()
    ]
    if question["fails"]:
        options[2]["AutomaticFail"] = True
    if question["fails"] == "section":
        options[2]["AutomaticFailConfiguration"] = {"TargetSection": section}
    kind = {"QuestionType": "SINGLESELECT", "QuestionTypeProperties": {"SingleSelect": {"Options": options}}}
    weight = {"Weight": question["weight"]} if weighed else {}
    return {"Question": {"RefId": ref, "Title": ref, "NotApplicableEnabled": True, **kind, **weight}}


def plain(form: list[list[dict[str, Any]]], section_weights: list[int] | None) -> dict[str, Any]:
    """Work out the scores by the documented rules, question by question."""
    printed: dict[str, Any] = {}
    total = reached = 0.0
    whole_fails = False
    for place, section in enumerate(form):
        own = won = 0.0
        failed = section_fails = False
        for at, question in enumerate(section):
            share = {"best": 1.0, "middle": question["middle"] / 10, "none": 0.0, "N/A": None}[
                question["said"]
            ]
            hit = question["said"] == "none" and question["fails"] is not None
            printed[f"q{place}-{at}"] = (share, hit)
            failed |= hit
            section_fails |= hit and question["fails"] == "section"
            whole_fails |= hit and question["fails"] == "form"
            if share is not None:
                weight = 1 if section_weights else question["weight"]
                own, won = own + weight, won + weight * share
        score = None if not own else 0.0 if section_fails else won / own
        printed[f"s{place}"] = (score, failed)
        if score is not None:
            weight = section_weights[place] if section_weights else own
            total, reached = total + weight, reached + weight * score
    fails = any(hit for _, hit in printed.values())
    printed["form"] = (None if not total else 0.0 if whole_fails else reached / total, fails)
    return printed


def score(pair: tuple[float | None, bool]) -> dict[str, Any]:
    share, failed = pair
    return {"NotApplicable": True} if share is None else {"Percentage": 100 * share, "AutomaticFail": failed}


@settings(max_examples=examples(60), deadline=None)
@given(form=FORM, weights=st.none() | st.lists(st.integers(1, 60), min_size=4, max_size=4))
def test_every_score_of_any_form_is_that_of_the_documented_rules(
    form: list[list[dict[str, Any]]], weights: list[int] | None
) -> None:
    items = [
        {
            "Section": {
                "RefId": f"s{place}",
                "Title": "",
                "Items": [
                    asked(f"q{place}-{at}", f"s{place}", each, weighed=weights is None)
                    for at, each in enumerate(section)
                ],
                **({"Weight": weights[place]} if weights else {}),
            }
        }
        for place, section in enumerate(form)
    ]
    for item in items:
        item["Section"]["Title"] = "A section"
    content = {
        "EvaluationFormId": "any",
        "EvaluationFormVersion": 1,
        "Title": "Any form",
        "Items": items,
        "ScoringStrategy": {"Mode": "SECTION_ONLY" if weights else "QUESTION_ONLY", "Status": "ENABLED"},
    }
    printed = plain(form, weights)
    said = {
        f"q{place}-{at}": {"NotApplicable": True} if each["said"] == "N/A" else {"StringValue": each["said"]}
        for place, section in enumerate(form)
        for at, each in enumerate(section)
    }
    evaluation = {
        "EvaluationId": "E-1",
        "Metadata": {"ContactId": "C-1", "EvaluatorArn": "ann", "Score": score(printed.pop("form"))},
        "Answers": {ref: {"Value": value} for ref, value in said.items()},
        "Scores": {ref: score(pair) for ref, pair in printed.items()},
        "Status": "SUBMITTED",
    }
    read = coqs.read_evaluations({"Evaluation": evaluation, "EvaluationForm": content}, reader=READER)
    assert read.compare(coqs.score(read.ratings)).differing().rows() == []
