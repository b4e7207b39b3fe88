"""Scores in a file: they come back equal, explained as before, and what is wrong with a file is told."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import pickle
import shutil
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import attrs
import numpy as np
import pytest

import coqs
from coqs.results.saved import SCHEMA

RUBRIC = coqs.Rubric.from_toml_text(
    """
schema = 1
id = "desk"
version = "1"
text = "A desk"
text_es = "Una recepción"
pass_mark = "2/3"
facts = { wait = "number", kind = ["call", "visit"] }
[[criteria]]
id = "greets"
stage = "greeting"
weight = 1.5
controlled_by = "team"
levels = [{ id = "no", points = 0 }, { id = "yes", points = "10/3" }]
gate = { class = "ethics", on = ["no"], kind = "unethical" }
[[criteria]]
id = "waits"
stage = "responding"
levels = [{ id = "fast", points = 1, below = 10 }, { id = "slow", points = 0, from = 10 }]
[[criteria]]
id = "offers"
stage = "concluding"
options = [{ id = "help", points = 1 }, { id = "water", points = 2 }]
when = { fact = "kind", in = ["visit"] }
"""
)
TABLE = {
    "interaction": ["a/ü", "b", "c", "d", "b"],
    "rater": ["r1", "r1", None, "r1", "r2"],
    "provider": ["ann", "bob", None, "ann", "bob"],
    "at": ["2026-05-12T09:30:00Z", None, "2026-05-12T11:30:00+02:00", None, None],
    "wait": [3, None, 2.5, 0, 1],
    "kind": ["call", None, "visit", "visit", "visit"],
    "note": ["\ud800", "é", None, "", "x"],
    "greets": ["yes", "no", "abstained", None, "yes"],
    "waits": [3, 12, "not_applicable", None, 9.5],
    "offers": ["help", "water", "help|water", None, "|"],
}


@pytest.fixture(scope="module")
def scores() -> coqs.Scores:
    return coqs.score(coqs.Ratings.from_table(TABLE, RUBRIC, facts=["note"]))


@pytest.fixture
def path(scores: coqs.Scores, tmp_path: Path) -> Path:
    scores.save(tmp_path / "scores.coqs")
    return tmp_path / "scores.coqs"


def test_loaded_scores_are_equal_to_those_saved(scores: coqs.Scores, path: Path) -> None:
    loaded = coqs.Scores.load(path)
    assert loaded == scores
    assert loaded.details == scores.details
    assert (loaded.provenance, loaded.policy, loaded.range) == (
        scores.provenance,
        scores.policy,
        scores.range,
    )
    assert loaded.rubric == scores.rubric
    for name, column in scores.to_table().items():
        assert np.array_equal(column, loaded.to_table()[name], equal_nan=np.asarray(column).dtype.kind == "f")


def test_loaded_scores_do_all_that_scores_do(scores: coqs.Scores, path: Path) -> None:
    loaded = coqs.Scores.load(path)
    assert pickle.loads(pickle.dumps(loaded)) == scores
    assert loaded.by("provider") == scores.by("provider")
    assert loaded.by("provider", controlled_by="team") == scores.by("provider", controlled_by="team")
    assert np.array_equal(loaded.bounds(), scores.bounds(), equal_nan=True)
    for id, rater in zip(TABLE["interaction"], TABLE["rater"], strict=True):
        told = [coqs.explain(each, id, rater=rater or "").to_dict() for each in (loaded, scores)]
        assert told[0] == told[1]
    assert not loaded.overall.flags.writeable
    assert not loaded.ratings.codes["greets"].flags.writeable


def test_scoring_the_loaded_ratings_again_gives_what_was_saved(scores: coqs.Scores, path: Path) -> None:
    assert coqs.score(coqs.Scores.load(path).ratings) == scores


def test_the_same_scores_are_the_same_bytes(path: Path, tmp_path: Path) -> None:
    coqs.Scores.load(path).save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_policy_controller_plugin_and_evidence_travel(tmp_path: Path) -> None:
    policy = coqs.Policy(name="ours", rounding_digits=None, over_interactions="ratio_of_sums")
    sample = coqs.make_sample(n=20, seed=2)
    scores = coqs.Scorer(sample.rubric, policy=policy, controller="person")(sample)
    scores.save(tmp_path / "s")
    loaded = coqs.Scores.load(tmp_path / "s")
    assert loaded == scores
    assert (loaded.policy, loaded.provenance.controlled_by) == (policy, "person")
    assert (loaded.provenance.plugin, loaded.rubric.origin) == (
        scores.provenance.plugin,
        sample.rubric.origin,
    )


def test_machine_ratings_keep_their_evidence_and_problems(tmp_path: Path) -> None:
    from coqs.ratings import EvidenceTable

    ratings = coqs.Ratings.from_table({"interaction": ["a"], "greets": ["yes"]}, RUBRIC)
    parts = {name: getattr(ratings, name) for name in ("interaction", "rater", "context", "at", "facts")}
    parts |= {name: getattr(ratings, name) for name in ("codes", "numbers", "choices")}
    problem = coqs.Problem("phrases", "coqs_rate", "ValueError")
    evidence = EvidenceTable([0], [0], [1], [2], [9])
    coqs.score(coqs.Ratings(rubric=RUBRIC, **parts, evidence=evidence, problems=(problem,))).save(
        tmp_path / "s"
    )
    loaded = coqs.Scores.load(tmp_path / "s").ratings
    assert (loaded.problems, loaded.evidence) == ((problem,), evidence)


def test_nobody_can_be_saved_too(tmp_path: Path) -> None:
    nobody = coqs.score(coqs.Ratings.from_table({"interaction": []}, RUBRIC))
    nobody.save(tmp_path / "s")
    assert coqs.Scores.load(tmp_path / "s") == nobody


def test_the_file_is_an_archive_that_other_tools_open(path: Path, scores: coqs.Scores) -> None:
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        parts = {tuple(each["key"]): each["part"] for each in manifest["columns"]}
        overall = np.load(io.BytesIO(archive.read(parts["columns", "overall"])), allow_pickle=False)
    assert np.array_equal(overall, scores.overall, equal_nan=True)
    assert (manifest["format"], manifest["schema"]) == ("coqs scores", SCHEMA)
    assert manifest["provenance"]["fingerprint_scoring"] == RUBRIC.fingerprint.scoring
    assert manifest["policy"]["combine"] == "stage_percent"
    assert coqs.Rubric.from_mapping(manifest["rubric"]) == RUBRIC


def test_loading_needs_the_core_libraries_only(path: Path) -> None:
    code = f"import coqs, sys; coqs.Scores.load({str(path)!r}); print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def rewritten(path: Path, change: dict[str, object], *, seal: bool = False, drop: str = "") -> None:
    """Write the archive again with parts changed: a function of the manifest, or a part's bytes."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != drop}
        comment = archive.comment
    for name, new in change.items():
        if callable(new):
            manifest = json.loads(parts[name])
            new(manifest)
            parts[name] = json.dumps(manifest).encode()
        else:
            parts[name] = new
    if seal:
        comment = b"coqs sha256:" + hashlib.sha256(parts["manifest.json"]).hexdigest().encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.comment = comment


def column_of(manifest: dict, *names: str) -> dict:
    """Return the entry of the first column of scores whose key begins so."""
    key = ["columns", *names]
    return next(each for each in manifest["columns"] if each["key"][: len(key)] == key)


def refusal(path: Path) -> str:
    with pytest.raises(coqs.RecordError) as raised:
        coqs.Scores.load(path)
    assert raised.value.path == str(path)
    return str(raised.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("content", [b"", b"interaction,overall\na,1\n", b"\x80\x04."])
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s").write_bytes(content)
    assert refusal(tmp_path / "s").startswith("must be a file of coqs scores, got a file of another kind")


def test_another_archive_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "s.npz", a=np.arange(3))
    assert refusal(tmp_path / "s.npz").startswith("must be a file of coqs scores, got a file of another kind")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refusal(path).startswith("must be whole, got one that is cut off")


def test_a_newer_schema_is_refused_with_the_version_that_wrote_it(path: Path) -> None:
    rewritten(path, {"manifest.json": lambda values: values.update(schema=SCHEMA + 1, coqs_version="9.1")})
    said = refusal(path)
    assert said.startswith(
        f"must have schema {SCHEMA} or an older one, got {SCHEMA + 1}; it was written by coqs '9.1'"
    )


@pytest.mark.parametrize("at", [0.2, 0.4, 0.6, 0.8])
def test_a_flipped_byte_is_found(path: Path, at: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 1
    path.write_bytes(content)
    with pytest.raises(coqs.RecordError):
        coqs.Scores.load(path)


@pytest.mark.parametrize("at", range(46))
def test_a_flipped_byte_in_the_directory_of_the_archive_is_found_or_does_not_matter(
    scores: coqs.Scores, path: Path, at: int
) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + at] ^= 255
    path.write_bytes(content)
    with contextlib.suppress(coqs.RecordError):  # what is refused otherwise is a fault
        assert coqs.Scores.load(path) == scores


def test_a_changed_column_or_manifest_is_found(path: Path, tmp_path: Path) -> None:
    held = io.BytesIO()
    np.save(held, np.ones(5))
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    part = column_of(manifest, "overall")["part"]
    changed = "must be as it was written, got one that is damaged or was changed"
    for number, change in enumerate(
        [
            {part: held.getvalue()},
            {"manifest.json": lambda values: values["policy"].update(combine="pooled_points")},
            {"manifest.json": b"[1, 2"},
        ]
    ):
        copy = tmp_path / f"copy{number}"
        shutil.copy(path, copy)
        rewritten(copy, change)
        assert refusal(copy).startswith(changed)
    rewritten(path, {}, drop=part)
    assert refusal(path).startswith(changed)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda values: values["rubric"].update(pass_mark="1/9"), "another fingerprint_scoring than"),
        (lambda values: values["rubric"].update(text="Other"), "another fingerprint_content than"),
        (lambda values: values["provenance"].update(policy="amazon"), "another policy than"),
        (lambda values: values["rubric"].update(criteria=[]), "rubric"),
        (lambda values: values["policy"].update(gate_effect="explode"), "policy.gate_effect"),
        (lambda values: values.update(rows=4), "parts that do not fit together"),
        (lambda values: values.update(range=None), "parts that do not fit together"),
        (
            lambda values: values["columns"].remove(column_of(values, "stages")),
            "parts that do not fit together",
        ),
        (lambda values: values["columns"][1]["key"].append("x"), "parts that do not fit together"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(path: Path, change: object, problem: str) -> None:
    rewritten(path, {"manifest.json": change}, seal=True)
    said = refusal(path)
    assert said.startswith("must hold scores that fit their rubric, got ")
    assert problem in said


def test_answers_that_the_rubric_does_not_have_are_refused(scores: coqs.Scores, tmp_path: Path) -> None:
    ratings = coqs.Ratings.from_table({"interaction": ["a"]}, RUBRIC)
    codes = {**ratings.codes, "greets": np.array([7], np.int8)}
    parts = {name: getattr(ratings, name) for name in ("interaction", "rater", "context", "at", "facts")}
    odd = coqs.Ratings(rubric=RUBRIC, **parts, codes=codes, numbers=ratings.numbers, choices=ratings.choices)
    from coqs.results.saved import save

    class Odd:
        ratings, columns, details = odd, scores.columns, scores.details
        provenance, range = scores.provenance, scores.range

    save(Odd(), tmp_path / "s")
    assert "got parts that do not fit together" in refusal(tmp_path / "s")


def test_nothing_is_unpickled(path: Path) -> None:
    held = io.BytesIO()
    np.save(held, np.array([print], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    entry = manifest["columns"][0]
    entry["sha256"] = hashlib.sha256(held.getvalue()).hexdigest()
    rewritten(
        path, {entry["part"]: held.getvalue(), "manifest.json": json.dumps(manifest).encode()}, seal=True
    )
    assert refusal(path).startswith("must be as it was written")


def test_what_another_version_worked_out_is_shown_as_it_was_saved(path: Path) -> None:
    def older(values: dict) -> None:
        values["coqs_version"] = values["provenance"]["coqs_version"] = "0.0.9"

    held = io.BytesIO()
    np.save(held, np.full(5, 0.125))
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    entry = column_of(manifest, "overall")
    entry["sha256"] = hashlib.sha256(held.getvalue()).hexdigest()
    older(manifest)
    rewritten(
        path, {entry["part"]: held.getvalue(), "manifest.json": json.dumps(manifest).encode()}, seal=True
    )
    loaded = coqs.Scores.load(path)
    assert loaded.provenance.coqs_version == "0.0.9"
    assert loaded.overall.tolist() == [0.125] * 5
    again = pickle.loads(pickle.dumps(loaded))
    assert again == loaded
    assert again.overall.tolist() == [0.125] * 5
    assert again.details == loaded.details


def test_a_file_that_cannot_be_written_leaves_the_old_one(scores: coqs.Scores, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(OSError, match="No such file"):
        scores.save(path.parent / "no folder" / "s")
    with pytest.raises(FileNotFoundError):
        coqs.Scores.load(path.parent / "nothing")
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["scores.coqs"]


def test_the_longest_numbers_that_a_rubric_may_have_come_back_exactly(tmp_path: Path) -> None:
    long = attrs.evolve(RUBRIC.criteria[0], weight=Fraction(10**100 - 1, 10**99 + 1))
    rubric = attrs.evolve(RUBRIC, criteria=(long,))
    scores = coqs.score(coqs.Ratings.from_table({"interaction": ["a"], "greets": ["yes"]}, rubric))
    scores.save(tmp_path / "s")
    assert coqs.Scores.load(tmp_path / "s") == scores


def test_ranges_and_exact_numbers_come_back_exactly(path: Path) -> None:
    loaded = coqs.Scores.load(path)
    assert loaded.rubric.criterion("greets").points_of(1) == Fraction(10, 3)
    assert loaded.rubric.pass_mark == Fraction(2, 3)


@pytest.mark.slow
def test_a_million_rows_load_in_about_a_second(tmp_path: Path) -> None:
    import time

    n = 1_000_000
    table = {"interaction": [f"I-{row}" for row in range(n)], "greets": ["yes", "no"] * (n // 2)}
    scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC))
    scores.save(tmp_path / "s")
    start = time.perf_counter()
    loaded = coqs.Scores.load(tmp_path / "s")
    assert time.perf_counter() - start < 3  # half a second, left room for a busy machine
    assert loaded == scores
