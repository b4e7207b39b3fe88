"""Readers: who offers them, what they are handed, what becomes of one that breaks, and every layout."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import pickle
import re
import sys

import pytest

import coqs
from coqs.readers import ReaderFile

SECRET = "my card number is 4000 1234"
PLUGINS = coqs.load_plugins(only=["transcripts"])
NAMES = ["abcd", "airdialogue", "harper_valley", "star", "taskmaster", "tweetsumm", "webvtt"]


def read(content, reader, **options):
    if not isinstance(content, str | bytes):
        content = json.dumps(content)
    raw = content.encode() if isinstance(content, str) else content
    return coqs.read_interactions(io.BytesIO(raw), reader=reader, plugins=PLUGINS, **options)


def refusal(content, reader, **options):
    with pytest.raises(coqs.RecordError) as caught:
        read(content, reader, **options)
    assert SECRET not in str(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)).failures == caught.value.failures
    return caught.value


def turns(batch, row=0):
    return [(turn.speaker, turn.text) for turn in batch[row].turns]


def reader_of(function, **parts):
    return coqs.Reader(name="mine", text="Mine", read=function, **parts)


class Offers:
    def __init__(self, *readers):
        self.readers = list(readers)

    @coqs.hookimpl
    def coqs_readers(self):
        return self.readers


# Who offers readers, and how one is asked for


def test_the_plugin_transcripts_offers_a_reader_for_each_layout():
    assert list(PLUGINS.readers()) == NAMES
    assert {reader.origin.plugin for reader in PLUGINS.readers().values()} == {"transcripts"}
    assert PLUGINS.problems == ()


def test_an_unknown_reader_is_not_found_with_the_nearest_and_with_what_there_is():
    with pytest.raises(coqs.NotFoundError, match=r"no reader 'webvvt'; did you mean 'webvtt'\?"):
        PLUGINS.reader("webvvt")
    with pytest.raises(coqs.NotFoundError, match="no reader 'zzz'; known are 'abcd', 'airdialogue'"):
        read([], "zzz")


def test_a_name_that_two_plugins_claim_is_an_error_that_names_both_distributions(install):
    source = "import coqs\n@coqs.hookimpl\ndef coqs_readers():\n    return [CALLS]\n"
    source += "CALLS = coqs.Reader(name='calls', text='', read=dict)\n"
    install("coqs-one", {"one": "one_readers"}, one_readers=source)
    install("coqs-two", {"two": "two_readers"}, two_readers=source)
    plugins = coqs.load_plugins(only=["one", "two"])
    assert list(plugins.readers()) == []
    states = {info.name: info.state for info in plugins.listing()}
    assert (states["one"], states["two"]) == ("conflict", "conflict")
    with pytest.raises(coqs.PluginContractError, match=r"coqs-one 1\.0.*coqs-two 1\.0.*block 'one' or 'two'"):
        plugins.reader("calls")
    with pytest.raises(coqs.PluginContractError, match="reader 'calls': must come from one plugin"):
        coqs.load_plugins(only=["one", "two"], strict=True)


def test_a_rubric_and_a_reader_may_share_a_name():
    class Both(Offers):
        @coqs.hookimpl
        def coqs_rubrics(self):
            return [coqs.load_plugins(only=["coqs"]).rubric("coqs")]

    both = Both(coqs.Reader(name="coqs", text="", read=dict))
    plugins = coqs.load_plugins(only=[], plugins={"both": both})
    assert (plugins.rubric("coqs").id, plugins.reader("coqs").name) == ("coqs", "coqs")


@pytest.mark.parametrize("name", ["", " ", "a/b", "calls.toml", "Calls.TOML"])
def test_a_reader_has_a_name_that_no_path_has(name):
    with pytest.raises(coqs.RecordError, match="without a slash"):
        coqs.Reader(name=name, text="", read=dict)


@pytest.mark.parametrize("extension", ["vtt", ".VTT", ""])
def test_extensions_begin_with_a_dot_in_lower_case(extension):
    with pytest.raises(coqs.RecordError, match="must begin with a dot, in lower case"):
        reader_of(dict, extensions=[extension])


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_pickles_and_compares_without_its_origin(name):
    reader = PLUGINS.reader(name)
    again = pickle.loads(pickle.dumps(reader))
    assert again == reader
    assert again.origin == reader.origin
    assert f"name={name!r}" in repr(reader)


# What a reader is handed, and what becomes of what it gives


def test_a_reader_is_called_once_for_a_file_and_gets_it_open_and_unpacked(tmp_path):
    calls = []

    def lines(file):
        calls.append(file.name)
        for number, line in file.lines():
            yield file.place(number), {"id": line, "turns": []}

    (tmp_path / "day.txt.gz").write_bytes(gzip.compress(b"\xef\xbb\xbfone\r\ntwo"))
    assert coqs.read_interactions(tmp_path / "day.txt.gz", reader=reader_of(lines)).ids == ("one", "two")
    assert calls == ["day"]


def test_the_file_keeps_the_protocol():
    def look(file):
        names = [name for name in vars(ReaderFile) if not name.startswith("_")]
        assert [name for name in names if not hasattr(file, name)] == []
        yield file.place(1), {"id": file.content().read().decode(), "turns": []}

    assert read("x7", reader_of(look)).ids == ("x7",)


def test_rows_of_csv_come_with_their_lines():
    def rows(file):
        for place, row in file.rows("id", separator="semicolon"):
            yield place, {"id": row["id"], "turns": [{"speaker": "customer", "text": row["text"]}]}

    assert turns(read('id;text\n1;"a\nb"\n', reader_of(rows))) == [("customer", "a\nb")]
    error = refusal(f"id;text\n1;{SECRET}\n1;x;y\n", reader_of(rows))
    assert error.line == 3
    error = refusal(f"id;text\n1;{SECRET}\n;x\n", reader_of(rows))
    assert [(each.line, each.path) for each in error.failures] == [(3, "$.id")]
    assert "must be a header with a column 'id'" in str(refusal("no;text\n1;2\n", reader_of(rows)))


def one(value):
    if value.get("bad"):
        failure = coqs.errors.Failure("must not be bad, got one; mend it", path="$.bad")
        raise coqs.RecordError("bad", failures=[failure])
    return value


def test_records_that_a_reader_refuses_are_collected_and_counted_with_their_places():
    records = [{"id": str(n), "turns": [], "bad": SECRET if n % 2 else ""} for n in range(30)]
    content = json.dumps([{k: v for k, v in each.items() if v != ""} for each in records], indent=0)
    error = refusal(content, reader_of(lambda file: file.each(one)))
    assert str(error).startswith(
        "file: interactions: 15 problems\n  line 6, record 1, $.bad: must not be bad"
    )
    assert (error.failures[0].line, error.failures[0].path, len(error.failures)) == (6, "$.bad", 10)
    assert error.line is None


def test_what_our_form_refuses_keeps_the_place_in_the_foreign_file():
    error = refusal(
        [{"id": "a", "turns": []}, {"id": "a", "turns": 5}], reader_of(lambda file: file.each(dict))
    )
    assert "line 1, record 1, $.id: must be unique, got 'a' again (first in line 1, record 0)" in str(error)


@pytest.mark.parametrize("when", ["at once", "in a record", "after a record"])
def test_a_reader_that_raises_is_a_plugin_at_fault_told_by_type_and_line(when):
    def breaks(file):
        if when == "at once":
            raise ValueError(SECRET)
        return file.each(lambda value: value[SECRET]) if when == "in a record" else after()

    def after():
        yield coqs.errors.Spot("line 1", 1), {"id": "a", "turns": []}
        raise OSError(SECRET)

    plugins = coqs.load_plugins(only=[], plugins={"odd": Offers(reader_of(breaks))})
    with pytest.raises(coqs.PluginCallError) as caught:
        coqs.read_interactions(io.BytesIO(b"[{}]"), reader="mine", plugins=plugins)
    assert (caught.value.plugin, caught.value.hook) == ("odd", "coqs_readers")
    assert "plugin 'odd': reader 'mine' must not raise, got " in str(caught.value)
    assert "of plugins/test_readers.py" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("given", [None, 5, {"id": "a", "turns": []}, ("line 1", {}), (None, None)])
def test_a_reader_yields_pairs_of_a_place_and_a_record(given):
    with pytest.raises(coqs.PluginContractError, match=r"must yield pairs of a place and a record, got \w+"):
        read("x", reader_of(lambda _: [given]))


def test_a_file_without_an_interaction_is_refused():
    assert "must hold one interaction or more, got none" in str(refusal("x", reader_of(lambda _: [])))


def test_a_folder_is_read_file_by_file_in_the_order_of_names(tmp_path):
    for name in ("b.vtt", "a.vtt", "c.VTT"):
        (tmp_path / name).write_text("WEBVTT\n\n00:00.000 --> 00:01.000\n<v Agent>Hi", encoding="utf-8")
    (tmp_path / "d.vtt.gz").write_bytes(gzip.compress(b"WEBVTT"))
    (tmp_path / "notes.txt").write_text("no", encoding="utf-8")
    (tmp_path / "e.vtt").mkdir()
    batch = coqs.read_interactions(tmp_path, reader="webvtt", plugins=PLUGINS)
    assert batch.ids == ("a", "b", "c", "d")
    (tmp_path / "b.vtt").write_text("WEBVTT\n\nx\n\n00:61.000 --> 0", encoding="utf-8")
    with pytest.raises(coqs.RecordError) as caught:
        coqs.read_interactions(tmp_path, reader="webvtt", plugins=PLUGINS)
    assert caught.value.path == str(tmp_path)
    assert [each.message[:14] for each in caught.value.failures] == ["b.vtt, line 3:", "b.vtt, line 5:"]


def test_a_folder_without_files_of_the_reader_is_refused(tmp_path):
    with pytest.raises(
        coqs.RecordError, match=r"must hold files that reader 'webvtt' takes \(\.vtt\), got none"
    ):
        coqs.read_interactions(tmp_path, reader="webvtt", plugins=PLUGINS)
    with pytest.raises(coqs.RecordError, match="must be a readable file"):
        coqs.read_interactions(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speakers": {"Ana": "Provider"}}, r"speakers\['Ana'\]: must be provider, customer or another role"),
        ({"speakers": {"Ana": ""}}, "must be provider, customer or another role in lower case"),
        ({"speakers": {"Ana": "provider"}}, "must name speakers of the file, got 'Ana', whom reader 'mine'"),
        ({"start": "2026-05-01T10:00Z"}, "start: must be left out with reader 'mine'"),
        ({"start": "2026-05-01T10:00"}, "start: must be a time with a zone"),
        ({"start": "soon"}, "start: must be"),
        ({"encoding": "utf-9"}, "no encoding 'utf-9'"),
        ({"max_line_bytes": 0}, "max_line_bytes: must be at least 1"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(options, message):
    with pytest.raises((coqs.RecordError, coqs.NotFoundError), match=message):
        read([{"id": "a", "turns": []}], reader_of(lambda file: file.each(dict)), **options)


@pytest.mark.parametrize("option", [{"speakers": {"a": "provider"}}, {"start": "2026-05-01T10:00Z"}])
def test_our_own_form_takes_no_option_of_readers(option):
    with pytest.raises(coqs.RecordError, match="must go with a reader, got none"):
        coqs.read_interactions(io.BytesIO(b"{}"), **option)


def test_the_how_to_page_lists_the_readers_that_there_are(project):
    page = (project / "docs" / "how-to" / "read-your-transcripts.md").read_text(encoding="utf-8")
    assert (
        sorted(re.findall(r"^\| `(\w+)` \| [A-Za-z]", page.partition("### WebVTT")[0], re.MULTILINE)) == NAMES
    )


# The layouts


def taskmaster():
    said = [
        {"index": 0, "speaker": "USER", "text": "a table, please", "segments": [{"text": "table"}]},
        {"index": 1, "speaker": "ASSISTANT", "text": "for how many?"},
    ]
    return {"conversation_id": "dlg-1", "instruction_id": "restaurant-2", "utterances": said}


def test_taskmaster_is_read_with_its_task_and_domain():
    batch = read(
        [taskmaster(), taskmaster() | {"conversation_id": "dlg-2", "filename": "hotels"}], "taskmaster"
    )
    assert batch.ids == ("dlg-1", "dlg-2")
    assert turns(batch) == [("customer", "a table, please"), ("provider", "for how many?")]
    assert [each.facts for each in batch] == [
        {"task": "restaurant-2"},
        {"task": "restaurant-2", "domain": "hotels"},
    ]
    assert read(json.dumps(taskmaster()), "taskmaster").ids == ("dlg-1",)


def tweetsumm():
    tweets = [
        {"is_agent": False, "sentences": ["It is late.", "Where is it?"]},
        {"is_agent": True, "sentences": ["We look."]},
        {"is_agent": False, "sentences": []},
    ]
    return {"dialog": {"dialog_id": "t1", "turns": tweets}, "summaries": {"extractive_summaries": []}}


def test_tweetsumm_is_read_a_turn_a_tweet_with_its_sentences_joined_by_a_blank():
    batch = read([tweetsumm()], "tweetsumm")
    assert turns(batch) == [
        ("customer", "It is late. Where is it?"),
        ("provider", "We look."),
        ("customer", ""),
    ]
    assert (batch[0].id, batch[0].channel, batch[0].facts) == ("t1", "twitter", {})


def airdialogue(**changes):
    return {
        "dialogue": ["customer: Hi: I am Al.", "agent:Hello", "customer: "],
        "timestamps": [1532340243, 1532340256, 1532340271.5],
        "intent": {"goal": "change", "name": "Al Hall"},
        "action": {"status": "no_reservation", "name": "Al Hall", "flight": []},
        "expected_action": {"status": "cancel"},
        "correct_sample": False,
    } | changes


def test_airdialogue_is_read_from_objects_or_texts_with_its_position_as_id():
    content = [
        json.dumps(airdialogue()),
        airdialogue(timestamps=None),
        airdialogue(dialogue=[], timestamps=[]),
    ]
    batch = read(content, "airdialogue")
    assert batch.ids == ("0", "1", "2")
    assert turns(batch) == [("customer", "Hi: I am Al."), ("provider", "Hello"), ("customer", "")]
    assert batch[0].at == batch[0].turns[0].at == dt.datetime(2018, 7, 23, 10, 4, 3, tzinfo=dt.UTC)
    assert batch[0].turns[2].at == dt.datetime(2018, 7, 23, 10, 4, 31, 500000, tzinfo=dt.UTC)
    assert (batch[1].at, batch[1].turns[0].at, len(batch[2].turns)) == (None, None, 0)
    expected = {"goal": "change", "status": "no_reservation", "expected_status": "cancel", "correct": "false"}
    assert batch[0].facts == expected
    assert read(json.dumps(airdialogue()) + "\n" + json.dumps(airdialogue()), "airdialogue").ids == ("0", "1")


def harper_valley(**changes):
    survey = {"partner_rating": 9, "ease_of_connection": 8}
    return {
        "sid": "s1",
        "session": "Three",
        "start_time_ms": 1591056783191,
        "end_time_ms": 1591056834394,
        "agent": {"name": "Elizabeth", "speaker_id": 46, "survey": survey},
        "caller": {"name": "Patricia", "speaker_id": 44, "survey": survey},
        "labels": {"caller_mos": 3.0, "lhvb_script": 5.0, "agent_mos": 4.0},
        "task_type": "replace card",
        "segments": [
            {"index": 1, "speaker_role": "agent", "start_ms": 1669, "human_transcript": "hello"},
            {"index": 2, "speaker_role": "caller", "start_ms": 4839, "human_transcript": ""},
        ],
    } | changes


def test_harper_valley_is_read_with_the_time_of_each_segment_and_both_surveys():
    one_call = read([harper_valley()], "harper_valley")[0]
    assert [(turn.speaker, turn.text) for turn in one_call.turns] == [("provider", "hello"), ("customer", "")]
    assert one_call.at == dt.datetime(2020, 6, 2, 0, 13, 3, 191000, tzinfo=dt.UTC)
    assert one_call.turns[1].at == one_call.at + dt.timedelta(milliseconds=4839)
    assert (one_call.provider, one_call.customer, one_call.channel) == (coqs.Provider("46"), "44", "phone")
    assert one_call.facts == {
        "session": "Three",
        "task_type": "replace card",
        "agent_name": "Elizabeth",
        "agent_partner_rating": 9.0,
        "agent_ease_of_connection": 8.0,
        "caller_partner_rating": 9.0,
        "caller_ease_of_connection": 8.0,
        "agent_mos": 4.0,
        "caller_mos": 3.0,
        "script_rating": 5.0,
    }


def test_a_call_of_harper_valley_without_a_start_has_no_times():
    bare = {"name": "mary", "speaker_id": None}
    old = harper_valley(start_time_ms=None, agent=bare, caller=bare, labels=None, session=None, note="older")
    one_call = read([old], "harper_valley")[0]
    assert (one_call.at, one_call.turns[0].at, one_call.provider) == (None, None, None)
    assert one_call.facts == {"task_type": "replace card", "agent_name": "mary", "note": "older"}


def abcd(**changes):
    said = [["agent", "Hi!"], ["customer", "I am Al"], ["action", "Account pulled up"], ["action", "Noted"]]
    named = [None, None, "pull-up-account", "notify-team"]
    return {
        "convo_id": 3592,
        "scenario": {
            "personal": {"customer_name": "al hall", "member_level": "bronze", "phone": "1"},
            "order": {"order_id": "9", "shipping_status": "in transit"},
            "flow": "product_defect",
            "subflow": "return_size",
        },
        "original": said,
        "delexed": [
            {"speaker": speaker, "text": text.lower(), "targets": ["return_size", "x", name, [], -1]}
            for (speaker, text), name in zip(said, named, strict=True)
        ],
    } | changes


def test_abcd_is_read_with_what_the_agent_did_as_turns_of_the_system():
    batch = read([abcd()], "abcd")
    assert turns(batch)[1:] == [
        ("customer", "I am Al"),
        ("system", "Account pulled up"),
        ("system", "Noted"),
    ]
    assert (batch[0].id, batch[0].customer) == ("3592", None)
    assert batch[0].facts == {
        "flow": "product_defect",
        "subflow": "return_size",
        "member_level": "bronze",
        "shipping_status": "in transit",
        "intent": "return_size",
        "actions": "pull-up-account notify-team",
    }


def test_abcd_keeps_no_labels_where_its_two_forms_do_not_match():
    for delexed in (None, [], abcd()["delexed"][:-1]):
        assert not {"actions", "intent"} & read([abcd(delexed=delexed)], "abcd")[0].facts.keys()


def test_the_whole_of_abcd_is_read_part_by_part():
    batch = read({"train": [abcd()], "dev": [abcd(convo_id="7")], "test": []}, "abcd")
    assert batch.ids == ("3592", "7")
    assert batch.facts["part"].to_list() == ["train", "dev"]
    error = refusal({"train": [abcd(), {"convo_id": 1}]}, "abcd")
    assert error.failures[0].path == "$.train[1].original"


def star():
    def event(agent, action, seconds, text):
        return {"Agent": agent, "Action": action, "UnixTime": 1589375664 + seconds, "Text": text}

    return {
        "DialogueID": 7,
        "AnonymizedWizardWorkerID": "w",
        "AnonymizedUserWorkerID": "u",
        "CompletionLevel": "Complete",
        "Scenario": {"Domains": ["bank", "hotel"]},
        "UserQuestionnaire": [{"Question": "Did it stay calm and helpful?", "Answer": True}],
        "Events": [
            event("UserGuide", "instruct", 0, "Act confused."),
            event("User", "utter", 3, "Hi"),
            event("Wizard", "request_suggestions", 4, "hello"),
            event("Wizard", "pick_suggestion", 5, "Hello, how can I help?"),
        ],
    }


def test_star_is_read_with_what_was_said_and_nothing_else():
    one_dialogue = read(json.dumps(star()), "star")[0]
    assert [(turn.speaker, turn.text) for turn in one_dialogue.turns] == [
        ("customer", "Hi"),
        ("provider", "Hello, how can I help?"),
    ]
    assert one_dialogue.at == dt.datetime.fromtimestamp(1589375664, dt.UTC)
    assert one_dialogue.turns[1].at == one_dialogue.at + dt.timedelta(seconds=5)
    assert one_dialogue.facts == {"domain": "bank", "completion": "Complete", "calm_helpful": "true"}
    bare = star() | {"UserQuestionnaire": [], "Scenario": {"Domains": [None]}, "Events": []}
    assert read(json.dumps(bare), "star")[0].facts == {"completion": "Complete"}


def spoilt(record, *path, by):
    record = json.loads(json.dumps(record))
    within = record
    for step in path[:-1]:
        within = within[step]
    within[path[-1]] = by
    return record


@pytest.mark.parametrize(
    ("reader", "record", "path"),
    [
        (
            "taskmaster",
            spoilt(taskmaster(), "utterances", 1, "speaker", by=SECRET),
            "$.utterances[1].speaker",
        ),
        ("taskmaster", spoilt(taskmaster(), "utterances", 0, "text", by=None), "$.utterances[0].text"),
        ("taskmaster", spoilt(taskmaster(), "utterances", by=SECRET), "$.utterances"),
        ("taskmaster", spoilt(taskmaster(), "conversation_id", by=""), "$.conversation_id"),
        (
            "tweetsumm",
            spoilt(tweetsumm(), "dialog", "turns", 0, "sentences", by=[1]),
            "$.dialog.turns[0].sentences",
        ),
        (
            "tweetsumm",
            spoilt(tweetsumm(), "dialog", "turns", 0, "is_agent", by=None),
            "$.dialog.turns[0].is_agent",
        ),
        ("tweetsumm", spoilt(tweetsumm(), "dialog", by=[]), "$.dialog.dialog_id"),
        ("airdialogue", SECRET, "$"),
        ("airdialogue", [SECRET], "$"),
        ("airdialogue", airdialogue(dialogue=[SECRET]), "$.timestamps"),
        ("airdialogue", airdialogue(dialogue=[SECRET], timestamps=None), "$.dialogue[0]"),
        ("airdialogue", airdialogue(dialogue=[f"{SECRET}: x"], timestamps=None), "$.dialogue[0]"),
        ("airdialogue", airdialogue(dialogue=[5], timestamps=None), "$.dialogue[0]"),
        ("airdialogue", airdialogue(timestamps=[1, 1e300, 3]), "$.timestamps[1]"),
        ("airdialogue", airdialogue(timestamps=[1, True, 3]), "$.timestamps[1]"),
        ("airdialogue", airdialogue(intent=SECRET), "$.intent"),
        (
            "harper_valley",
            spoilt(harper_valley(), "segments", 0, "speaker_role", by="x"),
            "$.segments[0].speaker_role",
        ),
        (
            "harper_valley",
            spoilt(harper_valley(), "segments", 1, "start_ms", by=SECRET),
            "$.segments[1].start_ms",
        ),
        ("harper_valley", harper_valley(start_time_ms=1e30), "$.start_time_ms"),
        ("harper_valley", harper_valley(session=[SECRET]), "$.session"),
        ("abcd", abcd(original=[SECRET]), "$.original[0]"),
        ("abcd", abcd(original=[["agent"]]), "$.original[0]"),
        ("abcd", abcd(original=[[SECRET, "x"]]), "$.original[0][0]"),
        ("abcd", abcd(original=[["agent", None]]), "$.original[0][1]"),
        ("abcd", spoilt(abcd(), "delexed", 2, "targets", by=[SECRET]), "$.delexed[2].targets[2]"),
        ("abcd", abcd(convo_id=None), "$.convo_id"),
        ("abcd", abcd(convo_id=True), "$.convo_id"),
        ("star", spoilt(star(), "Events", 1, "Agent", by=SECRET), "$.Events[1].Agent"),
        ("star", spoilt(star(), "Events", 1, "UnixTime", by=SECRET), "$.Events[1].UnixTime"),
        ("star", spoilt(star(), "Events", 1, "Text", by=5), "$.Events[1].Text"),
        ("star", spoilt(star(), "Events", by=SECRET), "$.Events"),
    ],
)
def test_a_record_that_does_not_keep_to_its_layout_is_refused_with_its_path(reader, record, path):
    error = refusal(json.dumps([[], record][1:]), reader)
    assert path in [failure.path for failure in error.failures]
    assert all(failure.line == 1 for failure in error.failures)
    assert "line 1, record 0" in str(error)


def test_speakers_of_the_caller_go_before_those_of_the_layout():
    other = spoilt(taskmaster(), "utterances", 1, "speaker", by="BOT")
    batch = read([other], "taskmaster", speakers={"BOT": "provider", "USER": "visitor"})
    assert [speaker for speaker, _ in turns(batch)] == ["visitor", "provider"]
    with_others = read([other], "taskmaster", speakers={"*": "system"})
    assert [speaker for speaker, _ in turns(with_others)] == ["customer", "system"]
    bots = airdialogue(dialogue=["bot: Hi"], timestamps=None)
    assert turns(read([bots], "airdialogue", speakers={"*": "system", "": "other"})) == [("system", "Hi")]
    chat = abcd(original=[["supervisor", "Hi"]], delexed=None)
    assert turns(read([chat], "abcd", speakers={"supervisor": "provider"})) == [("provider", "Hi")]


# The real data


FIGURES = {
    "transcripts_small/taskmaster1_5_examples.json": ("taskmaster", 5, 118),
    "transcripts_small/taskmaster2_5_examples.json": ("taskmaster", 5, 149),
    "transcripts_small/tweetsumm_5_examples.json": ("tweetsumm", 5, 46),
    "transcripts_small/airdialogue_5_examples.json": ("airdialogue", 5, 67),
    "harper_valley/harper_valley_5calls.json": ("harper_valley", 5, 109),
    "abcd/abcd_5_examples.json": ("abcd", 5, 118),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_real_dialogues_are_read_whole(shared, name):
    reader, n, n_turns = FIGURES[name]
    batch = coqs.read_interactions(shared(f"data/{name}"), reader=reader, plugins=PLUGINS)
    assert (len(batch), len(batch.turn_text)) == (n, n_turns)
    assert set(batch.turn_speaker.to_list()) <= {"provider", "customer", "system"}
    assert "customer_name" not in batch.facts
    rubric = coqs.load_plugins(only=["coqs"]).rubric("coqs")
    assert coqs.score(coqs.rate(batch, rubric)).is_scored.all()


def test_turns_of_the_real_dialogues_stand_where_the_source_has_them(shared):
    for name, key in (("taskmaster1", "utterances"), ("taskmaster2", "utterances"), ("tweetsumm", "turns")):
        path = shared(f"data/transcripts_small/{name}_5_examples.json")
        reader = name.rstrip("12")
        batch = coqs.read_interactions(path, reader=reader, plugins=PLUGINS)
        for record, view in zip(json.loads(path.read_text("utf-8")), batch, strict=True):
            source = record.get("dialog", record)[key]
            told = [each.get("text") or " ".join(each.get("sentences", [])) for each in source]
            assert [turn.text for turn in view.turns] == told


@pytest.mark.slow
def test_star_is_read_as_the_example_reads_it(shared, project, monkeypatch):
    monkeypatch.syspath_prepend(project / "examples")
    import star as example

    path = shared("data/star") / example.FILE
    theirs = coqs.Interactions.from_records(record for record, _ in example.dialogues(path))
    assert coqs.read_interactions(path, reader="star", plugins=PLUGINS) == theirs
    del sys.modules["star"]
