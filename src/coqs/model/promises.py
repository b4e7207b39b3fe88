"""What a customer is promised: kinds, what becomes of one, and the record of one that was made."""

from __future__ import annotations

import datetime as dt

import attrs

from coqs.errors import RecordError, suggest

PROMISE, INVITATION, ANNOUNCEMENT = "promise", "invitation", "announcement"
PROMISE_KINDS = (PROMISE, INVITATION, ANNOUNCEMENT)
"""`promise`: somebody undertakes something ("I will find out"); `invitation`: the customer is welcome
("come again"); `announcement`: something is to come ("a sale on Thursday")."""
PROMISE_STATES = ("kept", "late", "broken", "cancelled", "lapsed", "unobservable", "open")
"""`kept` in time, kept `late`, `broken`, `cancelled` by the customer, `lapsed` (its due date passed, all that
followed was seen, and nothing of it), `unobservable` (what followed was not all seen), `open`."""


@attrs.frozen(slots=True, kw_only=True)
class Promise:
    """One promise that was made, as the caller knows it.

    Raises
    ------
    RecordError
        There is no such kind, or the due moment has no zone.
    """

    interaction: str
    """Id of the interaction in which it was made."""
    due: dt.datetime | dt.date | None = None
    """The last moment that was promised, or the last day; None where none was said: it never lapses."""
    kind: str = PROMISE
    """One of `PROMISE_KINDS`."""

    def __attrs_post_init__(self) -> None:
        if self.kind not in PROMISE_KINDS:
            raise RecordError(
                f"promise: kind must be one of those that there are, got {self.kind!r}; "
                f"{suggest(str(self.kind), PROMISE_KINDS)}"
            )
        if isinstance(self.due, dt.datetime) and self.due.utcoffset() is None:
            raise RecordError(
                "promise: due must be a time with a zone, or a date, got a time without; add its zone"
            )
