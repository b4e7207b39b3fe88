"""The text of a mapping file: read whole, never much more than any mapping has."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from coqs.errors import RecordError

MOST_BYTES = 2**20
"""A mapping file's size; a larger file is not read."""


def content_of(source: str | os.PathLike[str] | Any) -> str:
    """Return the text of a mapping file: a path, or a resource of a package."""
    try:
        return _bytes(source).decode("utf-8-sig")
    except RecordError:
        raise
    except OSError as error:
        problem = (error.strerror or type(error).__name__).lower()
        raise RecordError(f"must be a readable file, got {problem!r}; check the path") from None
    except UnicodeDecodeError as error:
        raise RecordError(f"must be UTF-8, got another encoding at byte {error.start}; save it so") from None
    except ValueError:
        raise RecordError("must be a path, got a NUL in it; mend the path") from None


def _bytes(source: str | os.PathLike[str] | Any) -> bytes:
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    else:
        content = bytes(source.read_bytes())
    if len(content) > MOST_BYTES:
        raise RecordError(f"must be a mapping of at most {MOST_BYTES} bytes, got more; check the path")
    return content


def entries_of(text: str) -> dict[str, Any]:
    """Return what a mapping file holds."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line \d+, column \d+", str(error))
        where = place[0] if place else "end of file"
        raise RecordError(f"{where}: must be TOML, got a syntax error; mend it there") from None
    except (RecursionError, ValueError, ArithmeticError):
        raise RecordError("must be TOML of a sensible size, got a value out of range; mend it") from None
