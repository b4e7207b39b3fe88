"""Clean runs, slips and their reach."""

import numpy as np
from hypothesis import given, settings, strategies as st

from coqs.kernels.clean_runs import runs_before, slips, within_reach

OUTCOMES = st.lists(st.booleans(), max_size=40)


def test_nothing_has_no_runs_and_a_first_place_has_none_before_it():
    assert runs_before(np.zeros((3, 0), bool)).shape == (3, 0)
    assert runs_before([True]).tolist() == [0]
    assert within_reach(np.zeros(0, bool), 3).tolist() == []
    assert slips(np.ones(4, bool), clean_run=1).tolist() == [False] * 4


def test_what_is_not_known_ends_a_run_and_is_no_lapse():
    lapse = [False, False, True, True]
    assert slips(lapse, [True, True, True, True], clean_run=2).tolist() == [False, False, True, False]
    assert not slips(lapse, [False, True, True, True], clean_run=2).any()
    assert not slips(lapse, [True, True, False, True], clean_run=2).any()


@given(good=OUTCOMES)
@settings(max_examples=40, deadline=None)
def test_runs_equal_those_of_a_loop(good):
    run, expected = 0, []
    for each in good:
        expected.append(run)
        run = run + 1 if each else 0
    assert runs_before(np.array(good, bool)).tolist() == expected


@given(marks=OUTCOMES, reach=st.integers(1, 45))
@settings(max_examples=40, deadline=None)
def test_reach_equals_that_of_a_loop(marks, reach):
    expected = [any(marks[max(place - reach, 0) : place]) for place in range(len(marks))]
    assert within_reach(np.array(marks, bool), reach).tolist() == expected


@given(rows=st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_several_sets_are_treated_as_each_by_itself(rows):
    lapse = np.array(rows)
    found = slips(lapse, clean_run=2)
    for row, each in zip(lapse, found, strict=True):
        np.testing.assert_array_equal(slips(row, clean_run=2), each)
