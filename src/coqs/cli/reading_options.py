"""Options that many commands share: which file to read, how it is written, and by what to score it."""

from __future__ import annotations

import argparse

from coqs.cli.words import count, keys, pair


def ratings_options(parser: argparse.ArgumentParser) -> None:
    """Add what is needed to read and score a file of ratings."""
    parser.add_argument("ratings", metavar="RATINGS", help="a file of ratings, wide or long")
    rubric_option(parser)
    parser.add_argument(
        "--policy",
        metavar="NAME",
        help="how answers become scores: a policy, or a path to a .toml file (default: the rubric's)",
    )
    file_options(parser)


def file_options(parser: argparse.ArgumentParser) -> None:
    """Add how a file of sheets is to be read."""
    parser.add_argument(
        "--columns",
        metavar="OURS=THEIRS",
        action="append",
        default=[],
        type=pair,
        help="a column that the file calls differently",
    )
    parser.add_argument(
        "--absence",
        metavar="THEIRS=OURS",
        action="append",
        default=[],
        type=pair,
        help="the file's word for an absence, such as NA=not_applicable",
    )
    parser.add_argument(
        "--fact",
        metavar="NAME",
        action="append",
        default=[],
        help="a column to keep as a fact although nothing declares it",
    )
    parser.add_argument(
        "--format",
        choices=("csv", "parquet", "jsonl"),
        help="of the file (default: as its name ends; CSV where that says nothing)",
    )
    encoding_option(parser)
    parser.add_argument(
        "--separator",
        metavar="MARK",
        help="between cells: comma, semicolon, tab, pipe, or a character (default: comma)",
    )
    reading_options(parser)


def by_option(parser: argparse.ArgumentParser) -> None:
    """Add the tables by a key."""
    parser.add_argument(
        "--by",
        metavar="KEY",
        action="append",
        default=[],
        type=keys,
        help="print a table by this key, such as provider, site or a fact; two keys as one: provider,site",
    )


def rubric_option(parser: argparse.ArgumentParser) -> None:
    """Add the rubric, which is required."""
    parser.add_argument(
        "--rubric", metavar="RUBRIC", required=True, help="a plugin's rubric, or a path to a .toml file"
    )


def encoding_option(parser: argparse.ArgumentParser) -> None:
    """Add how the file is encoded."""
    parser.add_argument(
        "--encoding",
        metavar="NAME",
        help="of the file, such as cp1252 or utf-16 (default: UTF-8, or as its byte-order mark says)",
    )


def reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the zone of times, and how long a line may be."""
    parser.add_argument(
        "--tz",
        metavar="ZONE",
        help="of times that state none, and of the hours in the report, such as Europe/Madrid",
    )
    parser.add_argument(
        "--max-line-bytes", metavar="N", type=count, help="refuse longer lines (default: 16 MiB)"
    )
