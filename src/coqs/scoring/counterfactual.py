"""The smallest set of changed answers that flips the verdict of one interaction.

Where scores are plain sums the size comes in closed form (`fewest`); otherwise, and for the gentlest set
of that size, sets are tried in bulk, the small ones first. What is left untried is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from coqs.errors import RecordError
from coqs.ratings import Sheet
from coqs.results import Counterfactual, Scores
from coqs.rubric import Policy, Rubric
from coqs.scoring.changes import (
    Changeable,
    Pick,
    Way,
    assignments,
    changeables,
    count_assignments,
)
from coqs.scoring.exact import ExactScore, score_sheet
from coqs.scoring.fewest import Fewest, fewest, is_plain
from coqs.scoring.stage_gates import with_gates_of_stages
from coqs.scoring.trying import Bench

AT_MOST = 6
LISTED = 3
"""Other sets that are named."""
Choices = list[tuple[Changeable, tuple[Way, ...]]]
Picks = tuple[Pick, ...]


@attrs.frozen(slots=True)
class Limits:
    """How long to look."""

    sheets: int = 250_000
    """Changed sheets that are tried in bulk."""
    cases: int = 1_000
    """Answers of what decides that are tried one by one."""


THOROUGH, BRIEF = Limits(), Limits(sheets=5_000, cases=16)


def counterfactual(
    scores: Scores, interaction: str, *, rater: str | None = None, at_most: int = AT_MOST
) -> Counterfactual:
    """Find the fewest changes of answers that flip an interaction's verdict.

    A change is another level, range or set of options where an answer was given and asked for; what was
    not answered stays so. A branch that a change opens or closes is followed: what it opens has the
    answer that was ignored before, or none. Of sets of one size the smallest steps in levels come first,
    then the order of the sheet.

    Parameters
    ----------
    scores
        The scores that it is among.
    interaction
        Its id.
    rater
        Which rater's row; needed where several rated the interaction.
    at_most
        Name no set of more changes than this; how many it takes is told.

    Raises
    ------
    NotFoundError
        No such interaction, no such rater of it, or several raters and none was named.
    RecordError
        `at_most` is below 1.

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
    >>> scores = coqs.score(coqs.Ratings.from_table({"interaction": ["a"], "greets": ["no"]}, rubric))
    >>> print(coqs.counterfactual(scores, "a"))
    the verdict would be pass with 1 change: greets from no to yes
    """
    if type(at_most) is not int or at_most < 1:
        raise RecordError(f"at_most: must be a whole number from 1, got {at_most!r}; mend it")
    row = scores.ratings.row_of(interaction, rater=rater)
    return counterfactual_of(scores, row, at_most=at_most, limits=THOROUGH)


def counterfactual_of(
    scores: Scores, row: int, *, at_most: int = AT_MOST, limits: Limits = BRIEF
) -> Counterfactual:
    """Return the counterfactual of a row, looking no longer than the limits allow."""
    rubric, sheet = scores.scorer.applied_rubric, scores.ratings.sheet(row)
    policy = with_gates_of_stages(rubric, scores.provenance.policy)
    result = score_sheet(rubric, sheet, policy)
    bench = Bench(scores.scorer, scores.ratings.take(slice(row, row + 1)))
    return _Search(rubric, policy, sheet, result, bench, at_most, limits).found()


@attrs.frozen(slots=True)
class _Search:
    """What is looked for, and where."""

    rubric: Rubric
    policy: Policy
    sheet: Sheet
    result: ExactScore
    bench: Bench
    at_most: int
    limits: Limits

    @property
    def flipped(self) -> str:
        return {"fail": "pass", "pass": "fail"}.get(self.result.verdict, "")

    def found(self) -> Counterfactual:
        """Return what was found."""
        if not self.flipped:
            return self._told(reason="unscored")
        every = changeables(self.rubric, self.policy, self.sheet, self.result)
        is_whole = all(each.is_whole for each in every)
        if is_plain(self.rubric, self.policy):
            known = fewest(self.rubric, self.policy, self.sheet, every, self.flipped, self.limits.cases)
        else:
            known = self._by_size(every)
        if not is_whole:  # an answer that was not tried may do what several others were needed for
            known = attrs.evolve(known, at_least=1, is_complete=False)
        if known.picks is None:
            reason = "impossible" if known.is_complete else "not_found"
            at_least = 0 if known.is_complete else known.at_least
            return self._told(reason=reason, at_least=at_least, proved=known.is_complete)
        proved = known.at_least == len(known.picks)
        if len(known.picks) > self.at_most:
            return self._told(reason="too_many", at_least=known.at_least, proved=proved)
        return self._gentlest(every, known, proved=proved)

    def _by_size(self, every: Sequence[Changeable]) -> Fewest:
        """Try the sets of one change, of two, and so on, as many as the limits allow."""
        choices = [(each, ways) for each in every if (ways := each.towards(self.flipped))]
        spent = 0
        for size in range(1, len(choices) + 1):
            spent += self._count(choices, size)
            if spent > self.limits.sheets:
                return Fewest(None, size, is_complete=False)
            for picks in self.bench.flipping(self._sets(choices, size), self.flipped):
                return Fewest(picks, size, is_complete=True)
            if size == self.at_most < len(choices):
                return Fewest(None, size + 1, is_complete=False)
        return Fewest(None, 0, is_complete=True)

    def _forced(self, choices: Choices) -> set[str]:
        """Return criteria that every set must change: they fail by themselves, and no change hides them."""
        if self.flipped == "fail":
            return set()
        hides = any(one.is_read for one, _ in choices)
        return {
            one.criterion.id
            for one, _ in choices
            if one.criterion.when is None or not hides
            if one.now.term.breaks_ethics
            or one.now.term.is_irreversible
            or (one.now.term.fired and not self.policy.strikes)
        }

    def _count(self, choices: Choices, size: int) -> int:
        forced = self._forced(choices)
        must = [len(ways) for one, ways in choices if one.criterion.id in forced]
        rest = [len(ways) for one, ways in choices if one.criterion.id not in forced]
        if len(must) > size:
            return 0
        return count_assignments(must, len(must))[-1] * count_assignments(rest, size)[size - len(must)]

    def _sets(self, choices: Choices, size: int) -> Iterator[Picks]:
        """Yield every set of so many changes that could flip the verdict."""
        forced = self._forced(choices)
        must = [each for each in choices if each[0].criterion.id in forced]
        rest = [each for each in choices if each[0].criterion.id not in forced]
        if len(must) > size:
            return
        for more in assignments(rest, size - len(must)):
            for own in assignments(must, len(must)):
                yield (*own, *more)

    def _gentlest(self, every: Sequence[Changeable], known: Fewest, *, proved: bool) -> Counterfactual:
        """Return the set of that size with the smallest steps, and some others of other criteria."""
        picks, size = known.picks or (), len(known.picks or ())
        choices = [(each, each.ways) for each in every]
        is_whole = self._count(choices, size) <= self.limits.sheets
        if not is_whole:  # then only the steps within the set that is known are tried
            own = {one.criterion.id for one, _ in picks}
            choices = [each for each in choices if each[0].criterion.id in own]
        tried = [picks]
        if self._count(choices, size) <= self.limits.sheets:
            tried += self.bench.flipping(self._sets(choices, size), self.flipped)
        best = self._best_of_each(tried)
        first, *others = best
        return self._told(
            changes=first,
            at_least=known.at_least,
            proved=proved,
            also=others[:LISTED],
            n_also=len(others) if is_whole else None,
        )

    def _best_of_each(self, tried: Sequence[Picks]) -> list[Picks]:
        """Return the gentlest set of each group of criteria, the gentlest of all first."""
        order = {id: place for place, id in enumerate(self.rubric.criterion_ids)}

        def rank(picks: Picks) -> tuple[int, list[tuple[int, int]]]:
            places = [(order[one.criterion.id], way.bits) for one, way in picks]
            return sum(way.steps for _, way in picks), places

        sheets = [tuple(sorted(picks, key=lambda each: order[each[0].criterion.id])) for picks in tried]
        groups: dict[tuple[str, ...], Picks] = {}
        for picks in sorted(sheets, key=rank):
            groups.setdefault(tuple(one.criterion.id for one, _ in picks), picks)
        return list(groups.values())

    def _told(
        self,
        *,
        changes: Picks = (),
        at_least: int = 0,
        proved: bool = True,
        also: Sequence[Picks] = (),
        n_also: int | None = 0,
        reason: str = "",
    ) -> Counterfactual:
        return Counterfactual(
            interaction=self.sheet.interaction,
            rater=self.sheet.rater,
            verdict=self.result.verdict,
            flipped=self.flipped,
            changes=tuple(one.change(way) for one, way in changes),
            at_least=at_least,
            proved=proved,
            also=tuple(tuple(one.change(way) for one, way in picks) for picks in also),
            n_also=n_also,
            reason=reason,
        )
