"""Write a rubric as the TOML document that `toml_in` reads back without loss."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import Any

from coqs.errors import MissingDependencyError
from coqs.model import Stage, Words
from coqs.rubric.conditions import Condition, CriterionIn, Every, FactBetween, FactIn, Negation, Some
from coqs.rubric.criteria import Criterion, Detect, Gate, Ideal
from coqs.rubric.form import SCHEMA, Form
from coqs.rubric.policy import POLICIES, Policy
from coqs.rubric.scales import Level, Numeric, Option, SeveralChoice


def toml_from_form(form: Form) -> str:
    """Return the TOML text of a rubric; needs tomli-w."""
    try:
        import tomli_w
    except ImportError:
        raise MissingDependencyError("writing a rubric", library="tomli-w", extra="toml") from None
    return tomli_w.dumps(document(form))


def document(form: Form) -> dict[str, Any]:
    """Return the rubric as the nested mapping that its file holds."""
    return _filled(
        schema=SCHEMA,
        id=form.id,
        version=form.version,
        language=form.language,
        **_words(form.title, "title"),
        **_words(form.words),
        pass_mark=_number(form.pass_mark),
        policy=_policy(form.policy),
        facts={fact.id: list(fact.values) if fact.kind == "category" else fact.kind for fact in form.facts},
        sets={each.id: _words(each.words) for each in form.sets},
        stages=[_stage(stage) for stage in form.stages],
        criteria=[_criterion(criterion) for criterion in form.criteria],
    )


def _filled(**entries: Any) -> dict[str, Any]:
    """Leave out what is not said: None, False and empty collections (but never a 0)."""
    return {
        key: value
        for key, value in entries.items()
        if (value is not None and value not in (False, "", [], {}))
        or (isinstance(value, int | Decimal) and not isinstance(value, bool))
    }


def _number(value: Fraction | None) -> int | Decimal | str | None:
    if value is None:
        return None
    if value.denominator == 1:  # TOML promises 64 bits, no more
        return value.numerator if abs(value) < 2**63 else str(value.numerator)
    exact = Context(prec=28, traps=[Inexact])
    try:
        return exact.divide(Decimal(value.numerator), Decimal(value.denominator))
    except Inexact:
        return f"{value.numerator}/{value.denominator}"


def _words(words: Words, key: str = "text") -> dict[str, str]:
    own = {key: words.text} if words.text else {}
    return own | {f"{key}_{language}": text for language, text in words.translations}


def _policy(policy: Policy | None) -> str | dict[str, str] | None:
    if policy is None:
        return None
    if POLICIES.get(policy.name) == policy:
        return policy.name
    return {"name": policy.name, **policy.choices()}


def _stage(stage: Stage) -> dict[str, Any]:
    return _filled(
        id=stage.id, weight=_number(stage.weight), pass_mark=_number(stage.pass_mark), **_words(stage.words)
    )


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return _filled(
        id=criterion.id,
        stage=criterion.stage,
        weight=_number(criterion.weight),
        **_words(criterion.words),
        applies_to=list(criterion.applies_to),
        when=_condition(criterion.when),
        record_only=criterion.record_only,
        bonus=criterion.bonus,
        irreversible=criterion.irreversible,
        gate=_gate(criterion.gate),
        ideal=_ideal(criterion.ideal),
        controlled_by=criterion.controlled_by,
        detect=_detect(criterion.detect),
        **_scale(criterion),
    )


def _scale(criterion: Criterion) -> dict[str, Any]:
    scale = criterion.scale
    if isinstance(scale, SeveralChoice):
        return {
            "options": [_answer(option) for option in scale.options],
            "meets_at": _number(scale.meets_at),
            "exceeds_at": _number(scale.exceeds_at),
        }
    unit = scale.unit if isinstance(scale, Numeric) else None
    return {"levels": [_answer(level) for level in scale.levels], "unit": unit}


def _answer(answer: Level | Option) -> dict[str, Any]:
    entry = _filled(id=answer.id, points=_number(answer.points))
    if isinstance(answer, Level):
        standing = None if answer.standing is None else str(answer.standing)
        bounds = {"from": _number(answer.low), "below": _number(answer.high)}
        entry |= _filled(**bounds) | _filled(**{"is": standing})
    return entry | _words(answer.words)


def _gate(gate: Gate | None) -> dict[str, Any] | None:
    if gate is None:
        return None
    return _filled(**{"class": gate.error_class}, kind=gate.kind, on=list(gate.on))


def _ideal(ideal: Ideal | None) -> dict[str, Any] | None:
    if ideal is None:
        return None
    return {"fact": ideal.fact, "best": dict(ideal.best), "points": [_number(each) for each in ideal.points]}


def _detect(detect: Detect | None) -> dict[str, Any] | None:
    if detect is None:
        return None
    return _filled(signal=detect.signal, present=detect.present, absent=detect.absent)


def _condition(condition: Condition | None) -> dict[str, Any] | None:
    match condition:
        case None:
            return None
        case FactIn(fact, values):
            return {"fact": fact, "in": list(values)}
        case FactBetween(fact, low, high):
            return {"fact": fact, **_filled(**{"from": _number(low), "below": _number(high)})}
        case CriterionIn(criterion, ids):
            return {"criterion": criterion, "in": list(ids)}
        case Negation(inner):
            return {"not": _condition(inner)}
        case Every(parts):
            return {"and": [_condition(part) for part in parts]}
        case Some(parts):
            return {"or": [_condition(part) for part in parts]}
