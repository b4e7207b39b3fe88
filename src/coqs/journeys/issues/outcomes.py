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
    """From the first contact to what failed, or to the end of what was seen; NaN where nobody can tell."""
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
    wrong = {
        "irreversible": contacts.irreversible,
        "gate": contacts.gate,
        "rework": later & ~contacts.planned,
        "return": later,
    }
    since = (contacts.at - contacts.at[links.first][of]) / DAY if issues else np.empty(0)
    when = {name: _first(of, since, which, issues) for name, which in wrong.items()}
    failed = {name: ~np.isnan(each) | _any(of, wrong[name], issues) for name, each in when.items()}
    net = failed["irreversible"] | failed["gate"] | failed["rework"]
    unknown = _unknown(contacts, links, window=window, until=until)
    reason = np.select(
        [failed[name] for name in ("irreversible", "gate", "rework")], [1, 2, 3], default=unknown
    )
    state = np.where(net, FAILED, np.where(unknown > 0, UNKNOWN, CONFIRMED))
    gross = np.where(net | failed["return"], FAILED, state)
    seen = (until - contacts.at[links.first]) / DAY
    followable = ~np.isin(unknown, [REASONS.index(each) for each in ("not linked", "not rated", "no time")])
    event_days = np.fmin.reduce([when[name] for name in ("irreversible", "gate", "rework")])
    days = np.where(net, event_days, np.where(followable, np.maximum(seen, 0.0), np.nan))
    return Outcomes(
        n=np.bincount(of, minlength=issues),
        n_planned=np.bincount(of[later & contacts.planned], minlength=issues),
        state=state,
        gross=gross,
        reason=reason,
        days=days,
        event=net & ~np.isnan(days),
    )


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
    rated = _any(links.issue, contacts.rated, len(links.first))
    why = [links.how == NOT_LINKED, ~rated, np.isnat(first), brief]
    names = ("not linked", "not rated", "no time", "followed too briefly")
    return np.select(why, [REASONS.index(name) for name in names], default=0).astype(np.int64)
