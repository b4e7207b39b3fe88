"""What to do next, in words, each with how sure it is: the answer that stands first.

The order is that of gravity, not of size: what no score excuses, then what was not seen at all, then the
criteria whose misses cost the most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any

import attrs

from coqs.insights import StepTable
from coqs.report.denominators import totals_of
from coqs.report.figures import HARD_SPACE, Said, counted, interval_text, part_of, per_cent, said
from coqs.report.gates import IRREVERSIBLE, Gates
from coqs.report.groups import NO_SET, SetRow
from coqs.results import Scores

MOST = 3
"""Criteria that are named: whoever is given ten things to do does none."""
GRAVEST = ("ethics", IRREVERSIBLE)
"""What no score makes up for, and what nothing mends; it stands first."""
FEW_ANSWERS = 0.8
"""Coverage below which asking for more answers is worth more than acting on those there are."""
CONTROLLERS = MappingProxyType(
    {
        "person": "",
        "team": "It is the team's to change, not one person's.",
        "system": "It lies in the system, not in the person who serves.",
        "policy": "It lies in a policy, not in the person who serves.",
        "customer": "It lies mostly with the customer.",
    }
)


@attrs.frozen(slots=True)
class Advice:
    """One thing to do, why, and how sure that is."""

    what: str
    about: Said
    """Words of the rubric that `what` is about; empty where it speaks for itself."""
    why: str
    sure: str
    is_alarm: bool = False


def advice_of(
    scores: Scores, steps: StepTable, gates: Gates, sets: Sequence[SetRow], ignored: int, n: int
) -> tuple[Advice, ...]:
    """Return what to do next, the gravest first; `ignored` are people's answers to what was not asked."""
    if not n:
        return ()
    given = [
        *_on_gates(gates, n),
        *_on_blind_spots(sets),
        *_on_answers(scores, ignored),
        *_on_criteria(scores, steps),
    ]
    return tuple(given)


def _on_gates(gates: Gates, n: int) -> Iterator[Advice]:
    for row in gates.rows:
        if row.failed and row.name in GRAVEST:
            kind = "something cannot be undone" if row.name == IRREVERSIBLE else "an ethics gate failed"
            yield Advice(
                f"Look into {counted(row.failed, 'interaction')} in which {kind}",
                Said(""),
                f"No score makes up for it. {'It is' if row.failed == 1 else 'They are'} told below.",
                f"Seen, not estimated: in {part_of(row.failed, row.n or n)}.",
                is_alarm=True,
            )
    others = [f"{row.name} in {row.failed:,}" for row in gates.rows if row.failed and row.name not in GRAVEST]
    if others:
        yield Advice(
            "Look into the other gates that failed",
            Said(""),
            f"By interactions: {', '.join(others)}. Such an error fails the verdict whatever the score; each "
            "is told below.",
            f"Seen, not estimated: of {counted(n, 'interaction')}.",
        )


def _on_blind_spots(sets: Sequence[SetRow]) -> Iterator[Advice]:
    blind = [each for each in sets if each.unseen and each.unseen != NO_SET]
    if any(each.unseen == NO_SET for each in sets):
        yield Advice(
            "Record whom each interaction served",
            Said(""),
            "Without a customer set nobody can see who was left out.",
            "Certain: no set was recorded.",
        )
    elif blind:
        yield Advice(
            f"Observe how {_listed([each.id for each in blind])} {'is' if len(blind) == 1 else 'are'} served",
            blind[0].about if len(blind) == 1 else Said(""),
            "Nothing here speaks for them: a blind spot.",
            "Certain: not one interaction with them was rated.",
        )


def _on_answers(scores: Scores, ignored: int) -> Iterator[Advice]:
    totals = totals_of(scores)
    if totals.asked and totals.share < FEW_ANSWERS:
        yield Advice(
            "Have more of what is asked answered",
            Said(""),
            f"Only {per_cent(totals.share)} of it was: {part_of(totals.answered, totals.asked)} answers. The "
            "rest could move the scores either way.",
            "Counted, not estimated.",
        )
    if ignored:
        yield Advice(
            "Find out why answers were given to what was not asked",
            Said(""),
            f"{counted(ignored, 'answer')} are left out of all scores: the rubric asks these criteria "
            "of some customer sets only, or under a condition, and that was not recorded or does not hold.",
            "Counted, not estimated.",
        )


def _on_criteria(scores: Scores, steps: StepTable) -> Iterator[Advice]:
    told = [row for row in steps.rows() if row["can_tell"]]
    for place, row in enumerate(told[:MOST]):
        yield _on_criterion(scores, row, _order(told, place))
    if told or not any(row["n"] for row in steps.rows()):
        return
    if any(row["below_share"] for row in steps.rows()):
        yield Advice(
            "Observe more before changing what people do",
            Said(""),
            "Of no criterion that is missed can it be told that meeting it would raise the score.",
            "Cannot tell which criterion comes first.",
        )
    else:
        yield Advice(
            "Ask more of everybody",
            Said(""),
            "No answer is below what the customer expects: perhaps the rubric is too easy.",
            "Counted, not estimated.",
        )


def _on_criterion(scores: Scores, row: dict[str, Any], order: str) -> Advice:
    criterion = scores.rubric.criterion(row["criterion"])
    below, gain = per_cent(row["below_share"]), f"{row['gain'] * 100:.1f}{HARD_SPACE}points"
    verdicts = counted(round(row["flips"]), "verdict")
    flips = f", and turn {verdicts} into a pass" if row["flips"] >= 1 else ""
    why = (
        f"Below what the customer expects in {below} of {counted(row['n'], 'interaction')} "
        f"({interval_text(row['below_ci_low'], row['below_ci_high'])}). Meeting it there would raise the "
        f"mean score by {gain}{flips}. {CONTROLLERS.get(row['controlled_by'], '')}"
    )
    limits = (f"{row[name] * 100:.1f}" for name in ("gain_ci_low", "gain_ci_high"))
    sure = (
        f"The gain lies between {' and '.join(limits)} points, with 95{HARD_SPACE}% confidence for all "
        f"criteria at once. {order}"
    )
    return Advice("Meet", said(criterion.words, scores.rubric, criterion.id), why.strip(), sure.strip())


def _order(rows: Sequence[dict[str, Any]], place: int) -> str:
    """Say whether the next one, shown or not, is told apart from this one."""
    if place + 1 == len(rows):
        return ""
    apart = rows[place]["gain_ci_low"] > rows[place + 1]["gain_ci_high"]
    return "" if apart else "Whether this or the next gains more cannot be told."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
