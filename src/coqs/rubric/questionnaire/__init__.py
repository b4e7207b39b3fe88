"""What customers are asked: items, their scales, and measures by explicit definition; in a TOML file.

Floor 2, without numpy and pluggy. Answers become columns in `coqs.answers` and are scored in `coqs.surveys`.
"""

from coqs.rubric.questionnaire.items import Choice, FreeText, ItemScale, Rating, SurveyItem, YesNo
from coqs.rubric.questionnaire.measures import KINDS, Measure
from coqs.rubric.questionnaire.questionnaire import MOST_ITEMS, Questionnaire

__all__ = [
    "KINDS",
    "MOST_ITEMS",
    "Choice",
    "FreeText",
    "ItemScale",
    "Measure",
    "Questionnaire",
    "Rating",
    "SurveyItem",
    "YesNo",
]
