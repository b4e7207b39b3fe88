"""Indices of continuity."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from coqs.kernels.continuity import continuity_of_care, usual_provider_continuity


@pytest.mark.parametrize(
    ("counts", "upc", "coc"),
    [  # worked by hand: the largest share; pairs of one provider over all pairs
        ([9], 1, 1),
        ([3, 0, 0], 1, 1),
        ([1, 1, 1], 1 / 3, 0),
        ([4, 3, 2], 4 / 9, (6 + 3 + 1) / 36),
        ([5, 5], 1 / 2, 20 / 45),
        ([1, 0], 1, np.nan),
        ([0, 0], np.nan, np.nan),
    ],
)
def test_indices_are_those_worked_by_hand(counts, upc, coc):
    np.testing.assert_allclose(usual_provider_continuity(counts), upc)
    np.testing.assert_allclose(continuity_of_care(counts), coc)


@given(visits=st.lists(st.integers(0, 3), min_size=2, max_size=12))
@settings(max_examples=40, deadline=None)
def test_coc_is_the_share_of_pairs_with_one_provider(visits):
    pairs = [visits[i] == visits[j] for i in range(len(visits)) for j in range(i)]
    counts = np.bincount(visits, minlength=4)
    assert continuity_of_care(counts) == pytest.approx(np.mean(pairs))
    assert 0 <= continuity_of_care(counts) <= usual_provider_continuity(counts) <= 1


def test_nobody_and_no_provider_have_none():
    assert usual_provider_continuity(np.zeros((0, 3))).shape == (0,)
    assert np.isnan(continuity_of_care(np.zeros((2, 0)))).all()
