"""The picture shows limits, signals, gaps, what was left out, and events."""

from __future__ import annotations

import numpy as np
import pytest

from coqs.errors import NotFoundError
from coqs.journeys import Journeys, Series
from coqs.journeys.charts import Chart, chart

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def made() -> Chart:
    rng = np.random.default_rng(4)
    n = rng.integers(20, 90, (40, 5)).astype(float)
    n[12:15, 0] = 0
    total = rng.binomial(n.astype(int), 0.2).astype(float)
    total[30, 0] = n[30, 0] * 0.7
    return chart(
        Series.of_arrays(total, n, every="week"),
        kind="p",
        exclude=[("2026-01-26", "g1", "a strike")],
        events=[("2026-04-01", "new rota")],
    )


def test_signals_have_another_mark_and_gaps_are_hatched(made: Chart) -> None:
    axes = made.plot("g1")
    marks = {line.get_marker(): len(line.get_xdata()) for line in axes.lines}
    assert marks["D"] == int(made.is_flagged[:, 0].sum()) == 1
    assert marks["x"] == 1
    assert [patch.get_hatch() for patch in axes.patches] == ["///"]
    assert "new rota" in [text.get_text() for text in axes.texts]


def test_limits_step_with_n(made: Chart) -> None:
    styles = {line.get_drawstyle() for line in made.plot("g2").lines if line.get_label() == "limits"}
    assert styles == {"steps-mid"}


def test_several_groups_are_small_multiples_with_signals_first(made: Chart) -> None:
    axes = made.plot()
    titles = [each.get_title() for each in axes.ravel() if each.get_title()]
    assert titles[0] == "g1"
    assert sorted(titles) == ["g1", "g2", "g3", "g4", "g5"]
    with pytest.raises(NotFoundError):
        made.plot("nobody")


def test_a_group_of_fewer_lapses_than_another_has_no_gaps_for_it() -> None:
    rng = np.random.default_rng(1)
    at = np.datetime64("2026-01-01", "us") + np.arange(600) * np.timedelta64(6, "h")
    p = np.where(np.arange(600) % 2, 0.3, 0.05)
    table = {"clerk": ["a", "b"] * 300, "at": at, "lapse": (rng.random(600) < p).astype(float)}
    journeys = Journeys.from_table(
        table, group="clerk", at="at", value="lapse", kind="share", better="lower", every="day", tz="UTC"
    )
    found = journeys.chart(kind="g")
    axes = found.plot("a")
    assert not axes.patches
    assert axes.get_xlim()[1] < len(found.value)


def test_a_group_that_cannot_be_told_says_so_in_its_picture() -> None:
    found = chart(Series.of_arrays([[1], [2], [0]], 9))
    texts = [text.get_text() for text in found.plot("g1").texts]
    assert any("cannot tell: too few points" in text for text in texts)


@pytest.mark.parametrize("when", ["2026-03-29T22:30:00Z", "2026-03-30", np.datetime64("2026-04-01T10:00")])
def test_an_event_stands_in_the_period_of_its_own_calendar(when: object) -> None:
    starts = np.datetime64("2026-03-02") + 7 * np.arange(14)
    table = {"who": ["a"] * 14, "at": starts.astype(str), "late": [3, 4] * 7, "n": [40] * 14}
    how = {"group": "who", "at": "at", "value": "late", "n": "n", "kind": "share", "better": "lower"}
    journeys = Journeys.from_table(table, **how, every="week", tz="Europe/Madrid")
    axes = journeys.chart(events=[(when, "training")]).plot("a")
    (text,) = (each for each in axes.texts if each.get_text() == "training")
    assert text.xy[0] == 4  # the week of 30 March, in Madrid


def test_an_event_outside_the_periods_is_not_drawn(made: Chart) -> None:
    drawn = chart(made.series, kind="p", events=[("1999-01-01", "before"), ("2099-01-01", "after")]).plot(
        "g1"
    )
    assert not {"before", "after"} & {each.get_text() for each in drawn.texts}
