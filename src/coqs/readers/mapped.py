"""Apply a mapping: make records of ours from JSON values, or from the rows of a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import attrs

from coqs.errors import Failure, RecordError, Spot, suggest
from coqs.model import CONTEXT
from coqs.readers.file import Placed, ReaderFile
from coqs.readers.form import OTHERS, UNITS, Field, Layout
from coqs.readers.grouped import Group, groups
from coqs.readers.paths import MISSING, KeyPath
from coqs.tables import as_number, digits_of, kind_of

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
ROLES = ("provider", "customer")


@attrs.frozen
class MappedReading:
    """What reads a file by a mapping; called with the file."""

    layout: Layout

    def __call__(self, file: ReaderFile) -> Iterator[Placed]:
        """Yield a record for each of theirs, and at the end what the mapping looked for in vain."""
        sought = _Sought(self.layout)
        refused = False
        for number, (place, source) in enumerate(_sources(file, self.layout)):
            record: Any = source
            if isinstance(source, _Source):
                try:
                    record = _Maker(self.layout, file, source, sought).record(number)
                except RecordError as error:
                    record = error
            refused = refused or isinstance(record, RecordError)
            yield place, record
        for problem in sought.in_vain() if not refused else ():  # what was refused may be what lacks it
            yield Spot("mapping"), problem


@attrs.frozen
class _Source:
    """One of their records, the path that it lies at, and the lines of its turns if they have any."""

    value: Any
    root: str = "$"
    lines: Sequence[int] = ()


def _sources(file: ReaderFile, layout: Layout) -> Iterator[tuple[Spot, _Source | RecordError]]:
    if layout.format == "csv":
        yield from _rows(file, layout)
        return
    for place, value in file.values():
        if not layout.records.steps:
            yield place, _Source(value)
            continue
        root, found = layout.records.after("$"), layout.records.value(value)
        if not isinstance(found, list):
            cure = layout.records.hint(value) if found is MISSING else "mend the mapping"
            yield place, _error(root, f"must be the list of records, got {_kind(found)}; {cure}")
            continue
        for position, each in enumerate(found):
            yield place, _Source(each, f"{root}[{position}]")


def _rows(file: ReaderFile, layout: Layout) -> Iterator[tuple[Spot, _Source | RecordError]]:
    path = layout.interaction["id"].path
    if path is None:
        raise RecordError("interaction.id: must name a column, got a value; name the column of ids")
    shared = [*layout.interaction.values(), *layout.facts.values()]
    names = [str(field.path.steps[0]) for field in shared if field.path is not None]
    rows = file.rows(str(path.steps[0]), separator=layout.separator)
    for place, group in groups(_checked(rows, layout), str(path.steps[0]), names):
        yield place, _Source(group.shared, "", group.lines) if isinstance(group, Group) else group


def _checked(rows: Iterator[tuple[Spot, Any]], layout: Layout) -> Iterator[tuple[Spot, Any]]:
    """Refuse a table without a column that every row needs once, not once a row."""
    for number, (place, row) in enumerate(rows):
        for name in ("speaker", "text") if not number else ():
            path = layout.turn[name].path
            if path is not None and path.steps and path.steps[0] not in row:
                column = str(path.steps[0])
                problem = f"must name a column of the table, got {column[:60]!r}, which it has not"
                raise _error(f"mapping, turns.{name}", f"{problem}; {suggest(column, filter(None, row))}")
        yield place, row


class _Sought:
    """Which fields of the mapping were found in some record, so that a misspelt path can be told."""

    def __init__(self, layout: Layout) -> None:
        fields = [*layout.interaction.values(), *layout.facts.values(), *layout.turn.values()]
        self._missing = {
            field.key: field for field in fields if field.path is not None and not field.optional
        }
        self._first: dict[str, Any] = {}

    def value(self, field: Field, within: Any) -> Any:
        """Return what a field holds; None where nothing lies there."""
        if field.path is None:
            return field.value
        found = field.path.value(within)
        if found is MISSING:
            self._first.setdefault(field.key, within)
            return None
        self._missing.pop(field.key, None)
        return found

    def in_vain(self) -> Iterator[RecordError]:
        """Yield a problem for each field that was looked for and never found."""
        for key, field in self._missing.items():
            if key in self._first and field.path is not None:
                hint = field.path.hint(self._first[key])
                cure = f"{hint}; give it optional = true if it may be missing everywhere"
                yield _error(key, f"must lie in some record, got none that has it; {cure}")


class _Maker:
    """Makes one record."""

    def __init__(self, layout: Layout, file: ReaderFile, source: _Source, sought: _Sought) -> None:
        self.layout, self.file, self.source, self.sought = layout, file, source, sought

    def record(self, number: int) -> dict[str, Any]:
        """Return the record, or raise for what it lacks first."""
        fields, value = self.layout.interaction, self.source.value
        record: dict[str, Any] = {"id": str(number)}
        for name in ("id", *CONTEXT):
            if name in fields:
                record[name] = self._name(fields[name])
        if "at" in fields:
            record["at"] = self._time(fields["at"], value, self.source.root)
        facts = {name: self._fact(field) for name, field in self.layout.facts.items()}
        record["facts"] = {name: fact for name, fact in facts.items() if fact is not None}
        record["turns"] = self._turns()
        return record

    def _name(self, field: Field) -> str | None:
        found = self.sought.value(field, self.source.value)
        if field.key == "interaction.id" and (found is None or found == ""):
            raise self._lacks(field, self.source.value, self.source.root, "a text that is not empty")
        if found is None or isinstance(found, str):
            return found
        text = digits_of(found)
        return text if text is not None else self._refuse(field, f"must be a text, got {kind_of(found)}")

    def _fact(self, field: Field) -> Any:
        found = self._joined(field, self.sought.value(field, self.source.value), self.source.root)
        if field.is_number and found is not None and found != "":
            number = as_number(found)
            return (
                self._refuse(field, f"must be a number, got {kind_of(found)}") if number is None else number
            )
        if isinstance(found, str | bool | int | float | None):
            return found
        return self._refuse(field, f"must be a plain value, got {kind_of(found)}")

    def _refuse(self, field: Field, problem: str) -> NoReturn:
        raise _error(self._path(field, self.source.root), f"{problem}; mend the record or the mapping")

    def _turns(self) -> list[dict[str, Any]]:
        root, turns = self.layout.turns.after(self.source.root), self.layout.turns.value(self.source.value)
        if not isinstance(turns, list):
            cure = self.layout.turns.hint(self.source.value) if turns is MISSING else "mend the mapping"
            raise _error(root, f"must be the list of turns, got {_kind(turns)}; {cure}")
        made, failures = [], []
        for position, turn in enumerate(turns):
            try:
                made.append(self._turn(turn, self._turn_root(root, position)))
            except RecordError as error:
                line = self.source.lines[position] if self.source.lines else None
                failures += [each._replace(line=line) for each in error.failures]
        if failures:
            raise RecordError(failures[0].message, failures=failures)
        return made

    def _turn_root(self, root: str, position: int) -> str:
        return "" if self.source.lines else f"{root}[{position}]"

    def _turn(self, turn: Any, root: str) -> dict[str, Any]:
        fields = self.layout.turn
        made: dict[str, Any] = {"speaker": self._speaker(turn, root), "text": self._text(turn, root)}
        if "at" in fields:
            made["at"] = self._time(fields["at"], turn, root)
        return made

    def _value(self, field: Field, turn: Any) -> Any:
        whole = field.path is not None and field.path.from_record
        return self.sought.value(field, self.source.value if whole else turn)

    def _text(self, turn: Any, root: str) -> str:
        field = self.layout.turn["text"]
        found = self._joined(field, self._value(field, turn), root)
        if not isinstance(found, str):
            raise self._lacks(field, turn, root, "a text", found)
        return found

    def _lacks(self, field: Field, within: Any, root: str, wanted: str, found: Any = None) -> RecordError:
        """Return the error for a value that must be there, with the key that could have been meant."""
        whole = field.path is not None and field.path.from_record
        within = self.source.value if whole else within
        is_missing = field.path is not None and field.path.value(within) is MISSING
        cure = field.path.hint(within) if field.path is not None and is_missing else "mend the record"
        return _error(self._path(field, root), f"must be {wanted}, got {kind_of(found)}; {cure}")

    def _joined(self, field: Field, found: Any, root: str) -> Any:
        if field.join is None or not isinstance(found, list):
            return found
        if not all(isinstance(part, str) for part in found):
            raise _error(
                self._path(field, root), "must be a list of texts to be joined, got others in it; mend it"
            )
        return field.join.join(found)

    def _speaker(self, turn: Any, root: str) -> str:
        field = self.layout.turn["speaker"]
        found = self._value(field, turn)
        name = str(found).lower() if isinstance(found, bool) else digits_of(found) or found
        if not isinstance(name, str):
            raise self._lacks(field, turn, root, "a text", found)
        known = self.layout.speakers
        role = self.file.role(name, known) or (
            name.strip().casefold() if name.strip().casefold() in ROLES else None
        )
        role = role or self.file.role(OTHERS, known)
        if role is None:
            problem = f"must be a known speaker, got {kind_of(name)}"
            raise _error(self._path(field, root), f"{problem}; add it to speakers in the mapping")
        return role

    def _time(self, field: Field, within: Any, root: str) -> dt.datetime | str | None:
        found = self._value(field, within)
        if found is None or found == "":
            return None
        if field.unit is None:
            if isinstance(found, str | dt.datetime):
                return found
            raise _error(
                self._path(field, root), f"must be a text or have a unit, got {kind_of(found)}; give unit"
            )
        return self._counted(field, found, within, root)

    def _path(self, field: Field, root: str) -> str:
        """Show where a field lies: a column of a table, else a key path from the record."""
        path = field.path or KeyPath(())
        if not root:
            return f"column {str(path.steps[0])[:60]!r}" if path.steps else field.key
        return path.after(self.source.root if path.from_record else root)

    def _counted(self, field: Field, found: Any, within: Any, root: str) -> dt.datetime | None:
        base: dt.datetime | None = EPOCH
        if field.after is not None:
            base = self._base(field, field.after, within, root)
        if base is None:
            return None  # nobody knows when it began, so nobody knows when this was
        return _later(base, found, field.unit, self._path(field, root))

    def _base(self, field: Field, after: KeyPath, within: Any, root: str) -> dt.datetime | None:
        value = after.value(self.source.value if after.from_record else within)
        if value is None or value is MISSING or value == "":
            return None
        path = self._path(attrs.evolve(field, path=after), root)
        if not isinstance(value, str) or as_number(value) is not None:
            return _later(EPOCH, value, field.after_unit, path)
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            raise _error(path, f"must be a time, got {kind_of(value)}; mend it") from None


def _later(base: dt.datetime, found: Any, unit: str | None, path: str) -> dt.datetime:
    """Return the time that is so many units after another."""
    number = as_number(found)
    if number is None:
        raise _error(path, f"must be a number, got {kind_of(found)}; mend the time")
    try:
        return base + dt.timedelta(microseconds=round(number * UNITS[unit or "s"]))
    except OverflowError:
        raise _error(path, "must be a time of the calendar, got one beyond; mend it") from None


def _kind(value: Any) -> str:
    return "nothing" if value is MISSING else kind_of(value)


def _error(path: str, problem: str) -> RecordError:
    return RecordError(f"{path}: {problem}", failures=[Failure(problem, path=path)])
