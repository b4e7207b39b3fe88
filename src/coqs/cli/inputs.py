"""What commands read: plugins as the environment chooses them, rubrics, ratings."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from coqs.cli.progress import progress
from coqs.cli.text import tell
from coqs.errors import CoqsError
from coqs.io import MAX_LINE_BYTES, RatingsFile
from coqs.manager import Plugins, load_plugins
from coqs.results import Problem, Scores
from coqs.rubric import Policy, Rubric
from coqs.rubric.questionnaire import Questionnaire
from coqs.scoring import Scorer


def plugins_chosen() -> Plugins:
    """Load the plugins that COQS_PLUGINS and COQS_BLOCK_PLUGINS choose; all where they are not set."""
    return load_plugins(only=_names("COQS_PLUGINS") or None, block=_names("COQS_BLOCK_PLUGINS"))


def _names(variable: str) -> list[str]:
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]


def plugins_with_warnings() -> Plugins:
    """Load the plugins, and warn of those that could not be had or had a problem."""
    plugins = plugins_chosen()
    for info in plugins.listing():
        if info.state in ("failed", "conflict"):
            tell(f"warning: plugin {info.name!r} {info.state}: {info.reason}")
    warn_of(plugins.problems)
    return plugins


def warn_of(problems: Sequence[Problem]) -> None:
    """Warn of what went wrong in plugins."""
    for problem in problems:
        tell(f"warning: {problem}")


def is_file(name: str) -> bool:
    """Tell a path to a file from the id of what a plugin offers."""
    return name.casefold().endswith(".toml") or os.sep in name


def files_read(ratings: str, *names: str | None) -> list[str]:
    """Return the files that a command reads: the ratings, and what else is named by a path."""
    return [ratings, *(name for name in names if name is not None and is_file(name))]


def rubric_named(name: str, plugins: Plugins | None = None) -> Rubric:
    """Read a rubric file, or find the rubric of this id among the plugins, loading them if need be."""
    if is_file(name):
        return Rubric.from_toml(name)
    return (plugins or plugins_with_warnings()).rubric(name)


def policy_named(name: str | None, plugins: Plugins | None = None) -> Policy | None:
    """Read a policy file, or find the policy of this name, built in or a plugin's; None for none."""
    if name is None or name in Policy.names():
        return None if name is None else Policy.named(name)
    if is_file(name):
        return Policy.from_toml(name)
    return (plugins or plugins_with_warnings()).policy(name)


def questionnaire_named(name: str, plugins: Plugins | None = None) -> Questionnaire:
    """Read a questionnaire file, or find the questionnaire of this id among the plugins."""
    if is_file(name):
        return Questionnaire.from_toml(name)
    return (plugins or plugins_with_warnings()).questionnaire(name)


def scores_of(arguments: Namespace) -> Scores:
    """Read and score the whole file of ratings that the arguments name."""
    file, scorer = what_to_score(arguments)
    with progress("reading ratings") as told:
        return scorer(file.reporting(told).whole())


def what_to_score(arguments: Namespace) -> tuple[RatingsFile, Scorer]:
    """Return the file of ratings that the arguments name, and the scorer that they ask for."""
    rubric = rubric_named(arguments.rubric)
    scorer = Scorer(
        rubric, policy=policy_named(arguments.policy)
    )  # before reading: tell of an unknown one at once
    file = RatingsFile(
        path=arguments.ratings,
        rubric=rubric,
        **how_written(arguments),
    )
    return file, scorer


def how_written(arguments: Namespace) -> dict[str, Any]:
    """Return how the file that the arguments name is to be read."""
    return {
        "columns": mapping("--columns", arguments.columns),
        "absences": mapping("--absence", arguments.absence),
        "facts": arguments.fact,
        "tz": arguments.tz,
        "format": arguments.format,
        "encoding": arguments.encoding,
        "separator": arguments.separator,
        "max_line_bytes": arguments.max_line_bytes or MAX_LINE_BYTES,
    }


def mapping(option: str, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs that an option was given, each name once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise CoqsError(f"{option}: must map each name once, got one twice; drop one")
    return found
