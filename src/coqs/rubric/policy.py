"""How answers become a score: every choice that systems make differently, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from coqs.errors import NotFoundError, PolicyError, suggest

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "combine": (
            "weighted_criteria",
            "stage_percent",
            "pooled_points",
            "weighted_points",
            "weight_product",
            "mean_of_stage_means",
            "deduction",
            "error_accuracy",
        ),
        "normalise": ("min_max", "ratio"),
        "not_applicable": ("drop_proportional", "drop_equal", "full_marks", "zero"),
        "unanswered": ("refuse", "drop", "zero", "default_level"),
        "several_choice": ("capped_sum", "sum_over_positives", "per_option"),
        "gate_trigger": ("chosen_levels", "below_best", "below_share"),
        "gate_scope": ("criterion", "stage", "interaction"),
        "gate_effect": ("zero", "verdict_only", "cap"),
        "bonus": ("outside", "outside_clamped", "inside", "inside_clamped"),
        "baseline": ("none",),
        "rounding": ("none", "half_up", "half_even"),
        "over_interactions": ("mean_of_scores", "ratio_of_sums"),
    }
)


def _one_of_the_choices(_policy: Policy, attribute: attrs.Attribute[str], value: str) -> None:
    allowed = CHOICES[attribute.name]
    if value not in allowed:
        where = f"policy.{attribute.name}"
        raise PolicyError(
            f"{where}: must be a known value, got {value!r}; {suggest(str(value), allowed)}",
            choice=attribute.name,
            value=value,
        )


def _choice(default: str) -> Any:
    return attrs.field(default=default, validator=_one_of_the_choices)


@attrs.frozen(slots=True, kw_only=True)
class Policy:
    """Every choice by which the same answers become one number or another.

    The defaults are the `coqs` policy. Further values are named so that a rubric can state
    them; `coqs.score` refuses those that it cannot apply yet and names the choice.
    """

    name: str = "coqs"
    combine: str = _choice("stage_percent")
    """How criteria and stages combine."""
    normalise: str = _choice("min_max")
    """How a level's points become a share."""
    not_applicable: str = _choice("drop_proportional")
    """Where the weight of a criterion goes that does not apply."""
    unanswered: str = _choice("drop")
    """What an open answer counts as; always counted, whatever is chosen."""
    several_choice: str = _choice("sum_over_positives")
    """How the chosen options of a several choice become a share."""
    gate_trigger: str = _choice("chosen_levels")
    """Which answers trigger a gate."""
    gate_scope: str = _choice("interaction")
    """How far a triggered gate reaches."""
    gate_effect: str = _choice("verdict_only")
    """What a triggered gate does to the score."""
    bonus: str = _choice("outside")
    """Whether bonus counts in the denominator, and whether the score is clamped at 1."""
    baseline: str = _choice("none")
    """Baselines, floors and set rules."""
    rounding: str = _choice("none")
    """How the score is rounded; marks always compare before rounding."""
    over_interactions: str = _choice("mean_of_scores")
    """How scores of many interactions average."""

    @classmethod
    def named(cls, name: str) -> Policy:
        """Return a built-in policy.

        >>> Policy.named("coqs").combine
        'stage_percent'
        """
        if name not in POLICIES:
            raise NotFoundError("policy", name, POLICIES)
        return POLICIES[name]

    @classmethod
    def from_mapping(cls, choices: Mapping[str, str]) -> Policy:
        """Build a policy from a mapping of choices; those left out are those of `coqs`."""
        known = [field.name for field in attrs.fields(cls)]
        for key in choices:
            if key not in known:
                raise PolicyError(f"policy.{key}: must be a known choice; {suggest(key, known)}", choice=key)
        return cls(**{"name": "custom", **choices})

    def choices(self) -> dict[str, str]:
        """Return the choices, without the name, as a new mapping."""
        return {name: getattr(self, name) for name in CHOICES}


POLICIES: Mapping[str, Policy] = MappingProxyType({"coqs": Policy()})
