"""The customer's name: when the provider could know it, and where the provider uses it.

What lives here: names as facts give them and as customers say them. A name is known from the turn in
which the customer says it, or from the start where the fact `customer_name` holds it. What does not
live here: whether a provider asked for the name, which is a rule like others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import attrs
import numpy as np
import numpy.typing as npt

import coqs
from coqs.plugins.phrases.lexicon import NameRules, plain
from coqs.plugins.phrases.turns import Ints, Places

FACT = "customer_name"
NEVER = np.iinfo(np.int64).max

_WORD = re.compile(r"[^\W\d_][\w'-]*")
_ADDRESSED_BEFORE = re.compile(
    r"(?:\b(?:hi|hello|hey|dear|welcome|thanks|thank you|thank you very much|bye|goodbye|sorry"
    r"|morning|afternoon|evening|mr|mrs|ms|miss)[ .,]+|, )$"
)
_ADDRESSED_AFTER = re.compile(r"\s*(?:[,.!?]|$)")
# Somebody else of the same name: the doctor, the driver, the host.
_ANOTHER_BEFORE = re.compile(
    r"\b(?:dr|doctor|nurse|driver|host|guest|(?:meeting|appointment) with)(?:'s name| name)?"
    r"(?: is| will be)?[ .:]+$"
)
_ANOTHER_AFTER = re.compile(r" (?:is|was|has|had|will|can|could|cannot)\b")


@attrs.frozen(slots=True, eq=False, repr=False)
class KnownNames:
    """The customers' names of n interactions, as words; never shown."""

    words: tuple[tuple[str, ...], ...]
    """(n,) the words of each customer's name, plain; empty where it never became known."""
    since: Ints
    """(n,) number of the turn in which it became known; -1 from the start, `NEVER` where it did not."""


def known_names(batch: coqs.Interactions, places: Places, asked: Ints, rules: NameRules) -> KnownNames:
    """Find each customer's name and since when it is known.

    `asked` holds the rows of the turns in which the provider asked for it.
    """
    words: list[tuple[str, ...]] = [()] * len(batch)
    since = np.full(len(batch), NEVER)
    for row, name in _names_in_facts(batch):
        words[row], since[row] = _words(plain(name), rules), -1
    for turn, name in _names_said(batch, asked, rules):
        row = int(places.interaction[turn])
        if not words[row]:
            words[row], since[row] = _words(name, rules), places.number[turn]
    since[[not known for known in words]] = NEVER
    return KnownNames(tuple(words), since)


def _names_in_facts(batch: coqs.Interactions) -> Iterator[tuple[int, str]]:
    fact = batch.facts.get(FACT)
    if isinstance(fact, coqs.Encoded):
        for row in np.flatnonzero(fact.present).tolist():
            yield row, fact[row] or ""


def _names_said(batch: coqs.Interactions, asked: Ints, rules: NameRules) -> Iterator[tuple[int, str]]:
    """Yield (turn row, name) for each turn of a customer that says a name, in order."""
    speakers = batch.turn_speaker
    if "customer" not in speakers.categories:
        return
    after = set((asked + 1).tolist())
    for turn in np.flatnonzero(speakers.codes == speakers.categories.index("customer")).tolist():
        name = name_said(batch.turn_text[turn], rules, answering=turn in after)
        if name:
            yield turn, name


def name_said(text: str, rules: NameRules, *, answering: bool) -> str:
    """Return the name that a customer gives in a turn, plain; empty where none is given."""
    words = plain(text)
    for pattern in rules.said:
        name = _first_name(pattern, text, words, rules, capital=False)
        if name:
            return name
    for pattern in rules.said_capital:
        name = _first_name(pattern, text, words, rules, capital=True)
        if name:
            return name
    if answering:
        short = len(words) <= 40  # "jane doe" alone is a name; a sentence that begins small is not
        for pattern in rules.answered:
            name = _first_name(pattern, text, words, rules, capital=not short)
            if name:
                return name
    return ""


def _first_name(pattern: re.Pattern[str], text: str, words: str, rules: NameRules, *, capital: bool) -> str:
    for match in pattern.finditer(words):
        name = _name_of(match, text, rules, capital=capital)
        if name:
            return name
    return ""


def _name_of(match: re.Match[str], text: str, rules: NameRules, *, capital: bool) -> str:
    """Return the words of a match up to the first that is no name, or that loses the capital letter."""
    kept: list[str] = []
    begin, _ = match.span("name")
    for word in _WORD.finditer(match["name"]):
        if word[0].rstrip(".") in rules.titles:
            continue
        is_capital = text[begin + word.start()].isupper()
        if word[0] in rules.not_names or ((capital or kept) and not is_capital):
            break
        kept.append(word[0])
    return " ".join(kept)


def _words(name: str, rules: NameRules) -> tuple[str, ...]:
    return tuple(word for word in _WORD.findall(name) if len(word) > 1 and word not in rules.titles)


def names_used(
    batch: coqs.Interactions, rows: Ints, places: Places, known: KnownNames, rules: NameRules
) -> npt.NDArray[np.int64]:
    """Return (h, 3): turn row, start, end, where the provider uses the name after it became known."""
    later = rows[places.number[rows] > known.since[places.interaction[rows]]]
    patterns: dict[tuple[str, ...], re.Pattern[str]] = {}
    found = []
    for row in later.tolist():
        words = known.words[places.interaction[row]]
        pattern = patterns.get(words) or patterns.setdefault(words, _any_of(words))
        span = _use(batch.turn_text[row], pattern, rules)
        if span is not None:
            found.append((row, *span))
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-])(?:{'|'.join(map(re.escape, words))})(?!['-]?\w)")


def _use(text: str, pattern: re.Pattern[str], rules: NameRules) -> tuple[int, int] | None:
    words = plain(text)
    if not _WORD.search(pattern.sub("", words)):
        return None  # the name and nothing else, as it is written down or read back
    for match in pattern.finditer(words):
        start, end = match.span()
        if _ANOTHER_BEFORE.search(words, max(0, start - 40), start) or _ANOTHER_AFTER.match(words, end):
            continue
        if match[0] in rules.common_words and not _is_addressed(text, words, start, end):
            continue
        return start, end
    return None


def _is_addressed(text: str, words: str, start: int, end: int) -> bool:
    if not text[start].isupper():
        return False
    before = _ADDRESSED_BEFORE.search(words, max(0, start - 30), start)
    return before is not None or _ADDRESSED_AFTER.match(words, end) is not None
