"""One file of columns and plain values that lasts: written whole, checked when it is read, nothing run.

A zip archive of `.npy` columns that any tool can open, and `manifest.json`, which says what they are. Columns
are not compressed, so that they are read at the speed of the disk and the same values are the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import RecordError
from coqs.tables.frozen import freeze
from coqs.whole_file import opened_whole_binary

Array = npt.NDArray[Any]
Key = tuple[str, ...]
Path = str | os.PathLike[str]
MANIFEST = "manifest.json"
MARK = "coqs sha256:"
"""Opens the comment of the archive, with the digest of the manifest; that has those of the columns."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every part, the first that a zip archive can hold."""
KINDS = "biufmM"
DAMAGED = (EOFError, OSError, OverflowError, RuntimeError, ValueError, struct.error, zipfile.BadZipFile)
"""What is raised where an archive cannot be read, as its directory may say anything."""


@attrs.frozen(slots=True, eq=False, repr=False)
class Archive:
    """What was read: plain values, and columns by key, read-only."""

    values: Mapping[str, Any]
    arrays: Mapping[Key, Array]

    def below(self, *key: str) -> dict[str, Any]:
        """Return the columns whose keys begin so: by the next name, one more name deeper as a mapping.

        A key that is longer still raises ValueError.
        """
        found: dict[str, Any] = {}
        for names, array in self.arrays.items():
            if names[: len(key)] == key and len(names) > len(key):
                name, *rest = names[len(key) :]
                if rest:
                    (last,) = rest
                    found.setdefault(name, {})[last] = array
                else:
                    found[name] = array
        return found


def write_archive(path: Path, values: Mapping[str, Any], arrays: Mapping[Key, Array]) -> None:
    """Write plain values and columns as one file, whole or not at all; the same ones are the same bytes.

    `values` must have `format`, `schema` and `coqs_version`; what JSON does not know is written as its
    text, decimals as fractions.
    """
    with opened_whole_binary(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        parts = []
        for place, (key, array) in enumerate(arrays.items()):
            part, content = f"{place:05}.npy", _bytes_of(narrowed(array))
            digest = hashlib.sha256(content).hexdigest()
            parts.append({"key": key, "part": part, "dtype": _little(array.dtype).str, "sha256": digest})
            _put(archive, part, content)
        manifest = json.dumps({**values, "columns": parts}, default=_text, indent=1).encode("ascii")
        _put(archive, MANIFEST, manifest)
        archive.comment = (MARK + hashlib.sha256(manifest).hexdigest()).encode("ascii")


def as_read(values: Any) -> Any:
    """Return plain values as they will be when they are read again."""
    return json.loads(json.dumps(values, default=_text))


def _text(value: Any) -> str:
    """Write what JSON does not know: decimals as fractions, which are read again without loss."""
    return str(Fraction(value) if isinstance(value, Decimal) else value)


def narrowed(array: Array) -> Array:
    """Return whole numbers in as few bytes as they need; anything else as it is.

    >>> narrowed(np.array([0, -1, 200], np.int64)).dtype
    dtype('int16')
    """
    if array.dtype.kind != "i":
        return array
    low, high = int(array.min(initial=0)), int(array.max(initial=0))
    fits = (kind for kind in (np.int8, np.int16, np.int32, np.int64) if _holds(kind, low, high))
    return array.astype(next(fits), copy=False)


def _holds(kind: type[np.signedinteger[Any]], low: int, high: int) -> bool:
    return np.iinfo(kind).min <= low and high <= np.iinfo(kind).max


def _little(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype.newbyteorder("<")


def _bytes_of(array: Array) -> bytes:
    held = io.BytesIO()
    plain = np.ascontiguousarray(array, dtype=_little(array.dtype))
    np.lib.format.write_array(held, plain, version=(1, 0), allow_pickle=False)
    return held.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on every system
    archive.writestr(entry, content)


def read_archive(path: Path, *, what: str, schema: int) -> Archive:
    """Read a file that `write_archive` wrote, and check that it is whole and unchanged.

    Raises
    ------
    RecordError
        It is no such file, was cut off or changed, or was written by a coqs with a newer schema.
    OSError
        The file cannot be read.
    """
    name = os.fspath(path)
    with open(path, "rb") as file:  # noqa: PTH123 - a path may be of any kind
        if not zipfile.is_zipfile(file):
            file.seek(0)
            _refuse_other(name, what, begins=file.read(4))
        try:
            archive = zipfile.ZipFile(file)
        except DAMAGED:
            archive = None
        if archive is None:
            _refuse_changed(name)
        with archive:
            return _read(archive, name, what, schema)


def _refuse_other(name: str, what: str, *, begins: bytes = b"") -> NoReturn:
    if begins.startswith(b"PK"):
        _refuse(name, "must be whole", "one that is cut off", "copy it again")
    _refuse(name, f"must be a file of {what}", "a file of another kind", "check the path")


def _refuse(name: str, rule: str, got: str, cure: str) -> NoReturn:
    raise RecordError(f"{name}: {rule}, got {got}; {cure}", path=name)


def _read(archive: zipfile.ZipFile, name: str, what: str, schema: int) -> Archive:
    try:
        text = _taken(archive, MANIFEST)
        manifest = json.loads(text)
    except KeyError:
        _refuse_other(name, what)
    except DAMAGED:
        _refuse_changed(name)
    if not isinstance(manifest, dict) or manifest.get("format") != what:
        _refuse_other(name, what)
    _check_schema(name, manifest, schema)
    if archive.comment.decode("ascii", "replace") != MARK + hashlib.sha256(text).hexdigest():
        _refuse_changed(name)
    try:
        arrays = {tuple(entry["key"]): _array(archive, entry) for entry in manifest.pop("columns")}
    except (KeyError, TypeError, *DAMAGED):
        _refuse_changed(name)
    return Archive(manifest, arrays)


def _check_schema(name: str, manifest: Mapping[str, Any], schema: int) -> None:
    found = manifest.get("schema")
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        _refuse_changed(name)
    if found > schema:
        writer = str(manifest.get("coqs_version", ""))[:20]
        cure = f"it was written by coqs {writer!r}, read it with that or a newer one"
        _refuse(name, f"must have schema {schema} or an older one", str(found), cure)


def _refuse_changed(name: str) -> NoReturn:
    _refuse(name, "must be as it was written", "one that is damaged or was changed", "copy or save it again")


def _taken(archive: zipfile.ZipFile, part: str) -> bytes:
    """Return a part's bytes; a compressed one was never written by us, and may unfold without end."""
    if archive.getinfo(part).compress_type != zipfile.ZIP_STORED:
        raise ValueError("compressed")
    return archive.read(part)


def _array(archive: zipfile.ZipFile, entry: Mapping[str, str]) -> Array:
    """Return a column of an archive, read-only, in the type that it had before it was narrowed."""
    content, dtype = _taken(archive, entry["part"]), np.dtype(entry["dtype"])
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise ValueError("changed")
    held = io.BytesIO(content)
    np.lib.format.read_magic(held)
    shape, _, stored = np.lib.format.read_array_header_1_0(held)
    if stored.kind not in KINDS or dtype.kind not in KINDS or len(shape) != 1:
        raise ValueError("no column")
    array = np.frombuffer(content, stored, offset=held.tell())
    if len(array) != shape[0]:
        raise ValueError("cut off")
    return freeze(array.astype(dtype.newbyteorder("="), copy=False))
