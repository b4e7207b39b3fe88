"""`coqs journey`: clocks, a chart, what happened and a checkpoint, and the files of them."""

from __future__ import annotations

import csv
import json
import re
import shlex
from pathlib import Path

import pytest

import coqs
from coqs.cli.text import capped
from coqs.cli.time_options import EVERY as OFFERED
from coqs.results.buckets import EVERY

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"
COMMAND = ("journey", "sample.csv", "--rubric", "security", "--tz", "UTC")
PASSED = (*COMMAND, "--measure", "passed")


@pytest.fixture(scope="module")
def ratings(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A quarter of one post, as a file."""
    path = tmp_path_factory.mktemp("sample") / "sample.csv"
    coqs.write_ratings(coqs.make_sample(n=500, weeks=13), path)
    return path.read_text(encoding="utf-8")


@pytest.fixture
def sample(folder: Path, ratings: str) -> Path:
    """Lay out the file, and a table of events beside it."""
    (folder / "sample.csv").write_text(ratings, encoding="utf-8")
    events = "at,kind,about\n2026-03-30,training,Brandt\n2026-04-27,leaver,Dray\n"
    (folder / "events.csv").write_text(events, encoding="utf-8")
    return folder


def test_the_stretches_that_are_offered_are_those_that_there_are() -> None:
    assert tuple(OFFERED) == tuple(EVERY)


def test_it_tells_the_clock_of_each_and_the_chart(coqs_command, sample) -> None:  # noqa: ARG001
    done = coqs_command(*COMMAND)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("overall by provider: 6 groups over 13 weeks, from 2026-03-02 to 2026-05-25")
    assert lines[2].split() == ["provider", "level", "interval", "target", "clock"]
    (cole,) = (line for line in lines if line.startswith("Cole "))
    assert cole.endswith("past, winding down")
    assert any(line.startswith("chart of overall: ") for line in lines)
    assert "checkpoint" not in done.out
    assert max(map(len, lines)) <= 100


def test_without_a_target_there_is_a_chart_and_no_clock(coqs_command, sample) -> None:
    done = coqs_command(*PASSED)
    assert done.code == 0
    assert "clock: cannot tell, for there is no target for 'passed'; give one by --target" in done.out
    assert "chart of passed: " in done.out
    done = coqs_command(*PASSED, "--out", "readings.csv")
    assert (done.code, done.out) == (2, "")
    assert "got no target for 'passed'; give --target" in done.err
    assert not (sample / "readings.csv").exists()


def test_a_share_is_told_between_nothing_and_all(coqs_command, sample) -> None:  # noqa: ARG001
    lines = coqs_command(*PASSED, "--target", "1/2").out.splitlines()
    table = [line.split() for line in lines[lines.index("") + 2 :]]
    table = table[: table.index([])]
    levels = [float(cell) for row in table for cell in row[1:5] if cell[0].isdigit()]
    assert len(levels) >= 12
    assert min(levels) >= 0
    assert max(levels) <= 1
    assert all(" 0.500 " in line for line in lines[3:9])


def test_readings_and_limits_are_written_and_used_again(coqs_command, sample) -> None:
    done = coqs_command(*COMMAND, "--out", "readings.csv", "--save-baseline", "limits.json")
    assert done.out.splitlines()[-2:] == ["wrote readings.csv", "wrote limits.json"]
    rows = list(csv.DictReader((sample / "readings.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 6 * 13
    assert {"group", "period", "level", "side", "words"} <= set(rows[0])
    again = coqs_command(*COMMAND, "--baseline", "limits.json")
    assert "phase II" in again.out
    assert coqs_command(*COMMAND, "--arl0", "1000").out.count("one false alarm asked for in 1000 weeks") == 1


def test_a_checkpoint_is_kept_only_when_asked(coqs_command, sample) -> None:
    stop = (*PASSED, "--log", "stops.jsonl", "--checkpoint", "2026-03-30", "--target", "0.5")
    done = coqs_command(*stop)
    assert "checkpoint at 2026-03-30T00:00:00Z, of what was observed until then" in done.out
    assert done.out.splitlines()[-1] == "the checkpoint is not written: --append keeps it in --log"
    assert not (sample / "stops.jsonl").exists()
    done = coqs_command(*stop, "--append")
    assert done.out.splitlines()[-1] == "wrote the checkpoint into stops.jsonl"
    log = coqs.CheckpointLog.open(sample / "stops.jsonl")
    assert [each.stop.at for each in log] == ["2026-03-30T00:00:00Z"]
    assert log.targets("passed", "Cole") == (("2026-03-30T00:00:00Z", 0.5),)


def test_the_targets_of_the_log_are_what_clocks_are_read_by(coqs_command, sample) -> None:
    log = ("--log", "stops.jsonl", "--append")
    coqs_command(*PASSED, *log, "--checkpoint", "2026-03-30", "--target", "0.5")
    assert " 0.500 " in coqs_command(*PASSED, "--log", "stops.jsonl").out
    lower = (*PASSED, *log, "--checkpoint", "2026-05-11", "--target", "0.4")
    done = coqs_command(*lower)
    assert (done.code, done.out) == (2, "")
    assert "or say why with --reason" in done.err
    assert len(coqs.CheckpointLog.open(sample / "stops.jsonl")) == 1
    assert "a target was lowered: new rota" in coqs_command(*lower, "--reason", "new rota").out
    assert " 0.400 " in coqs_command(*PASSED, "--log", "stops.jsonl").out
    (early,) = coqs.CheckpointLog.open(sample / "stops.jsonl").checkpoints[:1]
    assert early.stop.targets["passed"]["*"] == 0.5


def test_what_happened_is_told_by_kind(coqs_command, sample) -> None:
    done = coqs_command(*COMMAND, "--events", "events.csv")
    assert "leaver: the 28 days after, against those before" in done.out
    assert "training at 2026-03-30T00:00:00Z about Brandt: +0." in done.out
    table = {"at": ["2026-03-30"], "kind": ["training"], "about": ["Brandt"]}
    coqs.EventRegister.from_table(table, tz="UTC").save(sample / "events.json")
    done = coqs_command(*COMMAND, "--events", "events.json")
    assert "training at 2026-03-30T00:00:00Z about Brandt: +0." in done.out
    rejected = "at,kind,justified\n2026-03-30,complaint,false\n"
    (sample / "events.csv").write_text(rejected, encoding="utf-8")
    done = coqs_command(*COMMAND, "--events", "events.csv")
    assert (done.code, "complaint" in done.out) == (0, False)


def test_as_json_it_tells_the_same(coqs_command, sample) -> None:  # noqa: ARG001
    how = ("--events", "events.csv", "--checkpoint", "2026-03-30", "--json")
    told = json.loads(coqs_command(*COMMAND, *how).out)
    assert [row["group"] for row in told["clock"]] == ["Abara", "Brandt", "Cole", "Dray", "Eklund", "Ferro"]
    assert told["chart"]["flagged"] == sorted({row["group"] for row in told["chart"]["signals"]})
    assert set(told["chart"]["attained"]) == {row["group"] for row in told["clock"]}
    assert [each["events"][0]["kind"] for each in told["events"]] == ["leaver", "training"]
    assert told["checkpoint"]["at"] == "2026-03-30T00:00:00Z"
    assert json.loads(coqs_command(*PASSED, "--json").out)["clock"] is None


def test_of_many_the_first_are_told_and_how_many_more(coqs_command, sample) -> None:  # noqa: ARG001
    done = coqs_command(*COMMAND, "--by", "customer", "--checkpoint", "2026-05-01")
    groups = int(done.out.split()[3].replace(",", ""))
    assert done.out.count(f"\nand {groups - 20:,} more\n") == 2
    assert len(done.out.splitlines()) < 130
    assert capped(["a", "b"], 2) == ["a", "b"]


def test_of_nothing_little_is_told(coqs_command, sample) -> None:
    header, first = (sample / "sample.csv").read_text(encoding="utf-8").splitlines()[:2]
    (sample / "sample.csv").write_text(f"{header}\n", encoding="utf-8")
    assert coqs_command(*COMMAND).out == "overall by provider: 0 groups over 0 weeks (UTC)\n"
    assert json.loads(coqs_command(*COMMAND, "--json").out)["periods"] == []
    at = header.split(",").index("at")
    cells = first.split(",")
    cells[at] = ""
    (sample / "sample.csv").write_text(f"{header}\n{','.join(cells)}\n", encoding="utf-8")
    assert coqs_command(*COMMAND).out.splitlines()[1] == "left out: 1 interaction without a time"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (("--append",), "--append: must stand with --log"),
        (("--append", "--log", "stops.jsonl"), "--append: must stand with --checkpoint"),
        (("--reason", "new rota"), "--reason: must stand with --checkpoint"),
        (("--arl0", "500", "--baseline", "limits.json"), "--arl0: must not stand with --baseline"),
        (("--save-baseline", "a.json", "--baseline", "limits.json"), "not allowed with argument"),
        (("--checkpoint", "soon"), "--checkpoint: must be a time or a date"),
        (("--target", "high"), "argument --target: must be a number, got 'high'"),
        (("--target", "1/0"), "argument --target: must be a number"),
        (("--every", "fortnight"), "argument --every: invalid choice"),
        (("--measure", "pased"), "no measure 'pased'; did you mean 'passed'?"),
        (("--by", "guard"), "no key 'guard'"),
        (("--events", "none.csv"), "none.csv: must be a readable file"),
        (("--events", "desk.toml"), "desk.toml"),
        (("--baseline", "none.json"), "none.json: must be usable"),
        (("--baseline", "events.csv"), "events.csv: must be a baseline in JSON"),
        (("--log", "events.csv"), "events.csv, line 1: must be a JSON object"),
        (("--log", "sample.csv"), "sample.csv: must not be an input as well"),
        (("--out", "events.csv", "--events", "events.csv"), "events.csv: must not be an input as well"),
        (("--out", "a.csv", "--save-baseline", "a.csv"), "a.csv: must not be another output as well"),
        (("--out", "a.csv", "--arl0", "0.5"), "arl0: must lie above 1"),
    ],
)
def test_what_cannot_be_used_is_one_message_and_nothing_is_written(coqs_command, sample, how, said) -> None:
    before = sorted(sample.iterdir())
    done = coqs_command(*COMMAND, *how)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert sorted(sample.iterdir()) == before


def test_a_bad_row_of_events_is_named_with_its_file(coqs_command, sample) -> None:
    (sample / "events.csv").write_text("at,kind,abut\n2026-03-30,training,Brandt\n", encoding="utf-8")
    assert (
        "events.csv: events: columns must be known, got 'abut'; did you mean 'about'?"
        in coqs_command(*COMMAND, "--events", "events.csv").err
    )
    (sample / "events.csv").write_text("at,kind\n2026-13-30,training\n", encoding="utf-8")
    assert "line 2, column 'at'" in coqs_command(*COMMAND, "--events", "events.csv").err


def test_where_the_log_cannot_be_written_nothing_else_is(coqs_command, sample, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise coqs.ComparisonError("log: must be as it was read, got a file that somebody else wrote to")

    monkeypatch.setattr(coqs.CheckpointLog, "append", refuse)
    stop = ("--log", "stops.jsonl", "--checkpoint", "2026-03-30", "--append")
    done = coqs_command(*COMMAND, *stop, "--out", "a.csv", "--save-baseline", "a.json")
    assert (done.code, done.out) == (2, "")
    assert not {"a.csv", "a.json", "stops.jsonl"} & {each.name for each in sample.iterdir()}


@pytest.mark.parametrize(
    "name", ["chart-a-journey", "read-the-clock", "right-the-first-time", "set-a-checkpoint"]
)
def test_what_a_page_of_the_docs_types_runs(coqs_command, sample, name) -> None:
    (sample / "sample.csv").rename(sample / "ratings.csv")
    text = (HOW_TO / f"{name}.md").read_text(encoding="utf-8")
    commands = re.findall(r"^coqs (?:journey|issues) .*$", text, re.MULTILINE)
    assert commands
    for command in commands:
        done = coqs_command(*shlex.split(command)[1:])
        assert (done.code, done.err) == (0, "")
