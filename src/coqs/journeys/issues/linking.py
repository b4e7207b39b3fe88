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
    A contact with an id of its issue goes by that alone. One without an id goes with the customer's last
    contact on the matter within the window. One without a customer, or without a time, stands alone.
    """
    n = len(contacts)
    key, how = _keys(contacts, matter)
    order = np.lexsort((np.arange(n), key))
    same = np.zeros(n, np.bool_)
    same[1:] = key[order][1:] == key[order][:-1]
    apart = np.zeros(n, np.bool_)
    with np.errstate(invalid="ignore"):
        apart[1:] = np.diff(contacts.at[order]) > window * DAY
    begins = ~same | (apart & (how[order] == BY_CUSTOMER))
    chain = np.empty(n, np.int64)
    chain[order] = np.cumsum(begins) - 1
    return _numbered(chain, how)


def _keys(contacts: Contacts, matter: Sequence[str]) -> tuple[Places, Places]:
    """Return (n,) what contacts of one matter have in common, and how it is known."""
    n = len(contacts)
    given, customer = contacts.context["issue"].codes, contacts.context["customer"].codes
    timed = ~np.isnat(contacts.at)
    how = np.where(given >= 0, GIVEN, np.where((customer >= 0) & timed, BY_CUSTOMER, NOT_LINKED))
    columns = [contacts.column(name).codes.astype(np.int64) for name in matter]
    alone = np.where(how == NOT_LINKED, np.arange(n), -1)
    theirs = [np.where(how == BY_CUSTOMER, each, -1) for each in (customer.astype(np.int64), *columns)]
    rows = np.stack([np.where(how == GIVEN, given, -1), *theirs, alone], axis=1) if n else np.empty((0, 3))
    _, key = np.unique(rows, axis=0, return_inverse=True)
    return key.reshape(-1).astype(np.int64), how.astype(np.int64)


def _numbered(chain: Places, how: Places) -> Linked:
    """Number chains by their first contacts."""
    distinct, first = np.unique(chain, return_index=True)
    rank = np.empty(len(distinct), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(distinct))
    issue = rank[chain] if len(chain) else chain
    starts = np.sort(first)
    last = np.zeros(len(distinct), np.int64)
    last[issue] = np.arange(len(issue))
    return Linked(issue, how[starts], starts, last)
