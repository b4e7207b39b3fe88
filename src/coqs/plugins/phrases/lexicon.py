"""The rules of `signals.toml`, compiled once: what words show a signal, whose, and where.

What lives here: reading the data file and one text against one rule. What does not: batches and turns
(`matching`), names (`names`). An outbuilding: knows numpy, the standard library and coqs' front door.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import attrs

# One character for one, so that offsets stay those of the turn as it was said.
_PLAIN = str.maketrans(
    "’‘ʼ＇`´“”„«»＂–—‑−…！？，．：；\u00a0\u2009\u202f\u3000",
    "''''''\"\"\"\"\"\"----.!?,.:;\u0020\u0020\u0020\u0020",
)
_FRAGMENT = re.compile(r"<([a-z_]+)>")
_LINE_BREAK = re.compile(r"\n\s*")
_FIRST_WORD = re.compile(r"\w")
# What is quoted, or reported of somebody else, is not said by whoever says it.
_REPORTED = re.compile(
    r'"[^"\n]{1,300}"'
    r"|\b(?:he|she|they|someone|somebody|people|everyone|the (?:customer|caller|guest|patient|doctor|manager"
    r"|driver|host|lady|man|woman|other \w+))(?:'s| is| was| were| has| have| just| also| had)*"
    r" (?:said|says|saying|told|tells|asked|asks|wrote|writes|texted|replied|mentioned|claimed|claims"
    r"|promised"
    r"|promises)\b[^.?!\n]{0,80}"
)
# Contractions are typed without their apostrophe, but where that makes another word: we're, i'll, we'd.
_CONTRACTED = re.compile(
    r"n't|(?<=\bi)'m|(?<=\bi\(\?:)'m|(?<=\byou)'re|(?<=\bthey)'re|(?<=\byou\(\?:)'re|'ve"
    r"|(?<=that)'s|(?<=what)'s|(?<=there)'s|(?<=here)'s|(?<=it)'s|(?<=let)'s|(?<=who)'s"
)
_BEHIND = re.compile(r"(\(\?<[=!][^()]*\))")
_PIECE = re.compile(r"\(\?<[=!][^()]*\)|\[(?:\\.|[^\]\\])*\]|\\.| ")  # look-behind, class, escape, space

NOWHERE = (-1, -1)


def plain(text: str) -> str:
    """Lower a text and make its apostrophes, quotes, dashes and spaces plain, at the same offsets.

    >>> plain("I’m Zoë")
    "i'm zoë"
    """
    text = text.translate(_PLAIN)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    # A few letters (such as the Turkish dotted capital I) become two when lowered: they stay as they are.
    return "".join(letter if len(letter.lower()) != 1 else letter.lower() for letter in text)


@attrs.frozen(slots=True)
class Rule:
    """One way in which a turn shows a signal."""

    signal: str
    """The signal that it shows."""
    patterns: re.Pattern[str]
    """What shows it."""
    speaker: str = "provider"
    """Whose turns it reads."""
    first: int | None = None
    """Only in this speaker's first so many turns; None for any."""
    last: int | None = None
    """Only in this speaker's last so many turns; None for any."""
    excepted: re.Pattern[str] | None = None
    """A match that overlaps one of these does not count."""
    unless: re.Pattern[str] | None = None
    """Nothing in a turn counts where one of these matches."""

    def find(self, text: str) -> tuple[int, int]:
        """Return the span of the first match that counts in a plain text, or `NOWHERE`."""
        match = self.patterns.search(text)
        if match is None or (self.unless is not None and self.unless.search(text)):
            return NOWHERE
        barred = self._barred(text)
        while match is not None:
            start, end = match.span()
            # Spans of `barred` do not overlap, so that the first that ends after `start` decides.
            place = bisect_right(barred, start, key=_end)
            if place == len(barred) or barred[place][0] >= end:
                return _words_of(text, start, end)
            begin, stop = barred[place]
            match = self.patterns.search(text, stop if begin <= start else start + 1)
        return NOWHERE

    def _barred(self, text: str) -> list[tuple[int, int]]:
        barred = [match.span() for match in _REPORTED.finditer(text)]
        if self.excepted is not None:
            barred += [match.span() for match in self.excepted.finditer(text)]
        return _merged(barred)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort spans and join those that overlap, so that none does."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _end(span: tuple[int, int]) -> int:
    return span[1]


def _words_of(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out what a pattern reads before and after the words themselves."""
    matched = text[start:end]
    opening = _FIRST_WORD.search(matched)
    lead = opening.start() if opening else 0
    return start + lead, start + len(matched.rstrip())


@attrs.frozen(slots=True)
class NameRules:
    """How a customer's name becomes known, and what only looks like one."""

    said: tuple[re.Pattern[str], ...]
    """Gives the name in any turn of the customer."""
    said_capital: tuple[re.Pattern[str], ...]
    """Gives the name where it begins with a capital letter."""
    answered: tuple[re.Pattern[str], ...]
    """Gives the name in the turn after the provider asked for it."""
    titles: frozenset[str]
    """Words before a name that are not part of it."""
    not_names: frozenset[str]
    """Words that are no name though they stand where one is looked for."""
    common_words: frozenset[str]
    """Names that are also words."""


@attrs.frozen(slots=True)
class Lexicon:
    """The whole data file, compiled."""

    signals: Mapping[str, str]
    """What each signal means, by its name."""
    rules: tuple[Rule, ...]
    names: NameRules


@cache
def lexicon() -> Lexicon:
    """Read the rules that ship with the plugin; compiled when they are first needed."""
    return parse_lexicon(files(__package__).joinpath("signals.toml").read_text(encoding="utf-8"))


def parse_lexicon(text: str) -> Lexicon:
    """Compile the text of a rules file.

    Raises
    ------
    ValueError
        A rule names a signal that is not declared, or a fragment or a key does not exist.
    """
    data = tomllib.loads(text)
    words = _fragments(data["words"])
    rules = tuple(_rule(entry, words) for entry in data["rules"])
    unknown = sorted({rule.signal for rule in rules} - set(data["signals"]))
    if unknown:
        raise ValueError(f"rules: must name a declared signal, got {', '.join(map(repr, unknown))}")
    return Lexicon(MappingProxyType(dict(data["signals"])), rules, _name_rules(data["names"], words))


def _fragments(words: Mapping[str, str]) -> dict[str, str]:
    done: dict[str, str] = {}
    for name, pattern in words.items():
        done[name] = _filled(pattern, done)
    return done


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    def fragment(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise ValueError(f"pattern: <{match[1]}> must be defined above its use")
        return f"(?:{words[match[1]]})"

    # A long pattern is written on several lines; `(?P<name>` is a group of Python's own, not a fragment.
    parts = _LINE_BREAK.sub("", pattern).split("(?P<name>")
    return "(?P<name>".join(_FRAGMENT.sub(fragment, part) for part in parts)


def _compiled(patterns: Iterable[str], words: Mapping[str, str]) -> re.Pattern[str]:
    whole = "|".join(f"(?:{_filled(pattern, words)})" for pattern in patterns)
    return re.compile(_any_space(whole))


def _any_space(pattern: str) -> str:
    """Let a space stand for a run of white space, but in look-behinds, whose width is fixed."""

    def spaced(match: re.Match[str]) -> str:
        if match[0] == " ":
            return r"(?:\s+)"
        return match[0].replace(" ", r"\s") if match[0].startswith("[") else match[0]

    return _PIECE.sub(spaced, _any_apostrophe(pattern))


def _any_apostrophe(pattern: str) -> str:
    """Let contractions be typed without their apostrophe, but in look-behinds, whose width is fixed."""
    parts = _BEHIND.split(pattern)
    parts[::2] = [_CONTRACTED.sub(lambda match: match[0].replace("'", "'?"), part) for part in parts[::2]]
    return "".join(parts)


def _rule(entry: Mapping[str, Any], words: Mapping[str, str]) -> Rule:
    unknown = set(entry) - {"signal", "speaker", "first", "last", "patterns", "except", "unless"}
    if unknown:
        raise ValueError(f"rules: unknown key {', '.join(sorted(unknown))}")
    return Rule(
        signal=entry["signal"],
        patterns=_compiled(entry["patterns"], words),
        speaker=entry.get("speaker", "provider"),
        first=entry.get("first"),
        last=entry.get("last"),
        excepted=_compiled(entry["except"], words) if "except" in entry else None,
        unless=_compiled(entry["unless"], words) if "unless" in entry else None,
    )


def _name_rules(entry: Mapping[str, Any], words: Mapping[str, str]) -> NameRules:
    own = {**words, "name": entry["name"], "name_end": entry["name_end"]}
    return NameRules(
        said=tuple(_compiled([pattern], own) for pattern in entry["said"]),
        said_capital=tuple(_compiled([pattern], own) for pattern in entry["said_capital"]),
        answered=tuple(_compiled([pattern], own) for pattern in entry["answered"]),
        titles=frozenset(entry["titles"]),
        not_names=frozenset(entry["not_names"]),
        common_words=frozenset(entry["common_words"]),
    )
