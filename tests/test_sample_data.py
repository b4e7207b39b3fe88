"""The made-up sample: seeded, whole, and with everything in it that a report must show."""

from __future__ import annotations

import numpy as np
import pytest

import coqs
from coqs.model import Absence


@pytest.fixture(scope="module")
def plugins() -> coqs.Plugins:
    return coqs.load_plugins(only=["security", "coqs"])


@pytest.fixture(scope="module")
def sample(plugins: coqs.Plugins) -> coqs.Ratings:
    return coqs.make_sample(plugins=plugins)


@pytest.fixture(scope="module")
def scores(sample: coqs.Ratings) -> coqs.Scores:
    return coqs.score(sample)


ODD = """
schema = 1
id = "odd"
version = "1"
facts.load = "number"
facts.mood = ["calm", "cross"]
facts.late = "boolean"
sets.neighbours = "who lives next door"
stages = [{ id = "all" }]
[[criteria]]
id = "paces"
stage = "all"
gate = { class = "ethics", kind = "immoral", on = ["many"] }
levels = [{ id = "few", below = -5, points = 2 }, { id = "some", from = -5, below = 0.05, points = 1 },
          { id = "many", from = 0.05, points = 0 }]
[[criteria]]
id = "tone"
stage = "all"
when = { fact = "load", from = 3, below = 40 }
ideal = { fact = "mood", best = { calm = "soft", cross = "plain" }, points = [1, 0] }
levels = [{ id = "soft" }, { id = "plain" }]
[[criteria]]
id = "showed"
stage = "all"
applies_to = ["neighbours", "visitors"]
when = { not = { criterion = "paces", in = ["few"] } }
options = [{ id = "map", points = 1 }, { id = "way", points = 2 }, { id = "door", points = -1 }]
[[criteria]]
id = "noted"
stage = "all"
record_only = true
levels = [{ id = "a" }, { id = "b" }]
"""


def test_the_same_seed_gives_the_same_sample(plugins: coqs.Plugins, sample: coqs.Ratings) -> None:
    assert coqs.make_sample(plugins=plugins) == sample
    assert coqs.make_sample(plugins=plugins, seed=2) != sample


def test_the_sample_is_of_the_security_rubric_unless_another_is_given(
    plugins: coqs.Plugins, sample: coqs.Ratings
) -> None:
    general = plugins.rubric("coqs")
    assert sample.rubric == plugins.rubric("security")
    assert coqs.make_sample(rubric=general, n=20).rubric == general


def test_a_part_of_the_interactions_has_a_second_and_more_severe_rater(
    sample: coqs.Ratings, scores: coqs.Scores
) -> None:
    assert len(set(sample.interaction.to_list())) == 300
    assert 330 < len(sample) < 420
    lenient, severe = scores.by("rater")["mean"]
    assert lenient - severe > 0.05


def test_providers_differ_in_skill_grade_and_number(sample: coqs.Ratings, scores: coqs.Scores) -> None:
    table = scores.by("provider")
    assert len(table) >= 5
    assert np.ptp(table["mean"]) > 0.1
    assert table["n"].min() < 10
    assert table["n"].max() > 50
    assert len(sample.context["provider_grade"].categories) >= 3


def test_four_of_the_five_sets_are_observed_very_unequally(sample: coqs.Ratings, scores: coqs.Scores) -> None:
    table = scores.by("customer_set")
    counts = dict(zip(table["customer_set"].tolist(), table["n"].tolist(), strict=True))
    assert set(counts) - {None} == set(sample.rubric.set_ids) - {"self"}
    assert counts["visitors"] > 5 * counts["co_workers"] > 0


def test_all_five_absences_occur(sample: coqs.Ratings, scores: coqs.Scores) -> None:
    assert [str(each) for each in Absence if not scores.counts[str(each)].sum()] == []
    assert [each for each in Absence if not any((c == each.code).any() for c in sample.codes.values())] == []


def test_nothing_is_answered_that_was_not_asked(scores: coqs.Scores) -> None:
    assert not scores.counts["ignored"].any()


def test_a_few_gates_fail_and_exactly_one_interaction_has_an_ethics_gate(scores: coqs.Scores) -> None:
    failed = {name: int((column > 0).sum()) for name, column in scores.gates.items()}
    by_interaction = scores.ratings.interaction.codes[scores.gates["ethics"] > 0]
    assert len(set(by_interaction.tolist())) == 1
    assert 2 < sum(failed.values()) < 25


def test_verdicts_of_every_kind_occur(scores: coqs.Scores) -> None:
    assert set(scores.verdict.tolist()) == {"pass", "fail", "unscored"}


def test_the_tone_depends_on_the_situation(sample: coqs.Ratings) -> None:
    situation, tone = sample.facts["situation"], sample.codes["tone"]
    ids = sample.rubric.criterion("tone").scale.ids
    usual = {}
    for code, value in enumerate(situation.categories):
        told = tone[(situation.codes == code) & (tone >= 0)]
        usual[value] = ids[int(np.bincount(told).argmax())]
    assert usual == {
        "routine": "courteous",
        "lost_visitor": "low_key",
        "dispute": "firm",
        "incident": "commanding",
    }


def test_times_lie_within_four_weeks_and_rise(sample: coqs.Ratings) -> None:
    assert not np.isnat(sample.at).any()
    assert (np.diff(sample.at) >= np.timedelta64(0, "us")).all()
    span = sample.at.max() - sample.at.min()
    assert np.timedelta64(25, "D") < span < np.timedelta64(28, "D")


@pytest.mark.parametrize("text", [ODD, None], ids=["odd", "general"])
@pytest.mark.parametrize("seed", range(5))
def test_any_rubric_gets_a_sample_that_reads_back(plugins: coqs.Plugins, text: str | None, seed: int) -> None:
    rubric = coqs.Rubric.from_toml_text(text) if text else plugins.rubric("coqs")
    ratings = coqs.make_sample(n=60, seed=seed, rubric=rubric)
    assert coqs.Ratings.from_table(ratings.to_table(), rubric) == ratings
    assert not coqs.score(ratings).counts["ignored"].any()


def test_the_sample_reads_back_from_its_table(sample: coqs.Ratings) -> None:
    assert coqs.Ratings.from_table(sample.to_table(), sample.rubric) == sample


def test_sets_of_the_rubric_s_own_are_observed_too() -> None:
    ratings = coqs.make_sample(n=200, rubric=coqs.Rubric.from_toml_text(ODD))
    assert "neighbours" in ratings.context["customer_set"].to_list()


def test_an_ethics_gate_on_a_number_fails_once_too() -> None:
    scores = coqs.score(coqs.make_sample(n=100, rubric=coqs.Rubric.from_toml_text(ODD)))
    failed = scores.ratings.interaction.codes[scores.gates["ethics"] > 0]
    assert len(set(failed.tolist())) == 1


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_sample_may_be_tiny(plugins: coqs.Plugins, n: int) -> None:
    ratings = coqs.make_sample(n=n, plugins=plugins)
    assert len(set(ratings.interaction.to_list())) == n
    assert len(coqs.score(ratings)) == len(ratings)


def test_a_negative_number_of_interactions_is_refused() -> None:
    with pytest.raises(coqs.RecordError, match="n: must be 0 or more"):
        coqs.make_sample(n=-1)


def test_arrays_are_read_only(sample: coqs.Ratings) -> None:
    arrays = [sample.at, *sample.codes.values(), *sample.numbers.values(), *sample.choices.values()]
    assert not any(array.flags.writeable for array in arrays)


@pytest.fixture(scope="module")
def quarter(plugins: coqs.Plugins) -> coqs.Scores:
    return coqs.score(coqs.make_sample(n=2600, weeks=13, plugins=plugins))


def test_in_a_quarter_one_climbs_one_winds_down_and_one_leaves(quarter: coqs.Scores) -> None:
    journeys = coqs.Journeys.from_scores(quarter, by="provider", every="week")
    passed = dict(zip(journeys.groups, journeys.series("passed").value.T, strict=True))
    assert len(journeys.periods) == 13
    assert passed["Brandt"][:4].mean() + 0.4 < passed["Brandt"][9:].mean()
    assert passed["Cole"][:5].mean() - 0.4 > passed["Cole"][10:].mean()
    assert abs(passed["Abara"][:6].mean() - passed["Abara"][7:].mean()) < 0.1
    assert np.isnan(passed["Dray"][8:]).all()
    assert not np.isnan(passed["Dray"][:8]).any()


def test_in_a_quarter_promises_are_made_all_along_and_come_due_later(quarter: coqs.Scores) -> None:
    issue, at = quarter.ratings.context["issue"].to_list(), quarter.ratings.at
    due = quarter.ratings.facts["promise_due"].to_list()
    met = {id: when for id, when, state in zip(issue, at, due, strict=True) if id and state == "true"}
    made = {id: when for id, when, state in zip(issue, at, due, strict=True) if id and state == "false"}
    assert len(met) > 50
    assert met.keys() == made.keys()
    assert all(np.timedelta64(1, "D") < met[id] - made[id] < np.timedelta64(30, "D") for id in met)


def test_a_sample_lasts_as_long_as_was_asked(plugins: coqs.Plugins) -> None:
    for weeks in (1, 5, 20):
        days = coqs.make_sample(n=400, weeks=weeks, plugins=plugins).at.astype("datetime64[D]")
        assert 7 * (weeks - 1) < (days.max() - days.min()).astype(int) < 7 * weeks
    with pytest.raises(coqs.RecordError, match="weeks: must be 1 or more"):
        coqs.make_sample(weeks=0)
