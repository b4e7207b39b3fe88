"""A rubric for the counter of a bank branch."""

from importlib.resources import files

import coqs


@coqs.hookimpl
def coqs_rubrics() -> list[coqs.Rubric]:
    """Offer the one rubric of this distribution."""
    return [coqs.Rubric.from_toml(files(__name__) / "rubric.toml")]
