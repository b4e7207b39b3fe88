"""The door of the kernels: every name opens, and what charts need is not loaded before."""

from __future__ import annotations

import subprocess
import sys

import pytest

import coqs.kernels


@pytest.mark.parametrize("name", coqs.kernels.__all__)
def test_every_name_opens(name: str) -> None:
    assert getattr(coqs.kernels, name).__name__ == name


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'bernoulli'"):
        coqs.kernels.bernoulli  # noqa: B018


def test_formulas_of_charts_are_loaded_when_they_are_asked_for() -> None:
    code = (
        "import sys, coqs.kernels as k; early = 'coqs.kernels.smoothing' in sys.modules; k.ewma; print(early)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
