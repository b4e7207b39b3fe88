"""Amazon Connect: `DescribeContactEvaluation` as answers, and beside them the scores that it prints.

Notes, texts and suggested answers are customers' and evaluators' words: they are left out, and stand in
no message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import coqs
from coqs.plugins.forms.document import Node, Told, named

CARRIED = ("EvaluationId", "Metadata", "Answers", "Status", "Scores", "EvaluationType")
PASSED = (
    "EvaluationArn",
    "Notes",
    "CreatedTime",
    "LastModifiedTime",
    "Tags",
    "ItemEnablementStatus",
    "SourceResolutionStatus",
    "SourceValues",
)
METADATA = ("ContactId", "EvaluatorArn", "ContactAgentId", "Score")
METADATA_PASSED = (
    "CalibrationSessionId",
    "AutoEvaluation",
    "Acknowledgement",
    "Review",
    "ContactParticipant",
    "SamplingJobId",
)
SCORE = ("Percentage", "NotApplicable", "AutomaticFail")
SCORE_PASSED = ("AppliedWeight", "EarnedPoints", "MaxBasePoint", "PerformanceCategory")
VALUE = ("StringValue", "NumericValue", "StringValues", "DateTimeValue", "NotApplicable")
STATUSES = ("DRAFT", "SUBMITTED", "REVIEW_REQUESTED", "UNDER_REVIEW")
CALIBRATION = "CALIBRATION"
NOT_APPLICABLE = "not_applicable"
PER_CENT = 100


def read_evaluation(document: Mapping[str, Any], form: coqs.ImportedForm) -> coqs.FormEvaluation:
    """Take the answers and the printed scores out of an evaluation; see `coqs.readers.FormReader`."""
    told = Told(subject="evaluation")
    whole = Node(document, "$", told)
    whole.close(("Evaluation", "EvaluationForm"), ("ResponseMetadata",))
    evaluation = whole.within("Evaluation")
    if evaluation is None:
        told.refuse(
            "$.Evaluation", "must hold the evaluation, got none; take what DescribeContactEvaluation gives"
        )
        _stop(told)
    evaluation.close(CARRIED, PASSED)
    metadata = evaluation.within("Metadata") or Node({}, evaluation.at("Metadata"), told)
    metadata.close(METADATA, METADATA_PASSED)
    facts = {
        "evaluation": evaluation.text("EvaluationId", needed=True),
        "evaluation_status": evaluation.choice("Status", STATUSES) or None,
        "evaluation_type": _type(evaluation),
    }
    found = coqs.FormEvaluation(
        id=facts["evaluation"] or "",
        interaction=metadata.text("ContactId", needed=True),
        rater=metadata.text("EvaluatorArn") or None,
        provider=metadata.text("ContactAgentId") or None,
        answers=_answers(evaluation, form),
        facts={name: value for name, value in facts.items() if value is not None},
        printed=_printed(evaluation, metadata, form),
        findings=told.sorted,
    )
    if told.refused:
        _stop(told)
    return found


def _type(evaluation: Node) -> str | None:
    found = evaluation.choice("EvaluationType", ("STANDARD", CALIBRATION)) or None
    if found == CALIBRATION:
        message = "is a calibration, which Amazon Connect leaves out of averages; here it is a row as others"
        cure = "leave it out by the fact evaluation_type where averages are compared"
        evaluation.told.note("F403", evaluation.at("EvaluationType"), message, cure)
    return found


def _stop(told: Told) -> NoReturn:
    failures = [coqs.errors.Failure(each, path=each.partition(": ")[0]) for each in told.refused]
    raise coqs.RecordError(coqs.errors.many_failures("", told.refused), failures=failures)


def _answers(evaluation: Node, form: coqs.ImportedForm) -> dict[str, Any]:
    given = evaluation.within("Answers") or Node({}, evaluation.at("Answers"), evaluation.told)
    questions = {each.id: each for each in form.questions}
    found = {}
    for id in given.held:
        if id in form.left_out:
            evaluation.told.mention(
                "F401", given.at(id), "is left out, as its question is", "no score hangs on it"
            )
        elif id not in questions:
            given.told.refuse(given.at(id), "must answer a question of the form, got another; mend it")
        else:
            answer = given.within(id)
            value = _value(answer, questions[id], form) if answer is not None else None
            if value is not None:
                found[questions[id].criterion] = value
    return found


def _value(answer: Node, question: coqs.FormQuestion, form: coqs.ImportedForm) -> Any:
    """Return an answer as a cell of ratings; None where there is none."""
    answer.close(("Value",), ("SystemSuggestedValue", "SuggestedAnswers"))
    value = answer.within("Value")
    if value is None:
        return None
    value.close(VALUE)
    if not _says_one(value):
        return None
    if value.flag("NotApplicable"):
        return NOT_APPLICABLE
    scale = form.rubric.criterion(question.criterion).scale
    if isinstance(scale, coqs.rubric.Numeric):
        return _number(value, scale)
    if isinstance(scale, coqs.rubric.SeveralChoice):
        return _chosen(value, question)
    return _option(value, "StringValue", value.held.get("StringValue"), question)


def _says_one(value: Node) -> bool:
    """Tell whether there is an answer, and refuse several in one."""
    if value.held and all(each is None for each in value.held.values()):
        return False
    said = [key for key in VALUE if value.held.get(key) is not None and value.held[key] is not False]
    if len(said) > 1:
        value.told.refuse(value.path, f"must hold one answer, got {named(said)}; mend the evaluation")
    return len(said) < 2


def _number(value: Node, scale: Any) -> float | None:
    number = value.number("NumericValue")
    if number is None:
        if not value.said("NumericValue"):
            value.told.refuse(value.path, "must hold a NumericValue, got another; mend the evaluation")
        return None
    if scale.position(float(number)) is None:
        value.told.refuse(
            value.at("NumericValue"), "must lie in a range of the question, got a number in none; mend it"
        )
    elif number.denominator != 1:
        message = "is no whole number; it is taken as of the range that its whole part lies in"
        value.told.note("F402", value.at("NumericValue"), message, "compare with printed scores")
    return float(number)


def _chosen(value: Node, question: coqs.FormQuestion) -> str | None:
    if "StringValues" not in value.held:
        value.told.refuse(value.path, "must hold StringValues, got others; mend the evaluation")
        return None
    ids = [
        _option(value, f"StringValues[{place}]", each, question)
        for place, each in enumerate(value.values("StringValues"))
    ]
    chosen = [id for id in ids if id is not None]
    for place, id in enumerate(ids):
        if id is not None and id in ids[:place]:
            problem = "must name each option once, got one again; mend the evaluation"
            value.told.refuse(value.at(f"StringValues[{place}]"), problem)
    return "|".join(chosen) or "|"


def _option(value: Node, key: str, said: Any, question: coqs.FormQuestion) -> str | None:
    """Return our id of an option; what it was is not told, for a text may be anybody's words."""
    known = dict(question.answers)
    if not isinstance(said, str) or said not in known:
        got = "another text" if isinstance(said, str) else f"a value of type {type(said).__name__}"
        value.told.refuse(value.at(key), f"must be the id of an option of the question, got {got}; mend it")
        return None
    return known[said]


def _printed(evaluation: Node, metadata: Node, form: coqs.ImportedForm) -> list[coqs.PrintedScore]:
    whole = metadata.within("Score")
    found = [] if whole is None else [_score(None, whole)]
    scores = evaluation.within("Scores") or Node({}, evaluation.at("Scores"), evaluation.told)
    known = {each.id for each in form.sections} | {each.id for each in form.questions} | {*form.left_out}
    for id in scores.held:
        score = scores.within(id)
        if id not in known:
            scores.told.refuse(scores.at(id), "must be of an item of the form, got another; mend it")
        elif score is not None:
            found.append(_score(id, score))
    return found


def _score(item: str | None, score: Node) -> coqs.PrintedScore:
    score.close(SCORE, SCORE_PASSED)
    percentage = score.number("Percentage", 0)
    is_left_out = score.flag("NotApplicable")
    share = None if percentage is None or is_left_out else float(percentage / PER_CENT)
    return coqs.PrintedScore(
        item, share, not_applicable=is_left_out, automatic_fail=score.flag("AutomaticFail")
    )
