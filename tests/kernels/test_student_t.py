"""Student's distribution: against its quantiles, the normal one, and edges."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coqs.kernels.intervals import student_t_quantile
from coqs.kernels.student_t import student_t_cdf


@pytest.mark.parametrize("confidence", [0.1, 0.8, 0.95, 0.999])
def test_the_chance_below_a_quantile_is_the_one_that_it_is_the_quantile_of(confidence: float) -> None:
    df = np.array([1, 2, 3, 7, 30, 199, 250, 5000])
    t = student_t_quantile(confidence, df)
    np.testing.assert_allclose(student_t_cdf(t, df), (1 + confidence) / 2, atol=1e-9)
    np.testing.assert_allclose(student_t_cdf(-t, df), (1 - confidence) / 2, atol=1e-9)


def test_one_degree_of_freedom_is_cauchys_distribution() -> None:
    t = np.linspace(-40, 40, 81)
    np.testing.assert_allclose(student_t_cdf(t, 1), 0.5 + np.arctan(t) / math.pi, atol=1e-13)


def test_infinite_degrees_of_freedom_are_the_normal_distribution() -> None:
    z = np.linspace(-5, 5, 41)
    normal = [math.erfc(-each / math.sqrt(2)) / 2 for each in z]
    np.testing.assert_allclose(student_t_cdf(z, np.inf), normal, atol=1e-7)


def test_the_ends_the_middle_and_what_is_not_known() -> None:
    found = student_t_cdf([-np.inf, 0.0, np.inf, np.nan, 1.0, 1.0], [3, 3, 3, 3, 0, np.nan])
    np.testing.assert_array_equal(found[:3], [0, 0.5, 1])
    assert np.isnan(found[3:]).all()
    assert student_t_cdf([], []).shape == (0,)
