"""Relationships: depth, continuity, what is remembered, and whether later interactions are better."""

import math
import pickle

import numpy as np
import pytest

import coqs
from coqs.errors import NotFoundError, PolicyError, RecordError

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
facts = { returns = "boolean", spent = "number", mood = ["good", "bad"] }
[[criteria]]
id = "greets"
stage = "greeting"
levels = [
  { id = "a", below = 20, points = 0, is = "below" },
  { id = "b", from = 20, below = 40, points = 1, is = "below" },
  { id = "c", from = 40, below = 60, points = 2, is = "meets" },
  { id = "d", from = 60, below = 80, points = 3, is = "meets" },
  { id = "e", from = 80, points = 4, is = "meets" },
]
[[criteria]]
id = "detail_remembered"
stage = "determining"
record_only = true
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]
""")


def scored(rows, **facts):
    """Score rows of (customer, provider, points of 4, detail), a day apart."""
    table = {
        "interaction": [f"i{k:03}" for k in range(len(rows))],
        "customer": [row[0] for row in rows],
        "provider": [row[1] for row in rows],
        "at": [f"{np.datetime64('2026-03-02') + k}T09:00Z" for k in range(len(rows))],
        "greets": [row[2] * 20 + 10 for row in rows],
        "detail_remembered": [row[3] if len(row) > 3 else None for row in rows],
        **facts,
    }
    return coqs.score(coqs.Ratings.from_table(table, RUBRIC))


ROWS = [
    ("X", "Ana", 1),
    ("Y", "Bo", 4),
    ("X", "Ana", 2),
    ("Z", "Bo", 0),
    ("X", "Bo", 3),
    ("Y", "Ana", 4),
    (None, "Ana", 0),
    ("X", "Ana", 4),
]


def test_depth_and_continuity_are_those_worked_by_hand():
    found = coqs.relationships(scored(ROWS))
    assert found.customers.rows()[0] == {
        "customer": "X",
        "n": 4,
        "n_scored": 4,
        "mean": 0.625,
        "first": found.customers["first"][0].item(),
        "last": found.customers["last"][0].item(),
        "span_days": 7,
        "providers": 2,
        "usual_provider": "Ana",
        "usual_share": 0.75,
        "continuity": 0.5,
    }
    assert found.customers["customer"].tolist() == ["X", "Y", "Z"]
    assert found.customers["usual_provider"].tolist() == ["Ana", None, "Bo"]
    assert found.customers["continuity"][1] == 0
    assert np.isnan(found.customers["continuity"][2])
    assert found.n_unknown == 1


def test_depths_part_those_who_come_once_from_those_who_come_again():
    found = coqs.relationships(scored(ROWS)).depths
    assert found["depth"].tolist() == ["1", "2", "3 to 5", "6 and more"]
    assert found["customers"].tolist() == [1, 1, 1, 0]
    assert found["n"].tolist() == [1, 2, 4, 0]
    assert found["score"].tolist()[:3] == [0, 1, 0.625]
    assert np.isnan(found["score_low"]).all()  # one customer tells nothing of others
    assert "cannot tell how surely" in str(found)


def growing(rng, *, further=0.5, loyal=0.0, customers=40):
    """Draw customers who come 1 to 8 times; those who come often are served better from the start."""
    rows = []
    for place in range(customers):
        n = int(rng.integers(1, 9))
        for number in range(n):
            points = 1 + loyal * (n - 4) + further * number + rng.normal(0, 0.7)
            rows.append((f"C{place:02}", "Ana", int(np.clip(round(points), 0, 4))))
    return scored(rows)


def comparisons(found):
    return {(row["of"], row["comparison"]): row for row in found.growth.rows()}


def test_a_relationship_that_grows_is_told():
    found = coqs.relationships(growing(np.random.default_rng(1)))
    further = comparisons(found)["score", "each further interaction"]
    assert further["says"] == found.later_is == "better"
    assert further["change_low"] < 0.5 / 4 < further["change_high"] + 0.03  # points are rounded, and clipped


def test_that_loyal_customers_are_others_is_not_taken_for_growth():
    found = coqs.relationships(growing(np.random.default_rng(2), further=0, loyal=0.4, customers=60))
    assert found.later_is == "cannot tell"
    assert comparisons(found)["score", "each further interaction"]["says"] == "cannot tell"
    means = found.depths["score"]
    assert means[3] > means[1] + 0.2  # between customers it looks like it


def test_a_few_customers_cannot_tell():
    found = coqs.relationships(scored(ROWS))
    assert found.later_is == "cannot tell"
    assert all(row["change_low"] is None for row in found.growth.rows())


def test_the_usual_provider_is_not_praised_for_being_the_better_one():
    rng = np.random.default_rng(3)
    rows = []
    for place in range(60):
        for _ in range(5):
            who = "Ana" if rng.random() < 0.7 else "Bo"  # Ana is the usual one of nearly all, and the better
            rows.append(
                (f"C{place:02}", who, int(rng.integers(3, 5) if who == "Ana" else rng.integers(0, 2)))
            )
    row = comparisons(coqs.relationships(scored(rows)))["score", "usual provider against others"]
    assert row["says"] == "cannot tell"


def outcomes(rng, *, effect):
    rows, spent = [], []
    for place in range(40):
        for _ in range(4):
            used = bool(rng.random() < 0.5)
            rows.append((f"C{place:02}", "Ana", 3, "yes" if used else "no"))
            spent.append(20 + place + effect * used + rng.normal(0, 5))
    return rows, spent


def test_what_a_behaviour_comes_with_is_told_of_the_outcome_within_customers():
    rows, spent = outcomes(np.random.default_rng(4), effect=10)
    found = coqs.relationships(scored(rows, spent=spent), outcome="spent")
    row = comparisons(found)["outcome", "detail_remembered met against not"]
    assert row["says"] == "better"
    assert row["change_low"] < 10 < row["change_high"]
    assert ("score", "detail_remembered met against not") not in comparisons(found)
    assert found.depths["outcome"][2] == pytest.approx(np.mean(spent))


def test_an_outcome_may_be_true_or_false_and_nothing_else():
    facts = {"returns": [True, False] * 4, "mood": ["good"] * 8}
    scores = scored(ROWS, **facts)
    assert coqs.relationships(scores, outcome="returns").depths["outcome"].tolist()[2] == 0.75
    with pytest.raises(PolicyError, match="'mood' must be a number, or true or false"):
        coqs.relationships(scores, outcome="mood")
    with pytest.raises(NotFoundError, match="smile"):
        coqs.relationships(scores, outcome="smile")


def detail(**changes):
    how = {
        "customer": "X",
        "source": "i000",
        "recorded": "2026-03-02T10:00Z",
        "consented": "2026-03-02T10:00Z",
        "expires": "2026-03-08T00:00Z",
        "text": "takes tea",
    }
    return coqs.Detail(**how | changes)


TOLD = [
    (*row, used)
    for row, used in zip(ROWS, ["yes", None, "yes", "yes", "no", None, "yes", "yes"], strict=True)
]


@pytest.mark.parametrize(
    ("details", "usable", "unusable", "nothing"),
    [  # X comes on the 2nd, 4th, 6th and 9th: n, told, used
        ([], (0, 0, 0), (0, 0, 0), (7, 5, 4)),
        ([detail()], (2, 2, 1), (1, 1, 1), (4, 2, 2)),
        ([detail(consented=None)], (0, 0, 0), (3, 3, 2), (4, 2, 2)),
        ([detail(consented="2026-03-05T00:00Z")], (1, 1, 0), (2, 2, 2), (4, 2, 2)),
        ([detail(consented=None), detail()], (2, 2, 1), (1, 1, 1), (4, 2, 2)),
        (
            [detail(recorded="2026-03-01T00:00Z")],
            (2, 2, 1),
            (1, 1, 1),
            (4, 2, 2),
        ),  # its source is no use of it
        ([detail(customer="nobody")], (0, 0, 0), (0, 0, 0), (7, 5, 4)),
    ],
)
def test_a_detail_is_usable_once_it_is_agreed_to_and_until_it_expires(details, usable, unusable, nothing):
    rows = coqs.relationships(scored(TOLD), details=details).details.rows()
    assert [(row["n"], row["n_told"], row["used"]) for row in rows] == [usable, unusable, nothing]


def test_a_detail_is_never_shown():
    assert "tea" not in repr(detail())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"customer": ""}, "must have 'customer'"),
        ({"source": " "}, "must have 'source'"),
        ({"expires": "2026-03-02T10:00Z"}, "must expire after it was recorded"),
        ({"recorded": "2026-03-02"}, "must be a time with a zone"),
    ],
)
def test_a_detail_of_nobody_or_without_an_end_is_refused(changes, message):
    with pytest.raises(RecordError, match=message):
        detail(**changes)


def test_behaviours_are_those_that_the_rubric_has_or_those_asked_for():
    scores = scored(TOLD)
    found = coqs.relationships(scores).behaviours
    assert found["criterion"].tolist() == ["detail_remembered"]
    assert (found["n"][0], found["customers"][0]) == (5, 2)
    assert found["met"][0] == pytest.approx(4 / 5)
    assert (found["met_first"][0], found["met_later"][0]) == (1, pytest.approx(2 / 3))
    assert coqs.relationships(scores, behaviours=["greets"]).behaviours["criterion"].tolist() == ["greets"]
    assert len(coqs.relationships(scores, behaviours=[]).behaviours) == 0
    with pytest.raises(NotFoundError, match="did you mean 'greets'"):
        coqs.relationships(scores, behaviours=["greet"])
    with pytest.raises(NotFoundError):
        coqs.relationships(scores, details=[detail()], detail="remembers")
    with pytest.raises(PolicyError, match="must lie between 0 and 1"):
        coqs.relationships(scores, confidence=95)


def test_nobody_who_is_known_has_no_relationship():
    found = coqs.relationships(scored([(None, "Ana", 2), (None, "Bo", 3)]))
    assert (len(found.customers), found.n_unknown, found.later_is) == (0, 2, "cannot tell")
    assert "0 interactions of 0 customers" in str(found)


def test_relationships_travel_and_print():
    found = coqs.relationships(scored(TOLD), details=[detail()])
    assert pickle.loads(pickle.dumps(found)) == found
    assert found._repr_html_().count("<table>") == 4
    assert "tea" not in str(found)


def test_a_picture_has_a_row_a_comparison():
    found = coqs.relationships(scored(ROWS, spent=[1.0] * 8), outcome="spent")
    assert len(found.plot().get_yticklabels()) == 4
    assert len(found.growth.plot(of="outcome").get_yticklabels()) == 6


@pytest.mark.slow
def test_means_by_depth_cover_as_often_as_they_say():
    from coqs.journeys.relationships.ties import _clustered

    rng, runs, hits = np.random.default_rng(9), 4000, 0
    for _ in range(runs):
        n = rng.integers(1, 4, 60)
        customer = np.repeat(np.arange(60), n)
        values = rng.normal(5, 1, 60)[customer] + rng.normal(0, 1, len(customer))
        found = _clustered("score", values, customer, 0.95)
        hits += int(found["score_low"] <= 5 <= found["score_high"])
    error = math.sqrt(0.95 * 0.05 / runs)  # 0.34 points
    assert 0.935 - 2 * error <= hits / runs <= 0.965 + 2 * error
