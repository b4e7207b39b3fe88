"""Answers to questionnaires, scored: shares, means and net scores by explicit definition, with intervals.

Floor 4. What is asked stands in `coqs.rubric.questionnaire`, what was answered in `coqs.answers`. Here they
are worked out, put beside scores, and "exceeds" is held against how the customer felt.
"""

from coqs.surveys.exceeds import ExceedsCheck, exceeds_check
from coqs.surveys.joining import join_answers
from coqs.surveys.scores import SurveyScores, score_answers

__all__ = ["ExceedsCheck", "SurveyScores", "exceeds_check", "join_answers", "score_answers"]
