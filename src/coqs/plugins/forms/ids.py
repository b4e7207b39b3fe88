"""Ids of ours from ids of theirs: as like them as our rules allow, each once."""

from __future__ import annotations

import re

import coqs

RESERVED = (*coqs.model.RESERVED, "evaluation", "evaluation_status", "evaluation_type")
"""Columns of ratings, and facts that evaluations bring."""
LONGEST = 64


def plain_id(text: str, taken: set[str], first: str = "q") -> str:
    """Return an id of lower-case letters, digits and underscores that nobody has yet, and take it."""
    found = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    if not re.match(r"[a-z]", found):
        found = f"{first}_{found}".rstrip("_")
    return _own(found, taken)


def answer_id(text: str, taken: set[str]) -> str:
    """Return an id that a level or option may have and nobody has yet, and take it."""
    found = re.sub(r"[^A-Za-z0-9_.-]+", "_", text).strip("_")
    is_absence = found.casefold() in tuple(coqs.Absence)
    if is_absence or found.isdigit() or not re.match(r"[A-Za-z0-9_]", found):
        found = f"option_{found}".rstrip("_")
    return _own(found, taken)


def rubric_id(text: str) -> str:
    """Return an id that a rubric may have."""
    found = re.sub(r"[^a-z0-9_-]+", "-", text.casefold()).strip("-_")
    return (found if re.match(r"[a-z]", found) else f"form-{found}".rstrip("-"))[:LONGEST]


def _own(found: str, taken: set[str]) -> str:
    stem, own, number = found[:LONGEST], found[:LONGEST], 1
    while own in taken:
        number += 1
        own = f"{stem[: LONGEST - 1 - len(str(number))]}_{number}"
    taken.add(own)
    return own
