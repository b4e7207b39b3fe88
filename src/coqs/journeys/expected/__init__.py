"""Observed against expected: whoever serves harsh customers is held against what these usually say."""

from coqs.journeys.expected.expected import ExpectedTable, against_expected

__all__ = ["ExpectedTable", "against_expected"]
