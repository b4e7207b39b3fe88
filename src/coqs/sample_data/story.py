"""What happens at the post besides chance: a slip, a promise that is kept, and one that is broken.

What lives here: who slips and when, and which interactions belong to one errand. What a rubric does not
ask about is not written: its sample tells less of the story.
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from coqs.rubric import Rubric
from coqs.sample_data.courses import LONG
from coqs.sample_data.post import FIRST_DAY, OFFICERS, Draws, Post
from coqs.tables import Encoded

Rows = npt.NDArray[np.int64]
SLIPPING = "Eklund"
"""The best of the officers, after a clean run: just this once."""
CHECK, CHECKED, UNCHECKED = "identity_checked", "checked", "waved_through"
PROMISE, PROMISED = "next_step", "dated"
ANSWER, KEPT, BROKEN = "promise_kept", "kept", "broken"
DUE = "promise_due"
OUTCOMES = (KEPT, KEPT, KEPT, KEPT, "kept_early", "kept_early", "late_told", BROKEN)
"""What becomes of a promise in a long sample: each as often as it stands here."""
FIRST_DUE, LAST_DUE = 2, 21
"""Days after which it comes due there."""
FEWEST = 40
"""Interactions below which there is no story to tell."""


@attrs.frozen(slots=True)
class Errand:
    """One matter of one customer: a promise, and the later interaction in which it was due."""

    issue: str
    made: int
    met: int
    outcome: str


def errands(rng: Draws, post: Post, rubric: Rubric) -> tuple[Errand, ...]:
    """Choose who was promised something, and who came back for it; none where nobody is asked about it."""
    asked = DUE in rubric.fact_ids and {PROMISE, ANSWER} <= set(rubric.criterion_ids)
    if not asked or post.n < FEWEST:
        return ()
    sets = post.context["customer_set"]
    if "visitors" not in sets.categories:
        return ()
    calm = np.ones(post.n, np.bool_)
    situation = post.facts.get("situation")
    if isinstance(situation, Encoded):
        calm = situation.codes == situation.categories.index("routine")
    day = (post.at - FIRST_DAY).astype("timedelta64[D]").astype(np.int64)
    theirs = calm & (sets.codes == sets.categories.index("visitors"))
    if post.days >= 7 * LONG:
        return _many(rng, np.flatnonzero(theirs), day)
    half = post.days // 2
    made, met = (np.flatnonzero(theirs & part) for part in (day < half, day >= half))
    if min(len(made), len(met)) < 2:
        return ()
    first, later = (np.sort(rng.permutation(rows)[:2]).tolist() for rows in (made, met))
    return tuple(
        Errand(f"K-{place + 1}", *pair, outcome)
        for place, (pair, outcome) in enumerate(
            zip(zip(first, later, strict=True), (KEPT, BROKEN), strict=True)
        )
    )


def _many(rng: Draws, theirs: Rows, day: Rows) -> tuple[Errand, ...]:
    """Choose promises all along a long sample; each comes due within three weeks, or never in it."""
    chosen = rng.permutation(theirs)[: len(theirs) // 4]
    free = np.sort(np.setdiff1d(theirs, chosen))
    found: list[Errand] = []
    for made in np.sort(chosen).tolist():
        wait, outcome = rng.integers(FIRST_DUE, LAST_DUE), OUTCOMES[int(rng.random() * len(OUTCOMES))]
        place = int(np.searchsorted(day[free], day[made] + wait))
        if place < len(free):
            found.append(Errand(f"K-{len(found) + 1}", made, int(free[place]), outcome))
            free = np.delete(free, place)
    return tuple(found)


def with_errands(post: Post, told: tuple[Errand, ...]) -> Post:
    """Return the post with each errand's customer, issue and due promise; no other promise is due."""
    if DUE not in post.facts:
        return post
    customers, issues = post.context["customer"].to_list(), post.context["issue"].to_list()
    due = [None if each is None else "false" for each in _texts(post, DUE)]
    for errand in told:
        customers[errand.met] = customers[errand.made]
        issues[errand.made] = issues[errand.met] = errand.issue
        due[errand.made], due[errand.met] = "false", "true"
    columns = {"customer": Encoded.from_values(customers), "issue": Encoded.from_values(issues)}
    return attrs.evolve(
        post, context=post.context | columns, facts=post.facts | {DUE: Encoded.from_values(due)}
    )


def _texts(post: Post, fact: str) -> list[str | None]:
    column = post.facts[fact]
    return column.to_list() if isinstance(column, Encoded) else [None] * post.n


def slips(rng: Draws, post: Post) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return (n,) where the officer who slips keeps to the rule, and where not: never before the slip.

    It happens half-way; from then on the check is left out more often than not.
    """
    own = post.officer == [each.name for each in OFFICERS].index(SLIPPING)
    late = post.at >= FIRST_DAY + np.timedelta64(post.days // 2, "D")
    left_out = own & late & (rng.random(post.n) < 0.75)
    after = np.flatnonzero(own & late)
    left_out[after[:1]] = True  # the slip itself
    return own & ~left_out, left_out
