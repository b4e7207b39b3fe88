"""WebVTT: the captions of one recording, a turn a cue, or a turn a voice where a cue has several.

Who speaks stands in a voice tag, `<v Ana>`, or before a colon, `Agent: hello`. A name is a provider or a
customer as the caller says, or else by `ROLES`. A voice that is neither is refused, for raters would pass
over it without a word; what stands before a colon may be part of a sentence, so there only a name that is
known is a speaker. A cue that names nobody is of the role `unknown`.

Cues count from the beginning of the recording: turns have a time only where the caller says when that was.
Settings and identifiers of cues, notes, styles and regions are passed over.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import attrs

import coqs
from coqs.plugins.transcripts.fields import OTHERS

ROLES = MappingProxyType(
    dict.fromkeys(("agent", "provider", "advisor", "assistant", "operator", "representative"), "provider")
    | dict.fromkeys(("customer", "client", "caller", "user", "visitor", "guest", "patient"), "customer")
)
"""Names that say who somebody is, in any case of letters."""
UNKNOWN = "unknown"
ARROW = "-->"
PASSED_OVER = ("NOTE", "STYLE", "REGION")

_STAMP = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"[ \t]*{_STAMP}[ \t]*-->[ \t]*{_STAMP}(?:[ \t]+\S.*|[ \t]*)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?(?:[ \t\n]([^>]*))?>|</v>")
_TAG = re.compile(r"<[^>]*>")
_NAMED = re.compile(r"[ \t]*([^:<>]{1,60}?)[ \t]*:(?:[ \t]+|$)")


@attrs.frozen
class Cue:
    """One cue: where it stands, when it is spoken, in milliseconds, and its lines."""

    line: int
    start: int
    end: int
    text: str


def read(file: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the one interaction of a file, or each line that cannot be read."""
    found = list(_parts(file.lines()))
    problems = [each for each in found if not isinstance(each, Cue)]
    cues = [each for each in found if isinstance(each, Cue)]
    turns, start = [], file.start()
    for cue in cues:
        for name, text in _said(cue.text, file):
            speaker = _role(name, file)
            if speaker is None:
                cure = "say who it is with speakers=, or --speaker in the shell"
                problems.append((cue.line, f"must be the voice of somebody known, got another; {cure}"))
            at = start + dt.timedelta(milliseconds=cue.start) if start else None
            turns.append({"speaker": speaker or UNKNOWN, "text": text, "at": at})
    if cues and not problems and all(turn["speaker"] == UNKNOWN for turn in turns):
        cure = "say with speakers= whose names they are, or whose words without a name are, under ''"
        problems.append((cues[0].line, f"must name somebody known in a cue, got none in the file; {cure}"))
    for line, problem in sorted(problems):
        yield file.place(line), coqs.RecordError(problem)
    if not problems:
        facts = {"duration_seconds": max(cue.end for cue in cues) / 1000} if cues else {}
        yield file.place(1), {"id": file.name, "at": start, "turns": turns, "facts": facts}


def _parts(lines: Iterator[tuple[int, str]]) -> Iterator[Cue | tuple[int, str]]:
    """Yield the cues, and the lines that are at fault with what must hold."""
    first, *blocks = _blocks(lines)
    if not first and not any(blocks):
        yield 1, "must be WEBVTT, got an empty file; check the path"
        return
    number, opening = first[0] if first else (1, "")
    if opening != "WEBVTT" and not opening.startswith(("WEBVTT ", "WEBVTT\t")):
        yield number, "must be WEBVTT, got another line; check that it is a file of that kind"
        return
    for block in [_cue_after_header(first), *blocks]:
        if block and not _is_passed_over(block[0][1]):
            yield _cue(block)


def _blocks(lines: Iterator[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    """Return the lines between blank ones; the first block begins on the first line, whatever is there."""
    blocks: list[list[tuple[int, str]]] = [[]]
    for number, line in lines:
        if line:
            blocks[-1].append((number, line))
        elif blocks[-1] or number == 1:
            blocks.append([])
    return blocks


def _cue_after_header(block: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return what stands in the header from a timing on, which begins a cue even there."""
    for place, (_, line) in enumerate(block):
        if ARROW in line:
            return block[place:]
    return []


def _is_passed_over(line: str) -> bool:
    return any(line == word or line.startswith((f"{word} ", f"{word}\t")) for word in PASSED_OVER)


def _cue(block: list[tuple[int, str]]) -> Cue | tuple[int, str]:
    at = 0 if ARROW in block[0][1] else 1
    if at == len(block) or ARROW not in block[at][1]:
        return block[0][0], "must begin a cue, a note, a style or a region, got something else; mend it"
    line, text = block[at]
    timing = _TIMING.fullmatch(text)
    if timing is None:
        return line, "must be two times such as 00:01.000 --> 00:02.500, got something else; mend it"
    start, end = _milliseconds(timing.groups()[:4]), _milliseconds(timing.groups()[4:])
    if end < start:
        return line, "must end when it begins or after, got an end before; mend the times"
    for other, inner in block[at + 1 :]:
        if ARROW in inner:
            return other, "must stand after a blank line to begin a cue, got none; add one"
    return Cue(line, start, end, "\n".join(inner for _, inner in block[at + 1 :]))


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _said(text: str, file: Any) -> list[tuple[str, str]]:
    """Return who says what in a cue, in order; an empty name where nobody is named."""
    said = _by_voices(text) if _VOICE.search(text) else _by_names(_TAG.sub("", text), file)
    return said or [("", "")]


def _by_voices(text: str) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    at, name, in_voice = 0, "", False
    for tag in [*_VOICE.finditer(text), None]:
        words = _words(_TAG.sub("", text[at : tag.start() if tag else len(text)]))
        if words or in_voice:
            said.append((name, words))
        if tag is not None:
            at, name, in_voice = tag.end(), _words(tag[1] or ""), tag[0] != "</v>"
    return said


def _by_names(text: str, file: Any) -> list[tuple[str, str]]:
    said: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        named = _NAMED.match(line)
        name = _words(named[1]) if named else ""
        if named and name and _known(name, file):
            said.append((name, [line[named.end() :]]))
        elif said:
            said[-1][1].append(line)
        elif line.strip():
            said.append(("", [line]))
    return [(name, _words("\n".join(lines))) for name, lines in said]


def _words(text: str) -> str:
    """Return text on one line, with its entities as the characters that they stand for."""
    return html.unescape(" ".join(filter(None, (line.strip(" \t") for line in text.split("\n")))))


def _known(name: str, file: Any) -> str | None:
    role: str | None = file.role(name, {name: ROLES.get(name.casefold())})
    return role


def _role(name: str, file: Any) -> str | None:
    """Return who a voice is; None where nobody says."""
    if not name:
        return file.role("", {}) or UNKNOWN
    return _known(name, file) or file.role(OTHERS, {})


READER = coqs.Reader(
    name="webvtt",
    text="WebVTT: the captions of a recording, one interaction a file, a turn a cue or a voice of it",
    read=read,
    extensions=(".vtt",),
)
