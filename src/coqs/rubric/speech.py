"""Say the parts of a rubric in plain words of a language: numbers, names, conditions, Markdown.

The fixed phrases stand in `phrases`; what a card of a rubric holds, in `card`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import attrs

from coqs.model import Words
from coqs.rubric.conditions import Condition, CriterionIn, Every, FactBetween, FactIn, Negation, Some
from coqs.rubric.form import Form
from coqs.rubric.phrases import phrases_in
from coqs.rubric.scales import Level, Option, Scale, SeveralChoice

MOST_DIGITS = 6
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SPECIALS = re.compile(r"[\\`*_{}\[\]<>#|&~$]")
_OPENERS = re.compile(r"^(\d{1,9})?((?(1)[.)](?=\s|$)|[-+:=]))")


def plain(text: str) -> str:
    r"""Return a text as one line that Markdown shows as it stands.

    >>> print(plain("1. a_b <c> 2.0"))
    1\. a\_b \<c\> 2.0
    """
    line = " ".join(_CONTROLS.sub(" ", text).split())
    return _OPENERS.sub(lambda found: f"{found[1] or ''}\\{found[2]}", _SPECIALS.sub(r"\\\g<0>", line))


def answers_of(scale: Scale) -> Sequence[Level | Option]:
    """Return the levels or options of a scale."""
    return scale.options if isinstance(scale, SeveralChoice) else scale.levels


@attrs.frozen(slots=True)
class Speech:
    """One language's way to say the parts of a rubric."""

    form: Form
    language: str
    phrases: Mapping[str, str] = attrs.field(init=False, repr=False)
    """The fixed phrases: in English where there are none in this language."""

    @phrases.default
    def _phrases(self) -> Mapping[str, str]:
        return phrases_in(self.language)

    def say(self, key: str, **parts: str) -> str:
        """Return a fixed phrase with its parts filled in."""
        return self.phrases[key].format(**parts)

    def words(self, words: Words, id: str = "") -> str:
        """Return a text of the rubric, or what it is called by where it has none."""
        return plain(words.in_language(self.language)) or plain(id.replace("_", " "))

    def quoted(self, text: str) -> str:
        """Return a text, fit for Markdown, in the language's quotation marks."""
        return self.say("quote", text=text)

    def name(self, kind: str, id: str) -> str:
        """Return the name of a stage, customer set or the like: a fixed one, or its id in words."""
        return self.phrases.get(f"{kind}.{id}") or plain(id.replace("_", " ").capitalize())

    def listed(self, parts: Iterable[str], key: str) -> str:
        """Return parts as a list that ends in "and" or "or"."""
        *head, last = parts
        return f"{', '.join(head)} {self.phrases[key]} {last}" if head else last

    def number(self, value: Fraction) -> str:
        """Return an exact number: as a decimal where that is short, else as a fraction."""
        decimal = self._decimal(value, MOST_DIGITS)
        return decimal if decimal is not None else f"{value.numerator}/{value.denominator}"

    def _decimal(self, value: Fraction, digits: int) -> str | None:
        """Return a number as a decimal with at most so many digits, or None where that is not exact."""
        scaled = abs(value) * 10**digits
        if scaled.denominator != 1:
            return None
        whole, rest = divmod(scaled.numerator, 10**digits)
        tail = f"{rest:0{digits}}".rstrip("0")
        return f"{'-' if value < 0 else ''}{whole}{self.phrases['point'] if tail else ''}{tail}"

    def share(self, share: Fraction) -> str:
        """Return a share as a per cent, rounded to a tenth where it is longer, and says so then."""
        exact = self._decimal(share * 100, 1)
        if exact is not None:
            return self.say("per_cent", number=exact)
        tenths = round(share * 1000)
        if not 0 < tenths < 1000 and 0 < share < 1:
            end = Fraction(1, 1000) if tenths < 1 else Fraction(999, 1000)
            return self.say("less" if tenths < 1 else "more", share=self.share(end))
        return self.say("about", share=self.share(Fraction(tenths, 1000)))

    def mark(self, share: Fraction) -> str:
        """Return a share that is compared with, exactly."""
        exact = self._decimal(share * 100, MOST_DIGITS)
        if exact is not None:
            return self.say("per_cent", number=exact)
        return f"{share.numerator}/{share.denominator} ({self.share(share)})"

    def span(self, low: Fraction | None, high: Fraction | None, unit: str = "") -> str:
        """Return a range of numbers of a unit; empty where it has no end."""
        ends = {"low": low, "high": high}
        known = {name: self.number(end) for name, end in ends.items() if end is not None}
        named = self.phrases.get(f"unit.{unit}") or plain(unit)
        return self.say(f"span.{'_'.join(known)}", unit=f" {named}".rstrip(), **known) if known else ""

    def points(self, points: Fraction) -> str:
        """Return a number of points."""
        return self.say("points.one" if points == 1 else "points", number=self.number(points))

    def value(self, value: str) -> str:
        """Return a fact's value: yes or no of a boolean."""
        return self.phrases.get(f"value.{value}") or self.quoted(plain(value.replace("_", " ")))

    def fact(self, id: str) -> str:
        """Return what a fact is called: its id in words, for it has no others."""
        return self.quoted(plain(id.replace("_", " ")))

    def answers(self, criterion: str, ids: Iterable[str], key: str = "or") -> str:
        """Return some levels or options of a criterion, in their own words."""
        scale = self.form.criterion(criterion).scale
        known = {each.id: each for each in answers_of(scale)}
        return self.listed([self.quoted(self.words(known[id].words, id)) for id in ids], key)

    def condition(self, condition: Condition, *, inner: bool = False) -> str:
        """Return a condition as a clause, in parentheses where it is one of several of another kind."""
        match condition:
            case FactIn(fact, values):
                said = self.listed([self.value(each) for each in values], "or")
                return self.say("when.fact", fact=self.fact(fact), values=said)
            case FactBetween(fact, low, high):
                return self.say("when.between", fact=self.fact(fact), span=self.span(low, high))
            case CriterionIn(criterion, ids):
                asked = self.quoted(self.words(self.form.criterion(criterion).words, criterion))
                return self.say("when.answer", criterion=asked, answers=self.answers(criterion, ids))
            case Negation(part):
                return self._negation(part)
            case Every(parts) | Some(parts):
                key = "and" if isinstance(condition, Every) else "or"
                said = f" {self.phrases[key]} ".join(self.condition(each, inner=True) for each in parts)
                return f"({said})" if inner and len(parts) > 1 else said

    def _negation(self, condition: Condition) -> str:
        if isinstance(condition, FactIn):
            said = self.listed([self.value(each) for each in condition.values], "nor")
            return self.say("when.fact_not", fact=self.fact(condition.fact), values=said)
        return self.say("when.not", condition=self.condition(condition, inner=True))
