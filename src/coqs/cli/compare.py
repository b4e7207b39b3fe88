"""`coqs compare`: the same ratings under two policies, and which choice moves each number."""

from __future__ import annotations

from argparse import Namespace

from coqs.cli.inputs import files_read, policy_named, what_to_score
from coqs.cli.outputs import check_places
from coqs.cli.progress import progress
from coqs.cli.text import show, show_json
from coqs.comparisons.policies import compare_policies
from coqs.errors import CoqsError
from coqs.io import write_table
from coqs.scoring import Scorer


def compare(arguments: Namespace) -> int:
    """Score the file under both policies; print all rows in short, or the account of one."""
    if arguments.rater is not None and arguments.interaction is None:
        raise CoqsError("--rater: must stand with --interaction, got none; name the interaction")
    named = (arguments.rubric, arguments.policy, arguments.other)
    check_places(arguments.out, given=files_read(arguments.ratings, *named))
    file, first = what_to_score(arguments)
    second = Scorer(first.rubric, policy=policy_named(arguments.other))  # before reading, as the first
    with progress("reading ratings") as told:
        ratings = file.reporting(told).whole()
    found = compare_policies(ratings, first.policy, second.policy)
    told_of = (
        found
        if arguments.interaction is None
        else found.account(arguments.interaction, rater=arguments.rater)
    )
    if arguments.out is not None:
        write_table(found.encoded(), arguments.out)
    if arguments.json:
        show_json(told_of.to_dict())
    else:
        show(str(told_of).split("\n"))
        show([f"wrote {arguments.out}"] if arguments.out is not None else [])
    return 0
