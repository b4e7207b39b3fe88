"""Denominators: how much was rated, answered and left out, and why something is not scored."""

from __future__ import annotations

from collections.abc import Collection

import attrs
import numpy as np

from coqs.report.figures import CANNOT_TELL, counted, part_of, per_cent
from coqs.results import VERDICTS, Scores

ANSWERS = (
    ("answered", "a level, a number or options were given"),
    ("unanswered", "a person was asked and left it open"),
    ("not_applicable", "a person judged that it has no place here"),
    ("not_asked", "the rubric hides it: another customer set, or a condition that does not hold"),
    ("abstained", "the rater cannot assess it"),
    ("failed", "the rater or a plugin broke"),
)
"""Whether and why not, in the words of the page; together they are all there is to answer."""
UNSCORED = (
    ("unanswered", "everything that could be scored was left open"),
    ("abstained", "the rater could assess nothing that is scored"),
    ("failed", "the rater or a plugin broke"),
    ("missing", "open, abstained and failed answers together"),
    ("not_applicable", "nothing that is scored applies"),
    (
        "not_asked",
        "the rubric asks nothing of such an interaction, or what it asks depends on what is unknown",
    ),
    ("no_weight", "what was answered has no weight in the score"),
)


@attrs.frozen(slots=True)
class Share:
    """A number of things of one kind, out of all of them."""

    name: str
    meaning: str
    n: int
    of: int
    share: str


@attrs.frozen(slots=True)
class Denominators:
    """All that is told of how much there is behind a number."""

    rated: tuple[tuple[str, str], ...]
    """What was rated: (term, number) pairs."""
    answers: tuple[Share, ...]
    coverage: str
    ignored: int
    """Answers to criteria that were not asked."""
    unscored: tuple[Share, ...]
    """Reasons that occur."""
    verdicts: tuple[Share, ...]


@attrs.frozen(slots=True)
class Totals:
    """Answers over all ratings and criteria."""

    answered: int
    asked: int
    ignored: int
    """Answers to criteria that were not asked."""

    @property
    def share(self) -> float:
        """The share of what was asked that was answered."""
        return self.answered / self.asked if self.asked else float("nan")


def ignored_by_people(scores: Scores, machines: Collection[str]) -> int:
    """Count people's answers to what was not asked; a machine says what it hears, asked or not."""
    rater = scores.ratings.rater
    ours = [code for code, name in enumerate(rater.categories) if name in machines]
    return int(scores.counts["ignored"][~np.isin(rater.codes, ours)].sum())


def totals_of(scores: Scores) -> Totals:
    """Count the answers of all ratings, every rater's."""
    counts = {name: int(column.sum()) for name, column in scores.counts.items()}
    asked = sum(counts[name] for name in ("answered", "unanswered", "abstained", "failed"))
    return Totals(counts["answered"], asked, counts["ignored"])


def denominators_of(scores: Scores, n: int) -> Denominators:
    """Return the denominators of scores with n interactions."""
    reason, verdict = scores.reason.tolist(), scores.verdict.tolist()
    unscored = [_share(name, text, reason.count(name), len(scores)) for name, text in UNSCORED]
    pairs = len(scores) * len(scores.rubric.criteria)
    totals = {name: int(scores.counts[name].sum()) for name, _ in ANSWERS}
    return Denominators(
        rated=_rated(scores, n),
        answers=tuple(_share(name, text, totals[name], pairs) for name, text in ANSWERS),
        coverage=_coverage(totals_of(scores)),
        ignored=totals_of(scores).ignored,
        unscored=tuple(each for each in unscored if each.n),
        verdicts=tuple(_share(name, "", verdict.count(name), len(scores)) for name in VERDICTS),
    )


def _share(name: str, meaning: str, n: int, of: int) -> Share:
    return Share(name.replace("_", " "), meaning, n, of, per_cent(n / of if of else None))


def _coverage(totals: Totals) -> str:
    if not totals.asked:
        return f"Coverage: {CANNOT_TELL}, since nothing was asked."
    told = part_of(totals.answered, totals.asked)
    return f"Coverage: {per_cent(totals.share)}; {told} answers that were asked for were given."


def _rated(scores: Scores, n: int) -> tuple[tuple[str, str], ...]:
    ratings = scores.ratings
    _, raters = np.unique(ratings.interaction.codes, return_counts=True)
    unnamed = int((~ratings.rater.present).sum())
    without = {
        "Ratings without a provider": ~ratings.context["provider"].present,
        "Ratings without a customer set": ~ratings.context["customer_set"].present,
        "Ratings without a time": np.isnat(ratings.at),
    }
    return (
        ("Interactions", f"{n:,}"),
        ("Ratings (an interaction and a rater)", f"{len(ratings):,}"),
        ("Raters", _raters(len(np.unique(ratings.rater.codes[ratings.rater.present])), unnamed)),
        ("Interactions that several raters saw", f"{int((raters > 1).sum()):,}"),
        *((term, f"{int(mask.sum()):,}") for term, mask in without.items()),
        ("Criteria of the rubric", f"{len(scores.rubric.criteria):,}"),
    )


def _raters(named: int, unnamed: int) -> str:
    return f"{named:,}" + (f", and {counted(unnamed, 'rating')} without a rater's name" if unnamed else "")
