"""The form of a mapping: which of their fields is which of ours, read strictly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs

from coqs.errors import Failure, RecordError, suggest
from coqs.model import CONTEXT, RESERVED
from coqs.readers.grouped import TURNS
from coqs.readers.paths import KeyPath
from coqs.tables import kind_of

SCHEMA = 1
FORMATS = ("json", "csv")
UNITS: Mapping[str, int] = MappingProxyType({"s": 1_000_000, "ms": 1000, "us": 1})
"""Microseconds of each unit that a number of time can be in."""
KEYS = (
    "schema",
    "name",
    "text",
    "format",
    "extensions",
    "separator",
    "records",
    "interaction",
    "facts",
    "turns",
    "speakers",
)
FIELD_KEYS = ("path", "value", "optional", "join", "unit", "after", "after_unit", "kind")
OTHERS = "*"
"""In `speakers`, everybody who is not named."""
EXTENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"json": (".json", ".jsonl", ".ndjson"), "csv": (".csv", ".tsv")}
)


@attrs.frozen(kw_only=True)
class Field:
    """Where one value of ours comes from."""

    key: str
    """The key path in the mapping, for messages."""
    path: KeyPath | None = None
    value: Any = None
    """The value itself, the same for all, where there is no path."""
    optional: bool = False
    """Whether it may be in no record at all without that being a slip."""
    join: str | None = None
    """What is put between the texts of a list."""
    unit: str | None = None
    """The unit of a time that is a number."""
    is_number: bool = False
    """Whether a text is to be read as a number."""
    after: KeyPath | None = None
    """The time from which it counts; 1970 where there is none."""
    after_unit: str | None = None
    """The unit of that time, where it is a number."""


@attrs.frozen(kw_only=True)
class Layout:
    """A mapping that was read: everything that is needed to make records of ours from theirs."""

    name: str
    text: str
    format: str
    extensions: tuple[str, ...]
    separator: str | None
    records: KeyPath
    interaction: Mapping[str, Field]
    facts: Mapping[str, Field]
    turns: KeyPath
    turn: Mapping[str, Field]
    speakers: Mapping[str, str]


def layout_of(entries: Mapping[str, Any], *, name: str) -> Layout:
    """Read a mapping; what does not belong is refused with its key path."""
    if not isinstance(entries, Mapping):
        raise RecordError(f"mapping: must be a mapping of keys, got {kind_of(entries)}; read it from TOML")
    _only(entries, KEYS, "")
    if entries.get("schema") != SCHEMA or isinstance(entries.get("schema"), bool):
        raise wrong(
            "schema", f"must be {SCHEMA}, got {_kind(entries.get('schema'))}; write schema = {SCHEMA}"
        )
    form = _text(entries, "format", FORMATS[0])
    if form not in FORMATS:
        raise wrong("format", f"must be a known format; {suggest(form, FORMATS)}")
    if form == "json" and "separator" in entries:
        raise wrong(
            "separator", 'must be left out of a mapping of JSON, got one; drop it, or write format = "csv"'
        )
    if form == "csv" and "records" in entries:
        raise wrong("records", "must be left out of a mapping of CSV, got one; drop it")
    interaction = _table(entries, "interaction")
    turns = dict(_table(entries, "turns", needed=True))
    _only(interaction, ("id", "at", *CONTEXT), "interaction")
    _only(turns, (*(("path",) if form == "json" else ()), "speaker", "text", "at"), "turns")
    if form == "csv" and "id" not in interaction:
        raise wrong("interaction.id", "must name the column that says whose turn a row is, got none; add it")
    place = turns.pop("path", "turns")
    return Layout(
        name=_text(entries, "name", name),
        text=_text(entries, "text", f"{form.upper()} as a mapping describes it"),
        format=form,
        extensions=_extensions(entries, form),
        separator=_text(entries, "separator", "") or None,
        records=_path(entries.get("records", "$"), "records", "json"),
        interaction=_fields(interaction, "interaction", form),
        facts=_fields(_facts(entries), "facts", form),
        turns=KeyPath((TURNS,)) if form == "csv" else _path(place, "turns.path", "json"),
        turn=_turn_fields(turns, form),
        speakers=_speakers(entries),
    )


def wrong(key: str, problem: str) -> RecordError:
    """Return the error that names a key of the mapping."""
    return RecordError(f"{key}: {problem}", failures=[Failure(f"{key}: {problem}", path=key)])


def _kind(value: Any) -> str:
    return repr(value) if isinstance(value, bool | int) else kind_of(value)


def _only(given: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in given:
        if key not in known:
            path = f"{where}.{key}" if where else str(key)
            raise wrong(path[:80], f"must be a known key; {suggest(str(key), known)}")


def _text(entries: Mapping[str, Any], key: str, default: str) -> str:
    value = entries.get(key, default)
    if not isinstance(value, str):
        raise wrong(key, f"must be a text, got {_kind(value)}; quote it")
    return value


def _table(entries: Mapping[str, Any], key: str, *, needed: bool = False) -> Mapping[str, Any]:
    value = entries.get(key, None if needed else {})
    if not isinstance(value, Mapping):
        raise wrong(key, f"must be a table, got {_kind(value)}; begin it with [{key}]")
    return value


def _extensions(entries: Mapping[str, Any], form: str) -> tuple[str, ...]:
    value = entries.get("extensions", EXTENSIONS[form])
    if not isinstance(value, list | tuple):
        raise wrong("extensions", f"must be a list, got {_kind(value)}; write for example ['.json']")
    return tuple(value)


def _facts(entries: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = _table(entries, "facts")
    for name in facts:
        if name in RESERVED:
            raise wrong(f"facts.{name}", "must not be named like a column, got one; rename the fact")
    return facts


def _turn_fields(turns: Mapping[str, Any], form: str) -> dict[str, Field]:
    fields = _fields(turns, "turns", form)
    for key in ("speaker", "text"):
        if key not in fields:
            raise wrong(f"turns.{key}", "must say where it lies, got nothing; add its path")
    return fields


def _fields(entries: Mapping[str, Any], where: str, form: str) -> dict[str, Field]:
    return {name: _field(value, f"{where}.{name}", form) for name, value in entries.items()}


def _field(entry: Any, key: str, form: str) -> Field:
    if isinstance(entry, str):
        return Field(key=key, path=_path(entry, key, form))
    if not isinstance(entry, Mapping):
        raise wrong(key, f"must be a path or a table, got {_kind(entry)}; quote the path")
    _only(entry, FIELD_KEYS, key)
    if ("path" in entry) == ("value" in entry):
        raise wrong(key, "must have either a path or a value, got both or none; give one of them")
    unit = _unit(entry, key, "unit")
    if any(each in entry for each in ("unit", "after", "after_unit")) and not key.endswith(".at"):
        raise wrong(key, "must be a time to have a unit, got another field; drop the unit")
    if unit is None and ("after" in entry or "after_unit" in entry):
        raise wrong(f"{key}.unit", "must be given with after, got none; write for example unit = 'ms'")
    return Field(
        key=key,
        path=_path(entry["path"], f"{key}.path", form) if "path" in entry else None,
        value=_constant(entry, key),
        optional=_flag(entry, key),
        join=_joiner(entry, key),
        unit=unit,
        is_number=_is_number(entry, key),
        after_unit=_unit(entry, key, "after_unit") or unit,
        after=_path(entry["after"], f"{key}.after", form) if "after" in entry else None,
    )


def _unit(entry: Mapping[str, Any], key: str, name: str) -> str | None:
    unit = entry.get(name)
    if unit is not None and unit not in UNITS:
        raise wrong(f"{key}.{name}", f"must be a known unit; {suggest(str(unit), UNITS)}")
    return None if unit is None else str(unit)


def _constant(entry: Mapping[str, Any], key: str) -> Any:
    value = entry.get("value")
    if "value" in entry and not isinstance(value, str | bool | int | float):
        raise wrong(f"{key}.value", f"must be a text, a number, true or false, got {_kind(value)}; mend it")
    return value


def _flag(entry: Mapping[str, Any], key: str) -> bool:
    value = entry.get("optional", False)
    if not isinstance(value, bool):
        raise wrong(f"{key}.optional", f"must be true or false, got {_kind(value)}; mend it")
    return value


def _is_number(entry: Mapping[str, Any], key: str) -> bool:
    if "kind" in entry and (entry["kind"] != "number" or not key.startswith("facts.")):
        raise wrong(f"{key}.kind", 'must be "number", and of a fact, got another; drop it, or mend it')
    return "kind" in entry


def _joiner(entry: Mapping[str, Any], key: str) -> str | None:
    value = entry.get("join")
    if value is not None and not isinstance(value, str):
        raise wrong(f"{key}.join", f"must be a text, got {_kind(value)}; quote it")
    return value


def _path(text: Any, key: str, form: str) -> KeyPath:
    if not isinstance(text, str) or not text:
        raise wrong(key, f"must be a path, got {_kind(text)}; quote it")
    if form == "csv":
        return KeyPath.of_column(text)
    try:
        return KeyPath.of(text)
    except RecordError as error:
        raise wrong(key, error.message) from None


def _speakers(entries: Mapping[str, Any]) -> Mapping[str, str]:
    speakers = _table(entries, "speakers")
    for name, role in speakers.items():
        if not isinstance(role, str) or not role or role != role.strip().casefold():
            problem = f"must be provider, customer or another role in lower case, got {_kind(role)}"
            raise wrong(f"speakers.{name}", f"{problem}; mend it")
    return dict(speakers)
