"""A report as plain values: everything that the page says, in the order in which it says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import attrs
import numpy as np

from coqs.insights import next_steps
from coqs.report.accounts import AccountOf, accounts_of
from coqs.report.advice import FEW_ANSWERS, Advice, advice_of
from coqs.report.criteria import CriterionRow, criterion_rows, never_answered, without_standing
from coqs.report.denominators import Denominators, denominators_of, ignored_by_people, totals_of
from coqs.report.figures import (
    CONFIDENCE,
    Axis,
    Estimate,
    Said,
    counted,
    part_of,
    per_cent,
    round_per_cent,
    said,
)
from coqs.report.gates import Gates, gates_of
from coqs.report.groups import (
    NO_SET,
    NO_SHARES,
    Row,
    SetRow,
    StageRow,
    exceeds_of,
    passed_of,
    score_of,
    set_rows,
    stage_rows,
)
from coqs.report.journey import Journey, journey_of, told_of
from coqs.report.machines import Machines, machines_of
from coqs.report.maps import Map, hours_by_weekdays, sets_by_stages
from coqs.report.providers import Providers, providers_of
from coqs.results import Scores, stage_table, whole_table
from coqs.tables import zone_named

MACHINES = ("phrases",)
"""Raters that are machines, unless told: the one that comes with coqs."""


@attrs.frozen(slots=True)
class Headline:
    """One sentence of the answer that stands first."""

    text: str
    is_alarm: bool = False


@attrs.frozen(slots=True)
class Overall:
    """Everything at once."""

    score: Estimate
    passed: Estimate
    exceeds: Estimate
    meets: str
    below: str
    pass_mark: str
    n: int
    n_ratings: int


@attrs.frozen(slots=True, kw_only=True)
class Page:
    """The report."""

    title: str
    about: Said
    period: str
    advice: tuple[Advice, ...]
    headlines: tuple[Headline, ...]
    gates: Gates
    overall: Overall
    stages: tuple[StageRow, ...]
    sets: tuple[SetRow, ...]
    no_set: str
    """What is said of every set where none was recorded."""
    sets_by_stages: Map
    hours_by_days: Map
    untimed: int
    """Interactions without a time."""
    zone: str
    providers: Providers
    journey: Journey | None
    """What is told of time, where it was asked for."""
    criteria: tuple[CriterionRow, ...]
    unanswered: tuple[Said, ...]
    """Criteria that nobody answered."""
    unjudged: tuple[Said, ...]
    """Criteria that were answered, and do not say what is expected."""
    accounts: tuple[AccountOf, ...]
    """Of some ratings that failed."""
    mean: str
    denominators: Denominators
    machines: Machines
    axis: tuple[str, str]
    provenance: tuple[tuple[str, str], ...]
    choices: tuple[tuple[str, str], ...]


def page_of(
    scores: Scores,
    *,
    title: str | None = None,
    tz: str | None = None,
    machines: Collection[str] = MACHINES,
    expected: Mapping[str, float] = NO_SHARES,
    journey: str | None = None,
) -> Page:
    """Turn scores into what a report says of them."""
    n = len(np.unique(scores.ratings.interaction.codes))
    (whole,) = whole_table(scores).rows()
    tables = {key: scores.by(key) for key in ("customer_set", "provider")} | {"stage": stage_table(scores)}
    names = ("mean", "ci_low", "ci_high")
    axis = Axis.around(row[name] for table in tables.values() for row in table.rows() for name in names)
    gates = gates_of(scores)
    overall = _overall(scores, whole, axis)
    sets = set_rows(scores, tables["customer_set"], n, axis, whole["mean"], expected=expected)
    steps = next_steps(scores)
    ignored = ignored_by_people(scores, machines)
    told = None if journey is None else journey_of(scores, every=journey, tz=tz)
    rubric_title = said(scores.rubric.title, scores.rubric, scores.rubric.id)
    return Page(
        title=title if title and title.strip() else rubric_title.text,
        about=said(scores.rubric.words, scores.rubric, ""),
        period=_period(scores, tz),
        advice=advice_of(scores, steps, gates, sets, ignored, n),
        headlines=(*_headlines(scores, gates, overall, sets, ignored, n), *_moving(told)),
        gates=gates,
        overall=overall,
        stages=stage_rows(scores, tables["stage"], axis),
        sets=sets,
        no_set=NO_SET,
        sets_by_stages=sets_by_stages(scores),
        hours_by_days=hours_by_weekdays(scores, tz),
        untimed=len(np.unique(scores.ratings.interaction.codes[np.isnat(scores.ratings.at)])),
        zone=tz or "UTC",
        providers=providers_of(scores, tables["provider"], axis, whole["mean"]),
        journey=told,
        criteria=criterion_rows(scores, steps),
        unanswered=never_answered(scores, steps),
        unjudged=without_standing(scores, steps),
        accounts=accounts_of(scores),
        mean=per_cent(whole["mean"]),
        denominators=denominators_of(scores, n),
        machines=machines_of(scores, machines),
        axis=(round_per_cent(axis.low), round_per_cent(axis.high)),
        provenance=_provenance(scores),
        choices=tuple(scores.policy.choices().items()),
    )


def _overall(scores: Scores, whole: Row, axis: Axis) -> Overall:
    mark = scores.rubric.pass_mark
    return Overall(
        score=score_of(whole, axis),
        passed=passed_of(whole, axis),
        exceeds=exceeds_of(whole, axis),
        meets=per_cent(whole["meets_share"]),
        below=per_cent(whole["below_share"]),
        pass_mark="" if mark is None else round_per_cent(mark),
        n=whole["n"],
        n_ratings=whole["n_ratings"],
    )


def _period(scores: Scores, tz: str | None) -> str:
    zone = zone_named(tz) or dt.UTC
    times = scores.ratings.at[~np.isnat(scores.ratings.at)]
    if not len(times):
        return "times not recorded"
    ends = (times.min(), times.max())
    first, last = (each.item().replace(tzinfo=dt.UTC).astimezone(zone).date().isoformat() for each in ends)
    return f"{first} ({tz or 'UTC'})" if first == last else f"{first} to {last} ({tz or 'UTC'})"


# ------------------------------------------------------------------------------- the answer that is first


def _headlines(
    scores: Scores, gates: Gates, overall: Overall, sets: tuple[SetRow, ...], ignored: int, n: int
) -> tuple[Headline, ...]:
    if not n:
        return (Headline("Nobody was rated, so there is nothing to tell."),)
    lines = [*_gate_lines(gates, n), *_answer_lines(scores, ignored), _score_line(overall)]
    if overall.passed.n:
        lines.append(_pass_line(overall))
    lines.append(_blind_spot_line(sets))
    if unscored := n - overall.score.n:
        lines.append(Headline(f"{part_of(unscored, n)} interactions could not be scored."))
    if problems := scores.ratings.problems:
        broke = counted(len(problems), "problem")
        lines.append(
            Headline(f"Machine raters had {broke}; what they failed to answer counts as failed.", True)
        )
    return tuple(lines)


def _moving(journey: Journey | None) -> tuple[Headline, ...]:
    return () if journey is None else tuple(Headline(line) for line in told_of(journey))


def _gate_lines(gates: Gates, n: int) -> list[Headline]:
    ethics, *others, irreversible = gates.rows
    if ethics.failed:
        where = f"{part_of(ethics.failed, ethics.n)} interactions"
        text = f"An ethics gate failed in {where}. No score makes up for it."
    elif ethics.criteria and ethics.n:
        text = f"No ethics gate failed in {counted(ethics.n, 'interaction')}."
    elif ethics.criteria:
        text = "No ethics gate was answered, so nothing can be told of ethics."
    else:
        text = "The rubric has no ethics gate."
    lines = [Headline(text, is_alarm=bool(ethics.failed))]
    failed = [f"{each.name} in {each.failed:,}" for each in others if each.failed]
    if failed:
        text = f"Other gates failed: {', '.join(failed)} of {counted(n, 'interaction')}."
        lines.append(Headline(text, is_alarm=True))
    if irreversible.failed:
        text = (
            f"Something that cannot be undone went wrong in {part_of(irreversible.failed, n)} interactions."
        )
        lines.append(Headline(text, is_alarm=True))
    return lines


def _answer_lines(scores: Scores, ignored: int) -> list[Headline]:
    """Warn of little that was answered, and of much that was answered and is not counted."""
    totals, lines = totals_of(scores), []
    if totals.asked and totals.share < FEW_ANSWERS:
        told = part_of(totals.answered, totals.asked)
        lines.append(Headline(f"Only {per_cent(totals.share)} of what was asked was answered: {told}.", True))
    if ignored:
        told = counted(ignored, "answer")
        lines.append(Headline(f"{told} to criteria that were not asked are left out.", True))
    return lines


def _score_line(overall: Overall) -> Headline:
    score = overall.score
    if not score.n:
        return Headline("Nothing was scored, so there is no mean score to tell.")
    counted_n = counted(score.n, "interaction")
    return Headline(f"The mean score is {score.value} ({CONFIDENCE} {score.interval}; n = {counted_n}).")


def _pass_line(overall: Overall) -> Headline:
    passed = overall.passed
    mark = f"The pass mark is {overall.pass_mark}. " if overall.pass_mark else ""
    return Headline(
        f"{mark}{passed.value} pass ({CONFIDENCE} {passed.interval}; n = {counted(passed.n, 'interaction')})."
    )


def _blind_spot_line(sets: tuple[SetRow, ...]) -> Headline:
    blind = [each.id for each in sets if each.unseen]
    if any(each.unseen == NO_SET for each in sets):
        return Headline("No customer set was recorded, so blind spots cannot be told.", is_alarm=True)
    if not blind:
        return Headline("Every customer set of the rubric was observed.")
    names = ", ".join(blind)
    kind = "Blind spot" if len(blind) == 1 else "Blind spots"
    return Headline(f"{kind}: nothing was observed of {names}, so nothing here speaks for them.", True)


# --------------------------------------------------------------------------------------- provenance


def _provenance(scores: Scores) -> tuple[tuple[str, str], ...]:
    made = scores.provenance
    low, high = scores.range
    return (
        ("Rubric", made.rubric),
        ("Rubric version", made.rubric_version),
        ("Scoring fingerprint", made.fingerprint.scoring),
        ("Content fingerprint", made.fingerprint.content),
        ("Plugin", made.plugin or "none: the rubric was given"),
        ("Distribution", _versioned(made.distribution, made.plugin_version)),
        ("Policy", made.policy.name),
        ("Scores can lie between", f"{round_per_cent(low)} and {round_per_cent(high)}"),
        ("coqs", made.coqs_version),
    )


def _versioned(distribution: str | None, version: str | None) -> str:
    return " ".join(each for each in (distribution, version) if each) or "none"
