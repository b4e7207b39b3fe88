"""The conformance suite: built-in plugins pass it, and it cannot go green by running nothing."""

from __future__ import annotations

import pytest

import coqs
from coqs.testing import Check, parametrize_plugin_checks, plugin_checks
from coqs.testing.conformance import _demand

FEWEST = {"coqs": 9, "healthcare": 9, "security": 9, "phrases": 3, "retail": 9}


@parametrize_plugin_checks("coqs")
def test_the_general_rubric_conforms(check):
    check()


@parametrize_plugin_checks("healthcare")
def test_the_healthcare_rubric_conforms(check):
    check()


@parametrize_plugin_checks("retail")
def test_the_retail_rubric_conforms(check):
    check()


@parametrize_plugin_checks("security")
def test_the_security_rubric_conforms(check):
    check()


@parametrize_plugin_checks("phrases")
def test_the_phrase_rater_conforms(check):
    check()


@pytest.mark.parametrize("plugin", sorted(FEWEST))
def test_the_number_of_checks_has_a_floor(plugin):
    checks = plugin_checks(plugin)
    assert len(checks) >= FEWEST[plugin]
    assert len({check.name for check in checks}) == len(checks)


def test_an_unknown_plugin_is_not_found_with_the_nearest_name():
    with pytest.raises(coqs.NotFoundError, match="did you mean 'security'"):
        plugin_checks("securty")


def test_a_check_that_falls_short_raises():
    with pytest.raises(AssertionError, match="not so"):
        Check("c", lambda: _demand(holds=False, message="not so"))()
