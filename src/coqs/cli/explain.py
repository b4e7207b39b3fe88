"""`coqs explain`: the exact account of one interaction's score."""

from __future__ import annotations

from argparse import Namespace

from coqs.cli.inputs import files_read, scores_of
from coqs.cli.outputs import check_places
from coqs.cli.text import show, show_json
from coqs.scoring.explain import explain as explained
from coqs.whole_file import write_whole


def explain(arguments: Namespace) -> int:
    """Score the file and tell one account: print it as text or JSON, or write it as HTML."""
    given = files_read(arguments.ratings, arguments.rubric, arguments.policy)
    check_places(arguments.html, given=given)
    account = explained(scores_of(arguments), arguments.interaction, rater=arguments.rater)
    if arguments.html is not None:
        write_whole(arguments.html, account.to_html())
        show(f"wrote {arguments.html}")
    elif arguments.json:
        show_json(account.to_dict())
    else:
        show(str(account).split("\n"))
    return 0
