"""Mapping files: a layout of anybody's own, read without a line of code."""

from __future__ import annotations

import datetime as dt
import io
import json
import pickle
import re

import pytest
from hypothesis import given, strategies as st

import coqs
from coqs.readers import form
from coqs.readers.paths import MISSING, KeyPath

SECRET = "my card number is 4000 1234"
CALLS = """
schema = 1
name = "calls"
text = "Calls as our exchange saves them"
records = "data.calls"

[interaction]
id = "ref"
at = { path = "began", unit = "s" }
provider = "staff[0].id"
site = { value = "north" }

[facts]
stars = "survey.stars"
topic = { path = '["the topic"]', optional = true }
tags = { path = "tags", join = "+", optional = true }

[turns]
path = "said"
speaker = "[0]"
text = "[1]"
at = { path = "[2]", unit = "ms", after = "$.began", after_unit = "s" }

[speakers]
A = "provider"
1 = "customer"
"*" = "other"
"""
CALL = {
    "ref": 7,
    "began": 1_700_000_000,
    "staff": [{"id": "ana"}],
    "survey": {"stars": 4},
    "the topic": "fees",
    "tags": ["x", "y"],
    "said": [["A", "Hello", 500], [1, "Hi", None], ["robot", "beep", 900.5]],
}
TABLE = """
schema = 1
format = "csv"
separator = "semicolon"

[interaction]
id = "Call no."
provider = "Agent"
at = "Began"

[facts]
queue = { path = "Queue", kind = "number" }

[turns]
speaker = "Who"
text = "Said"
at = "Time"

[speakers]
Agent = "provider"
Caller = "customer"
"""
ROWS = """\
Call no.;Agent;Began;Queue;Who;Said;Time;Other
1;ana;2026-05-01 10:00;3;Agent;Hello;2026-05-01 10:00:01;x
2;;;;Caller;"Hi;
there";;x
1;;2026-05-01 10:00;;Caller;;2026-05-01 10:00:09;y
"""


def mapping(text=CALLS, **changes):
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


@pytest.fixture
def reader(tmp_path):
    def make(text=CALLS):
        path = tmp_path / "layout.toml"
        path.write_text(text, encoding="utf-8")
        return coqs.Reader.from_toml(path)

    return make


def read(content, reader, **options):
    text = content if isinstance(content, str) else json.dumps(content)
    return coqs.read_interactions(io.BytesIO(text.encode()), reader=reader, **options)


def file_of(*calls):
    return {"data": {"calls": list(calls)}}


def refusal(content, reader, **options):
    with pytest.raises(coqs.RecordError) as caught:
        read(content, reader, **options)
    assert SECRET not in str(caught.value)
    return caught.value


def without(key, record=None):
    return {name: value for name, value in (record or CALL).items() if name != key}


def test_a_layout_of_json_is_read_as_the_mapping_says(reader):
    (call,) = read(file_of(CALL), reader())
    began = dt.datetime.fromtimestamp(1_700_000_000, dt.UTC)
    assert (call.id, call.at, call.provider, call.site) == ("7", began, coqs.Provider("ana"), "north")
    assert call.facts == {"stars": 4.0, "topic": "fees", "tags": "x+y"}
    assert [(turn.speaker, turn.text, turn.at) for turn in call.turns] == [
        ("provider", "Hello", began + dt.timedelta(milliseconds=500)),
        ("customer", "Hi", None),
        ("other", "beep", began + dt.timedelta(microseconds=900_500)),
    ]


@pytest.mark.parametrize("began", ["2026-05-01T10:00:00+02:00", "2026-05-01T10:00:00"])
def test_turns_may_count_from_a_time_that_is_a_text(reader, began):
    text = mapping().replace('at = { path = "began", unit = "s" }', 'at = "began"')
    (call,) = read(file_of(CALL | {"began": began}), reader(text), tz="Europe/Madrid")
    assert call.at == dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
    assert call.turns[0].at == call.at + dt.timedelta(milliseconds=500)
    error = refusal(file_of(CALL | {"began": SECRET}), reader(text))
    assert error.failures[0].path == "$.data.calls[0].began"


def test_the_same_mapping_reads_json_lines_and_lists_where_records_are_the_values(reader):
    plain = reader(mapping().replace('records = "data.calls"\n', ""))
    second = CALL | {"ref": "8", "topic": None}
    for content in ([CALL, second], f"{json.dumps(CALL)}\n{json.dumps(second, indent=2)}\n"):
        assert read(content, plain).ids == ("7", "8")


def test_an_id_that_the_mapping_leaves_out_is_the_position_in_the_file(reader):
    bare = 'schema = 1\n[turns]\npath = "$"\nspeaker = "who"\ntext = "said"\n'
    batch = read([[{"who": "provider", "said": "Hi"}], [{"who": " Customer", "said": "Ho"}]], reader(bare))
    assert batch.ids == ("0", "1")
    assert [turn.speaker for each in batch for turn in each.turns] == ["provider", "customer"]


def test_a_reader_of_a_mapping_is_named_after_its_file_and_pickles(reader):
    made = reader(TABLE)
    assert (made.name, made.extensions, made.origin) == ("layout", (".csv", ".tsv"), None)
    assert reader().name == "calls"
    assert pickle.loads(pickle.dumps(made)) == made
    assert made != reader()


def test_a_mapping_is_given_by_its_path_or_as_a_reader(reader, tmp_path):
    made = reader()
    content = json.dumps(file_of(CALL)).encode()
    for way in (made, tmp_path / "layout.toml", str(tmp_path / "layout.toml")):
        assert coqs.read_interactions(io.BytesIO(content), reader=way).ids == ("7",)
    with pytest.raises(coqs.RecordError, match=r"^no\.toml: must be a readable file"):
        coqs.read_interactions(io.BytesIO(content), reader="no.toml")


def test_a_table_with_a_row_a_turn_is_put_together_by_interaction(reader):
    batch = read(ROWS, reader(TABLE), tz="UTC")
    assert batch.ids == ("1", "2")
    assert [(turn.speaker, turn.text) for turn in batch["1"].turns] == [
        ("provider", "Hello"),
        ("customer", ""),
    ]
    assert [(turn.speaker, turn.text) for turn in batch["2"].turns] == [("customer", "Hi;\nthere")]
    assert batch["1"].at == dt.datetime(2026, 5, 1, 10, tzinfo=dt.UTC)
    assert batch["1"].turns[1].at == dt.datetime(2026, 5, 1, 10, 0, 9, tzinfo=dt.UTC)
    assert (batch["2"].at, batch["2"].turns[0].at, batch["2"].provider) == (None, None, None)
    assert [each.facts for each in batch] == [{"queue": 3.0}, {}]


@pytest.mark.parametrize(
    ("change", "line", "path"),
    [
        ({"ana": "", "1;;": "1;bob;", "Hello": "Hello"}, None, None),
        ({"1;;2026": "1;bob;2026"}, 5, "column 'Agent'"),
        ({"2;;": ";;"}, 3, "column 'Call no.'"),
        ({";3;": f";{SECRET};"}, 2, "column 'Queue'"),
        ({";Caller;;": f";{SECRET};;"}, 5, "column 'Who'"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_its_line_and_column(reader, change, line, path):
    content = ROWS
    for old, new in change.items():
        content = content.replace(old, new)
    if line is None:
        assert read(content, reader(TABLE), tz="UTC")["1"].provider == coqs.Provider("bob")
        return
    error = refusal(content, reader(TABLE), tz="UTC")
    assert (line, path) in [(failure.line, failure.path) for failure in error.failures]
    assert f"line {line}, {path}: must be" in str(error)


def test_a_row_of_another_width_and_a_header_without_a_column_are_refused(reader):
    assert refusal(f"{ROWS}1;{SECRET}\n", reader(TABLE), tz="UTC").line == 6
    message = "must be a header with a column 'Call no.', got none in 2 columns; name the column of ids in"
    assert message in str(refusal("a;b\n1;2\n", reader(TABLE)))
    error = refusal(ROWS.replace(";Said;", ";Words;"), reader(TABLE), tz="UTC")
    message = "mapping, turns.text: must name a column of the table, got 'Said', which it has not"
    assert [failure.line for failure in error.failures] == [None]
    assert message in str(error)
    error = refusal(ROWS.replace(";Said;", ";Saids;"), reader(TABLE), tz="UTC")
    assert "got 'Said', which it has not; did you mean 'Saids'?" in str(error)
    assert "got an empty file" in str(refusal("", reader(TABLE)))
    error = refusal(ROWS.replace("Queue", "Que"), reader(TABLE), tz="UTC")
    assert "facts.queue: must lie in some record, got none that has it; did you mean 'Que'?" in str(error)


@pytest.mark.parametrize(
    ("record", "path", "message"),
    [
        (CALL | {"ref": None}, "$.data.calls[1].ref", "must be a text that is not empty, got nothing"),
        (without("ref"), "$.data.calls[1].ref", "must be a text that is not empty, got nothing; known are"),
        (CALL | {"ref": True}, "$.data.calls[1].ref", "must be a text, got a value of type bool"),
        (CALL | {"staff": [{"id": [SECRET]}]}, "$.data.calls[1].staff[0].id", "must be a text"),
        (CALL | {"survey": {"stars": [SECRET]}}, "$.data.calls[1].survey.stars", "must be a plain value"),
        (CALL | {"tags": [SECRET, 1]}, "$.data.calls[1].tags", "must be a list of texts to be joined"),
        (CALL | {"began": [SECRET]}, "$.data.calls[1].began", "must be a number"),
        (CALL | {"began": 1e30}, "$.data.calls[1].began", "must be a time of the calendar"),
        (CALL | {"said": SECRET}, "$.data.calls[1].said", "must be the list of turns"),
        (
            without("said") | {"sed": []},
            "$.data.calls[1].said",
            "must be the list of turns, got nothing; known",
        ),
        (
            without("said") | {"saids": []},
            "$.data.calls[1].said",
            "must be the list of turns, got nothing; did",
        ),
        (CALL | {"said": [["A"]]}, "$.data.calls[1].said[0][1]", "must be a text, got nothing"),
        (
            CALL | {"said": [["A", 5]]},
            "$.data.calls[1].said[0][1]",
            "must be a text, got a value of type int",
        ),
        (CALL | {"said": [[None, "x"]]}, "$.data.calls[1].said[0][0]", "must be a text, got nothing"),
        (CALL | {"said": [["A", "x", SECRET]]}, "$.data.calls[1].said[0][2]", "must be a number"),
        (SECRET, "$.data.calls[1].ref", "must be a text that is not empty, got nothing"),
    ],
)
def test_a_record_that_does_not_fit_is_refused_with_its_own_path(reader, record, path, message):
    error = refusal(file_of(CALL, record), reader())
    assert [failure.path for failure in error.failures] == [path]
    assert f"line 1, record 0, {path}: {message}" in str(error)


def test_a_speaker_that_the_mapping_does_not_know_is_refused_and_may_be_given(reader):
    strict = reader(mapping().replace('"*" = "other"', ""))
    error = refusal(file_of(CALL), strict)
    assert error.failures[0].path == "$.data.calls[0].said[2][0]"
    assert "add it to speakers in the mapping" in str(error)
    (call,) = read(file_of(CALL), strict, speakers={"robot": "system"})
    assert call.turns[2].speaker == "system"


@pytest.mark.parametrize("content", [{"data": {}}, {"data": {"calls": {}}}, [{"call": 1}], [5]])
def test_records_must_be_a_list_where_the_mapping_says(reader, content):
    assert "must be the list of records" in str(refusal(content, reader()))


def test_a_path_that_no_record_has_is_told_with_the_nearest_key(reader):
    slip = reader(mapping().replace("survey.stars", "survey.star"))
    error = refusal(file_of(CALL, CALL | {"ref": "8"}), slip)
    assert (
        "mapping, facts.stars: must lie in some record, got none that has it; did you mean 'stars'?"
        in str(error)
    )
    assert read(file_of(CALL, without("survey") | {"ref": "8"}), reader()).ids == ("7", "8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = 1", "schema = 2", "schema: must be 1, got 2; write schema = 1"),
        ("schema = 1", "", "schema: must be 1, got nothing"),
        ("schema = 1", "schema = true", "schema: must be 1, got True"),
        ("schema = 1", "schema = ", "line 2, column 10: must be TOML, got a syntax error"),
        ("records =", "record =", "record: must be a known key; did you mean 'records'?"),
        ('"data.calls"', '"data..calls"', "records: must be a path such as"),
        ('"data.calls"', '""', "records: must be a path, got a text of 0 characters"),
        ('"data.calls"', "5", "records: must be a path, got 5"),
        ('text = "Calls', 'text = 5 # "', "text: must be a text, got 5"),
        ("records =", 'format = "xml"\nrecords =', "format: must be a known format; known are 'csv', 'json'"),
        ("records =", 'format = "csv"\nrecords =', "records: must be left out of a mapping of CSV"),
        (
            "records =",
            'separator = ","\nrecords =',
            'separator: must be left out of a mapping of JSON, got one; drop it, or write format = "csv"',
        ),
        ("records =", 'extensions = "json"\nrecords =', "extensions: must be a list"),
        ("records =", 'extensions = ["json"]\nrecords =', "extensions must begin with a dot"),
        ("records =", "interaction = 5\nrecords =", "must be TOML"),
        ("provider =", "provder =", "interaction.provder: must be a known key; did you mean 'provider'?"),
        ('{ value = "north" }', "{ valu = 1 }", "interaction.site.valu: must be a known key"),
        ('{ value = "north" }', '{ value = "x", path = "y" }', "must have either a path or a value"),
        ('{ value = "north" }', "{ optional = true }", "must have either a path or a value"),
        ('{ value = "north" }', "{ value = [1] }", "interaction.site.value: must be a text, a number"),
        ('{ value = "north" }', "[1]", "interaction.site: must be a path or a table"),
        ('unit = "s"', 'unit = "min"', "interaction.at.unit: must be a known unit"),
        ('{ value = "north" }', '{ path = "x", unit = "s" }', "must be a time to have a unit"),
        ('after_unit = "s"', 'after_unit = "h"', "turns.at.after_unit: must be a known unit; known are"),
        ('unit = "ms", after', "after", "turns.at.unit: must be given with after"),
        ("optional = true", "optional = 1", "optional: must be true or false, got 1"),
        ('join = "+"', "join = 1", "facts.tags.join: must be a text, got 1"),
        ('join = "+"', 'kind = "text"', 'facts.tags.kind: must be "number"'),
        ("stars =", "channel =", "facts.channel: must not be named like a column"),
        ("[turns]", "[turn]", "turn: must be a known key; did you mean 'turns'?"),
        ('speaker = "[0]"', "", "turns.speaker: must say where it lies, got nothing"),
        ('A = "provider"', 'A = "Provider"', "speakers.A: must be provider, customer or another role"),
        ('A = "provider"', "A = 1", "speakers.A: must be provider, customer or another role"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_with_its_key(reader, old, new, message):
    assert old in CALLS
    with pytest.raises(coqs.RecordError) as caught:
        reader(CALLS.replace(old, new, 1))
    assert str(caught.value).startswith("layout.toml: ")
    assert message in str(caught.value)


def test_a_mapping_is_a_mapping():
    with pytest.raises(coqs.RecordError, match="must be a mapping of keys, got a value of type list"):
        coqs.Reader.from_mapping([])


def test_the_how_to_page_lists_the_keys_of_a_mapping(project):
    page = (project / "docs" / "how-to" / "read-your-transcripts.md").read_text(encoding="utf-8")
    keys, fields = page.partition("### Keys of a mapping")[2].partition("A field is a path")[::2]
    assert set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", keys, re.MULTILINE)))) == {
        *form.KEYS
    }
    table = fields.partition("### A table")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [
        "path",
        "value",
        "optional",
        "join",
        "kind",
        "unit",
        "after",
        "after_unit",
    ]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {*form.FIELD_KEYS}


def test_a_table_needs_a_column_of_ids(reader):
    with pytest.raises(coqs.RecordError, match=r"interaction\.id: must name the column"):
        reader(TABLE.replace('id = "Call no."', ""))
    with pytest.raises(coqs.RecordError, match=r"interaction\.id: must name a column, got a value"):
        read(ROWS, reader(TABLE.replace('id = "Call no."', "id = { value = 5 }")))


@pytest.mark.parametrize("content", [b"\xff", b"x" * (2**20 + 1)])
def test_a_mapping_file_is_text_of_a_sensible_size(tmp_path, content):
    (tmp_path / "m.toml").write_bytes(content)
    with pytest.raises(coqs.RecordError, match=r"^m\.toml: must be (UTF-8|a mapping of at most)"):
        coqs.Reader.from_toml(tmp_path / "m.toml")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
TIMES = st.integers(-(10**14), 10**15)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "at": TIMES,
            "provider": st.none() | WORDS,
            "turns": st.lists(st.tuples(st.sampled_from(["A", 1]), WORDS, TIMES), max_size=4),
            "stars": st.integers(-9, 9),
        }
    ),
    min_size=1,
    max_size=5,
)
FOREIGN = {
    "schema": 1,
    "interaction": {"id": "a.b", "at": {"path": '["x.y"]', "unit": "us"}, "provider": "who"},
    "facts": {"stars": "deep.er[0]"},
    "turns": {"path": "t", "speaker": "[0]", "text": "[2]", "at": {"path": "[1]", "unit": "us"}},
    "speakers": {"A": "provider", "1": "customer"},
}


@given(RECORDS)
def test_records_written_in_a_foreign_layout_are_read_as_they_were(records):
    def moment(micros):
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=micros)

    roles = {"A": "provider", 1: "customer"}
    theirs = [
        {
            "a": {"b": number},
            "x.y": each["at"],
            "who": each["provider"],
            "deep": {"er": [each["stars"]]},
            "t": [[who, at, text] for who, text, at in each["turns"]],
        }
        for number, each in enumerate(records)
    ]
    ours = [
        {
            "id": str(number),
            "at": moment(each["at"]),
            "provider": each["provider"],
            "facts": {"stars": each["stars"]},
            "turns": [
                {"speaker": roles[who], "text": text, "at": moment(at)} for who, text, at in each["turns"]
            ],
        }
        for number, each in enumerate(records)
    ]
    expected = coqs.Interactions.from_records(ours)
    optional = {
        key: {"path": path, "optional": True}
        for key, path in FOREIGN["turns"].items()
        if key in ("speaker", "text")
    }
    times = FOREIGN["turns"] | optional | {"at": FOREIGN["turns"]["at"] | {"optional": True}}
    made = coqs.Reader.from_mapping(FOREIGN | {"turns": times})
    assert read(theirs, made) == expected


KEYS = st.text(min_size=1, max_size=6).filter(lambda key: '"' not in key)


@given(st.lists(KEYS | st.integers(0, 3), max_size=4), st.integers())
def test_a_path_finds_what_was_put_there(steps, value):
    record = value
    for step in reversed(steps):
        record = {step: record} if isinstance(step, str) else [None] * step + [record]
    text = "$" + "".join(f"[{step}]" if isinstance(step, int) else f'["{step}"]' for step in steps)
    path = KeyPath.of(text)
    assert path.value(record) == value
    assert KeyPath.of(path.after("$")) == path
    assert KeyPath((*path.steps, "more")).value(record) is MISSING
