"""What can be typed after `coqs`: commands, options, and what is meant by them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NoReturn

from coqs.cli.words import count, keys, number, pair, pair_with_empty, seed, share
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
EVERY = ("hour", "day", "week", "month", "quarter", "year")
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
    _promises(_command(commands, "promises", "tell what became of promises, and list what is owed"))
    _journey(_command(commands, "journey", "follow people or sites over time: clock, chart, checkpoint"))
    _issues(_command(commands, "issues", "tell what was right the first time"))
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
    _ratings(parser)
    parser.add_argument("--out", metavar="FILE", help="write the scores: CSV, .parquet or .jsonl")
    parser.add_argument("--report", metavar="FILE", help="write the findings as a page (extra: report)")
    parser.add_argument("--journey", metavar="EVERY", help="follow providers in the report: week, month …")
    _by_option(parser)
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
    _rubric_option(parser)
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
    _encoding_option(parser)
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
    _reading(parser)


def _explain(parser: argparse.ArgumentParser) -> None:
    _ratings(parser)
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
    _ratings(parser)
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
    _ratings(parser)
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
    _by_option(parser)
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
    _file(parser)


def _promises(parser: argparse.ArgumentParser) -> None:
    _ratings(parser)
    _by_option(parser)
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


def _journey(parser: argparse.ArgumentParser) -> None:
    _ratings(parser)
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


def _issues(parser: argparse.ArgumentParser) -> None:
    _ratings(parser)
    _by_option(parser)
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


def _ratings(parser: argparse.ArgumentParser) -> None:
    """Add what is needed to read and score a file of ratings."""
    parser.add_argument("ratings", metavar="RATINGS", help="a file of ratings, wide or long")
    _rubric_option(parser)
    parser.add_argument(
        "--policy",
        metavar="NAME",
        help="how answers become scores: a policy, or a path to a .toml file (default: the rubric's)",
    )
    _file(parser)


def _file(parser: argparse.ArgumentParser) -> None:
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
    _encoding_option(parser)
    parser.add_argument(
        "--separator",
        metavar="MARK",
        help="between cells: comma, semicolon, tab, pipe, or a character (default: comma)",
    )
    _reading(parser)


def _by_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by",
        metavar="KEY",
        action="append",
        default=[],
        type=keys,
        help="print a table by this key, such as provider, site or a fact; two keys as one: provider,site",
    )


def _rubric_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rubric", metavar="RUBRIC", required=True, help="a plugin's rubric, or a path to a .toml file"
    )


def _encoding_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--encoding",
        metavar="NAME",
        help="of the file, such as cp1252 or utf-16 (default: UTF-8, or as its byte-order mark says)",
    )


def _reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tz",
        metavar="ZONE",
        help="of times that state none, and of the hours in the report, such as Europe/Madrid",
    )
    parser.add_argument(
        "--max-line-bytes", metavar="N", type=count, help="refuse longer lines (default: 16 MiB)"
    )
