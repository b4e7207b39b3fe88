"""The card of a rubric: what it asks and how it counts, in words that somebody at a counter understands.

A page of Markdown, to explain a rubric to those who are judged by it and to those whom they serve. How
single things are said stands in `speech`, how a policy is told in `card_policy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

import attrs

from coqs.errors import NotFoundError
from coqs.model import CUSTOMER_SETS, Band, Stage, Standing
from coqs.rubric.card_policy import absence_lines, counting_lines, grave
from coqs.rubric.criteria import ERROR_CLASSES, ETHICS_KINDS, Criterion, Gate, Ideal
from coqs.rubric.fingerprints import Fingerprint
from coqs.rubric.form import Form
from coqs.rubric.phrases import LANGUAGES
from coqs.rubric.policy import Policy
from coqs.rubric.reach import counts_in, shares
from coqs.rubric.scales import Level, Numeric, Option, SeveralChoice
from coqs.rubric.speech import Speech, answers_of, plain


def card(form: Form, fingerprint: Fingerprint, language: str) -> str:
    """Return the card of a rubric in a language.

    Raises
    ------
    NotFoundError
        Neither the rubric nor the card has a word in the language.
    """
    known = tuple(dict.fromkeys((*form.languages, *LANGUAGES)))
    if language not in known:
        raise NotFoundError("language", language, known, where=f"rubric {form.id!r}")
    policy = form.policy or Policy()
    return (
        "\n".join(_Card(form, policy, Speech(form, language), shares(form, policy)).lines(fingerprint)) + "\n"
    )


def _bullets(lines: Iterable[str], indent: str = "") -> Iterator[str]:
    yield from (f"{indent}- {line}" for line in lines)


@attrs.frozen(slots=True)
class _Card:
    """One card, section by section."""

    form: Form
    policy: Policy
    speech: Speech
    shares: Mapping[str, Fraction] | None

    def lines(self, fingerprint: Fingerprint) -> Iterator[str]:
        """Yield all lines; a section that has nothing to say is left out."""
        say = self.speech.say
        yield f"# {self.speech.words(self.form.title, self.form.id)}"
        if self.form.words:
            yield from ("", self.speech.words(self.form.words))
        yield from ("", say("named", id=self.form.id, version=plain(self.form.version)))
        yield from self._section("sets", _bullets(self._sets()))
        yield from self._section("facts", _bullets(self._facts()))
        yield from self._section("verdict", self._verdict())
        yield from self._section("asked", self._stages())
        yield from self._section("gates", self._gates())
        yield from self._section("undone", _bullets(self._undone()))
        yield from self._section(
            "bonuses", _bullets(self._texts(each for each in self.form.criteria if each.bonus))
        )
        recorded = (each for each in self.form.criteria if each.record_only)
        yield from self._section("recorded", _bullets(self._texts(recorded)))
        yield from self._section("bands", _bullets(self._bands(self.form.bands)))
        yield from self._section("counting", _bullets(counting_lines(self.policy, self.speech)))
        yield from self._section("missing", _bullets(absence_lines(self.policy, self.speech)))
        digests = attrs.asdict(fingerprint)
        told = (say(f"fingerprint.{kind}", digest=digest) for kind, digest in digests.items())
        yield from self._section("fingerprints", _bullets(told))

    def _section(self, key: str, lines: Iterable[str]) -> Iterator[str]:
        held = list(lines)
        if held:
            yield from ("", f"## {self.speech.say(key)}", "", *held)

    def _texts(self, criteria: Iterable[Criterion]) -> Iterator[str]:
        yield from (self._text(each) for each in criteria)

    def _text(self, criterion: Criterion) -> str:
        return self.speech.words(criterion.words, criterion.id)

    # ------------------------------------------------------------ who is served, what is noted, what fails

    def _sets(self) -> Iterator[str]:
        described = {each.id: each.words for each in self.form.sets if each.words}
        built_in = {each.id for each in CUSTOMER_SETS}
        for id in self.form.set_ids:
            name = f"**{self.speech.name('set', id)}**"
            if id in described:
                yield f"{name}: {self.speech.words(described[id], id)}"
            else:
                yield f"{name}: {self.speech.say(f'who.{id}')}" if id in built_in else name

    def _facts(self) -> Iterator[str]:
        for fact in self.form.facts:
            values = self.speech.listed([self.speech.value(each) for each in fact.values] or [""], "or")
            yield self.speech.say(f"fact.{fact.kind}", fact=self.speech.fact(fact.id), values=values)

    def _verdict(self) -> Iterator[str]:
        found = list(self._failures())
        yield self.speech.say("verdict.some" if found else "verdict.none")
        if found:
            yield from ("", *_bullets(found))

    def _failures(self) -> Iterator[str]:
        if self.form.pass_mark is not None:
            yield self.speech.say("verdict.mark", mark=self.speech.mark(self.form.pass_mark))
        for stage in self.form.stages:
            if stage.pass_mark is not None:
                name, mark = self.speech.name("stage", stage.id), self.speech.mark(stage.pass_mark)
                yield self.speech.say("verdict.stage", stage=self.speech.quoted(name), mark=mark)
        if any(each.gate for each in self.form.criteria):
            yield self.speech.say("verdict.strikes" if self.policy.strikes else "verdict.gates")
        if any(each.irreversible for each in self.form.criteria):
            yield self.speech.say("verdict.irreversible")

    def _gates(self) -> Iterator[str]:
        kinds = [each for each in ERROR_CLASSES if each != "ethics"] + list(ETHICS_KINDS)
        parts = []
        for kind in kinds:
            held = [each for each in self.form.criteria if each.gate and _kind(each.gate) == kind]
            if held:
                parts += [f"### {self.speech.say(f'gate.{kind}')}", "", *_bullets(map(self._gate, held)), ""]
        yield from parts[:-1]

    def _gate(self, criterion: Criterion) -> str:
        return self.speech.say("gate", criterion=self._text(criterion), answers=self._grave(criterion))

    def _grave(self, criterion: Criterion) -> str:
        gate = criterion.gate
        return grave(criterion, gate, self.policy, self.speech) if gate else ""

    def _undone(self) -> Iterator[str]:
        for each in self.form.criteria:
            if each.irreversible:
                yield self._undone_line(each)

    def _undone_line(self, criterion: Criterion) -> str:
        scale, text = criterion.scale, self._text(criterion)
        if isinstance(scale, SeveralChoice):
            return self.speech.say(
                "undone.share", criterion=text, mark=self.speech.mark(scale.meets_at or Fraction(0))
            )
        if criterion.ideal:
            return self.speech.say("undone.ideal", criterion=text)
        below = [level.id for level in scale.levels if level.standing is Standing.BELOW]
        return (
            self.speech.say("gate", criterion=text, answers=self.speech.answers(criterion.id, below))
            if below
            else text
        )

    # ----------------------------------------------------------------------------------- what is looked at

    def _stages(self) -> Iterator[str]:
        if self.shares is not None:
            yield from (self.speech.say("asked.shares"), "")
        number, parts = 0, []
        for stage in self.form.stages:
            parts += [*self._stage(stage), ""]
            for criterion in self.form.criteria:
                if criterion.stage == stage.id:
                    number += 1
                    parts += [f"#### {number}. {self._text(criterion)}", "", *self._criterion(criterion), ""]
        yield from parts[:-1]

    def _stage(self, stage: Stage) -> Iterator[str]:
        name = self.speech.name("stage", stage.id)
        if self.shares is None:
            yield f"### {name}"
        else:
            within = [each for each in self.form.criteria if each.stage == stage.id and self._is_part(each)]
            share = sum((self.shares[each.id] for each in within), Fraction(0))
            yield f"### {self.speech.say('stage.share', stage=name, share=self.speech.share(share))}"
        if stage.words:
            yield from ("", self.speech.words(stage.words))
        if stage.bands:
            yield from ("", self.speech.say("bands.stage"), "", *_bullets(self._bands(stage.bands)))

    def _is_part(self, criterion: Criterion) -> bool:
        return counts_in(criterion, self.policy) == "possible"

    def _criterion(self, criterion: Criterion) -> Iterator[str]:
        yield " ".join(self._remarks(criterion))
        if isinstance(criterion.scale, SeveralChoice):
            yield from ("", self.speech.say("choose"))
        yield ""
        yield from _bullets(self._answer(each, criterion) for each in answers_of(criterion.scale))
        if criterion.ideal:
            yield from ("", *self._ideal(criterion, criterion.ideal))
        if criterion.bands:
            yield from ("", self.speech.say("bands.criterion"), "", *_bullets(self._bands(criterion.bands)))

    def _remarks(self, criterion: Criterion) -> Iterator[str]:
        """Yield a sentence for all that is to be known of a criterion before its answers."""
        say = self.speech.say
        yield self._part(criterion)
        if criterion.applies_to:
            names = [self.speech.name("set", each) for each in criterion.applies_to]
            yield say("applies_to", sets=self.speech.listed(names, "or"))
        if criterion.when is not None:
            yield say("when", condition=self.speech.condition(criterion.when))
        yield say(f"controlled.{criterion.controlled_by}")
        if criterion.gate:
            forgiven = self.policy.strikes and criterion.gate.error_class != "ethics"
            named = [self.speech.quoted(self.speech.name("stage", id)) for id in criterion.gate.stages]
            forgiven = forgiven and not named
            yield say("gate.tolerated" if forgiven else "gate.here", answers=self._grave(criterion))
            if named and self.policy.gate_effect == "zero":
                yield say("gate.stages", stages=self.speech.listed(named, "and"))
        if criterion.irreversible:
            yield say("irreversible")
        if isinstance(criterion.scale, SeveralChoice):
            if criterion.scale.cap is not None:
                yield say("cap", points=self.speech.points(criterion.scale.cap))
            marks = {"meets_at": criterion.scale.meets_at, "exceeds_at": criterion.scale.exceeds_at}
            yield from (
                say(key, mark=self.speech.mark(mark)) for key, mark in marks.items() if mark is not None
            )

    def _part(self, criterion: Criterion) -> str:
        """Say how much a criterion counts for."""
        say = self.speech.say
        if criterion.record_only:
            return say("record_only")
        if self.shares is None:
            key = "bonus.weight" if criterion.bonus else "weight"
            return say(key, weight=self.speech.number(criterion.weight))
        share = self.speech.share(self.shares[criterion.id])
        if not criterion.bonus:
            return say("share", share=share)
        return say("bonus.inside" if self._is_part(criterion) else "bonus", share=share)

    def _answer(self, answer: Level | Option, criterion: Criterion) -> str:
        head = []
        if isinstance(answer, Level):
            head += [f"**{self.speech.say(f'standing.{answer.standing}')}**"] if answer.standing else []
            unit = criterion.scale.unit if isinstance(criterion.scale, Numeric) else ""
            head += [span] if (span := self.speech.span(answer.low, answer.high, unit)) else []
        if answer.points is not None and not criterion.record_only:
            head.append(self.speech.points(answer.points))
        text = self.speech.words(answer.words, answer.id)
        return f"{', '.join(head)}: {text}" if head else text

    def _ideal(self, criterion: Criterion, ideal: Ideal) -> Iterator[str]:
        say, speech = self.speech.say, self.speech
        yield from (say("ideal", fact=speech.fact(ideal.fact)), "")
        for value, level in ideal.best:
            best = speech.answers(criterion.id, [level])
            yield f"- {say('ideal.best', value=speech.value(value), level=best)}"
        most, *others = map(speech.points, ideal.points)
        yield f"- {say('ideal.points', points=most, steps='; '.join(others))}"
        if set(self.form.fact(ideal.fact).allowed) - {value for value, _ in ideal.best}:
            yield from ("", say("ideal.other"))

    def _bands(self, bands: Iterable[Band]) -> Iterator[str]:
        for band in bands:
            name = plain(band.id.replace("_", " ").capitalize())
            if band.low is None:
                head = self.speech.say("band.first", band=name)
            else:
                head = self.speech.say("band.from", band=name, mark=self.speech.mark(band.low))
            yield f"{head}: {self.speech.words(band.words)}" if self.speech.words(band.words) else head


def _kind(gate: Gate) -> str:
    """Return what a gate is listed under: its class, or which of the three of ethics."""
    return gate.kind or gate.error_class
