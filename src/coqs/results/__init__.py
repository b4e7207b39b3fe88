"""What comes out: scores, group tables, explanations, problems and their provenance.

Floor 2. Results are frozen values; arrays are read-only. What needs a higher floor is a function.
"""

from coqs.results.accounts import Fired, Gain, Item, Moved, StageAccount, Step
from coqs.results.columns import REASONS, VERDICTS, AnswerColumns, DetailColumns, ScoreColumns
from coqs.results.counterfactual import Change, Counterfactual
from coqs.results.explanation import Explanation
from coqs.results.groups import GroupTable
from coqs.results.one import OneDetails, OneScore
from coqs.results.problems import Problem
from coqs.results.provenance import Provenance
from coqs.results.scores import Scores
from coqs.results.tally import Tally, stage_table, whole_table

__all__ = [
    "REASONS",
    "VERDICTS",
    "AnswerColumns",
    "Change",
    "Counterfactual",
    "DetailColumns",
    "Explanation",
    "Fired",
    "Gain",
    "GroupTable",
    "Item",
    "Moved",
    "OneDetails",
    "OneScore",
    "Problem",
    "Provenance",
    "ScoreColumns",
    "Scores",
    "StageAccount",
    "Step",
    "Tally",
    "stage_table",
    "whole_table",
]
