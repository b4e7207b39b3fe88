"""What an interaction was expected to get: the score of a sheet that meets on what was asked and answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import coqs
from coqs.scoring.expected import expected_scores

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
facts.situation = ["calm", "alarm"]

[[criteria]]
id = "greeted"
stage = "greeting"
levels = [
  { id = "no", points = 0, is = "below" },
  { id = "nod", points = 3, is = "meets" },
  { id = "word", points = 4, is = "meets" },
  { id = "name", points = 5, is = "exceeds" },
]

[[criteria]]
id = "wait"
stage = "greeting"
levels = [
  { id = "short", below = 60, points = 1, is = "meets" },
  { id = "long", from = 60, points = 0, is = "below" },
]

[[criteria]]
id = "apology"
stage = "greeting"
when = { criterion = "greeted", in = ["no"] }
levels = [{ id = "none", points = 0, is = "below" }, { id = "said", points = 2, is = "meets" }]

[[criteria]]
id = "offered"
stage = "responding"
meets_at = 0.5
options = [{ id = "map", points = 1 }, { id = "escort", points = 2 }, { id = "call", points = 1 }]

[[criteria]]
id = "tone"
stage = "responding"
ideal = { fact = "situation", best = { calm = "low", alarm = "firm" }, points = [4, 1] }
levels = [{ id = "low" }, { id = "firm" }]

[[criteria]]
id = "extra"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]

[[criteria]]
id = "lawful"
stage = "concluding"
gate = { class = "ethics", kind = "illegal", on = ["no"] }
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]
""")


def expected(policy: Any = None, **answers: Any) -> tuple[float, float]:
    table = {"interaction": ["a"], **{id: [answer] for id, answer in answers.items()}}
    low, high = expected_scores(coqs.score(coqs.Ratings.from_table(table, RUBRIC), policy=policy))
    return float(low[0]), float(high[0])


@pytest.mark.parametrize(
    ("answers", "low", "high"),
    [
        ({"wait": 90}, 1, 1),
        ({"wait": 5}, 1, 1),
        ({"greeted": "name"}, 3 / 5, 4 / 5),  # two levels meet: between them nobody is below or above
        ({"greeted": "word", "wait": 90}, (3 / 5 + 1) / 2, (4 / 5 + 1) / 2),
        ({"offered": "map"}, 1 / 2, 1 / 2),
        ({"offered": "map|escort|call"}, 1 / 2, 1 / 2),
        ({"tone": "low", "situation": "alarm"}, 1, 1),
        ({"extra": "no"}, 0, 0),  # no level meets: it keeps its answer
        ({"extra": "yes", "offered": "|"}, 3 / 4, 3 / 4),
        ({"lawful": "no"}, 1, 1),  # the gate fails the verdict, not what was expected
    ],
)
def test_a_sheet_that_meets_gets_what_was_expected(answers: dict[str, Any], low: float, high: float) -> None:
    assert expected(**answers) == (pytest.approx(low), pytest.approx(high))


def test_what_a_branch_asked_stays_asked_although_meeting_would_hide_it() -> None:
    assert expected(greeted="no", apology="none") == (
        pytest.approx((3 / 5 + 1) / 2),
        pytest.approx((4 / 5 + 1) / 2),
    )
    assert expected(greeted="name", apology="none") == expected(greeted="name")  # hidden, so ignored


def test_absences_stay_what_they_are_under_the_policy() -> None:
    assert expected(wait=5, lawful="unanswered") == (1, 1)
    zero = coqs.Policy.from_mapping({"name": "zero", "unanswered": "zero"})
    low, _ = expected(zero, wait=5, tone="not_applicable", situation="calm")
    assert low < 1


def test_not_scored_has_no_expectation() -> None:
    assert np.isnan(expected(wait="not_applicable")).all()


@pytest.mark.parametrize("name", ["coqs", "security"])
def test_a_sheet_that_meets_everything_gets_exactly_what_was_expected(name: str) -> None:
    """Whatever the ready-made rubrics ask: all-meets sheets score within their own expectation."""
    rubric = coqs.load_plugins(only=[name]).rubric(name)
    columns: dict[str, list[Any]] = {"interaction": ["a"], "customer_set": ["client"]}
    for criterion in rubric.criteria:
        meets = [level.id for level in getattr(criterion.scale, "levels", ()) if level.standing == "meets"]
        if meets and not criterion.ideal and not hasattr(criterion.scale, "unit"):
            columns[criterion.id] = [meets[0]]
    scores = coqs.score(coqs.Ratings.from_table(columns, rubric))
    low, high = expected_scores(scores)
    assert low[0] - 1e-9 <= scores.overall[0] <= high[0] + 1e-9


@pytest.mark.parametrize("policy", [name for name in coqs.Policy.names() if not name.startswith("copc-")])
def test_every_policy_has_an_expectation(policy: str) -> None:
    table = {"interaction": ["a", "b"], "greeted": ["no", "name"], "wait": [90, 5], "offered": ["map", "|"]}
    scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC), policy=policy)
    low, high = expected_scores(scores)
    assert not (low > high).any()
    assert np.isnan(low).tolist() == (~scores.is_scored).tolist()
