"""What two tallies must have in common to be added."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Literal

import attrs

from coqs.errors import ComparisonError
from coqs.results.measures import Scored
from coqs.rubric import Policy
from coqs.rubric.policy import NO_CHOICE

Of = Literal["interactions", "stages"]


def _choices(policy: Policy) -> tuple[Any, ...]:
    """Return a policy without its name and what is known of it, which change no number."""
    return attrs.astuple(policy, recurse=False, filter=lambda field, _value: field.name not in NO_CHOICE)


@attrs.frozen(slots=True, kw_only=True)
class TallyKind:
    """What two tallies must have in common to be added."""

    rubric: str = attrs.field(eq=False)
    """Id of the rubric; its fingerprint says more."""
    fingerprint: str
    """Scoring fingerprint of the rubric."""
    policy: Policy = attrs.field(eq=_choices)
    """What the scores were made by; its name may differ, its choices may not."""
    controlled_by: str | None = None
    """Whose criteria alone were scored."""
    of: Of = "interactions"
    """What was measured: everything of interactions, or the scores of stages."""
    keys: tuple[str, ...] = ()
    """What was tallied by, a stretch of time last."""
    every: str | None = None
    """The stretch of time, which is the last key."""
    tz: str | None = None
    """The zone of the keys that are times; None where none is."""
    cluster: str | None = None
    """What interactions hang together by; the last part of every label."""

    @classmethod
    def made_of(cls, scores: Scored, **how: Any) -> TallyKind:
        """Return the kind of a tally of these scores."""
        made = scores.provenance
        return cls(
            rubric=made.rubric,
            fingerprint=made.fingerprint.scoring,
            policy=made.policy,
            controlled_by=made.controlled_by,
            **how,
        )

    @property
    def width(self) -> int:
        """Return how many parts a label has."""
        return len(self.keys) + (self.cluster is not None)

    def check_same(self, other: TallyKind) -> None:
        """Refuse to put together what was not counted in one way."""
        for name, cure in _CURES:
            left, right = getattr(self, name), getattr(other, name)
            same = _choices(left) == _choices(right) if name == "policy" else left == right
            if not same:
                raise ComparisonError(
                    f"tallies: must have one {_WORDS.get(name, name)}, got {_said(left)} and {_said(right)}; "
                    f"{cure}",
                    left=left,
                    right=right,
                )


_CURES = (
    ("fingerprint", "score both under one rubric, or over a coqs.bridge"),
    ("policy", "score both under one policy"),
    ("controlled_by", "score both for one controller"),
    ("of", "tally interactions or stages"),
    ("keys", "tally both by the same keys"),
    ("every", "tally both by the same stretch of time"),
    ("tz", "give both one tz="),
    ("cluster", "cluster both by the same column"),
)
_WORDS = MappingProxyType({"fingerprint": "rubric", "of": "subject", "tz": "zone"})


def _said(value: Any) -> str:
    if isinstance(value, Policy):
        return f"policy {value.name!r}"
    return repr(value[:19] if isinstance(value, str) else value)
