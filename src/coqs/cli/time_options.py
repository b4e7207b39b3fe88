"""Options of the commands that follow things over time: promises, journeys and issues."""

from __future__ import annotations

import argparse

from coqs.cli.reading_options import by_option, ratings_options
from coqs.cli.words import keys, number

EVERY = ("hour", "day", "week", "month", "quarter", "year")


def promises_options(parser: argparse.ArgumentParser) -> None:
    """Add what `coqs promises` takes."""
    ratings_options(parser)
    by_option(parser)
    parser.add_argument("--worklist", metavar="FILE", help="write what is owed: CSV, .parquet or .jsonl")
    parser.add_argument(
        "--at", metavar="DATE", help="look from the end of this day (default: the last record)"
    )
    parser.add_argument(
        "--observed",
        choices=("all", "sample"),
        default="sample",
        help="whether every interaction is in the file, so that silence lets a promise lapse",
    )
    parser.add_argument(
        "--matter",
        metavar="FACT",
        help="a fact that parts the matters of a customer, where there is no issue",
    )
    parser.add_argument(
        "--promised",
        metavar="FILE",
        help="promises known besides: interaction, due, kind; as rate writes them",
    )
    parser.add_argument(
        "--outcomes", metavar="FILE", help="what became of them, as known besides: interaction, state, at"
    )


def journey_options(parser: argparse.ArgumentParser) -> None:
    """Add what `coqs journey` takes."""
    ratings_options(parser)
    parser.add_argument(
        "--by",
        metavar="KEY",
        type=keys,
        default=("provider",),
        help="whose journeys: a key such as site or a fact; two keys as one: provider,site (default: "
        "provider)",
    )
    parser.add_argument(
        "--every", choices=EVERY, default="week", help="the stretch that is one point (default: week)"
    )
    parser.add_argument(
        "--measure",
        metavar="NAME",
        default="overall",
        help="what is followed: overall, passed, a stage or a criterion (default: overall)",
    )
    parser.add_argument(
        "--target",
        metavar="NUMBER",
        type=number,
        help="what is good enough, such as 0.8 (default: the newest of --log, then the pass mark)",
    )
    parser.add_argument(
        "--events", metavar="FILE", help="what happened: a register as .json, or a table with at and kind"
    )
    _chart_options(parser)
    _checkpoint_options(parser)
    parser.add_argument(
        "--out", metavar="FILE", help="write every reading of the clocks: CSV, .parquet or .jsonl"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def _chart_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--arl0",
        metavar="N",
        type=number,
        help="periods between two false alarms of one group, for the chart (default: 370)",
    )
    frozen = parser.add_mutually_exclusive_group()
    frozen.add_argument(
        "--baseline",
        metavar="FILE",
        help="judge by the limits that --save-baseline wrote, and find none anew",
    )
    frozen.add_argument("--save-baseline", metavar="FILE", help="write the limits of the chart, as JSON")


def _checkpoint_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--checkpoint",
        metavar="DATE",
        help="tell what was reached before the beginning of this day, and what is left to --target",
    )
    parser.add_argument("--log", metavar="FILE", help="the checkpoints before it, .jsonl")
    parser.add_argument("--append", action="store_true", help="write the checkpoint at the end of --log")
    parser.add_argument("--reason", metavar="TEXT", help="why --target is lower than the one before it")


def issues_options(parser: argparse.ArgumentParser) -> None:
    """Add what `coqs issues` takes."""
    ratings_options(parser)
    by_option(parser)
    parser.add_argument(
        "--window",
        metavar="DAYS",
        type=number,
        default=14.0,
        help="without an unplanned return, after which a matter is settled (default: 14)",
    )
    parser.add_argument(
        "--matter",
        metavar="COLUMN",
        action="append",
        default=[],
        help="a column in which contacts of one matter agree, where no issue is recorded",
    )
    parser.add_argument(
        "--planned",
        metavar="FACT",
        action="append",
        help="a fact that says that a return was planned (default: planned, promise_due)",
    )
    parser.add_argument(
        "--until", metavar="DATE", help="observed until the end of this day (default: the last contact)"
    )
    parser.add_argument("--out", metavar="FILE", help="write a row an issue: CSV, .parquet or .jsonl")
    parser.add_argument("--json", action="store_true", help="as JSON")
