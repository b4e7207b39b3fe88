"""Keep spreadsheets from running a text as a formula, in a way that our reader undoes exactly.

A text that begins with one of `STARTS` gets an apostrophe in front. So that no text is changed by being
written and read, one that already has apostrophes before such a character gets one more.
"""

from __future__ import annotations

import re

STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What a formula can begin with, the full-width forms of = + - @ among them."""

GUARDED_PATTERN = rf"'('*[{re.escape(STARTS)}])"
"""What `unguarded` takes an apostrophe off from; the group is what stays."""
_OPENS = re.compile(rf"'*[{re.escape(STARTS)}]")
_GUARDED = re.compile(GUARDED_PATTERN)


def guarded(text: str) -> str:
    """Return a text as it is safe to write into a cell.

    >>> guarded("=1+1"), guarded("'-7"), guarded("I-7")
    ("'=1+1", "''-7", 'I-7')
    """
    return f"'{text}" if _OPENS.match(text) else text


def unguarded(cell: str) -> str:
    """Return the text that a cell stands for, the inverse of `guarded`.

    >>> unguarded("'=1+1"), unguarded("''-7"), unguarded("'tis")
    ('=1+1', "'-7", "'tis")
    """
    return cell[1:] if _GUARDED.match(cell) else cell
