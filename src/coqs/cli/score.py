"""`coqs score`: ratings in, findings on the terminal, scores and a report as files."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from coqs.cli.findings import findings, table_lines
from coqs.cli.inputs import scores_of
from coqs.cli.outputs import Write, check_places, check_report, report_of, write_together
from coqs.cli.text import counted, per_cent, show, tell
from coqs.io import write_scores
from coqs.results import Scores, whole_table


def score(arguments: Namespace) -> int:
    """Read, score, write what was asked for, print the findings; 1 where they fail what was asked."""
    if arguments.report is not None:
        check_report()
    check_places(arguments.out, arguments.report, given=(arguments.ratings, arguments.rubric))
    scores = scores_of(arguments)
    tables = [scores.by(*keys) for keys in arguments.by]
    failures = list(_failures(scores, arguments))
    outputs: list[tuple[str, Write]] = []
    if arguments.out is not None:
        outputs.append((arguments.out, lambda path: write_scores(scores, path)))
    if arguments.report is not None:
        outputs.append((arguments.report, report_of(scores)))
    write_together(*outputs)
    show(findings(scores))
    for table in tables:
        show(["", *table_lines(table)])
    show([f"wrote {target}" for target, _ in outputs])
    for failure in failures:
        tell(failure)
    return 1 if failures else 0


def _failures(scores: Scores, arguments: Namespace) -> Iterator[str]:
    """Say which of the findings are among those that the caller asked to fail on."""
    found = {
        "gates": sum(int((column > 0).sum()) for column in scores.gates.values()),
        "fail": int((scores.verdict == "fail").sum()),
        "unscored": int((~scores.is_scored).sum()),
    }
    what = {"gates": "with a failed gate", "fail": "with the verdict fail", "unscored": "not scored"}
    for name in dict.fromkeys(arguments.fail_on):
        if found[name]:
            yield f"--fail-on {name}: {counted(found[name], 'rating')} {what[name]}"
    if arguments.fail_under is not None:
        mean = whole_table(scores).rows()[0]["mean"]
        # The mean is a sum of floats; a share that is met exactly must not fail by its last digit.
        if mean is None or mean < float(arguments.fail_under) - 1e-12:
            yield f"--fail-under {arguments.fail_under}: the mean score is {per_cent(mean)}"
