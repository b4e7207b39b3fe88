"""Pictures of scores: what they draw is what the tables say, and what was not seen is hatched."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import coqs
from coqs.results.plots import hours_by_days

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def scores() -> coqs.Scores:
    return coqs.score(coqs.make_sample(n=80))


def drawn_means(axes) -> list[float]:
    return [float(x) for line in axes.lines if line.get_marker() == "|" for x in line.get_xdata()]


def test_stages_are_drawn_where_their_means_lie_with_their_intervals(scores):
    axes = scores.plot.stages()
    table = coqs.results.stage_table(scores)
    assert drawn_means(axes) == pytest.approx(table["mean"].tolist())
    ends = np.array([path.vertices[:, 0] for path in axes.collections[0].get_paths()])
    np.testing.assert_allclose(ends, np.column_stack([table["ci_low"], table["ci_high"]]))


def test_groups_are_drawn_by_their_keys_and_never_ranked(scores):
    axes = scores.plot.by("provider")
    assert [each.get_text() for each in axes.get_yticklabels()] == scores.by("provider").labels()


def test_what_cannot_be_told_has_an_open_mark_and_no_interval():
    one = coqs.score(coqs.make_sample(n=80).take(np.array([0])))
    axes = one.plot.by("provider")
    assert not drawn_means(axes)
    assert "cannot tell" in [each.get_text() for each in axes.get_legend().get_texts()]


def test_a_set_that_was_never_observed_is_hatched_in_every_stage(scores):
    axes = scores.plot.sets_by_stage()
    hatched = {int(patch.get_y()) for patch in axes.patches if patch.get_hatch()}
    assert hatched == {scores.rubric.set_ids.index("self")}


def test_coverage_counts_each_interaction_once_in_its_hour_of_the_week(scores):
    counts = hours_by_days(scores, tz="Europe/Madrid")
    assert counts.sum() == len(np.unique(scores.ratings.interaction.codes))
    first = scores.ratings.at[0].astype("datetime64[s]").item()
    assert counts[first.weekday()].sum() > 0


def test_a_picture_is_drawn_into_axes_that_are_given(scores):
    from matplotlib.figure import Figure

    own = Figure().add_subplot()
    for draw in ("stages", "sets_by_stage", "coverage", "distribution"):
        assert getattr(scores.plot, draw)(ax=own) is own


def test_a_figure_can_be_saved_and_no_window_is_opened(scores, tmp_path):
    scores.plot.distribution().figure.savefig(tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 1000
    assert "matplotlib.pyplot" not in sys.modules


def test_without_matplotlib_the_extra_is_named(scores, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(coqs.MissingDependencyError, match=r"coqs\[plot\]"):
        scores.plot.stages()


def test_notebooks_show_tables_whose_texts_are_escaped(scores):
    table = {"interaction": ["a"], "provider": ["<b>ann</b>"]}
    odd = coqs.score(coqs.Ratings.from_table(table, scores.rubric))
    assert "<b>ann" not in odd.by("provider")._repr_html_()
    for shown in (scores, scores.by("provider"), coqs.explain(scores, "I-0001", rater="observer_1")):
        assert shown._repr_html_().startswith(("<table>", '<div class="account">'))


def test_stages_by_a_key_are_the_stages_of_each_group_alone(scores):
    table = scores.stages_by("customer_set")
    column = scores.ratings.context["customer_set"]
    for row in table.rows():
        code = column.categories.index(row["customer_set"]) if row["customer_set"] else -1
        alone = coqs.score(scores.ratings.take(column.codes == code))
        whole = {each["stage"]: each for each in coqs.results.stage_table(alone).rows()}[row["stage"]]
        assert (row["n"], row["mean"]) == (whole["n"], whole["mean"])
        assert row["ci_low"] == (whole["ci_low"] and pytest.approx(whole["ci_low"], abs=1e-12))


def test_stages_by_nothing_names_what_there_is(scores):
    with pytest.raises(coqs.NotFoundError, match="stages_by"):
        scores.stages_by()


def test_every_answer_stands_as_its_exact_account_says(scores):
    for row in range(0, len(scores), 7):
        id, rater = scores.ratings.interaction[row], scores.ratings.rater[row]
        for item in coqs.explain(scores, id, rater=rater).items:
            code = int(scores.answers.standings[item.criterion][row])
            assert (None, "below", "meets", "exceeds")[code + 1] == item.standing
