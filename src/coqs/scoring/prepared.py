"""What stands behind a `Scorer`: the rubric narrowed and compiled, the policy checked."""

from __future__ import annotations

import functools
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError, PolicyError
from coqs.ratings import Ratings
from coqs.results import AnswerColumns, DetailColumns, Provenance, Scores
from coqs.results.provenance import installed_version
from coqs.results.scores import Rescorer
from coqs.rubric import Policy, Rubric
from coqs.rubric.criteria import CONTROLLERS, Criterion
from coqs.scoring.bulk import (
    Details,
    Lookup,
    answer_columns,
    bounds_of,
    detail_columns,
    make_plan,
    score_columns,
)
from coqs.scoring.span import score_range
from coqs.scoring.worth import check_policy
from coqs.tables import kind_of


@attrs.frozen(slots=False, eq=False, repr=False)
class Prepared:
    """A rubric and a policy, ready to be applied to ratings."""

    policy: Policy
    provenance: Provenance
    lookup: Lookup
    workings: Details
    narrowed: Rubric
    """The rubric as it is applied: what another controls is only recorded."""

    @property
    def dtype(self) -> Any:
        """float64 where sums are whole numbers that a float holds, else object."""
        return self.lookup.plan.dtype

    def scores(self, ratings: Ratings, scorer: Rescorer) -> Scores:
        """Score every row of ratings, which were made under this rubric."""
        return Scores(
            ratings=ratings,
            columns=score_columns(self.lookup, ratings),
            policy=self.policy,
            provenance=self.provenance,
            range=self.range,
            scorer=scorer,
        )

    @functools.cached_property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest overall score that there can be."""
        return score_range(self.narrowed, self.policy)

    def details(self, ratings: Ratings) -> DetailColumns:
        """Work out what scores do not hold at once."""
        return detail_columns(self.workings, ratings)

    def answers(self, ratings: Ratings) -> AnswerColumns:
        """Settle every answer, and tell how it stands."""
        return answer_columns(self.lookup.plan, ratings)

    def bounds(self, ratings: Ratings) -> npt.NDArray[np.float64]:
        """Return (n, 2) lowest and highest scores that the missing answers allow."""
        return bounds_of(self.lookup, ratings)


def prepare(rubric: Rubric, policy: str | Policy | None, controller: str | None) -> Prepared:
    """Check the policy, narrow the rubric to a controller's criteria, and compile it."""
    chosen = chosen_policy(rubric, policy)
    check_policy(rubric, chosen)
    narrowed = rubric if controller is None else narrow(rubric, controller)
    provenance = Provenance.of(rubric, chosen, coqs_version=installed_version(), controlled_by=controller)
    lookup = Lookup(make_plan(narrowed, chosen, controller))
    return Prepared(chosen, provenance, lookup, Details(lookup), narrowed)


def chosen_policy(rubric: Rubric, policy: Any) -> Policy:
    """Return the policy that a rubric is scored under: the one asked for, its own, or `coqs`."""
    if policy is None:
        return rubric.policy or Policy()
    if isinstance(policy, str):
        return Policy.named(policy)
    if not isinstance(policy, Policy):
        raise PolicyError(f"policy: must be a name or a Policy, got {kind_of(policy)}; make a coqs.Policy")
    return policy


def narrow(rubric: Rubric, controller: str) -> Rubric:
    """Return the rubric with only the criteria scoring that a controller is answerable for.

    The others are still asked, since branches may read them, but only recorded; ethics gates stay.
    """
    if controller not in CONTROLLERS:
        raise NotFoundError("controller", controller, CONTROLLERS, where="controlled_by")
    kept = tuple(each if each.controlled_by == controller else _recorded(each) for each in rubric.criteria)
    return rubric.with_criteria(kept)


def _recorded(criterion: Criterion) -> Criterion:
    ethics = criterion.gate is not None and criterion.gate.error_class == "ethics"
    gate = criterion.gate if ethics else None
    return attrs.evolve(criterion, record_only=True, bonus=False, irreversible=False, gate=gate)
