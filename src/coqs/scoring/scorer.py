"""The public way to score: a rubric and a policy, compiled once."""

from __future__ import annotations

import importlib.metadata
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import ComparisonError, NotFoundError
from coqs.ratings import Ratings
from coqs.results import DetailColumns, Provenance, Scores
from coqs.rubric import Policy, Rubric
from coqs.rubric.criteria import CONTROLLERS, Criterion
from coqs.scoring.bounds import bounds_of
from coqs.scoring.columns import details_in_blocks, score_in_blocks
from coqs.scoring.compiled import CompiledRubric, compile_rubric
from coqs.scoring.span import score_range
from coqs.scoring.worth import check_policy


def _policy(policy: str | Policy | None) -> Policy:
    return Policy.named(policy) if isinstance(policy, str) else policy or Policy()


@attrs.frozen(slots=True, eq=False, repr=False, init=False)
class Scorer:
    """A rubric and a policy, compiled once and safe to share.

    Immutable and picklable; threads may use one at the same time.

    Parameters
    ----------
    rubric
        What was asked.
    policy
        A built-in policy's name or a `Policy`; None for the rubric's own, or else `coqs`.

    Raises
    ------
    PolicyError
        The policy makes a choice that is not supported yet.

    Examples
    --------
    >>> import coqs
    >>> rubric = coqs.Rubric.from_toml_text('''
    ... schema = 1
    ... id = "door"
    ... version = "1"
    ... [[criteria]]
    ... id = "greets"
    ... stage = "greeting"
    ... levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
    ... ''')
    >>> scorer = coqs.Scorer(rubric)
    >>> scorer(coqs.Ratings.from_table({"interaction": ["a", "b"], "greets": ["yes", None]}, rubric)).overall
    array([ 1., nan])
    """

    rubric: Rubric
    policy: Policy
    controller: str | None
    provenance: Provenance
    _compiled: CompiledRubric
    _narrowed: Rubric

    def __init__(
        self, rubric: Rubric, policy: str | Policy | None = None, *, controller: str | None = None
    ) -> None:
        chosen = _policy(policy if policy is not None else rubric.policy)
        check_policy(chosen)
        narrowed = rubric if controller is None else narrow(rubric, controller)
        made = importlib.metadata.version("coqs")
        provenance = Provenance.of(rubric, chosen, coqs_version=made, controlled_by=controller)
        compiled = compile_rubric(narrowed, controller)
        self.__attrs_init__(rubric, chosen, controller, provenance, compiled, narrowed)

    def __call__(self, ratings: Ratings) -> Scores:
        """Score every row of ratings.

        Raises
        ------
        ComparisonError
            The ratings were made under another rubric (another scoring fingerprint).
        """
        self._check(ratings)
        return Scores(
            ratings=ratings,
            columns=score_in_blocks(self._compiled, self._narrowed, ratings),
            policy=self.policy,
            provenance=self.provenance,
            range=score_range(self._narrowed),
            scorer=self,
        )

    @property
    def applied_rubric(self) -> Rubric:
        """The rubric as it is applied: what another controls is only recorded."""
        return self._narrowed

    def details(self, ratings: Ratings) -> DetailColumns:
        """Return what `Scores` works out when it is first asked for: counts, gates, reasons …"""
        self._check(ratings)
        return details_in_blocks(self._compiled, self._narrowed, ratings)

    def bounds(self, ratings: Ratings) -> npt.NDArray[np.float64]:
        """Return (n, 2) lowest and highest scores that the missing answers allow."""
        self._check(ratings)
        return bounds_of(self._compiled, self._narrowed, ratings)

    def controlled_by(self, controller: str) -> Scorer:
        """Return a scorer of what one controller (person, team, system …) is answerable for."""
        return Scorer(self.rubric, policy=self.policy, controller=controller)

    def _check(self, ratings: Ratings) -> None:
        mine, theirs = self.rubric.fingerprint.scoring, ratings.rubric.fingerprint.scoring
        if mine != theirs:
            raise ComparisonError(
                f"ratings: must be made under the scorer's rubric {self.rubric.id!r} ({mine[:19]}), got "
                f"{ratings.rubric.id!r} ({theirs[:19]}); read the ratings with this rubric",
                left=mine,
                right=theirs,
            )

    def __repr__(self) -> str:
        narrowed = f", controlled by {self.controller}" if self.controller else ""
        return (
            f"<Scorer: rubric {self.rubric.id!r} {self.rubric.fingerprint.scoring[:19]}, "
            f"policy {self.policy.name!r}{narrowed}, sums in {np.dtype(self._compiled.dtype).name}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _scorer, (self.rubric, self.policy, self.controller)


def _scorer(rubric: Rubric, policy: Policy, controller: str | None) -> Scorer:
    return Scorer(rubric, policy=policy, controller=controller)


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


def score(ratings: Ratings, *, policy: str | Policy | None = None) -> Scores:
    """Score ratings under their rubric and a policy.

    `Scorer` keeps the compiled form, for those who score again and again.

    Parameters
    ----------
    ratings
        What raters said.
    policy
        A built-in policy's name or a `Policy`; None for the rubric's own, or else `coqs`.

    Raises
    ------
    NotFoundError
        No built-in policy has that name.
    PolicyError
        The policy makes a choice that is not supported yet.
    """
    return Scorer(ratings.rubric, policy=policy)(ratings)
