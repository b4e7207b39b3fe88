"""Score one sheet from the sum of what its answers add.

Most policies need a few divisions of floats; the others, and scores that floats cannot tell from a mark,
are finished in rationals from the same sums.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from coqs.model import Absence
from coqs.ratings import Sheet
from coqs.results.one import OneDetails
from coqs.rubric import Policy, Rubric, SingleChoice
from coqs.rubric.criteria import ERROR_CLASSES
from coqs.scoring.exact import marks_missed, reason_unscored
from coqs.scoring.finish import Finished, StageSums, Sums, finish
from coqs.scoring.one.answers import Reader, code_of, reader_of, texts_of
from coqs.scoring.one.floats import Judge, make_judge
from coqs.scoring.one.tables import (
    OF_STAGE,
    TELLING,
    Added,
    Adder,
    Layout,
    answers_of,
    of_stage,
    sum_names,
)
from coqs.scoring.stage_gates import with_gates_of_stages
from coqs.tables import read_only

Entry = tuple[str, Any]
PLACED = frozenset({str, int, type(None)})


@attrs.frozen(slots=True, eq=False, kw_only=True)
class QuickForm:
    """The tables of a rubric and a policy for one customer set."""

    rubric: Rubric
    policy: Policy
    layout: Layout
    start: int
    """The sums of a sheet on which nothing is answered."""
    find: Callable[[Entry], int]
    """(criterion, text of the answer) to what it adds to `start`; a KeyError for others."""
    find_placed: Callable[[Entry], int]
    """The same, and positions of levels."""
    coded: Mapping[tuple[str, int], int]
    """(criterion, code of the answer) to what it adds to `start`."""
    readers: Mapping[str, Reader]
    judge_floats: Judge

    def judge(self, total: int) -> tuple[float | None, str]:
        """Return the overall score and the verdict of the sums of a sheet."""
        known = self.judge_floats.judge(total)
        return self._finish(total)[:2] if known is None else known

    def _finish(self, total: int) -> tuple[float | None, str, Finished]:
        values = self.layout.read(total)
        stages = tuple(_stage_sums(values, place) for place in range(len(self.rubric.stages)))
        refused = self.policy.unanswered == "refuse" and values["demanded"] > 0
        finished = finish(self.rubric, self.policy, Sums(stages=stages, refused=refused))
        failed = (
            values["failing"] > 0 or _fired(self.policy, stages) or bool(marks_missed(self.rubric, finished))
        )
        overall = None if finished.overall is None else float(finished.overall)
        return overall, "fail" if failed else "unscored" if overall is None else "pass", finished

    def stages_of(self, total: int) -> Mapping[str, float | None]:
        """Return the score of each stage."""
        shares = zip(self.rubric.stage_ids, self._scores(total)[1], strict=True)
        return read_only({id: None if share is None else float(share) for id, share in shares})

    def details_of(self, total: int) -> OneDetails:
        """Return what is told beside the overall score and the verdict."""
        values = self.layout.read(total)
        is_scored, _ = self._scores(total)
        asked = values["counted_answered"] + values["counted_open"]
        return OneDetails(
            stages=self.stages_of(total),
            reason="" if is_scored else _reason(values),
            gates={each: int(values[f"gates_{each}"]) for each in ERROR_CLASSES},
            gates_fired=int(values["taken_down"])
            + sum(int(values[of_stage("fired", place)]) for place in range(len(self.rubric.stages))),
            gates_unobserved=int(values["gates_unobserved"]),
            irreversible=int(values["irreversible"]),
            coverage=float(values["counted_answered"] / asked) if asked else None,
            points=float(values["points"] + ((self.policy.baseline or 0) if is_scored else 0)),
        )

    def _scores(self, total: int) -> tuple[bool, Sequence[Fraction | float | None]]:
        """Return whether there is an overall score, and the score of every stage."""
        if self.judge_floats.is_final(total):
            shares = self.judge_floats.stages(total)
            weighed = zip(shares, self.judge_floats.weights, strict=True)
            return any(weight and share is not None for share, weight in weighed), shares
        finished = self._finish(total)[2]
        return finished.overall is not None, finished.stages

    def total_of(self, sheet: Sheet) -> int:
        """Return the sums of a sheet."""
        return self.start + sum(self.coded[id, code_of(each)] for id, each in sheet.answers.items())

    def look_closer(self, answers: Mapping[Any, Any]) -> int | None:
        """Return the sums of answers that are positions, numbers or lists too; None where one is neither."""
        if PLACED.issuperset(map(type, answers.values())):  # no truth value, which would pass for 0 or 1
            try:
                return sum(map(self.find_placed, answers.items()), self.start)
            except KeyError:
                pass
        total = self.start
        for id, value in answers.items():
            read = self.readers.get(id) if isinstance(id, str) else None
            code = None if read is None else read(value)
            if code is None:
                return None
            total += self.coded[id, code]
        return total


def quick_forms(rubric: Rubric, policy: Policy, controller: str | None) -> dict[str | None, QuickForm]:
    """Return customer set to its tables; nothing where a sheet has to be scored the long way.

    That is where criteria hang on facts or on other answers, where the policy or a gate has set rules,
    where a several choice has very many answers, and where sums are too large.
    """
    policy = with_gates_of_stages(rubric, policy)
    hanging = any(each.when is not None or each.ideal is not None for each in rubric.criteria)
    if hanging or policy.overrides:
        return {}
    adder = Adder.of(rubric, policy, controller)
    added: dict[str, dict[int, Added]] = {}
    for criterion in rubric.criteria:
        answers = answers_of(criterion)
        if answers is None:
            return {}
        added[criterion.id] = {code: adder.added(criterion, each) for code, each in answers.items()}
    layout = Layout.holding(sum_names(rubric, policy), [list(each.values()) for each in added.values()])
    return {} if layout is None else _forms(rubric, policy, layout, added)


def _forms(
    rubric: Rubric, policy: Policy, layout: Layout, added: Mapping[str, Mapping[int, Added]]
) -> dict[str | None, QuickForm]:
    packed = {id: {code: layout.pack(each) for code, each in codes.items()} for id, codes in added.items()}
    judge = make_judge(rubric, policy, layout, added)
    texts = {each.id: texts_of(each) for each in rubric.criteria}
    readers = {each.id: reader_of(each, texts[each.id]) for each in rubric.criteria}
    forms: dict[str | None, QuickForm] = {}
    named = {customer_set for each in rubric.criteria for customer_set in each.applies_to}
    for customer_set in (None, *rubric.set_ids):
        if customer_set not in named and None in forms:
            forms[customer_set] = forms[None]  # asked what is asked of everybody
            continue
        start, coded = _from_start(rubric, packed, customer_set)
        pairs = [(id, text, code) for id, codes in texts.items() for text, code in codes.items()]
        entries: dict[Entry, int] = {(id, text): coded[id, code] for id, text, code in pairs}
        forms[customer_set] = QuickForm(
            rubric=rubric,
            policy=policy,
            layout=layout,
            start=start + layout.flip,
            find=entries.__getitem__,
            find_placed=(entries | _places(rubric, coded)).__getitem__,
            coded=coded,
            readers=readers,
            judge_floats=judge,
        )
    return forms


def _places(rubric: Rubric, coded: Mapping[tuple[str, int], int]) -> dict[Entry, int]:
    """Return what each position of a single choice adds."""
    single = {each.id for each in rubric.criteria if isinstance(each.scale, SingleChoice)}
    return {(id, code): value for (id, code), value in coded.items() if id in single and code >= 0}


def _from_start(
    rubric: Rubric, packed: Mapping[str, Mapping[int, int]], customer_set: str | None
) -> tuple[int, dict[tuple[str, int], int]]:
    """Return the sums of a sheet without an answer, and what each answer adds to these.

    Nothing is added by an answer to what is not asked of the customer set.
    """
    start = 0
    coded: dict[tuple[str, int], int] = {}
    for each in rubric.criteria:
        asked = not each.applies_to or customer_set in each.applies_to
        codes = packed[each.id]
        base = codes[Absence.UNANSWERED.code if asked else Absence.NOT_ASKED.code]
        start += base
        coded |= {(each.id, code): value - base if asked else 0 for code, value in codes.items()}
    return start, coded


def _stage_sums(values: Mapping[str, Fraction], place: int) -> StageSums:
    known = {name: values.get(of_stage(name, place), Fraction(0)) for name in OF_STAGE}
    return StageSums(
        earned=known["earned"],
        possible=known["possible"],
        dropped=known["dropped"],
        count=int(known["count"]),
        shares=known["shares"],
        fired=int(known["fired"]),
        errors=int(known["errors"]),
        watched=int(known["watched"]),
    )


def _fired(policy: Policy, stages: Sequence[StageSums]) -> bool:
    """Tell whether more gates fired in an area than the policy tolerates."""
    fired = [stage.fired for stage in stages]
    return (max(fired) if policy.gate_scope == "stage" else sum(fired)) > policy.strikes


def _reason(values: Mapping[str, Fraction]) -> str:
    absences = [absence for absence in TELLING if values[f"able_{absence}"]]
    return reason_unscored(absences, answered=values["answered"] > 0)
