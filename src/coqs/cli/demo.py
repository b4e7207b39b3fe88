"""`coqs demo`: the whole way on a made-up sample, in one command."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from coqs.cli.findings import findings, table_lines
from coqs.cli.inputs import plugins_with_warnings
from coqs.cli.outputs import check_places, check_report, report_of, write_together
from coqs.cli.story import story
from coqs.cli.summary import Summary
from coqs.cli.text import show
from coqs.sample_data import make_sample
from coqs.scoring import score

NAME = "report.html"


def demo(arguments: Namespace) -> int:
    """Make a sample, score it, tell its story, print the findings, write the report."""
    check_report()
    target = str(Path(arguments.out, NAME))
    check_places(target)
    plugins = plugins_with_warnings()
    scores = score(make_sample(n=arguments.n, seed=arguments.seed, plugins=plugins))
    write_together((target, report_of(scores)))
    show(f"a made-up sample of one guard post, four weeks (seed {arguments.seed}); nothing in it is real")
    show(story(scores))
    show("")
    show(findings(Summary.of(scores)))
    for key in ("customer_set", "provider"):
        show(["", *table_lines(scores.by(key))])
    show(["", f"wrote {target}"])
    return 0
