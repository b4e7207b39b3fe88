"""Put the sample together: a post, its interactions, and what the raters wrote of them."""

from __future__ import annotations

import numpy as np

from coqs.errors import RecordError
from coqs.manager import Plugins, load_plugins
from coqs.ratings import Ratings
from coqs.rubric import Rubric
from coqs.sample_data.post import WEEKS, Post
from coqs.sample_data.sheets import Sheets
from coqs.sample_data.story import errands, with_errands


def make_sample(
    *,
    n: int = 300,
    seed: int = 1,
    weeks: int = WEEKS,
    rubric: Rubric | None = None,
    plugins: Plugins | None = None,
) -> Ratings:
    """Make up a sample of n interactions at one guard post, for demonstrations and tests.

    Most of it is drawn by chance. Beside that one officer slips after a clean run, one promise is kept and
    one broken, one ethics gate fails, and nobody reviews their own shift; as far as the rubric asks of it.
    From eight weeks on people change, too: of thirteen weeks, Brandt is trained after the fourth and climbs
    until the eighth, Cole winds down from the fifth to the eleventh, and Dray leaves after the eighth, whose
    work Abara takes over; and promises are made all along.

    Parameters
    ----------
    n
        Interactions; about a quarter of them are rated twice, so that there are more rows.
    seed
        The same seed gives the same sample.
    weeks
        How long it lasts, from 2026-03-02 on, a Monday.
    rubric
        What is asked; None for `security`.
    plugins
        Where `security` is taken from; None for all that are installed.

    Raises
    ------
    RecordError
        n or the seed is negative, or there is not even a week.
    NotFoundError
        No rubric is given, and no plugin has `security`.

    Examples
    --------
    >>> import coqs
    >>> ratings = coqs.make_sample(n=40)
    >>> ratings.rubric.id, ratings.rater.categories
    ('security', ('observer_1', 'observer_2'))
    """
    if n < 0:
        raise RecordError(f"n: must be 0 or more interactions, got {n}; use for example 300")
    if seed < 0:
        raise RecordError(f"seed: must be 0 or more, got {seed}; use for example 1")
    if weeks < 1:
        raise RecordError(f"weeks: must be 1 or more, got {weeks}; use for example 13")
    if rubric is None:
        rubric = (plugins if plugins is not None else load_plugins()).rubric("security")
    rng = np.random.default_rng(seed)
    post = Post.drawn(rng, n, rubric, weeks=weeks)
    told = errands(rng, post, rubric)
    sheets = Sheets.drawn(rng, with_errands(post, told), rubric)
    sheets.tell(rng, told)
    sheets.let_one_ethics_gate_fail(rng)
    return sheets.ratings()
