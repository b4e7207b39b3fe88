"""JSON values one at a time: the same values however they are laid out, each with its line."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, strategies as st

import coqs
from coqs.io import json_values as room
from coqs.io.json_values import json_values
from coqs.io.lines import Input

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=3)


class Dribble(io.BytesIO):
    """Gives few bytes at a time, so that every mark falls between two blocks somewhere."""

    def read(self, n=-1):
        return super().read(min(n, 3))


def values(content, *, encoding=None, longest=2**20, file=io.BytesIO):
    raw = content if isinstance(content, bytes) else content.encode()
    given_file = Input("f.json", file(raw))
    return [
        (spot.line, value)
        for spot, value in json_values(given_file, max_value_bytes=longest, encoding=encoding)
    ]


@given(st.lists(VALUES, min_size=1, max_size=5), st.sampled_from([None, 0, 2]), st.booleans())
def test_the_items_of_a_list_are_the_values(items, indent, ascii_only):
    text = json.dumps(items, indent=indent, ensure_ascii=ascii_only)
    for file in (io.BytesIO, Dribble):
        assert [value for _, value in values(text, file=file)] == items


@given(st.lists(OBJECTS, min_size=1, max_size=5), st.sampled_from([None, 1]))
def test_values_that_follow_each_other_are_the_values(items, indent):
    text = "\n".join(json.dumps(each, indent=indent) for each in items)
    for file in (io.BytesIO, Dribble):
        assert [value for _, value in values(text, file=file)] == items


def test_each_value_has_the_line_that_it_begins_on():
    assert [line for line, _ in values('[\n {"a": 1},\n\n {"a":\n 2}, {}\n]\n')] == [2, 4, 5]
    assert values('\n{"a": "\\n"}\r\n"x" 7\n') == [(2, {"a": "\n"}), (3, "x"), (3, 7)]


def test_marks_within_texts_are_no_marks():
    assert values('["]", "\\"[", "\\\\", {"}": "{"}]', file=Dribble) == [
        (1, "]"),
        (1, '"['),
        (1, "\\"),
        (1, {"}": "{"}),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must hold one record or more, got an empty file"),
        ("[\n]", "must hold one record or more"),
        ('[{"a": 1}', "line 1: must be JSON; it must have a comma or the end of its list here"),
        ("[1 2]", "must have a comma or the end of its list here"),
        ("[1,\n]", "line 2: must be JSON; it must have a value here"),
        ("[,1]", "must have a value here"),
        ("[1]\n[2]", "line 2: must end with its list, got more behind it"),
        ('{"a":\n 1,\n', "line 3: must be one whole JSON object"),
        ('{"a":\n 1,}\n', "line 2: must be one whole JSON object, got a syntax error at character 4"),
        ("nonsense", "line 1: must be one whole JSON object"),
        ('["abc', "line 1: must be one whole JSON object"),
        ('[{"a": NaN}]', "must hold finite numbers only"),
        ('[{"a": 1, "a": 2}]', "must give each key once"),
        (b'{"a": "\xff"}', "line 1: must be UTF-8, got another encoding"),
        (b'[1,\n2,\n"\xe9"]', "line 3: must be UTF-8"),
    ],
)
def test_what_is_no_json_is_refused_with_its_line(content, message):
    for file in (io.BytesIO, Dribble):
        with pytest.raises(coqs.RecordError) as caught:
            values(content, file=file)
        assert str(caught.value).startswith("f.json: ")
        assert message in str(caught.value)


def test_a_value_that_is_too_long_is_refused_and_a_list_of_any_length_is_not():
    assert len(values(json.dumps(["x" * 90] * 5000), longest=100)) == 5000
    for text in (json.dumps(["x" * 200]), json.dumps([{"a": "x" * 10**6}]), json.dumps(["é" * 60])):
        with pytest.raises(coqs.RecordError, match=r"line 1: must hold records of at most 100 bytes"):
            values(text, longest=100)


def test_a_list_longer_than_many_blocks_does_not_stay_in_memory(monkeypatch):
    monkeypatch.setattr(room, "BLOCK", 64)
    held = []

    class Watched(room._Text):
        def value(self):
            held.append(len(self._window))
            return super().value()

    monkeypatch.setattr(room, "_Text", Watched)
    assert len(values(json.dumps([{"a": "x" * 50}] * 2000))) == 2000
    assert max(held) < 64 * 8


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", None])
def test_other_encodings_are_read(encoding):
    assert values('["é"]'.encode(encoding or "utf-16"), encoding=encoding) == [(1, "é")]
    assert values(b"\xef\xbb\xbf[1]", encoding=encoding if encoding is None else "utf-8") == [(1, 1)]


def test_a_file_that_is_cut_off_or_of_text_is_refused(tmp_path):
    import gzip

    path = tmp_path / "f.json.gz"
    path.write_bytes(gzip.compress(json.dumps([{"id": "a", "turns": []}] * 999).encode())[:-20])
    reader = coqs.Reader(name="own", text="Ours", read=lambda file: file.each(dict))
    with pytest.raises(coqs.RecordError, match="must be readable to its end"):
        coqs.read_interactions(path, reader=reader)
    with pytest.raises(coqs.RecordError, match="must be open in binary"):
        coqs.read_interactions(io.StringIO("[]"), reader=reader)


def test_progress_is_told_to_the_end(tmp_path):
    path = tmp_path / "f.json"
    path.write_text(json.dumps([{"id": str(n), "turns": []} for n in range(9)]), encoding="utf-8")
    told = []
    reader = coqs.Reader(name="own", text="Ours", read=lambda file: file.each(dict))
    coqs.read_interactions(path, reader=reader, progress=lambda done, whole: told.append((done, whole)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
