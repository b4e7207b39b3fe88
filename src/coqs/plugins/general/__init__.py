"""The general `coqs` rubric: five stages of service, and the six behaviours that build relationships.

A built-in plugin: it speaks to coqs through the front door only, as a stranger's plugin would. The
rubric is data in `rubric.toml`; `golden.toml` beside it holds interactions scored by hand.
"""

from __future__ import annotations

from importlib.resources import files

import coqs


@coqs.hookimpl
def coqs_rubrics() -> list[coqs.Rubric]:
    """Return the general rubric, which fits any trade."""
    return [coqs.Rubric.from_toml(files(__name__) / "rubric.toml")]


@coqs.hookimpl
def coqs_questionnaires() -> list[coqs.Questionnaire]:
    """Return what to ask a customer of any trade, and what to ask those who serve."""
    names = ("questionnaire.toml", "buy_in.toml")
    return [coqs.Questionnaire.from_toml(files(__name__) / name) for name in names]
