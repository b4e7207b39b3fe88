"""The `security` rubric: a guard post, from access control and patrol to incident and handover.

A built-in plugin: it speaks to coqs through the front door only, as a stranger's plugin would. The
rubric is data in `rubric.toml`; `golden.toml` beside it holds interactions scored by hand.
"""

from __future__ import annotations

from importlib.resources import files

import coqs


@coqs.hookimpl
def coqs_rubrics() -> list[coqs.Rubric]:
    """Return the rubric of a guard post."""
    return [coqs.Rubric.from_toml(files(__name__) / "rubric.toml")]


@coqs.hookimpl
def coqs_questionnaires() -> list[coqs.Questionnaire]:
    """Return what to ask whoever passed the post."""
    return [coqs.Questionnaire.from_toml(files(__name__) / "questionnaire.toml")]
