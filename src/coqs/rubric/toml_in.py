"""Read the parts of a rubric from TOML text, exactly and strictly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from coqs.errors import NotFoundError, PolicyError, RubricError, many_failures, suggest
from coqs.model import STAGES, Band, CustomerSet, Stage, Standing, Words
from coqs.rubric.condition_tables import condition_from
from coqs.rubric.criteria import Criterion, Detect, Gate, Ideal
from coqs.rubric.files import entries_of_toml
from coqs.rubric.form import SCHEMA, Fact
from coqs.rubric.keys import Keys, as_fraction, as_text, shown
from coqs.rubric.policy import Policy
from coqs.rubric.scales import Level, Numeric, Option, Scale, SeveralChoice, SingleChoice

T = TypeVar("T")


def parts_from_toml(text: str) -> dict[str, Any]:
    """Return the keyword arguments of a rubric from the text of its file."""
    return parts_from_document(entries_of_toml(text))


def parts_from_document(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of a rubric from the nested mapping that its file holds."""
    return _rubric(Keys(entries, ""))


def _rubric(keys: Keys) -> dict[str, Any]:
    schema = keys.take("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        raise keys.wrong("schema", f"must be {SCHEMA}", schema, f"write schema = {SCHEMA}")
    parts = {
        "id": keys.text("id"),
        "version": keys.text("version"),
        "language": keys.text("language", "en"),
        "title": keys.words("title"),
        "words": keys.words(),
        "pass_mark": keys.number("pass_mark"),
        "bands": keys.each("bands", _band),
        "policy": keys.optional("policy", _policy),
        "facts": tuple(_fact(id, value) for id, value in keys.table("facts").items()),
        "sets": tuple(_set(id, value) for id, value in keys.table("sets").items()),
        "stages": keys.each("stages", _stage) if keys.holds("stages") else STAGES,
        "criteria": collected(keys, "criteria", _criterion, rubric=keys.said("id")),
    }
    keys.close()
    return parts


def collected(keys: Keys, key: str, read: Callable[[Any, str], T], *, rubric: str) -> tuple[T, ...]:
    """Read every entry, and raise once for all that failed."""
    failures: list[RubricError] = []

    def attempt(entry: Any, path: str) -> T | None:
        try:
            return read(entry, path)
        except RubricError as error:
            failures.append(error)
            return None

    found = keys.each(key, attempt)
    if failures:
        message = many_failures("", [error.message for error in failures])
        raise RubricError(message, rubric=rubric, criterion=failures[0].criterion)
    return tuple(each for each in found if each is not None)


def _policy(value: Any, path: str) -> Policy:
    try:
        return (
            Policy.from_mapping(value) if isinstance(value, Mapping) else Policy.named(as_text(value, path))
        )
    except PolicyError as error:  # its message begins with the place
        raise RubricError(error.message) from None
    except NotFoundError as error:
        raise RubricError(f"{path}: {error}") from None


def _fact(id: str, value: Any) -> Fact:
    if value in ("number", "boolean"):
        return Fact(id, str(value))
    if isinstance(value, list):
        values = [as_text(each, f"facts.{id}[{place}]") for place, each in enumerate(value)]
        return Fact(id, "category", tuple(values))
    raise RubricError(
        f'facts.{id}: must be a list of values, "number" or "boolean", got {shown(value)}; choose one'
    )


def _set(id: str, value: Any) -> CustomerSet:
    if isinstance(value, str):
        return CustomerSet(id, Words(value))
    keys = Keys(value, f"sets.{id}")
    found = CustomerSet(id, keys.words())
    keys.close()
    return found


def _stage(entry: Any, path: str) -> Stage:
    keys = Keys(entry, path)
    weight = keys.number("weight")
    id = keys.text("id")
    words = keys.words()
    stage = Stage(
        id,
        weight=as_fraction(1, path) if weight is None else weight,
        pass_mark=keys.number("pass_mark"),
        words=words,
        bands=keys.each("bands", _band),
    )
    keys.close()
    return stage


def _band(entry: Any, path: str) -> Band:
    keys = Keys(entry, path)
    band = Band(id=keys.text("id"), low=keys.number("from"), words=keys.words())
    keys.close()
    return band


def _criterion(entry: Any, path: str) -> Criterion:
    keys = Keys(entry, path)
    id = keys.text("id")
    try:
        criterion = _criterion_parts(keys, id)
        keys.close()
    except RubricError as error:
        raise RubricError(f"{error.message} (criterion {id!r})", criterion=id) from None
    return criterion


def _criterion_parts(keys: Keys, id: str) -> Criterion:
    weight = keys.number("weight")
    return Criterion(
        id=id,
        stage=keys.text("stage"),
        scale=_scale(keys),
        weight=as_fraction(1, "") if weight is None else weight,
        words=keys.words(),
        applies_to=keys.each("applies_to", as_text),
        when=keys.optional("when", condition_from),
        record_only=keys.flag("record_only"),
        bonus=keys.flag("bonus"),
        irreversible=keys.flag("irreversible"),
        gate=keys.optional("gate", _gate),
        ideal=keys.optional("ideal", _ideal),
        controlled_by=keys.text("controlled_by", "person"),
        detect=keys.optional("detect", _detect),
        bands=keys.each("bands", _band),
    )


def _scale(keys: Keys) -> Scale:
    if keys.holds("levels") == keys.holds("options"):
        raise RubricError(f"{keys.path}: must have either levels or options, got both or neither; keep one")
    if keys.holds("options"):
        options = keys.each("options", option)
        return SeveralChoice(
            options,
            meets_at=keys.number("meets_at"),
            exceeds_at=keys.number("exceeds_at"),
            cap=keys.number("cap"),
        )
    levels = keys.each("levels", _level)
    if any(level.low is not None or level.high is not None for level in levels):
        return Numeric(levels, unit=keys.text("unit", ""))
    return SingleChoice(levels)


def _level(entry: Any, path: str) -> Level:
    keys = Keys(entry, path)
    standing = keys.optional("is", _standing)
    level = Level(
        id=keys.text("id"),
        points=keys.number("points"),
        standing=standing,
        low=keys.number("from"),
        high=keys.number("below"),
        words=keys.words(),
    )
    keys.close()
    return level


def _standing(value: Any, path: str) -> Standing:
    text = as_text(value, path)
    if text not in tuple(Standing):
        raise RubricError(
            f"{path}: must be below, meets or exceeds, got {text!r}; {suggest(text, tuple(Standing))}"
        )
    return Standing(text)


def option(entry: Any, path: str) -> Option:
    """Read an option with its path."""
    keys = Keys(entry, path)
    option = Option(id=keys.text("id"), points=keys.number("points"), words=keys.words())
    keys.close()
    return option


def _gate(entry: Any, path: str) -> Gate:
    keys = Keys(entry, path)
    gate = Gate(
        keys.text("class"),
        on=keys.each("on", as_text),
        kind=keys.optional_text("kind"),
        stages=keys.each("stages", as_text),
    )
    keys.close()
    return gate


def _ideal(entry: Any, path: str) -> Ideal:
    keys = Keys(entry, path)
    best = tuple(
        (value, as_text(level, f"{path}.best.{value}")) for value, level in keys.table("best").items()
    )
    ideal = Ideal(keys.text("fact"), best=best, points=keys.each("points", as_fraction))
    keys.close()
    return ideal


def _detect(entry: Any, path: str) -> Detect:
    keys = Keys(entry, path)
    detect = Detect(keys.text("signal"), present=keys.text("present"), absent=keys.optional_text("absent"))
    keys.close()
    return detect
