"""What can be typed after `coqs`: commands, options, and what is meant by them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NoReturn

from coqs.cli.reading_options import (
    by_option,
    encoding_option,
    file_options,
    ratings_options,
    reading_options,
    rubric_option,
)
from coqs.cli.time_options import issues_options, journey_options, promises_options
from coqs.cli.words import count, keys, pair_with_empty, seed, share
from coqs.errors import suggest

COMMANDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "demo": (),
        "score": (),
        "rate": (),
        "explain": (),
        "compare": (),
        "backtest": (),
        "survey": (),
        "promises": (),
        "journey": (),
        "issues": (),
        "rubric": ("list", "show", "check", "card", "diff", "import"),
        "questionnaire": ("list", "show", "check"),
        "policy": ("list", "show"),
        "plugins": (),
    }
)
CODES = """\
exit codes: 0 done; 1 findings that you asked to fail on; 2 unusable input, with one message and nothing
half-written. COQS_PLUGINS names the only plugins to load, COQS_BLOCK_PLUGINS those not to load, both
parted by commas."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line that opens like every other message."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"coqs: {message}; see {self.prog} --help\n")


class _Version(argparse.Action):
    """Say the version; looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"coqs {version('coqs')}")
        parser.exit(0)


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line; an unknown command is answered with the nearest."""
    parser = _parser()
    words = [word for word in argv if not word.startswith("-")]
    if words and words[0] not in COMMANDS:
        parser.error(f"no command {words[0]!r}; {suggest(words[0], COMMANDS)}")
    within = COMMANDS[words[0]] if words else ()
    if within and len(words) > 1 and words[1] not in within:
        parser.error(f"no command '{words[0]} {words[1]}'; {suggest(words[1], within)}")
    return parser.parse_args(argv)


def _parser() -> Parser:
    parser = Parser(
        prog="coqs",
        description="Score customer oriented quality service from ratings or transcripts.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and leave")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _demo(_command(commands, "demo", "make a sample, score it, print the findings, write report.html"))
    _score(_command(commands, "score", "score a file of ratings"))
    _rate(_command(commands, "rate", "let machine raters rate a file of dialogues"))
    _explain(_command(commands, "explain", "account for one interaction's score, exactly"))
    _compare(_command(commands, "compare", "score under two policies, and tell which choice moves what"))
    _backtest(_command(commands, "backtest", "score a file of ratings under two versions of a rubric"))
    _survey(_command(commands, "survey", "score a file of customers' answers"))
    promises_options(_command(commands, "promises", "tell what became of promises, and list what is owed"))
    journey_options(_command(commands, "journey", "follow people or sites over time: clock and chart"))
    issues_options(_command(commands, "issues", "tell what was right the first time"))
    _rubric(_command(commands, "rubric", "list, show, check, explain, compare and import rubrics"))
    _questionnaire(_command(commands, "questionnaire", "list, show and check questionnaires"))
    _policy(_command(commands, "policy", "list and show the ways in which answers become scores"))
    _plugins(_command(commands, "plugins", "list the plugins and their state"))
    return parser


def _command(commands: Any, name: str, what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}.", allow_abbrev=False
    )
    return parser


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="DIR", default=".", help="folder for report.html (default: here)")
    parser.add_argument("--n", type=count, default=300, help="interactions in the sample (default: 300)")
    parser.add_argument("--seed", type=seed, default=1, help="seed of the sample (default: 1)")


def _score(parser: argparse.ArgumentParser) -> None:
    ratings_options(parser)
    parser.add_argument("--out", metavar="FILE", help="write the scores: CSV, .parquet or .jsonl")
    parser.add_argument("--report", metavar="FILE", help="write the findings as a page (extra: report)")
    parser.add_argument("--journey", metavar="EVERY", help="follow providers in the report: week, month …")
    by_option(parser)
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        choices=("gates", "fail", "unscored"),
        help="leave with 1 if any gate failed, any verdict is fail, or anything is not scored",
    )
    parser.add_argument(
        "--fail-under",
        metavar="SHARE",
        type=share,
        help="leave with 1 if the mean score is below this share, such as 0.8 or 4/5",
    )


def _rate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dialogues", metavar="DIALOGUES", help="a file, or with --from a folder of files")
    rubric_option(parser)
    parser.add_argument(
        "--from",
        metavar="READER",
        dest="reader",
        help="layout: a plugin's reader, or a path to a mapping .toml (default: our own JSON lines)",
    )
    parser.add_argument(
        "--speaker",
        metavar="NAME=ROLE",
        action="append",
        default=[],
        type=pair_with_empty,
        help="who is provider or customer, where the file's names do not tell",
    )
    parser.add_argument("--start", metavar="TIME", help="of a recording whose times count from there")
    encoding_option(parser)
    parser.add_argument(
        "--out", metavar="FILE", required=True, help="write the ratings: CSV, .parquet or .jsonl"
    )
    parser.add_argument(
        "--rater", metavar="NAME", action="append", help="plugin that rates (default: phrases)"
    )
    parser.add_argument("--evidence", metavar="FILE", help="write where the evidence stands, without words")
    parser.add_argument("--promises", metavar="FILE", help="write the promises that were heard, and when due")
    parser.add_argument("--layout", choices=("wide", "long"), default="wide", help="of the ratings")
    parser.add_argument("--strict", action="store_true", help="stop when a rater breaks")
    reading_options(parser)


def _explain(parser: argparse.ArgumentParser) -> None:
    ratings_options(parser)
    parser.add_argument(
        "--interaction",
        metavar="ID",
        required=True,
        help="whose score to account for; --interaction=ID for an id that begins with -",
    )
    parser.add_argument("--rater", metavar="NAME", help="which rater's, where several rated")
    parser.add_argument("--html", metavar="FILE", help="write it as HTML, for a page of your own")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _compare(parser: argparse.ArgumentParser) -> None:
    ratings_options(parser)
    parser.add_argument(
        "--with",
        metavar="NAME",
        dest="other",
        required=True,
        help="the second policy: its name, or a path to a .toml file",
    )
    parser.add_argument("--out", metavar="FILE", help="write every row: CSV, .parquet or .jsonl")
    parser.add_argument("--interaction", metavar="ID", help="account for one interaction, exactly")
    parser.add_argument("--rater", metavar="NAME", help="which rater's, where several rated")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _backtest(parser: argparse.ArgumentParser) -> None:
    ratings_options(parser)
    parser.add_argument(
        "--to", metavar="RUBRIC", required=True, help="the version to hold against --rubric, as that is named"
    )
    parser.add_argument("--by", metavar="KEY", type=keys, help="who moves, by this key (default: provider)")
    parser.add_argument("--out", metavar="FILE", help="write the rows: CSV, .parquet or .jsonl")
    parser.add_argument(
        "--minimum-share",
        metavar="SHARE",
        type=share,
        default="1/2",
        help="compare ratings of which so much of the weight is answered (default: 1/2)",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def _survey(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("answers", metavar="ANSWERS", help="a file of answers, wide or long")
    parser.add_argument(
        "--questionnaire",
        metavar="QUESTIONNAIRE",
        required=True,
        help="a plugin's questionnaire, or a path to a .toml file",
    )
    by_option(parser)
    parser.add_argument("--out", metavar="FILE", help="write the last table: CSV, .parquet or .jsonl")
    parser.add_argument(
        "--minimum-n", metavar="N", type=count, default=0, help="of fewer answers tell the counts only"
    )
    parser.add_argument(
        "--ratings",
        metavar="RATINGS",
        help="a file of ratings of the same interactions: their columns serve --by, and what exceeds is "
        "held against how customers felt",
    )
    parser.add_argument("--rubric", metavar="RUBRIC", help="of the ratings (default: the questionnaire's)")
    parser.add_argument(
        "--measure", metavar="ID", help="how customers felt, for --ratings (default: the first measure)"
    )
    file_options(parser)


def _questionnaire(parser: argparse.ArgumentParser) -> None:
    _what_is_asked(parser, "questionnaire")


def _rubric(parser: argparse.ArgumentParser) -> None:
    commands = _what_is_asked(parser, "rubric")
    form = _command(commands, "import", "make a rubric of another system's evaluation form")
    form.add_argument("form", metavar="FORM", help="the form as JSON, as the system's interface gives it")
    form.add_argument(
        "--from",
        metavar="READER",
        dest="reader",
        required=True,
        help="whose form: a plugin's reader of forms, such as amazon-connect",
    )
    form.add_argument(
        "--error-class",
        choices=("customer", "business", "compliance"),
        default="compliance",
        help="of the gates that automatic fails become (default: compliance)",
    )
    form.add_argument("--out", metavar="FILE", help="write it to a file (default: print it; extra: toml)")


def _what_is_asked(parser: argparse.ArgumentParser, what: str) -> Any:
    commands: Any = parser.add_subparsers(dest="action", required=True, metavar="COMMAND")
    _command(commands, "list", f"list the {what}s of the plugins")
    show = _command(commands, "show", f"show a {what}")
    show.add_argument(what, metavar="ID", help=f"a plugin's {what}, or a path to a .toml file")
    show.add_argument("--toml", action="store_true", help=f"as a {what} file (extra: toml)")
    show.add_argument("--language", metavar="CODE", help="in a translation, such as es")
    if what == "rubric":
        card = _command(commands, "card", "explain a rubric in plain words, as Markdown")
        card.add_argument("rubric", metavar="ID", help="a plugin's rubric, or a path to a .toml file")
        card.add_argument("--language", metavar="CODE", help="such as es (default: en)", default="en")
        card.add_argument("--out", metavar="FILE", help="write it to a file (default: print it)")
        diff = _command(commands, "diff", "tell what changed between two versions of a rubric")
        diff.add_argument("old", metavar="OLD", help="a plugin's rubric, or a path to a .toml file")
        diff.add_argument("new", metavar="NEW", help="the later version of it, likewise")
        diff.add_argument("--json", action="store_true", help="as JSON")
    check = _command(commands, "check", f"look for contradictions and weaknesses of a {what}")
    check.add_argument(what, metavar="FILE", help=f"a path to a .toml file, or a plugin's {what}")
    check.add_argument(
        "--fail-on", choices=("error", "warning", "info"), help="leave with 1 on findings as bad as this"
    )
    return commands


def _policy(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="action", required=True, metavar="COMMAND")
    _command(commands, "list", "list the policies: coqs, those of other systems, those of the plugins")
    show = _command(commands, "show", "show a policy: its choices, where they are stated, what is assumed")
    show.add_argument("policy", metavar="NAME", help="a policy, or a path to a .toml file")
    show.add_argument("--toml", action="store_true", help="as a policy file (extra: toml)")


def _plugins(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as a list of objects")
