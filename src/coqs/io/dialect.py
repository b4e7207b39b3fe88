"""How a file is written down: its format, its separator, its encoding; each by name."""

from __future__ import annotations

import codecs
import contextlib
import os
from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal, get_args

from coqs.errors import NotFoundError, RecordError
from coqs.tables import kind_of

Format = Literal["csv", "parquet", "jsonl"]
SUFFIXES: Mapping[str, Format] = MappingProxyType(
    {".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
)
"""What a name ends in; every other one is CSV, the form that most programs save."""
SEPARATORS: Mapping[str, str] = MappingProxyType({"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"})
NO_SEPARATORS = "\"'\r\n\ufeff"
ENCODINGS = ("utf-8", "utf-16", "utf-32", "cp1252", "latin-1", "cp1250", "cp1251", "ascii", "mac-roman")
"""Some of the names that are known, to choose the nearest from; every text encoding of Python is."""
UTF_8 = "utf-8"


def format_of(source: object, given: str | None) -> Format:
    """Return the format of a file: the one that is given, or else the one that its name tells.

    >>> format_of("ratings.parquet", None), format_of("ratings.jsonl.gz", None), format_of("r", None)
    ('parquet', 'jsonl', 'csv')
    """
    if given is not None:
        for known in get_args(Format):
            if given == known:
                return known  # type: ignore[no-any-return]
        raise NotFoundError("format", str(given), get_args(Format))
    return SUFFIXES.get(_suffix(source), "csv")


def _suffix(source: object) -> str:
    name = source if isinstance(source, str | os.PathLike) else getattr(source, "name", "")
    path = PurePath(os.fspath(name)) if isinstance(name, str | os.PathLike) else PurePath()
    return PurePath(path.stem if path.suffix == ".gz" else path).suffix.casefold()


def separator_of(source: object, given: str | None) -> str:
    r"""Return the character between the cells of a CSV file, which may be given by its name.

    >>> separator_of("r.csv", None), separator_of("r.tsv", None), separator_of("r.csv", "semicolon")
    (',', '\t', ';')
    """
    if given is None:
        return "\t" if _suffix(source) in (".tsv", ".tab") else ","
    if not isinstance(given, str):
        raise RecordError(f"separator: must be a text, got {kind_of(given)}; write for example 'tab'")
    if given in SEPARATORS:
        return SEPARATORS[given]
    if len(given) != 1 or given in NO_SEPARATORS or given.isalnum():
        problem = f"separator: must be one character or a name, got {kind_of(given)}"
        raise NotFoundError("separator", str(given), SEPARATORS, problem=problem)
    return given


def encoding_of(given: str | None) -> str | None:
    """Return the name of an encoding as the machine knows it; none for what the file itself tells.

    >>> encoding_of("latin-1"), encoding_of("UTF8"), encoding_of(None)
    ('latin-1', 'utf-8', None)
    """
    if given is None:
        return None
    if not isinstance(given, str):
        raise RecordError(f"encoding: must be a name, got {kind_of(given)}; write for example 'cp1252'")
    try:
        name = codecs.lookup(given).name
        with contextlib.suppress(UnicodeError):
            b" ".decode(given)  # refuses what is no encoding of texts, such as base64
    except (LookupError, ValueError):
        raise NotFoundError("encoding", given, ENCODINGS) from None
    return UTF_8 if name in (UTF_8, "utf-8-sig") else given
