"""Customers' answers as columns: one row for each sheet, one column for each item of a questionnaire.

Floor 2, beside the ratings, whose tables and refusals it shares. What a customer wrote in words of their
own is let go at the door: all that is kept is that something was written. Scoring is in `coqs.surveys`.
"""

from coqs.answers.answers import Answers

__all__ = ["Answers"]
