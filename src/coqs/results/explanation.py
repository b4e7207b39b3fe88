"""The exact account of one interaction's score."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from coqs.model import Standing, exact_and_value
from coqs.results.account_html import account_html
from coqs.results.account_text import account_lines, shown
from coqs.results.accounts import Account, Fired, Gain, Item, Moved, StageAccount, Step
from coqs.results.counterfactual import Change, Counterfactual

PARTS = (Change, Counterfactual, Fired, Gain, Item, Moved, StageAccount, Step)


@attrs.frozen(slots=True, kw_only=True, repr=False)
class Explanation(Account):
    """How one interaction got its score; `print` it, or take `to_dict`, `to_json` or `to_html`."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: each fraction as text and as a float."""
        parts = {field.name: _plain(getattr(self, field.name)) for field in attrs.fields(Explanation)}
        return {**parts, "coverage": _plain(self.coverage), "provenance": self.provenance.to_dict()}

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return `to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def __repr__(self) -> str:
        return (
            f"<Explanation of {self.interaction!r}: {shown(self.overall)}, verdict {self.verdict}, "
            f"{len(self.items)} criteria, rubric {self.provenance.rubric!r}>"
        )

    def to_html(self) -> str:
        """Return the account as a fragment of HTML: tables with captions, without style or script.

        Every text is escaped. It has no heading, so that it fits under any.
        """
        return account_html(self)

    def _repr_html_(self) -> str:
        return account_html(self)

    def __str__(self) -> str:
        return "\n".join(account_lines(self))


def _plain(value: Any) -> Any:
    match value:
        case Fraction():
            return exact_and_value(value)
        case _ if isinstance(value, PARTS):
            return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
        case tuple() | list():
            return [_plain(each) for each in value]
        case Mapping():
            return dict(value)
        case Standing():
            return str(value)
        case _:
            return value
