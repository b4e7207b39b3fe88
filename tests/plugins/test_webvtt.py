"""WebVTT: who says what and when, and every line that is not as the form wants it."""

from __future__ import annotations

import datetime as dt
import html
import io
import re

import pytest
from hypothesis import given, strategies as st

import coqs
from coqs.plugins.transcripts.webvtt import ROLES

SECRET = "my card number is 4000 1234"
PLUGINS = coqs.load_plugins(only=["transcripts"])
TIMES = "00:01.000 --> 00:02.500"


def read(text, **options):
    raw = text if isinstance(text, bytes) else text.encode()
    return coqs.read_interactions(io.BytesIO(raw), reader="webvtt", plugins=PLUGINS, **options)


def said(text, **options):
    return [(turn.speaker, turn.text) for turn in read(text, **options)[0].turns]


def cues(*payloads):
    return "WEBVTT\n\n" + "\n\n".join(f"{TIMES}\n{payload}" for payload in payloads)


def refusal(text, **options):
    with pytest.raises(coqs.RecordError) as caught:
        read(text, **options)
    assert SECRET not in str(caught.value)
    return caught.value


WHOLE = """\
\ufeffWEBVTT - call 7
Kind: captions
Language: en

STYLE
::cue { color: red }

REGION
id:left

NOTE
two lines
of a note

1
00:00:01.000 --> 00:00:02.500 align:start position:10%
<v.loud Agent>Good <b>morning</b>,
what can I do?</v>

NOTE one line

100:00:03.000\t-->\t100:00:04.000
<v Customer>1 &lt; 2 &amp; <00:00:03.500><c.x>so</c> on
"""


def test_a_whole_file_is_one_interaction(tmp_path):
    path = tmp_path / "call-7.vtt"
    path.write_text(WHOLE, encoding="utf-8", newline="\r\n")
    batch = coqs.read_interactions(path, reader="webvtt", plugins=PLUGINS, start="2026-03-02T10:00+01:00")
    (call,) = batch
    assert (call.id, call.facts) == ("call-7", {"duration_seconds": 360004.0})
    assert [(turn.speaker, turn.text) for turn in call.turns] == [
        ("provider", "Good morning, what can I do?"),
        ("customer", "1 < 2 & so on"),
    ]
    assert call.at == dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    assert call.turns[0].at == call.at + dt.timedelta(seconds=1)
    assert call.turns[1].at == call.at + dt.timedelta(hours=100, seconds=3)


def test_turns_have_no_time_where_nobody_says_when_it_began():
    (call,) = read(cues("<v Agent>Hi"))
    assert (call.at, call.turns[0].at, call.facts) == (None, None, {"duration_seconds": 2.5})


def test_names_before_a_colon_are_speakers_where_they_are_known():
    assert said(cues("Agent: Hello", "CUSTOMER : So: it is 10: 30\nNote: now", "and more")) == [
        ("provider", "Hello"),
        ("customer", "So: it is 10: 30 Note: now"),
        ("unknown", "and more"),
    ]
    assert said(cues("Agent: Hello\nthere\nClient: Hi\nAgent:")) == [
        ("provider", "Hello there"),
        ("customer", "Hi"),
        ("provider", ""),
    ]
    assert said(
        cues("Ana Pérez: Hello", "Bob: Hi"), speakers={"Ana Pérez": "provider", "Bob": "customer"}
    ) == [
        ("provider", "Hello"),
        ("customer", "Hi"),
    ]


@pytest.mark.parametrize("name", ROLES)
def test_the_names_that_say_who_somebody_is_are_known_in_any_case(name):
    assert said(cues(f"<v {name.upper()}>Hi")) == [(ROLES[name], "Hi")]


def test_the_how_to_page_lists_the_names_that_are_known(project):
    page = (project / "docs" / "how-to" / "read-your-transcripts.md").read_text(encoding="utf-8")
    listed = page.partition("letters: *")[2].partition("patient*")
    told = re.findall(r"\w+", listed[0].replace("for the provider", "").replace("for the customer", ""))
    assert sorted([*told, "patient"]) == sorted([*ROLES])


def test_a_cue_with_several_voices_is_several_turns():
    text = cues("<v Agent>Hi</v> <v Customer>Hello</v>\n<v Agent></v> (laughter)")
    assert said(text) == [
        ("provider", "Hi"),
        ("customer", "Hello"),
        ("provider", ""),
        ("unknown", "(laughter)"),
    ]


def test_the_caller_says_who_speaks_and_goes_before_the_names():
    text = cues("<v Ana &amp; Co>Hi", "<v Customer>Hello", "<v Bob>Ho", "silence")
    told = {"Ana & Co": "provider", "Customer": "visitor", "*": "customer", "": "system"}
    assert [speaker for speaker, _ in said(text, speakers=told)] == [
        "provider",
        "visitor",
        "customer",
        "system",
    ]


def test_a_voice_of_nobody_known_is_refused_with_its_line_and_without_its_name():
    error = refusal(cues("<v Agent>Hi", f"<v {SECRET}>Hello", "<v Bob>Ho"))
    assert [failure.line for failure in error.failures] == [6, 9]
    assert (
        "must be the voice of somebody known, got another; say who it is with speakers=, "
        "or --speaker in the shell" in str(error)
    )


def test_a_file_in_which_nobody_is_known_is_refused():
    error = refusal(cues("Ana: Hi", "Bob: Hello"))
    assert error.line == 3
    assert "must name somebody known in a cue, got none in the file" in str(error)
    assert said(cues("Hi"), speakers={"": "provider"}) == [("provider", "Hi")]


@pytest.mark.parametrize("text", ["WEBVTT", "WEBVTT\n", "WEBVTT\n\nNOTE\nx", "WEBVTT x\n\n\n\n"])
def test_a_file_without_cues_is_an_interaction_without_turns(text):
    assert (read(text)[0].turns, read(text)[0].facts) == ((), {})


def test_an_empty_cue_is_a_turn_without_words():
    assert said(f"WEBVTT\n\n{TIMES}\n\n{TIMES}\n<v Agent>Hi") == [("unknown", ""), ("provider", "Hi")]


def test_a_cue_may_follow_the_header_at_once():
    assert said(f"WEBVTT\n{TIMES}\n<v Agent>Hi") == [("provider", "Hi")]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "must be WEBVTT, got an empty file; check the path"),
        ("\nWEBVTT", 1, "must be WEBVTT"),
        (f"WEBVTTs\n\n{TIMES}\nx", 1, "must be WEBVTT"),
        (f"1\n{TIMES}\n{SECRET}", 1, "must be WEBVTT"),
        (f"WEBVTT\n\n{SECRET}", 3, "must begin a cue, a note, a style or a region"),
        (f"WEBVTT\n\n{SECRET}\nx\n{TIMES}\nx", 3, "must begin a cue"),
        (f"WEBVTT\n\nNOTES\n\n{TIMES}\n<v Agent>x", 3, "must begin a cue"),
        ("WEBVTT\n\n00:01,000 --> 00:02,000\nx", 3, "must be two times such as 00:01.000 --> 00:02.500"),
        ("WEBVTT\n\nid\n00:61.000 --> 00:62.000\nx", 4, "must be two times"),
        ("WEBVTT\n\n1:00:01.000 --> 1:00:02.000\nx", 3, "must be two times"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000align:start\nx", 3, "must be two times"),
        ("WEBVTT\n\n00:01.000 --> \nx", 3, "must be two times"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nx", 3, "must end when it begins or after"),
        (f"WEBVTT\n\n{TIMES}\n<v Agent>x\n{TIMES}\n{SECRET}", 5, "must stand after a blank line"),
        (f"WEBVTT\n\nNOTE\n\n{TIMES} {TIMES}\n{SECRET}", 5, "must name somebody known"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xe9", 4, "must be UTF-8, got another encoding"),
    ],
)
def test_what_is_not_as_it_must_be_is_refused_with_its_line(text, line, message):
    error = refusal(text)
    assert error.line == line
    assert f"line {line}: " in str(error)
    assert message in str(error)


def test_every_line_at_fault_is_told_at_once_in_order():
    error = refusal(f"WEBVTT\n\nx\n\n{TIMES}\n<v Bob>x\n\n0:0\n\n00:02.000 --> 00:01.000\n")
    assert [failure.line for failure in error.failures] == [3, 5, 8, 10]


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), max_size=30).map(
    str.strip
)
NAMES = st.sampled_from(["Agent", "customer", "Ana P. & Söhne", "Bob>"])
TOLD = {"Ana P. & Söhne": "provider", "Bob>": "visitor"}
CUES = st.lists(st.tuples(NAMES, WORDS, st.integers(0, 10**9), st.integers(0, 10**6)), min_size=1, max_size=6)


def stamp(milliseconds):
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours:02}:" if hours else "") + f"{minutes:02}:{seconds:02}.{rest:03}"


@given(CUES, st.sampled_from(["\n", "\r\n"]))
def test_cues_that_are_written_are_read_back(written, end):
    blocks = [
        f"{stamp(start)} --> {stamp(start + length)}\n<v {html.escape(name)}>{html.escape(words)}"
        for name, words, start, length in written
    ]
    start = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    told = {name: role for name, role in TOLD.items() if any(name == cue[0] for cue in written)}
    text = "\n\n".join(["WEBVTT", *blocks]).replace("\n", end)
    (call,) = read(text, start=start, speakers=told)
    roles = TOLD | {"Agent": "provider", "customer": "customer"}
    assert [(turn.speaker, turn.text, turn.at) for turn in call.turns] == [
        (roles[name], words, start + dt.timedelta(milliseconds=at)) for name, words, at, _ in written
    ]
    assert call.facts == {"duration_seconds": max(at + length for _, _, at, length in written) / 1000}


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    try:
        read(f"WEBVTT\n{text}".encode("utf-8", "replace"))
    except coqs.RecordError:
        return
