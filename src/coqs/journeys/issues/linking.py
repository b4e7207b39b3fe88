"""Link contacts into issues: by the issue that is given, or by customer and matter within a window."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.issues.contacts import Contacts

Places = npt.NDArray[np.int64]
DAY = np.timedelta64(1, "D")
GIVEN, BY_CUSTOMER, NOT_LINKED = 0, 1, 2
LINKS = ("given", "customer", "none")
"""How an issue came to be: what its id says, by customer and matter, or not at all."""


@attrs.frozen(slots=True, eq=False)
class Linked:
    """Which issue each contact is of."""

    issue: Places
    """(contacts,) number of its issue, in the order of the first contacts."""
    how: Places
    """(issues,) places in `LINKS`."""
    first: Places
    """(issues,) row of the first contact."""
    last: Places
    """(issues,) row of the last one."""


def linked(contacts: Contacts, *, matter: Sequence[str], window: float) -> Linked:
    """Link contacts.

    Parameters
    ----------
    contacts
        In the order of time.
    matter
        Columns in which contacts of one matter agree, besides the customer.
    window
        Days: where a customer was away for longer, the next contact begins an issue of its own.

    Notes
    -----
    Contacts that name one issue are one. A contact without a name goes with the customer's contact before it
    on the matter, if that is no longer ago than the window; the first ones of such a chain, with the first
    that has a name. One without a customer, a time or a matter that is asked for stands alone.
    """
    n = len(contacts)
    given = contacts.context["issue"].codes.astype(np.int64)
    chain = _chains(contacts, matter, window)
    named = _named_within(chain, given)
    how = np.where(named >= 0, GIVEN, np.where(chain >= 0, BY_CUSTOMER, NOT_LINKED))
    key = np.where(how == GIVEN, named, np.where(how == BY_CUSTOMER, n + chain, 2 * n + np.arange(n)))
    size = len(contacts.context["issue"].categories)
    _, issue = np.unique(np.where(how == GIVEN, key, key + size), return_inverse=True)
    return _numbered(issue.reshape(-1).astype(np.int64), how)


def _chains(contacts: Contacts, matter: Sequence[str], window: float) -> Places:
    """Return (n,) which unbroken chain of one customer and matter each contact is of; -1 if unknown."""
    n = len(contacts)
    columns = [contacts.context["customer"], *(contacts.column(name) for name in matter)]
    codes = np.stack([each.codes.astype(np.int64) for each in columns], axis=1)
    known = (codes >= 0).all(axis=1) & ~np.isnat(contacts.at)
    _, who = np.unique(codes, axis=0, return_inverse=True)
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(who.reshape(-1)[rows], kind="stable")]
    begins = np.ones(len(rows), np.bool_)
    same = who.reshape(-1)[rows][1:] == who.reshape(-1)[rows][:-1]
    begins[1:] = ~same | (np.diff(contacts.at[rows]) > window * DAY)
    chain = np.full(n, -1, np.int64)
    chain[rows] = np.cumsum(begins) - 1
    return chain


def _named_within(chain: Places, given: Places) -> Places:
    """Return (n,) the issue that each contact names, or its chain: the last before it, else the first."""
    found = given.copy()
    rows = np.flatnonzero(chain >= 0)
    rows = rows[np.argsort(chain[rows], kind="stable")]
    place, named = np.arange(len(rows)), given[rows] >= 0
    before = np.maximum.accumulate(np.where(named, place, -1))
    after = np.minimum.accumulate(np.where(named, place, len(rows))[::-1])[::-1]
    for near in (after, before):  # what is before goes over what is after
        inside = (near >= 0) & (near < len(rows))
        at = np.where(inside, near, 0)
        if len(rows):
            theirs = inside & (chain[rows[at]] == chain[rows]) & ~named
            found[rows[theirs]] = given[rows[at[theirs]]]
    return found


def _numbered(chain: Places, how: Places) -> Linked:
    """Number chains by their first contacts."""
    distinct, first = np.unique(chain, return_index=True)
    rank = np.empty(len(distinct), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(distinct))
    issue = rank[chain] if len(chain) else chain
    starts = np.sort(first)
    last = np.zeros(len(distinct), np.int64)
    last[issue] = np.arange(len(issue))
    kind = np.full(len(distinct), NOT_LINKED)
    np.minimum.at(kind, issue, how)
    return Linked(issue, kind, starts, last)
