"""`coqs explain`: the exact account of one interaction's score."""

from __future__ import annotations

from argparse import Namespace

from coqs.cli.inputs import scores_of
from coqs.cli.text import show, show_json
from coqs.scoring.explain import explain as explained


def explain(arguments: Namespace) -> int:
    """Score the file and print one account, as text or JSON."""
    account = explained(scores_of(arguments), arguments.interaction, rater=arguments.rater)
    if arguments.json:
        show_json(account.to_dict())
    else:
        show(str(account).split("\n"))
    return 0
