"""The log of checkpoints: a file of JSON lines that only grows, each line bound to the one before it."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import attrs

from coqs.errors import ComparisonError, RecordError
from coqs.journeys.checkpoints.checkpoint import SCHEMA, Checkpoint, target_of
from coqs.journeys.measures import Yardstick
from coqs.rubric.fingerprints import digest

AFTER, DIGEST = "after", "digest"
"""The parts of a line that hold the digest of the line before it, and its own."""
FIRST = "sha256:0"


@attrs.frozen(slots=True, repr=False)
class CheckpointLog:
    """Checkpoints in the order of time, and the file that keeps them.

    The file is UTF-8, one JSON object a line, with a schema number, the digest of the line before and its
    own: a past that was edited shows when it is read. Nothing but `append` writes to it, and that only at its
    end. Only that last lines were taken off cannot show: keep `digest` elsewhere, and compare it.

    Examples
    --------
    >>> import coqs, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "checkpoints.jsonl"
    >>> journeys = coqs.Journeys.from_scores(coqs.score(coqs.make_sample(n=200)), by="site")
    >>> log = coqs.CheckpointLog.open(path)
    >>> first = journeys.checkpoint(at="2026-03-16", targets={"overall": 0.8}, log=log)
    >>> log = log.append(first)
    >>> coqs.CheckpointLog.open(path) == log, len(log)
    (True, 1)
    """

    path: Path = attrs.field(converter=Path)
    checkpoints: tuple[Checkpoint, ...] = ()
    digest: str = FIRST
    """Of the last line, which stands for all before it too."""

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Read a log that there is.

        Raises
        ------
        RecordError
            A line cannot be read, was changed, or was cut off: the file and the line are named.
        OSError
            There is no such file, or it cannot be read.
        """
        place = Path(path)
        _check_file(place)
        return cls(place, *_read(place.read_bytes(), str(path)))

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Read a log, or begin one where there is no file yet; nothing is written.

        Raises
        ------
        RecordError
            A line cannot be read, was changed, or was cut off: the file and the line are named.
        OSError
            The file cannot be read.
        """
        try:
            return cls.read(path)
        except FileNotFoundError:
            return cls(Path(path))

    def append(self, checkpoint: Checkpoint) -> Self:
        """Write a checkpoint at the end of the file; return the log with it.

        Raises
        ------
        ComparisonError
            The file is not as it was read, since somebody else wrote to it; open it again.
            Or the checkpoint was not taken after the last one of this log, so that neither its change nor
            its targets were held against it.
        RecordError
            The checkpoint is not later than the last one.
        OSError
            The file cannot be written; it is left as it was.
        """
        _check_file(self.path)
        if self.checkpoints and checkpoint.stop.at <= self.checkpoints[-1].stop.at:
            raise RecordError(
                f"log: a checkpoint must be later than the last one, {self.checkpoints[-1].stop.at}, got "
                f"{checkpoint.stop.at}; a log only grows"
            )
        last = self.checkpoints[-1].stop.at if self.checkpoints else None
        if checkpoint.stop.last != last:
            raise ComparisonError(
                f"log: a checkpoint must be taken after the last one of this log, {last}, got one after "
                f"{checkpoint.stop.last}; take it with log=",
                left=last,
                right=checkpoint.stop.last,
            )
        record = checkpoint.to_dict() | {AFTER: self.digest}
        record[DIGEST] = digest(record)
        line = json.dumps(record, ensure_ascii=False, allow_nan=False).encode()
        with _appending(self.path) as file:
            if _read(file.read(), str(self.path))[1] != self.digest:
                raise ComparisonError(
                    "log: must be as it was read, got a file that somebody else wrote to; open it again, and "
                    "take the checkpoint from there"
                )
            _write_end(file, line + b"\n")
        return attrs.evolve(self, checkpoints=(*self.checkpoints, checkpoint), digest=record[DIGEST])

    def targets(self, measure: str, group: str) -> tuple[tuple[str, float], ...]:
        """Return when each target of a group was set, and what it was; empty where it never had one."""
        found = []
        for each in self.checkpoints:
            target = target_of(each.stop.targets.get(measure, {}), group)
            if not math.isnan(target):
                found.append((each.stop.at, target))
        return tuple(found)

    def clock_targets(
        self, measure: Yardstick, groups: Sequence[str]
    ) -> dict[str, float | Sequence[tuple[Any, float]]]:
        """Return what a clock is read by: each group's targets, or the measure's mark where it had none."""
        found: dict[str, float | Sequence[tuple[Any, float]]] = {}
        for group in groups:
            own = self.targets(measure.name, group)
            if own or measure.mark is not None:
                found[group] = own or float(measure.mark or 0.0)
        return found

    def __iter__(self) -> Iterator[Checkpoint]:
        return iter(self.checkpoints)

    def __len__(self) -> int:
        return len(self.checkpoints)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        last = f", the last at {self.checkpoints[-1].stop.at}" if self.checkpoints else ""
        return f"<CheckpointLog: {len(self)} checkpoints{last}>"


def _check_file(path: Path) -> None:
    if path.exists() and not path.is_file():
        raise RecordError(f"{path}: must be a file, got a folder or a device; name another", path=str(path))


def _read(raw: bytes, path: str) -> tuple[tuple[Checkpoint, ...], str]:
    """Return the checkpoints of a file, and the digest of its last line."""
    found: list[Checkpoint] = []
    last = FIRST
    lines = raw.split(b"\n")
    if lines[-1]:
        raise _refusal(path, len(lines), "must end, got one that was cut off: it was never taken; remove it")
    for number, line in enumerate(lines[:-1], 1):
        record = _parsed(line, path, number)
        own = record.pop(DIGEST, None)
        if record.get("schema") == SCHEMA and own != digest(record):
            raise _refusal(path, number, "must be as it was written, got one that was changed; restore it")
        if record.pop(AFTER, None) != last:
            raise _refusal(
                path, number, "must follow the line before it, got a past that was changed; restore it"
            )
        try:
            checkpoint = Checkpoint.from_dict(record)
        except RecordError as error:
            raise _refusal(path, number, str(error)) from None
        if found and checkpoint.stop.at <= found[-1].stop.at:
            raise _refusal(path, number, "must be later than the line before it; restore the file")
        found.append(checkpoint)
        last = str(own)
    return tuple(found), last


def _parsed(line: bytes, path: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line.decode())
    except (UnicodeDecodeError, ValueError):
        record = None
    if not isinstance(record, dict):
        raise _refusal(path, number, "must be a JSON object; restore the file")
    return record


def _refusal(path: str, number: int, problem: str) -> RecordError:
    return RecordError(f"{path}, line {number}: {problem}", path=path, line=number)


@contextlib.contextmanager
def _appending(path: Path) -> Iterator[Any]:
    """Open a file to be read and added to, by one process at a time where the system can see to that."""
    with open(path, "a+b", buffering=0) as file:  # noqa: PTH123  # unbuffered, so that a line is one write
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file


def _write_end(file: Any, line: bytes) -> None:
    """Write a whole line, or leave the file as it was."""
    end = os.fstat(file.fileno()).st_size
    try:
        written = file.write(line)
        os.fsync(file.fileno())
    except OSError:
        _cut(file, end)
        raise
    if written != len(line):
        _cut(file, end)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _cut(file: Any, end: int) -> None:
    with contextlib.suppress(OSError):
        os.ftruncate(file.fileno(), end)
