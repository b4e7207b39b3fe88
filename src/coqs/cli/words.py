"""What a word on the command line can be read as: a pair, keys, a share, a number."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction


def pair(text: str) -> tuple[str, str]:
    """Read two names with = between."""
    name, mark, other = text.partition("=")
    if not (name and mark and other):
        raise argparse.ArgumentTypeError(f"must be two names with = between, got {text!r}")
    return name, other


def pair_with_empty(text: str) -> tuple[str, str]:
    """Read a pair whose name may be empty, or hold the mark itself."""
    name, mark, other = text.rpartition("=")
    if not (mark and other):
        raise argparse.ArgumentTypeError(f"must be a name and a role with = between, got {text!r}")
    return name, other


def keys(text: str) -> tuple[str, ...]:
    """Read keys with commas between."""
    return tuple(key.strip() for key in text.split(","))


def share(text: str) -> Fraction:
    """Read a share from 0 to 1, as a decimal or a fraction."""
    from fractions import Fraction  # not on the way to help

    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        found = Fraction(-1)
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError(f"must be a share from 0 to 1, got {text!r}")
    return found


def number(text: str) -> float:
    """Read a number, as a decimal or a fraction."""
    from fractions import Fraction  # not on the way to help

    try:
        return float(Fraction(text))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise argparse.ArgumentTypeError(f"must be a number, got {text!r}") from None


def seed(text: str) -> int:
    """Read a whole number from 0."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"must be a whole number from 0, got {text!r}")
    return int(text)


def count(text: str) -> int:
    """Read a whole number from 1."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**62):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, got {text!r}")
    return int(text)
