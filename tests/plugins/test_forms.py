"""Readers of forms: who offers them, what they are handed, and what becomes of one that breaks."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

import coqs
from coqs.plugins import forms

VECTORS = Path(__file__).parents[1] / "vectors" / "forms"
SECRET = "my card number is 4000 1234"
PLUGINS = coqs.load_plugins(only=[], plugins={"ours": forms})
RUBRIC = coqs.Rubric.from_mapping(
    {
        "schema": 1,
        "id": "made",
        "version": "1",
        "criteria": [
            {
                "id": "kind",
                "stage": "greeting",
                "levels": [{"id": "no", "points": 0}, {"id": "yes", "points": 1}],
            }
        ],
    }
)


def made(_document: Any, _choices: Any) -> coqs.ImportedForm:
    return coqs.ImportedForm(rubric=RUBRIC)


def reader(read_form: Any = made, **parts: Any) -> coqs.FormReader:
    return coqs.FormReader(name="mine", text="Mine", read_form=read_form, **parts)


def test_coqs_forms_of_the_plugin_forms_offers_amazon_connect_and_genesys_cloud() -> None:
    assert list(PLUGINS.forms()) == ["amazon-connect", "genesys-cloud"]
    assert PLUGINS.problems == ()
    with pytest.raises(
        coqs.NotFoundError, match="no form reader 'amazon-conect'; did you mean 'amazon-connect'"
    ):
        coqs.read_form({}, reader="amazon-conect", plugins=PLUGINS)


def test_every_code_of_a_finding_stands_on_the_page(project: Path) -> None:
    page = (project / "docs" / "how-to" / "bring-your-forms.md").read_text(encoding="utf-8")
    sources = Path(forms.__file__).parent.glob("*.py")
    codes = {code for each in sources for code in re.findall(r'"(F\d{3})"', each.read_text(encoding="utf-8"))}
    assert len(codes) > 15
    assert codes - set(re.findall(r"F\d{3}", page)) == set()


def test_a_form_is_read_from_a_path_a_packed_file_a_binary_file_and_a_mapping(tmp_path: Path) -> None:
    path = VECTORS / "amazon_points.json"
    packed = tmp_path / "form.json.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    sources = [path, str(path), packed, io.BytesIO(path.read_bytes()), json.loads(path.read_text())]
    read = [coqs.read_form(each, reader="amazon-connect", plugins=PLUGINS) for each in sources]
    assert all(each == read[0] for each in read)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "must be one whole JSON object"),
        (b"[]", "must hold one JSON object, got a value of type list"),
        (b"7", "must hold one JSON object, got a value of type int"),
        (f'{{"x": "{SECRET}"'.encode(), "got a syntax error"),
        (b'{"x": 1, "x": 2}', "must give each key once"),
        (b"\xff\xfe", "must be UTF-8"),
        (b'{"x": NaN}', "must hold finite numbers only"),
        (b"[" * 100_000, "must be JSON of a sensible size"),
        (f'{{"words": "{SECRET}"}}'.encode(), "must be a list, got nothing"),
    ],
)
@pytest.mark.parametrize("name", ["amazon-connect", "genesys-cloud"])
def test_a_file_that_holds_no_form_is_refused_without_its_words(content: bytes, told: str, name: str) -> None:
    with pytest.raises((coqs.RecordError, coqs.RubricError)) as caught:
        coqs.read_form(io.BytesIO(content), reader=name, plugins=PLUGINS)
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_refused_form_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "form.json"
    path.write_text("{}")
    with pytest.raises(coqs.RubricError, match=r"form\.json: .*problems"):
        coqs.read_form(path, reader="amazon-connect", plugins=PLUGINS)


def test_a_class_that_needs_a_kind_is_no_class_of_an_automatic_fail() -> None:
    for error_class in ("ethics", "grave"):
        with pytest.raises(coqs.RubricError, match="error_class: must be a class of gates"):
            coqs.read_form({}, reader=reader(), error_class=error_class)


def test_a_reader_that_breaks_is_a_fault_of_the_plugin_without_the_words() -> None:
    def breaks(_document: Any, _choices: Any) -> coqs.ImportedForm:
        raise KeyError(SECRET)

    with pytest.raises(coqs.PluginCallError, match="must not raise, got KeyError at line") as caught:
        coqs.read_form({}, reader=reader(breaks))
    assert SECRET not in str(caught.value)
    assert caught.value.hook == "coqs_forms"
    with pytest.raises(coqs.PluginContractError, match="must give ImportedForm, got Rubric"):
        coqs.read_form({}, reader=reader(lambda *_: RUBRIC))
    odd = reader(read_evaluation=lambda *_: {})
    with pytest.raises(coqs.PluginContractError, match="must give FormEvaluation, got dict"):
        coqs.read_evaluations([{}], reader=odd)


def test_a_reader_of_ones_own_brings_evaluations_and_printed_scores() -> None:
    def evaluation(document: Any, _form: coqs.ImportedForm) -> coqs.FormEvaluation:
        printed = [coqs.PrintedScore(None, document["score"])]
        answers = {"kind": document["kind"]}
        return coqs.FormEvaluation(
            id=document["id"], interaction=document["id"], answers=answers, printed=printed
        )

    documents = [{"id": "E-1", "kind": "yes", "score": 1.0}, {"id": "E-2", "kind": "no", "score": 0.5}]
    read = coqs.read_evaluations(documents, reader=reader(read_evaluation=evaluation))
    (differs,) = read.compare(coqs.score(read.ratings)).differing().rows()
    assert (differs["evaluation"], differs["kind"], differs["difference"]) == ("E-2", "form", -0.5)
    assert pickle.loads(pickle.dumps(read)) == read


@pytest.mark.parametrize("given", [[], 7, None])
def test_no_evaluations_at_all_are_refused(given: Any) -> None:
    with pytest.raises(coqs.RecordError, match="evaluations: must"):
        coqs.read_evaluations(given, reader="amazon-connect", plugins=PLUGINS)


def test_an_evaluation_file_of_other_values_is_refused_with_its_line() -> None:
    with pytest.raises(coqs.RecordError, match="line 2: must hold JSON objects, got a text of 27 characters"):
        coqs.read_evaluations(
            io.BytesIO(f'[\n"{SECRET}"]'.encode()), reader="amazon-connect", plugins=PLUGINS
        )


@pytest.mark.parametrize("name", ["amazon-connect", "genesys-cloud"])
def test_a_mapping_with_other_keys_than_texts_is_refused_without_them(name: str) -> None:
    with pytest.raises(coqs.RecordError, match=r"^form: must have texts as keys, got a value of type int"):
        coqs.read_form({1: 2}, reader=name, plugins=PLUGINS)  # type: ignore[dict-item]
    with pytest.raises(coqs.RecordError, match=r"^evaluations\[0\]: must have texts as keys, got a value of"):
        coqs.read_evaluations({(SECRET,): 2}, reader=name, plugins=PLUGINS)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", " ", "a/b"])
def test_a_reader_of_forms_has_a_name_without_a_slash(name: str) -> None:
    with pytest.raises(coqs.RecordError, match="name must be a text without a slash"):
        coqs.FormReader(name=name, text="", read_form=made)
