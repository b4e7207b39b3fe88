"""What each criterion's answer came to, row by row: its code once it is settled, and its standing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.model import Standing
from coqs.ratings import Ratings
from coqs.results import AnswerColumns
from coqs.scoring.bulk.asking import Answers, Asked, settle
from coqs.scoring.bulk.columns import blocks
from coqs.scoring.bulk.groups import columns_of_states, whole_group, wide_states
from coqs.scoring.bulk.plan import CriterionPlan, Plan
from coqs.scoring.bulk.states import State

STANDINGS = tuple(Standing)
NO_STANDING = -1


def answer_columns(plan: Plan, ratings: Ratings) -> AnswerColumns:
    """Settle what was asked, and tell how every answer stands to what the customer expects."""
    parts = [_block(plan, ratings, rows) for rows in blocks(len(ratings))]
    return AnswerColumns.concatenate(parts or [_block(plan, ratings, slice(0, 0))])


def _block(plan: Plan, ratings: Ratings, rows: slice) -> AnswerColumns:
    asked = settle(plan.rubric, Answers.given(ratings, rows))
    standings = {each.criterion.id: _standings(plan, each, asked) for each in plan.criteria}
    codes = {each.criterion.id: np.array(asked.codes[each.criterion.id]) for each in plan.criteria}
    return AnswerColumns.taking(codes=codes, standings=standings)


def _standings(plan: Plan, each: CriterionPlan, asked: Asked) -> npt.NDArray[np.int8]:
    states, places = states_and_places(plan, each, asked)
    told = [NO_STANDING if state.standing is None else STANDINGS.index(state.standing) for state in states]
    found: npt.NDArray[np.int8] = np.array(told, np.int8)[places]
    return found


def states_and_places(plan: Plan, each: CriterionPlan, asked: Asked) -> tuple[Sequence[State], Any]:
    """Return the states of a criterion, and (n,) the place of each row's among them."""
    if each.wide:
        return wide_states(plan, each, asked)
    group = whole_group([each])
    n = len(asked.answers)
    return each.states, group.numbers(columns_of_states(plan, asked), np.empty(n, np.int16)).astype(np.intp)
