"""Read a file of what is asked, and the nested mapping that it holds: strictly, each error with its place."""

from __future__ import annotations

import os
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from coqs.errors import MissingDependencyError, RubricError

MOST_BYTES = 2**24
"""A file's size; a larger file is not read."""


class Readable(Protocol):
    """A file of a package, as `importlib.resources` hands it out."""

    def read_bytes(self) -> bytes:
        """Return the whole content."""


def text_of_file(source: str | os.PathLike[str] | Readable, *, what: str) -> tuple[str, str]:
    """Return a file's name and its text; `what` it is to hold stands in messages.

    Raises
    ------
    RubricError
        The file cannot be read, is larger than `MOST_BYTES`, or is not UTF-8.
    """
    name = Path(str(source)).name
    try:
        content = _content(source)
        text = content.decode("utf-8-sig") if len(content) <= MOST_BYTES else ""
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise RubricError(
            f"{name}: must be a readable file, got {problem.lower()!r}; check the path"
        ) from None
    except UnicodeDecodeError as error:
        raise RubricError(
            f"{name}: must be UTF-8, got another encoding at byte {error.start}; save it as UTF-8"
        ) from None
    except ValueError:
        raise RubricError(f"{name!r}: must be a path, got a NUL in it; mend the path") from None
    if len(content) > MOST_BYTES:
        raise RubricError(f"{name}: must be a {what} of at most {MOST_BYTES} bytes, got more; check the path")
    return name, text


def entries_of_toml(text: str) -> dict[str, Any]:
    """Return the nested mapping of a TOML text, its decimals exact."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line \d+, column \d+", str(error))
        where = place[0] if place else "end of file"
        raise RubricError(f"{where}: must be TOML, got a syntax error; mend it there") from None
    except (RecursionError, ValueError, ArithmeticError):
        raise RubricError("must be TOML of a sensible size, got a value out of range; mend it") from None


def toml_of_entries(entries: dict[str, Any], *, what: str) -> str:
    """Return the TOML text of a nested mapping; needs tomli-w."""
    try:
        import tomli_w
    except ImportError:
        raise MissingDependencyError(f"writing a {what}", library="tomli-w", extra="toml") from None
    return tomli_w.dumps(entries)


def _content(source: str | os.PathLike[str] | Readable) -> bytes:
    """Read a whole file, but never much more than any has that is meant."""
    if not isinstance(source, str | os.PathLike):
        return source.read_bytes()
    with Path(source).open("rb") as file:
        return file.read(MOST_BYTES + 1)
