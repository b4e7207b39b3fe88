"""Write a rubric as the TOML document that `toml_in` reads back without loss."""

from __future__ import annotations

from typing import Any

from coqs.model import Band, Stage, Words
from coqs.rubric.condition_tables import condition_table
from coqs.rubric.criteria import Criterion, Detect, Gate, Ideal
from coqs.rubric.files import toml_of_entries
from coqs.rubric.form import SCHEMA, Form
from coqs.rubric.keys import filled, plain_number
from coqs.rubric.policy import Policy
from coqs.rubric.scales import Level, Numeric, Option, SeveralChoice


def toml_from_form(form: Form) -> str:
    """Return the TOML text of a rubric; needs tomli-w."""
    return toml_of_entries(document(form), what="rubric")


def document(form: Form) -> dict[str, Any]:
    """Return the rubric as the nested mapping that its file holds."""
    return filled(
        schema=SCHEMA,
        id=form.id,
        version=form.version,
        language=form.language,
        **words_entries(form.title, "title"),
        **words_entries(form.words),
        pass_mark=plain_number(form.pass_mark),
        bands=_bands(form.bands),
        policy=_policy(form.policy),
        facts={fact.id: list(fact.values) if fact.kind == "category" else fact.kind for fact in form.facts},
        sets={each.id: words_entries(each.words) for each in form.sets},
        stages=[_stage(stage) for stage in form.stages],
        criteria=[_criterion(criterion) for criterion in form.criteria],
    )


def words_entries(words: Words, key: str = "text") -> dict[str, str]:
    """Return a text and its translations, each under its key."""
    own = {key: words.text} if words.text else {}
    return own | {f"{key}_{language}": text for language, text in words.translations}


def _policy(policy: Policy | None) -> str | dict[str, Any] | None:
    if policy is None:
        return None
    return (
        policy.name if policy.name in Policy.names() else policy.to_mapping()
    )  # a name of ours is kept by no other


def _stage(stage: Stage) -> dict[str, Any]:
    return filled(
        id=stage.id,
        weight=plain_number(stage.weight),
        pass_mark=plain_number(stage.pass_mark),
        bands=_bands(stage.bands),
        **words_entries(stage.words),
    )


def _bands(bands: tuple[Band, ...]) -> list[dict[str, Any]]:
    return [
        filled(id=band.id, **{"from": plain_number(band.low)}, **words_entries(band.words)) for band in bands
    ]


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return filled(
        id=criterion.id,
        stage=criterion.stage,
        weight=plain_number(criterion.weight),
        **words_entries(criterion.words),
        applies_to=list(criterion.applies_to),
        when=condition_table(criterion.when),
        record_only=criterion.record_only,
        bonus=criterion.bonus,
        irreversible=criterion.irreversible,
        gate=_gate(criterion.gate),
        ideal=_ideal(criterion.ideal),
        controlled_by=criterion.controlled_by,
        detect=_detect(criterion.detect),
        bands=_bands(criterion.bands),
        **_scale(criterion),
    )


def _scale(criterion: Criterion) -> dict[str, Any]:
    scale = criterion.scale
    if isinstance(scale, SeveralChoice):
        return {
            "options": [answer_table(option) for option in scale.options],
            "meets_at": plain_number(scale.meets_at),
            "exceeds_at": plain_number(scale.exceeds_at),
            "cap": plain_number(scale.cap),
        }
    unit = scale.unit if isinstance(scale, Numeric) else None
    return {"levels": [answer_table(level) for level in scale.levels], "unit": unit}


def answer_table(answer: Level | Option) -> dict[str, Any]:
    """Return a level or an option as a table of the file."""
    entry = filled(id=answer.id, points=plain_number(answer.points))
    if isinstance(answer, Level):
        standing = None if answer.standing is None else str(answer.standing)
        bounds = {"from": plain_number(answer.low), "below": plain_number(answer.high)}
        entry |= filled(**bounds) | filled(**{"is": standing})
    return entry | words_entries(answer.words)


def _gate(gate: Gate | None) -> dict[str, Any] | None:
    if gate is None:
        return None
    return filled(**{"class": gate.error_class}, kind=gate.kind, on=list(gate.on), stages=list(gate.stages))


def _ideal(ideal: Ideal | None) -> dict[str, Any] | None:
    if ideal is None:
        return None
    return {
        "fact": ideal.fact,
        "best": dict(ideal.best),
        "points": [plain_number(each) for each in ideal.points],
    }


def _detect(detect: Detect | None) -> dict[str, Any] | None:
    if detect is None:
        return None
    return filled(signal=detect.signal, present=detect.present, absent=detect.absent)
