"""`coqs score`: ratings in, findings on the terminal, scores and a report as files."""

from __future__ import annotations

import contextlib
from argparse import Namespace
from collections.abc import Iterator

from coqs.cli.findings import findings, table_lines
from coqs.cli.inputs import files_read, what_to_score
from coqs.cli.outputs import check_places, check_report, report_of, scores_beside, write_beside
from coqs.cli.progress import progress
from coqs.cli.summary import Summary
from coqs.cli.text import counted, per_cent, show, tell
from coqs.errors import ComparisonError, CoqsError
from coqs.io import RatingsFile, Recurrence
from coqs.results.buckets import check_every
from coqs.scoring import Scorer


def score(arguments: Namespace) -> int:
    """Read, score, write what was asked for, print the findings; 1 where they fail what was asked."""
    if arguments.report is not None:
        check_report()
    if arguments.journey is not None:
        _check_journey(arguments)
    given = files_read(arguments.ratings, arguments.rubric, arguments.policy)
    check_places(arguments.out, arguments.report, given=given)
    summary = _summary(arguments, *what_to_score(arguments))
    failures = list(_failures(summary, arguments))
    show(findings(summary))
    for tally in summary.groups:
        show(["", *table_lines(tally.table())])
    show([f"wrote {target}" for target in (arguments.out, arguments.report) if target is not None])
    for failure in failures:
        tell(failure)
    return 1 if failures else 0


def _check_journey(arguments: Namespace) -> None:
    if arguments.report is None:
        raise CoqsError("--journey: must go with a report, got none; add --report report.html")
    check_every(arguments.journey)


def _summary(arguments: Namespace, file: RatingsFile, scorer: Scorer) -> Summary:
    """Score and write a file batch by batch; all at once where only that will do."""
    if arguments.report is None and file.can_be_parted:
        with contextlib.suppress(Recurrence, ComparisonError):
            return _written(arguments, file, scorer, in_batches=True)
    return _written(arguments, file, scorer, in_batches=False)


def _written(arguments: Namespace, file: RatingsFile, scorer: Scorer, *, in_batches: bool) -> Summary:
    total: Summary | None = None
    with contextlib.ExitStack() as places, progress("scoring ratings") as told:
        reading = file.reporting(told)
        with scores_beside(places, arguments.out, file.names()) as write:
            for ratings in reading.batches() if in_batches else [reading.whole()]:
                scores = scorer(ratings)
                part = Summary.of(scores, arguments.by)
                total = part if total is None else total + part
                write(scores)
        if arguments.report is not None:
            write_beside(
                places, arguments.report, report_of(scores, tz=arguments.tz, journey=arguments.journey)
            )
    assert total is not None
    return total


def _failures(summary: Summary, arguments: Namespace) -> Iterator[str]:
    """Say which of the findings are among those that the caller asked to fail on."""
    found = {
        "gates": summary.counts["gate_failures"],
        "fail": summary.counts["fail"],
        "unscored": summary.n_unscored,
    }
    what = {"gates": "with a failed gate", "fail": "with the verdict fail", "unscored": "not scored"}
    for name in dict.fromkeys(arguments.fail_on):
        if found[name]:
            yield f"--fail-on {name}: {counted(found[name], 'rating')} {what[name]}"
    if arguments.fail_under is not None:
        mean = summary.whole.table().rows()[0]["mean"]
        # The mean is a sum of floats; a share that is met exactly must not fail by its last digit.
        if mean is None or mean < float(arguments.fail_under) - 1e-12:
            yield f"--fail-under {arguments.fail_under}: the mean score is {per_cent(mean)}"
