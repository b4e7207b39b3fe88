"""Gates that name the stages which they take down, as set rules: those the policy has its own order for."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from coqs.rubric import CriterionIn, Override, Policy, Rubric
from coqs.rubric.reach import NO_SHARES, ZERO


def with_gates_of_stages(rubric: Rubric, policy: Policy) -> Policy:
    """Return the policy with a set rule for each stage that a gate of the rubric names, after its own.

    Only where gates make a score 0; elsewhere they fail the verdict and leave the scores. The same policy
    again where there is nothing to add.
    """
    if policy.gate_effect != "zero" or policy.combine in NO_SHARES:
        return policy
    added = [rule for rule in rules_of_gates(rubric) if rule not in policy.overrides]
    return attrs.evolve(policy, overrides=(*policy.overrides, *added)) if added else policy


def rules_of_gates(rubric: Rubric) -> Iterator[Override]:
    """Yield what the gates that name stages say: where one is hit, the stage's score is 0."""
    for each in rubric.criteria:
        if each.gate:
            for stage in each.gate.stages:
                yield Override(CriterionIn(each.id, each.gate.on), ZERO, stage)
