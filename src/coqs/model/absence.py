"""The five ways in which an answer can be missing, and how an answer stands to expectation."""

from __future__ import annotations

from enum import StrEnum


class Absence(StrEnum):
    """Why there is no answer; five different things, none of them 0.

    Each has a negative `code`, the number that stands for it in columns of level positions.

    >>> Absence.ABSTAINED.code
    -4
    >>> Absence.from_code(-2)
    <Absence.NOT_APPLICABLE: 'not_applicable'>
    """

    UNANSWERED = "unanswered"
    """A person was asked and left it open."""
    NOT_APPLICABLE = "not_applicable"
    """A person judged that the criterion has no place in this interaction."""
    NOT_ASKED = "not_asked"
    """A branch of the rubric, or the rater, hid it."""
    ABSTAINED = "abstained"
    """The rater cannot assess it."""
    FAILED = "failed"
    """The rater or its plugin broke."""

    @property
    def code(self) -> int:
        """Return the negative integer that stands for this absence in a column."""
        return -1 - tuple(Absence).index(self)

    @classmethod
    def from_code(cls, code: int) -> Absence:
        """Return the absence that a negative column code stands for."""
        return tuple(cls)[-1 - code]


class Standing(StrEnum):
    """How a level stands to what the customer expects."""

    BELOW = "below"
    MEETS = "meets"
    EXCEEDS = "exceeds"
