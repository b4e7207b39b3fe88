"""Laws of the local linear trend: later data revise nothing, and lines and factors go through it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from depth import examples
from hypothesis import given, settings, strategies as st

from coqs.kernels.local_trend import LocalTrend, local_trend

Floats = npt.NDArray[np.float64]


def a_series(seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    y = rng.normal(0.5, 0.2, (14, 1)).cumsum(axis=0) + rng.normal(0, 0.3, (14, 1))
    y[rng.random((14, 1)) < 0.2] = np.nan
    return y, rng.uniform(0.05, 0.2, (14, 1))


cells = st.one_of(st.floats(-5, 5).map(lambda x: round(x, 3)), st.just(math.nan))


@settings(max_examples=examples(60))
@given(
    st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=25),
    st.sampled_from([0.0, 4.0, np.inf]),
    st.data(),
)
def test_what_is_appended_leaves_every_reading_as_it_was_to_the_last_bit(
    rows: list[tuple[float, ...]], df: float, data: st.DataObject
) -> None:
    y = np.array(rows)
    noise = np.random.default_rng(len(rows)).uniform(0.1, 2, y.shape)
    cut = data.draw(st.integers(0, len(rows)))
    whole, part = local_trend(y, noise, df=df), local_trend(y[:cut], noise[:cut], df=df)
    for name in LocalTrend._fields:
        np.testing.assert_array_equal(getattr(whole, name)[:cut], getattr(part, name), err_msg=name)


@settings(max_examples=examples(40))
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(-1, 1), st.floats(0.1, 10))
def test_a_line_that_is_added_is_added_to_the_trend_and_a_factor_multiplies_it(
    seed: int, start: float, step: float, factor: float
) -> None:
    y, noise = a_series(seed)
    line = (start + step * np.arange(14))[:, None]
    plain, moved = local_trend(y, noise, df=4), local_trend(factor * (y + line), factor**2 * noise, df=4)
    np.testing.assert_allclose(moved.level, factor * (plain.level + line), atol=1e-7)
    np.testing.assert_allclose(moved.slope, factor * (plain.slope + step), atol=1e-7)
    np.testing.assert_allclose(moved.level_se, factor * plain.level_se, atol=1e-7)
