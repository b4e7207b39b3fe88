"""Next steps: what each criterion's misses cost, held against scoring by hand and against plain loops."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import coqs

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "counter"
version = "1"
pass_mark = "4/5"
facts.situation = ["calm", "angry"]
stages = [{ id = "greeting", weight = 1 }, { id = "responding", weight = 3 }]
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 4, is = "meets" },
          { id = "warmly", points = 5, is = "exceeds" }]
[[criteria]]
id = "wait"
stage = "responding"
controlled_by = "system"
levels = [{ id = "short", below = 60, points = 1, is = "meets" },
          { id = "long", from = 60, points = 0, is = "below" }]
[[criteria]]
id = "tone"
stage = "responding"
levels = [{ id = "soft" }, { id = "firm" }]
ideal = { fact = "situation", best = { calm = "soft", angry = "firm" }, points = [1, 0] }
[[criteria]]
id = "found"
stage = "responding"
meets_at = "2/3"
options = [{ id = "name", points = 1 }, { id = "order", points = 2 }, { id = "pried", points = -1 }]
[[criteria]]
id = "honest"
stage = "responding"
record_only = true
gate = { class = "ethics", kind = "unethical", on = ["lied"] }
levels = [{ id = "lied", is = "below" }, { id = "true", is = "meets" }]
[[criteria]]
id = "noted"
stage = "responding"
record_only = true
levels = [{ id = "no" }, { id = "yes" }]
""")
TABLE = {
    "interaction": ["a", "b", "b", "c"],
    "rater": ["x", "x", "y", "x"],
    "situation": ["calm", "angry", "angry", "calm"],
    "greets": ["no", "yes", "no", "warmly"],
    "wait": [90, 10, 10, 10],
    "tone": ["firm", "soft", "firm", "soft"],
    "found": ["name", "name|order", "order", "pried"],
    "honest": ["true", "lied", "true", "true"],
}


def steps_of(table: dict, **how: object) -> dict[str, dict]:
    ratings = coqs.Ratings.from_table(table, RUBRIC)
    return {row["criterion"]: row for row in coqs.next_steps(coqs.score(ratings), **how).rows()}


def rescored(**changes: list) -> list[float]:
    """Score the table with some columns written otherwise, and average the raters of each interaction."""
    overall = coqs.score(coqs.Ratings.from_table({**TABLE, **changes}, RUBRIC)).overall
    return [overall[0], (overall[1] + overall[2]) / 2, overall[3]]


@pytest.mark.parametrize(
    ("criterion", "met"),
    [
        ("greets", ["yes", "yes", "yes", "warmly"]),
        ("wait", [0, 10, 10, 10]),
        ("tone", ["soft", "firm", "firm", "soft"]),
        ("found", ["order", "name|order", "order", "order"]),
    ],
)
def test_the_gain_is_what_the_sheets_score_when_written_as_met(criterion, met):
    gain = np.subtract(rescored(**{criterion: met}), rescored())
    assert steps_of(TABLE)[criterion]["gain"] == pytest.approx(gain.mean(), abs=1e-12)


def test_shares_below_are_over_interactions_with_raters_averaged_first():
    row = steps_of(TABLE)["greets"]
    assert (row["n"], row["n_ratings"]) == (3, 4)
    assert row["below_share"] == pytest.approx((1 + 1 / 2 + 0) / 3)


def test_a_gate_has_verdicts_to_win_and_no_score():
    table = {**TABLE, "honest": ["lied", "true", "true", "true"], "greets": ["warmly"] * 4}
    table |= {"wait": [1] * 4, "tone": ["soft", "firm", "firm", "soft"], "found": ["name|order"] * 4}
    row = steps_of(table)["honest"]
    assert (row["gain"], row["flips"], row["can_tell"]) == (0, 1, False)


def test_what_is_only_recorded_is_no_step():
    assert set(steps_of(TABLE)) == {"greets", "wait", "tone", "found", "honest"}


def test_each_absence_is_counted():
    table = {**TABLE, "greets": ["no", "n/a", None, "abstained"]}
    row = steps_of(table)["greets"]
    counts = {
        name: row[name] for name in ("not_applicable", "not_asked", "unanswered", "abstained", "failed")
    }
    assert counts == {"not_applicable": 1, "not_asked": 0, "unanswered": 1, "abstained": 1, "failed": 0}
    assert (row["n"], row["below_share"]) == (1, 1)


def test_the_largest_gain_stands_first_and_whose_it_is_beside_it():
    table = coqs.next_steps(coqs.score(coqs.Ratings.from_table(TABLE, RUBRIC)))
    assert (np.diff(table["gain"]) <= 0).all()
    assert steps_of(TABLE)["wait"]["controlled_by"] == "system"


def test_intervals_hold_for_all_criteria_at_once_so_they_are_wider_than_one_alone():
    scores = coqs.score(coqs.make_sample(n=120))
    table = coqs.next_steps(scores)
    answered = int((table["n"] > 0).sum())
    alone = coqs.next_steps(scores, confidence=1 - 0.05 / (2 * answered))
    row = int(np.argmax(table["gain"]))
    low, _ = coqs.kernels.wilson_interval(
        table["below_share"][row] * table["n"][row], table["n"][row], confidence=1 - 0.05 / (2 * answered)
    )
    assert table["below_ci_low"][row] == pytest.approx(float(low))
    assert alone["gain_ci_low"][row] < table["gain_ci_low"][row] < table["gain"][row]


def test_nobody_one_and_all_the_same_cannot_be_told():
    for rows in (0, 1):
        table = {name: column[:rows] for name, column in TABLE.items()}
        assert not any(row["can_tell"] for row in steps_of(table).values())
    never = {name: column[3:] * 5 for name, column in TABLE.items()} | {"interaction": [*"abcde"]}
    assert steps_of(never)["greets"]["gain_ci_low"] is None


def test_what_everybody_misses_is_told():
    n = 60
    table = {"interaction": [f"i{k}" for k in range(n)], "greets": ["no"] * n}
    row = steps_of(table)["greets"]
    assert row["gain"] == pytest.approx(0.8)
    assert row["gain_ci_low"] > 0.5
    assert row["can_tell"]


@pytest.mark.parametrize("combine", ["weighted_points", "weighted_criteria", "pooled_points"])
@pytest.mark.parametrize("average", ["ratio_of_sums", "mean_of_stage_means"])
def test_the_gain_is_that_of_the_average_that_the_policy_takes(combine, average):
    policy = coqs.Policy(name="own", combine=combine, over_interactions=average)
    n = 40
    table = {
        "interaction": [f"i{k}" for k in range(n)],
        "greets": [("no", "yes")[k % 2] for k in range(n)],
        "wait": [(10 if k % 3 else None) for k in range(n)],
    }
    met = {**table, "greets": ["yes"] * n}
    means = [
        coqs.results.whole_table(coqs.score(coqs.Ratings.from_table(each, RUBRIC), policy=policy))["mean"][0]
        for each in (table, met)
    ]
    ratings = coqs.Ratings.from_table(table, RUBRIC)
    rows = {row["criterion"]: row for row in coqs.next_steps(coqs.score(ratings, policy=policy)).rows()}
    assert rows["greets"]["gain"] == pytest.approx(means[1] - means[0], abs=1e-12)
    assert rows["greets"]["gain_ci_low"] < rows["greets"]["gain"] < rows["greets"]["gain_ci_high"]


def test_answers_without_a_standing_are_counted_as_answers():
    text = """
    schema = 1
    id = "free"
    version = "1"
    [[criteria]]
    id = "seen"
    stage = "greeting"
    options = [{ id = "x", points = 1 }, { id = "y", points = 2 }]
    """
    rubric = coqs.Rubric.from_toml_text(text)
    scores = coqs.score(coqs.Ratings.from_table({"interaction": ["a", "b"], "seen": ["x", "y"]}, rubric))
    (row,) = coqs.next_steps(scores).rows()
    assert (row["n"], row["n_ratings"], row["below_share"]) == (0, 2, None)


def test_the_order_of_the_rows_never_shows():
    ratings = coqs.make_sample(n=60)
    order = np.random.default_rng(5).permutation(len(ratings))
    one, other = (coqs.next_steps(coqs.score(each)) for each in (ratings, ratings.take(order)))
    assert one["criterion"].tolist() == other["criterion"].tolist()
    np.testing.assert_allclose(one["gain"], other["gain"], atol=1e-12)


def test_a_score_of_what_one_controls_has_steps_of_that_alone():
    scores = coqs.score(coqs.Ratings.from_table(TABLE, RUBRIC))
    own = coqs.Scorer(RUBRIC).controlled_by("person")(scores.ratings)
    assert "wait" not in coqs.next_steps(own)["criterion"].tolist()


def test_a_table_of_steps_travels_compares_prints_and_becomes_other_tables():
    table = coqs.next_steps(coqs.score(coqs.Ratings.from_table(TABLE, RUBRIC)))
    again = pickle.loads(pickle.dumps(table))
    assert again == table
    assert not again["gain"].flags.writeable
    assert str(table).splitlines()[0].split()[:3] == ["criterion", "stage", "n"]
    assert table._repr_html_().count("<tr>") == len(table) + 1
    assert table.to_table("polars").columns == list(table.columns)
    assert repr(table).startswith("<StepTable: 5 criteria")


@pytest.mark.parametrize("confidence", [0, 1, -1, float("nan")])
def test_a_confidence_that_is_none_is_refused(confidence):
    with pytest.raises(coqs.PolicyError, match="confidence: must lie between 0 and 1"):
        coqs.next_steps(coqs.score(coqs.Ratings.from_table(TABLE, RUBRIC)), confidence=confidence)


def test_a_column_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(coqs.NotFoundError, match="did you mean 'gain'"):
        coqs.next_steps(coqs.score(coqs.Ratings.from_table(TABLE, RUBRIC)))["gian"]
