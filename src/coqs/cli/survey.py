"""`coqs survey`: customers' answers in, measures with their denominators and intervals on the terminal."""

from __future__ import annotations

from argparse import Namespace

from coqs.answers import Answers
from coqs.cli.inputs import how_written, questionnaire_named, rubric_named
from coqs.cli.outputs import check_places
from coqs.cli.text import counted, show
from coqs.errors import CoqsError
from coqs.io import AnswersFile, read_ratings, write_table
from coqs.results import Scores
from coqs.rubric.questionnaire import Questionnaire
from coqs.scoring import score
from coqs.surveys import exceeds_check, score_answers


def survey(arguments: Namespace) -> int:
    """Read answers, score them, print the measures, and hold them against ratings where there are some."""
    check_places(arguments.out, given=(arguments.answers, arguments.questionnaire))
    asked = questionnaire_named(arguments.questionnaire)
    scores = _scores(arguments, asked)
    answers = AnswersFile(path=arguments.answers, questionnaire=asked, **how_written(arguments)).whole()
    if scores is not None:
        answers = answers.beside(scores.ratings)
    found = score_answers(answers, minimum_n=arguments.minimum_n)
    tables = [found, *(found.by(*keys) for keys in arguments.by)]
    check = None
    if scores is not None:  # before anything is shown: an unknown measure is told at once
        check = exceeds_check(scores, answers, measure=arguments.measure or _first(asked))
    show(_head(answers))
    for table in [*tables, *([check] if check is not None else [])]:
        show(["", *str(table).splitlines()])
    if arguments.out is not None:
        write_table(tables[-1].encoded(), arguments.out)
        show(f"wrote {arguments.out}")
    return 0


def _scores(arguments: Namespace, asked: Questionnaire) -> Scores | None:
    """Score the ratings that the arguments name; None where they name none."""
    if arguments.ratings is None:
        for name in ("rubric", "measure"):
            if getattr(arguments, name) is not None:
                raise CoqsError(f"--{name}: must stand with --ratings, got none; name the ratings")
        return None
    rubric = arguments.rubric or asked.rubric
    if rubric is None:
        raise CoqsError("--rubric: must be given where the questionnaire names none, got nothing; name it")
    written = {name: value for name, value in how_written(arguments).items() if name in _OF_BOTH}
    return score(read_ratings(arguments.ratings, rubric_named(rubric), **written))


_OF_BOTH = ("tz", "encoding", "separator", "max_line_bytes")
"""What is said of the file of answers and holds for the file of ratings, too."""


def _first(asked: Questionnaire) -> str | None:
    return asked.measures[0].id if asked.measures else None


def _head(answers: Answers) -> list[str]:
    asked = answers.questionnaire
    written = [item.id for item in asked.items if not item.is_scored]
    lines = [
        f"questionnaire {asked.id} {asked.version}: {counted(len(asked.items), 'item')}",
        counted(len(answers), "sheet"),
    ]
    for id in written:
        n = int((answers.codes[id] >= 0).sum())
        lines.append(f"{id}: {counted(n, 'sheet')} with words of their own, which are not shown")
    return lines
