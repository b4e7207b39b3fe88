"""What is known of a policy beside its choices: sources, assumptions, limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs

from coqs.errors import PolicyError, RubricError
from coqs.rubric.keys import Keys, as_text


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(values)


def _pairs(values: Any) -> tuple[tuple[str, str], ...]:
    pairs = values.items() if isinstance(values, Mapping) else values
    return tuple((str(choice), str(why)) for choice, why in pairs)


@attrs.frozen(slots=True, kw_only=True)
class About:
    """Where the choices of a policy come from; nothing here changes a number.

    >>> About(text="our house", assumed={"rounding": "the page shows whole numbers"}).assumed
    (('rounding', 'the page shows whole numbers'),)
    """

    text: str = ""
    """Whose arithmetic it is, in a sentence."""
    sources: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    """The documents that state the choices."""
    assumed: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs)
    """(choice, why) of each choice that no document states."""
    limits: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    """What the form must hold for the numbers to be the same, and what is not carried."""

    @classmethod
    def from_mapping(cls, entries: Any) -> Self:
        """Read it from a table with `text`, `sources`, `assumed` (choice to reason) and `limits`.

        Raises
        ------
        PolicyError
            The table holds something else.
        """
        try:
            keys = Keys(entries, "policy.about")
            about = cls(
                text=keys.text("text", default=""),
                sources=keys.each("sources", as_text),
                assumed=[
                    (choice, as_text(why, keys.at(f"assumed.{choice}")))
                    for choice, why in keys.table("assumed").items()
                ],
                limits=keys.each("limits", as_text),
            )
            keys.close()
        except RubricError as error:
            raise PolicyError(error.message, choice="about") from None
        return about

    def to_mapping(self) -> dict[str, Any]:
        """Return the table that `from_mapping` reads."""
        own = {
            "text": self.text,
            "sources": list(self.sources),
            "assumed": dict(self.assumed),
            "limits": list(self.limits),
        }
        return {key: value for key, value in own.items() if value}


def as_about(value: Any) -> About | None:
    """Return a value of ours as it is, and read a table."""
    return value if value is None or isinstance(value, About) else About.from_mapping(value)
