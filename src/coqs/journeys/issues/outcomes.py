"""What became of each issue: confirmed right, failed, or not known; when, and why."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.issues.contacts import Contacts
from coqs.journeys.issues.linking import DAY, NOT_LINKED, Linked

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
STATES = ("confirmed", "failed", "unknown")
CONFIRMED, FAILED, UNKNOWN = range(3)
REASONS = ("", "irreversible", "gate", "rework", "not linked", "not rated", "no time", "followed too briefly")


@attrs.frozen(slots=True, eq=False, kw_only=True)
class Outcomes:
    """(issues,) each."""

    n: Places
    """Contacts."""
    n_planned: Places
    """Of them, returns that were planned."""
    state: Places
    """Places in `STATES`: a planned return does not count against it."""
    gross: Places
    """The same where every return counts."""
    reason: Places
    """Places in `REASONS`."""
    days: Floats
    """From the contact before it to what failed, at most the window; or from the last contact to the end of
    what was seen; NaN where nobody can tell."""
    event: Mask
    """Whether the days end with a failure."""


def outcomes_of(contacts: Contacts, links: Linked, *, window: float, until: np.datetime64) -> Outcomes:
    """Work out what became of each issue.

    Parameters
    ----------
    contacts, links
        What was linked.
    window
        Days without an unplanned return after which an issue is settled.
    until
        The end of what was observed, in UTC.
    """
    issues = len(links.first)
    of, later = links.issue, np.ones(len(contacts), np.bool_)
    later[links.first] = False
    gap = _gaps(contacts, links)
    soon = later & ~(gap > window)
    wrong = {
        "irreversible": contacts.irreversible,
        "gate": contacts.gate,
        "rework": soon & ~contacts.planned,
        "return": soon,
    }
    failed = {name: _any(of, which, issues) for name, which in wrong.items()}
    net = failed["irreversible"] | failed["gate"] | failed["rework"]
    unknown = _unknown(contacts, links, window=window, until=until)
    reason = np.select(
        [failed[name] for name in ("irreversible", "gate", "rework")], [1, 2, 3], default=unknown
    )
    state = np.where(net, FAILED, np.where(unknown > 0, UNKNOWN, CONFIRMED))
    bad = wrong["irreversible"] | wrong["gate"] | wrong["rework"]
    days = np.where(
        net, _first(of, np.minimum(gap, window), bad, issues), _followed(contacts, links, unknown, until)
    )
    return Outcomes(
        n=np.bincount(of, minlength=issues),
        n_planned=np.bincount(of[later & contacts.planned], minlength=issues),
        state=state,
        gross=np.where(net | failed["return"], FAILED, state),
        reason=reason,
        days=days,
        event=net & ~np.isnan(days),
    )


def _gaps(contacts: Contacts, links: Linked) -> Floats:
    """Return (contacts,) days since the contact before it in its issue; 0 of the first one."""
    order = np.argsort(links.issue, kind="stable")
    found = np.zeros(len(contacts))
    if len(order):
        steps = np.diff(contacts.at[order]) / DAY
        same = links.issue[order][1:] == links.issue[order][:-1]
        found[order[1:]] = np.where(same, steps, 0.0)
    return found


def _followed(contacts: Contacts, links: Linked, unknown: Places, until: np.datetime64) -> Floats:
    """Return (issues,) days from the last contact to the end of what was seen; NaN if nobody followed."""
    never = np.isin(unknown, [REASONS.index(each) for each in ("not linked", "not rated", "no time")])
    return np.where(never, np.nan, np.maximum((until - contacts.at[links.last]) / DAY, 0.0))


def _any(of: Places, which: Mask, issues: int) -> Mask:
    return np.bincount(of[which], minlength=issues) > 0


def _first(of: Places, since: Floats, which: Mask, issues: int) -> Floats:
    """Return (issues,) days to the first contact of a kind; NaN where there is none that has a time."""
    found = np.full(issues, np.inf)
    known = which & ~np.isnan(since)
    np.minimum.at(found, of[known], since[known])
    return np.where(np.isinf(found), np.nan, found)


def _unknown(contacts: Contacts, links: Linked, *, window: float, until: np.datetime64) -> Places:
    """Return (issues,) why it could not be known that an issue is right; 0 where it could."""
    first, last = contacts.at[links.first], contacts.at[links.last]
    with np.errstate(invalid="ignore"):
        brief = ~((until - last) / DAY >= window)
    unrated = _any(links.issue, ~contacts.rated, len(links.first))
    why = [links.how == NOT_LINKED, unrated, np.isnat(first), brief]
    names = ("not linked", "not rated", "no time", "followed too briefly")
    return np.select(why, [REASONS.index(name) for name in names], default=0).astype(np.int64)
