"""Remembered details: what is on record of a customer, from where, with whose consent and until when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from coqs.errors import RecordError
from coqs.model.moments import moment


def _recorded(value: Any) -> dt.datetime:
    return moment(value, where="detail: recorded")


def _expires(value: Any) -> dt.datetime:
    return moment(value, where="detail: expires")


def _consented(value: Any) -> dt.datetime | None:
    return None if value is None else moment(value, where="detail: consented")


@attrs.frozen(slots=True, kw_only=True)
class Detail:
    """Something personal that is remembered of a customer: a name, a liking, what was told last time.

    It says where it comes from, when the customer consented to its being kept, and when it expires. The
    detail itself is never shown in a repr or a message.

    Raises
    ------
    RecordError
        It is of nobody or from nowhere, or expires before it was recorded.

    Examples
    --------
    >>> tea = Detail(
    ...     customer="C-7", source="I-12", recorded="2026-03-02T09:00Z", consented="2026-03-02T09:00Z",
    ...     expires="2027-03-02T09:00Z", text="takes tea",
    ... )  # fmt: skip
    >>> tea.usable_at(tea.recorded), tea.usable_at(tea.expires)
    (True, False)
    """

    customer: str
    """Whose it is."""
    source: str
    """Where it comes from, such as the interaction in which it was told."""
    recorded: dt.datetime = attrs.field(converter=_recorded)
    """When it was written down, with a zone."""
    expires: dt.datetime = attrs.field(converter=_expires)
    """From when on it must not be used."""
    consented: dt.datetime | None = attrs.field(default=None, converter=_consented)
    """When the customer agreed to its being kept; None where they did not, and it must not be used."""
    kind: str = ""
    """What sort of detail it is, such as a name or a preference."""
    text: str = attrs.field(default="", repr=False)
    """The detail itself."""

    def __attrs_post_init__(self) -> None:
        for name in ("customer", "source"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                raise RecordError(f"detail: must have {name!r}, got none; say it")
        if self.expires <= self.recorded:
            raise RecordError("detail: must expire after it was recorded; mend expires")

    def usable_at(self, at: dt.datetime) -> bool:
        """Tell whether it could be used at a moment: recorded, agreed to and not expired."""
        return self.consented is not None and max(self.recorded, self.consented) <= at < self.expires
