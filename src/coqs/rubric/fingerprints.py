"""Two fingerprints of a rubric, from a canonical form that is stable across releases.

`scoring` covers what can change a number; `content` covers every word. Criteria, stages and sets
of ids are sorted in the scoring form, since their order changes no number; levels and options keep
theirs, since columns of ratings hold their places.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Any

import attrs

from coqs.model import Band, Stage
from coqs.rubric.conditions import Condition, CriterionIn, Every, FactBetween, FactIn, Negation, Some, leaves
from coqs.rubric.criteria import Criterion
from coqs.rubric.form import Form
from coqs.rubric.policy import NO_CHOICE, Override, Policy
from coqs.rubric.scales import Level, SeveralChoice
from coqs.rubric.toml_out import document

FIRST_CHOICES = (
    *("combine", "normalise", "not_applicable", "unanswered", "several_choice", "gate_trigger"),
    *("gate_scope", "gate_effect", "bonus", "baseline", "rounding", "over_interactions"),
)


@attrs.frozen(slots=True)
class Fingerprint:
    """SHA-256 of a rubric's two canonical forms, as text."""

    scoring: str
    """Equal where no answer sheet can get two different numbers or verdicts."""
    content: str
    """Equal where every word is equal too."""


def fingerprint_of(form: Form) -> Fingerprint:
    """Compute both fingerprints of a rubric."""
    return Fingerprint(scoring=digest(scoring_form(form)), content=digest(document(form)))


def digest(value: Any) -> str:
    """Return the SHA-256 of plain values, as text."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def exact_text(value: Fraction | None) -> str | None:
    """Return an exact number as a text that never changes its form."""
    return None if value is None else f"{value.numerator}/{value.denominator}"


def scoring_form(form: Form) -> dict[str, Any]:
    """Return what can change a number, in its canonical form."""
    read = {
        leaf.fact for each in form.criteria for leaf in leaves(each.when) if not isinstance(leaf, CriterionIn)
    }
    read |= {each.ideal.fact for each in form.criteria if each.ideal}
    return {
        "form": "coqs-rubric-scoring/1",
        "pass_mark": exact_text(form.pass_mark),
        **_bands(form.bands),
        "policy": _policy(form.policy or Policy()),
        "facts": sorted([fact.id, fact.kind] for fact in form.facts if fact.id in read),
        "stages": sorted((_stage(stage) for stage in form.stages), key=lambda each: str(each[0])),
        "criteria": sorted((_criterion(each) for each in form.criteria), key=lambda each: str(each["id"])),
    }


def _bands(bands: tuple[Band, ...]) -> dict[str, Any]:
    """Return the entry for bands; none where there are none, so that older fingerprints hold."""
    return {"bands": [[band.id, exact_text(band.low)] for band in bands]} if bands else {}


def _stage(stage: Stage) -> list[Any]:
    return [stage.id, exact_text(stage.weight), exact_text(stage.pass_mark), *_bands(stage.bands).values()]


def _policy(policy: Policy) -> dict[str, Any]:
    """Return the choices that the first form of a fingerprint had, and others where they are not usual."""
    usual = Policy()
    fields = [field.name for field in attrs.fields(Policy) if field.name not in NO_CHOICE]
    values = {name: getattr(policy, name) for name in fields}
    said = {name for name in fields if values[name] != getattr(usual, name)} | set(FIRST_CHOICES)
    return {name: _value(values[name]) for name in fields if name in said}


def _value(value: Any) -> Any:
    match value:
        case None:
            return "none"
        case Fraction():
            return exact_text(value)
        case Override(when, score, stage):
            return [_condition(when), exact_text(score), stage]
        case tuple():
            return [_value(each) for each in value]
        case _:
            return value


def _criterion(criterion: Criterion) -> dict[str, Any]:
    gate, ideal = criterion.gate, criterion.ideal
    return {
        "id": criterion.id,
        "stage": criterion.stage,
        "weight": exact_text(criterion.weight),
        "scale": _scale(criterion),
        "applies_to": sorted(criterion.applies_to),
        "when": _condition(criterion.when),
        "modes": [criterion.record_only, criterion.bonus, criterion.irreversible],
        "gate": gate and [gate.error_class, gate.kind, sorted(gate.on), *_named(gate.stages)],
        "ideal": ideal and [ideal.fact, sorted(ideal.best), [exact_text(points) for points in ideal.points]],
        **_bands(criterion.bands),
    }


def _named(stages: tuple[str, ...]) -> list[Any]:
    """Return the entry for the stages that a gate names; none where it names none, as with bands."""
    return [sorted(stages)] if stages else []


def _scale(criterion: Criterion) -> dict[str, Any]:
    scale = criterion.scale
    if isinstance(scale, SeveralChoice):
        return {
            "options": [[option.id, exact_text(option.points)] for option in scale.options],
            "marks": [exact_text(scale.meets_at), exact_text(scale.exceeds_at)],
            **({} if scale.cap is None else {"cap": exact_text(scale.cap)}),
        }
    return {"levels": [_level(level) for level in scale.levels]}


def _level(level: Level) -> list[Any]:
    return [level.id, exact_text(level.points), level.standing, exact_text(level.low), exact_text(level.high)]


def _condition(condition: Condition | None) -> Any:
    match condition:
        case None:
            return None
        case FactIn(fact, values):
            return ["fact", fact, sorted(values)]
        case FactBetween(fact, low, high):
            return ["between", fact, exact_text(low), exact_text(high)]
        case CriterionIn(criterion, ids):
            return ["criterion", criterion, sorted(ids)]
        case Negation(inner):
            return ["not", _condition(inner)]
        case Every(parts):
            return ["and", *(_condition(part) for part in parts)]
        case Some(parts):
            return ["or", *(_condition(part) for part in parts)]
