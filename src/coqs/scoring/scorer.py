"""The public way to score: a rubric and a policy, prepared once.

This file loads next to nothing, so that naming a `Scorer` costs little more than numpy does; what
scores stands in `prepared`, and is loaded with the first scorer that is made.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from coqs.errors import ComparisonError

if TYPE_CHECKING:  # a scorer is handed these, so whoever makes one has loaded them
    from collections.abc import Iterable, Iterator, Mapping

    import numpy.typing as npt

    from coqs.ratings import Ratings
    from coqs.results import AnswerColumns, DetailColumns, OneScore, Provenance, Scores
    from coqs.rubric import Policy, Rubric
    from coqs.scoring.bulk import Compiled
    from coqs.scoring.one import OneScorer
    from coqs.scoring.prepared import Prepared


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
    NotFoundError
        No built-in policy has that name.
    PolicyError
        The rubric cannot follow a choice of the policy.

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
    _prepared: Prepared

    def __init__(
        self, rubric: Rubric, policy: str | Policy | None = None, *, controller: str | None = None
    ) -> None:
        from coqs.scoring.prepared import prepare

        prepared = prepare(rubric, policy, controller)
        self.__attrs_init__(rubric, prepared.policy, controller, prepared.provenance, prepared)

    def __call__(self, ratings: Ratings) -> Scores:
        """Score every row of ratings.

        Raises
        ------
        ComparisonError
            The ratings were made under another rubric (another scoring fingerprint).
        """
        self._check(ratings)
        return self._prepared.scores(ratings, self)

    def batches(
        self,
        batches: Iterable[Any],
        *,
        whole_interactions: bool = False,
        columns: Mapping[str, str] | None = None,
        absences: Mapping[str, str] | None = None,
        facts: Iterable[str] = (),
        tz: str | None = None,
    ) -> Iterator[Scores]:
        """Score a stream of batches, each when it is asked for; no more than a few are held.

        `coqs.Tally` sums up what comes out.

        Parameters
        ----------
        batches
            Ratings, or tables of any kind that `Ratings.from_table` takes; any iterable of them.
        whole_interactions
            Keep the rows of one interaction together where they go on in the next batch. One batch is
            then held until the next has come.
        columns, absences, facts, tz
            How tables are read, as in `Ratings.from_table`.

        Yields
        ------
        The scores of each batch, in their order. What is in two batches for `whole_interactions` is in
        the scores of the first.

        Raises
        ------
        RecordError
            A table cannot be read; the message says in which batch, counted from 0.
        ComparisonError
            Ratings were made under another rubric.
        """
        from coqs.scoring.batches import score_batches

        how = {"columns": columns, "absences": absences, "facts": facts, "tz": tz}
        return score_batches(self, self.rubric, batches, whole_interactions=whole_interactions, how=how)

    def score_one(
        self,
        answers: Mapping[str, Any],
        *,
        customer_set: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> OneScore:
        """Score one interaction at once, as the row of a batch would be scored.

        For programs that are asked for one score and wait for it; for many, a batch is much faster.

        Parameters
        ----------
        answers
            Criterion id to a level's id, its position from 0, a number (numeric criteria), options as
            `a|b` or a list of ids, an absence, or None. Criteria left out are unanswered.
        customer_set
            Who was served; criteria for certain sets are asked of these only.
        facts
            Fact id to value, for criteria that depend on facts.

        Raises
        ------
        RecordError
            An unknown criterion, level, customer set or fact, or a value of the wrong kind: all counted,
            the first ten named by their ids, never by the values' words.

        Examples
        --------
        >>> import coqs
        >>> rubric = coqs.Rubric.from_toml_text('''
        ... schema = 1
        ... id = "door"
        ... version = "1"
        ... pass_mark = "1/2"
        ... [[criteria]]
        ... id = "greets"
        ... stage = "greeting"
        ... levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
        ... ''')
        >>> scorer = coqs.Scorer(rubric)
        >>> scorer.score_one({"greets": "yes"})
        <OneScore: 1.0000, pass>
        """
        return self._one.score(answers, customer_set, facts)

    @functools.cached_property
    def _one(self) -> OneScorer:
        from coqs.scoring.one import OneScorer

        return OneScorer.of(self._prepared.narrowed, self.policy, self.controller)

    @property
    def applied_rubric(self) -> Rubric:
        """The rubric as it is applied: what another controls is only recorded."""
        return self._prepared.narrowed

    @property
    def compiled(self) -> Compiled:
        """What the rubric and the policy compiled to: tables, sums, how marks are settled."""
        from coqs.scoring.bulk import compiled_form

        return compiled_form(self._prepared.lookup)

    def details(self, ratings: Ratings) -> DetailColumns:
        """Return what `Scores` works out when it is first asked for: counts, gates and reasons."""
        self._check(ratings)
        return self._prepared.details(ratings)

    def answers(self, ratings: Ratings) -> AnswerColumns:
        """Return every answer once it is settled what was asked, and how it stands."""
        self._check(ratings)
        return self._prepared.answers(ratings)

    def bounds(self, ratings: Ratings) -> npt.NDArray[np.float64]:
        """Return (n, 2) lowest and highest scores that the missing answers allow."""
        self._check(ratings)
        return self._prepared.bounds(ratings)

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

    def __eq__(self, other: object) -> bool:
        return self._made_of == other._made_of if isinstance(other, Scorer) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._made_of)

    @property
    def _made_of(self) -> tuple[Rubric, Policy, str | None]:
        return self.rubric, self.policy, self.controller

    def __repr__(self) -> str:
        narrowed = f", controlled by {self.controller}" if self.controller else ""
        return (
            f"<Scorer: rubric {self.rubric.id!r} {self.rubric.fingerprint.scoring[:19]}, "
            f"policy {self.policy.name!r}{narrowed}, sums in {np.dtype(self._prepared.dtype).name}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _scorer, self._made_of


def _scorer(rubric: Rubric, policy: Policy, controller: str | None) -> Scorer:
    return Scorer(rubric, policy=policy, controller=controller)


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
        The rubric cannot follow a choice of the policy.
    """
    return Scorer(ratings.rubric, policy=policy)(ratings)
