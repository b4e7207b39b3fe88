"""`coqs backtest`: the same ratings under two versions of a rubric, who moves and which verdicts flip."""

from __future__ import annotations

from argparse import Namespace

from coqs.cli.inputs import (
    files_read,
    how_written,
    is_file,
    plugins_with_warnings,
    policy_named,
    rubric_named,
)
from coqs.cli.outputs import check_places
from coqs.cli.progress import progress
from coqs.cli.text import show, show_json
from coqs.comparisons.versions.backtesting import backtest as backtested
from coqs.comparisons.versions.outcome import Backtest
from coqs.io import RatingsFile, write_table
from coqs.rubric import Policy, Rubric


def backtest(arguments: Namespace) -> int:
    """Read the ratings under the old version, score them under both, and print who moves."""
    names = (arguments.rubric, arguments.to)
    check_places(arguments.out, given=files_read(arguments.ratings, *names, arguments.policy))
    plugins = None if all(map(is_file, names)) else plugins_with_warnings()
    old, new = (rubric_named(name, plugins) for name in names)
    found = _tested(arguments, old, new, policy_named(arguments.policy, plugins))
    keys = arguments.by or ("provider",)
    movers = found.movers(*keys)
    if arguments.out is not None:
        write_table(found.encoded(), arguments.out)
    if arguments.json:
        show_json(found.to_dict(*keys))
        return 0
    show(found.summary())
    show(["", f"movers by {', '.join(keys)}", *str(movers).splitlines()])
    if arguments.out is not None:
        show(f"wrote {arguments.out}")
    return 0


def _tested(arguments: Namespace, old: Rubric, new: Rubric, policy: Policy | None) -> Backtest:
    file = RatingsFile(path=arguments.ratings, rubric=old, **how_written(arguments))
    with progress("reading ratings") as told:
        ratings = file.reporting(told).whole()
    share = float(arguments.minimum_share)
    return backtested(ratings, old, new, policy=policy, minimum_share=share)
