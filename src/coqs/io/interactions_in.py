"""Interactions from files: our own JSON lines, or any layout that a reader knows."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from coqs.errors import RecordError, Spot
from coqs.interactions import Interactions, utc_datetime
from coqs.io.dialect import UTF_8, encoding_of
from coqs.io.json_records import placed_records
from coqs.io.lines import MAX_LINE_BYTES, Progress, Source, opened, text_lines
from coqs.io.reader_file import Asked, OpenFile, ReadingOptions
from coqs.manager import Plugins, load_plugins, records_read
from coqs.readers import Placed, Reader
from coqs.tables import Refusals, kind_of, time_column


def read_interactions(
    path: Source,
    *,
    reader: str | os.PathLike[str] | Reader | None = None,
    plugins: Plugins | None = None,
    speakers: Mapping[str, str] | None = None,
    start: dt.datetime | str | None = None,
    encoding: str | None = None,
    tz: str | None = None,
    max_line_bytes: int = MAX_LINE_BYTES,
    progress: Progress | None = None,
) -> Interactions:
    """Read interactions from JSON lines of our own form, or from another layout with a reader.

    Without a reader, a line holds ``id`` and ``turns`` (objects with ``speaker``, ``text`` and ``at``),
    and where they are known ``at``, ``provider``, ``provider_grade``, ``customer``, ``customer_set``,
    ``site``, ``channel``, ``issue`` and ``facts`` (name to value). A speaker is ``provider``,
    ``customer`` or another role in lower case, such as ``system``. Blank lines are passed over.

    Parameters
    ----------
    path
        The file, gzip-compressed if its name ends in ``.gz``; or a binary file object. With a reader
        also a folder, whose files are read by name, those that end as the reader says.
    reader
        The name of a plugin's reader; a path to a mapping file, which ends in ``.toml`` or holds a
        slash; or a `Reader`.
    plugins
        Loaded plugins, to find the reader among; None for all that are installed.
    speakers
        Who speaks, where the file's names do not tell: name to ``provider``, ``customer`` or other role.
    start
        When a recording began whose times count from there, such as WebVTT; else turns have none.
    encoding
        Of the file, such as ``"cp1252"``; None for UTF-8.
    tz
        The zone of times that state none, such as "Europe/Madrid"; without it they are refused.
    max_line_bytes
        A longer line, or record of a reader's file, is refused before it is read.
    progress
        Called now and then with (bytes done, bytes in all); all is 0 where it cannot be known.

    Raises
    ------
    RecordError
        The file cannot be read, is empty, or holds what cannot be used; with ``path``, with ``line``
        where one line is at fault, and with ``failures``, each with its line and key path. Or an
        option cannot be meant.
    NotFoundError
        No plugin that is loaded offers a reader of that name.
    PluginError
        The reader broke, or gave what it may not.
    MissingDependencyError
        ``tz`` names a zone, and this machine has no zone data; the extra ``zones`` brings it.
    """
    words = (_speakers(speakers), _start(start, tz), encoding_of(encoding))
    options = ReadingOptions(_checked(max_line_bytes), progress, *words)
    if reader is None:
        return _own(path, options, tz)
    return _read(path, reader_named(reader, plugins), options, tz)


def reader_named(reader: object, plugins: Plugins | None = None) -> Reader:
    """Return a reader: itself, that of a mapping file, or that of this name among the plugins."""
    if isinstance(reader, Reader):
        return reader
    if not isinstance(reader, str | os.PathLike):
        problem = f"reader: must be a name, a path or a Reader, got {kind_of(reader)}"
        raise RecordError(f"{problem}; name one of the plugins' readers")
    if not isinstance(reader, str) or is_mapping_file(reader):
        return Reader.from_toml(reader)
    return (plugins if plugins is not None else load_plugins()).reader(reader)


def is_mapping_file(name: str) -> bool:
    """Tell a path to a mapping file from the name of a plugin's reader."""
    return name.casefold().endswith(".toml") or os.sep in name or "/" in name


def _checked(max_line_bytes: int) -> int:
    if max_line_bytes < 1:
        raise RecordError(f"max_line_bytes: must be at least 1, got {max_line_bytes}; raise it")
    return max_line_bytes


def _speakers(speakers: Mapping[str, str] | None) -> Mapping[str, str]:
    for name, role in (speakers or {}).items():
        if not role or role != str(role).strip().casefold():
            problem = f"speakers[{name!r}]: must be provider, customer or another role in lower case"
            raise RecordError(f"{problem}, got {kind_of(role)}; mend it")
    return dict(speakers or {})


def _start(start: dt.datetime | str | None, tz: str | None) -> dt.datetime | None:
    refused = Refusals()
    times = time_column(np.array([start], object).tolist(), refused, place=lambda _: Spot("start"), tz=tz)
    if refused.count:
        raise RecordError(refused.kept[0].message)
    return utc_datetime(times[0])


def _own(path: Source, options: ReadingOptions, tz: str | None) -> Interactions:
    if options.speakers or options.start is not None:
        given = "speakers" if options.speakers else "start"
        raise RecordError(f"{given}: must go with a reader, got none; name one with reader=, or leave it out")
    with opened(path) as given_file:
        lines = text_lines(
            given_file,
            max_line_bytes=options.max_line_bytes,
            progress=options.progress,
            encoding=options.encoding or UTF_8,
        )
        records = placed_records(given_file, lines, what="interaction")
        try:
            return Interactions.from_placed_records(records, tz=tz)
        except RecordError as error:
            if error.path:
                raise
            raise given_file.named(error) from None


def _read(path: Source, reader: Reader, options: ReadingOptions, tz: str | None) -> Interactions:
    asked = Asked()
    try:
        batch = Interactions.from_placed_records(_records(path, reader, options, asked), tz=tz)
        _check_some(batch)
        asked.check(options, reader)
    except RecordError as error:
        if error.path:
            raise
        name = str(path) if isinstance(path, str | os.PathLike) else str(getattr(path, "name", "file"))
        raise RecordError(
            f"{name}: {error.message}", path=name, line=error.line, failures=error.failures
        ) from None
    return batch


def _check_some(batch: Interactions) -> None:
    if not len(batch):
        raise RecordError("must hold one interaction or more, got none; check the path and the reader")


def _records(path: Source, reader: Reader, options: ReadingOptions, asked: Asked) -> Iterator[Placed]:
    if not isinstance(path, str | os.PathLike) or not Path(path).is_dir():
        with opened(path) as given:
            yield from records_read(reader, OpenFile(given, options, asked))
        return
    for each in _files_in(Path(path), reader):
        with opened(each) as given:
            for place, record in records_read(reader, OpenFile(given, options, asked)):
                yield place._replace(words=f"{each.name}, {place.words}"), record


def _files_in(folder: Path, reader: Reader) -> list[Path]:
    """List the files that a reader takes from a folder, by name."""
    found = [
        each for each in sorted(folder.iterdir()) if each.is_file() and _ending(each) in reader.extensions
    ]
    if not found:
        wanted = ", ".join(reader.extensions) or "no names at all: name one file"
        problem = f"must hold files that reader {reader.name!r} takes ({wanted}), got none"
        raise RecordError(f"{folder}: {problem}; check the path", path=str(folder))
    return found


def _ending(path: Path) -> str:
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix.casefold()
