"""What happens to people, and moves the service: training, complaints, leavers, targets."""

from __future__ import annotations

import datetime as dt

import attrs

from coqs.errors import RecordError

EVERYBODY = "*"


def _with_zone(name: str, value: dt.datetime | None) -> None:
    if value is not None and value.utcoffset() is None:
        raise RecordError(
            f"event: {name} must be a time with a zone, got one without; add one such as +02:00"
        )


@attrs.frozen(slots=True, kw_only=True)
class Event:
    """Something that happened at a moment.

    Raises
    ------
    RecordError
        A time has no zone, there is no kind or nobody it is about, or it was fixed before it happened.
    """

    at: dt.datetime
    """When; with a zone."""
    kind: str
    """training, buy-in, supervisor follow-up, complaint, leaver, target … in the organisation's own words."""
    about: str = EVERYBODY
    """A provider, a site or a group, as the ratings name them; "*" for everybody."""
    justified: bool | None = None
    """Of a complaint: whether it was; None where nobody has looked, or the word makes no sense."""
    fixed_at: dt.datetime | None = None
    """When what was behind it was put right; None where it is not."""
    note: str = ""
    """For whoever keeps the register; it is never printed."""

    def __attrs_post_init__(self) -> None:
        _with_zone("at", self.at)
        _with_zone("fixed_at", self.fixed_at)
        if not self.about.strip():
            raise RecordError("event: about must be a name, got none; say whom, or * for everybody")
        if not self.kind.strip():
            raise RecordError("event: kind must be a word, got none; say what happened, such as training")
        if self.fixed_at is not None and self.fixed_at < self.at:
            raise RecordError(
                "event: fixed_at must not be before at, got an earlier time; mend one of the two"
            )
