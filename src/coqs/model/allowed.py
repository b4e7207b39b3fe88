"""Exceptions that were allowed on purpose: for whom, from when, until when, why and by whom."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from coqs.errors import RecordError
from coqs.model.moments import moment


def _start(value: Any) -> dt.datetime:
    return moment(value, where="allowed exception: start")


def _until(value: Any) -> dt.datetime:
    return moment(value, where="allowed exception: until")


@attrs.frozen(slots=True, kw_only=True)
class AllowedException:
    """A deliberate exception: what is below expectation while it lasts is no lapse.

    It has a reason, somebody who allowed it, and an end; once it has ended, it excuses nothing.

    Raises
    ------
    RecordError
        It has no reason, or nobody allowed it, or it does not end after it starts.

    Examples
    --------
    >>> rain = AllowedException(
    ...     measure="wait_seconds", start="2026-03-02T06:00Z", until="2026-03-03T06:00Z",
    ...     reason="one lane is closed", by="shift lead",
    ... )  # fmt: skip
    >>> rain.excuses("Ana", "wait_seconds", rain.start), rain.excuses("Ana", "wait_seconds", rain.until)
    (True, False)
    """

    start: dt.datetime = attrs.field(converter=_start)
    """From when on, with a zone."""
    until: dt.datetime = attrs.field(converter=_until)
    """The moment from which it excuses nothing any more."""
    reason: str
    """Why it was allowed."""
    by: str
    """Who allowed it."""
    group: str | None = None
    """The person, team or site that it is for; None for all."""
    measure: str | None = None
    """The criterion or verdict that it is for; None for all."""

    def __attrs_post_init__(self) -> None:
        for name in ("reason", "by"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                raise RecordError(f"allowed exception: must have {name!r}, got none; say it")
        if self.until <= self.start:
            raise RecordError("allowed exception: must end after it starts; mend until")

    def excuses(self, group: str, measure: str, at: dt.datetime) -> bool:
        """Tell whether it holds for somebody, on a measure, at a moment."""
        mine = self.group in (None, group) and self.measure in (None, measure)
        return mine and self.start <= at < self.until
