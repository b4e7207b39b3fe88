"""A rubric as data: its parts and how to look them up.

What a rubric must hold to be consistent stands in `checks`; its file in `toml_in` and `toml_out`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import attrs

from coqs.errors import NotFoundError
from coqs.model import CUSTOMER_SETS, STAGES, Band, CustomerSet, Stage, Words, as_bands, exact_or_none
from coqs.rubric.criteria import Criterion
from coqs.rubric.origin import Origin
from coqs.rubric.policy import Policy
from coqs.rubric.scales import SeveralChoice

SCHEMA = 1
FACT_KINDS = ("category", "number", "boolean")


@attrs.frozen(slots=True)
class Fact:
    """Something recorded of an interaction before it is rated."""

    id: str
    """Stable id, also the name of its column."""
    kind: str
    """category, number or boolean."""
    values: tuple[str, ...] = ()
    """The values that a category may take."""

    @property
    def allowed(self) -> tuple[str, ...]:
        """Return the texts that the fact's column may hold; empty for numbers."""
        return ("true", "false") if self.kind == "boolean" else self.values


def _criteria(values: Iterable[Criterion]) -> tuple[Criterion, ...]:
    return tuple(values)


def _stages(values: Iterable[Stage]) -> tuple[Stage, ...]:
    return tuple(values)


@attrs.frozen(slots=False, kw_only=True)
class Form:
    """The parts of a rubric; `coqs.Rubric` adds checks, files, fingerprints and lint."""

    id: str
    """Stable id of the rubric."""
    version: str
    """The author's version of it."""
    criteria: tuple[Criterion, ...] = attrs.field(converter=_criteria)
    """What is asked, in the order of the sheet."""
    stages: tuple[Stage, ...] = attrs.field(default=STAGES, converter=_stages)
    """The stages in order; the five built in where the file names none."""
    sets: tuple[CustomerSet, ...] = ()
    """The customer sets that the rubric describes or adds."""
    facts: tuple[Fact, ...] = ()
    """The facts that conditions and ideal points may read."""
    language: str = "en"
    """The language that the texts are written in."""
    title: Words = Words()
    """A short name for people."""
    words: Words = Words()
    """What the rubric is for."""
    pass_mark: Fraction | None = attrs.field(default=None, converter=exact_or_none)
    """The score below which an interaction fails, as a share."""
    bands: tuple[Band, ...] = attrs.field(default=(), converter=as_bands)
    """Names for stretches of the overall score, from the lowest up."""
    policy: Policy | None = None
    """The policy that the rubric is meant for; None for the `coqs` policy."""
    origin: Origin | None = attrs.field(default=None, eq=False)
    """The plugin that brought it, if one did."""

    @property
    def criterion_ids(self) -> tuple[str, ...]:
        """Return the ids of the criteria in the order of the sheet."""
        return tuple(criterion.id for criterion in self.criteria)

    @property
    def stage_ids(self) -> tuple[str, ...]:
        """Return the ids of the stages in order."""
        return tuple(stage.id for stage in self.stages)

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """Return the ids of the declared facts."""
        return tuple(fact.id for fact in self.facts)

    @property
    def set_ids(self) -> tuple[str, ...]:
        """Return the customer sets an interaction may name: the five, then the rubric's own."""
        return tuple(dict.fromkeys([each.id for each in (*CUSTOMER_SETS, *self.sets)]))

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that any text is written in, the rubric's own first."""
        found = {language for each in self._texts() for language, _ in each.translations}
        return (self.language, *sorted(found - {self.language}))

    def _texts(self) -> Iterator[Words]:
        yield from (self.title, self.words)
        yield from (each.words for each in self.sets)
        yield from (band.words for band in self.bands)
        for stage in self.stages:
            yield from (stage.words, *(band.words for band in stage.bands))
        for criterion in self.criteria:
            scale = criterion.scale
            answers = scale.options if isinstance(scale, SeveralChoice) else scale.levels
            yield from (criterion.words, *(answer.words for answer in answers))
            yield from (band.words for band in criterion.bands)

    def criterion(self, id: str) -> Criterion:
        """Return the criterion with this id, or raise `NotFoundError` naming the nearest."""
        for criterion in self.criteria:
            if criterion.id == id:
                return criterion
        raise NotFoundError("criterion", id, self.criterion_ids, where=f"rubric {self.id!r}")

    def stage(self, id: str) -> Stage:
        """Return the stage with this id, or raise `NotFoundError` naming the nearest."""
        for stage in self.stages:
            if stage.id == id:
                return stage
        raise NotFoundError("stage", id, self.stage_ids, where=f"rubric {self.id!r}")

    def fact(self, id: str) -> Fact:
        """Return the declared fact with this id, or raise `NotFoundError` naming the nearest."""
        for fact in self.facts:
            if fact.id == id:
                return fact
        raise NotFoundError("fact", id, self.fact_ids, where=f"rubric {self.id!r}")
