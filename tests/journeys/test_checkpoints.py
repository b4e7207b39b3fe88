"""Checkpoints: dated stops with targets, and a log that only grows."""

from __future__ import annotations

import hashlib
import json
import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.errors import ComparisonError, NotFoundError, PolicyError, RecordError
from coqs.kernels import mover_interval, wilson_interval


def weekly(**shares: list[int]) -> coqs.Journeys:
    """Return journeys of shares out of 50 a week, from 2026-01-05 on."""
    rows: dict[str, list[Any]] = {"who": [], "at": [], "good": [], "n": []}
    for who, goods in shares.items():
        for week, good in enumerate(goods):
            rows["who"].append(who)
            rows["at"].append(str(np.datetime64("2026-01-05") + 7 * week))
            rows["good"].append(good)
            rows["n"].append(50)
    how = {"group": "who", "at": "at", "value": "good", "n": "n", "kind": "share", "tz": "Europe/Madrid"}
    return coqs.Journeys.from_table(rows, **how)


JOURNEYS = weekly(Ana=[40, 41, 45, 46, 47], Bo=[30, 31, 29, 30, 20])


def test_only_what_is_before_the_stop_counts():
    early = JOURNEYS.checkpoint(at="2026-01-19")
    assert early.rows()[0]["n"] == 100
    assert early == weekly(Ana=[40, 41], Bo=[30, 31]).checkpoint(at="2026-01-19")


def test_what_has_been_has_wilsons_interval_and_what_remains_is_its_distance_to_the_target():
    row = JOURNEYS.checkpoint(at="2026-01-19", targets={"good": 0.95}).rows()[0]
    low, high = (float(each[0]) for each in wilson_interval([81.0], [100.0]))
    assert (row["been"], row["been_low"], row["been_high"]) == (0.81, low, high)
    assert row["remaining"] == pytest.approx(0.14)
    assert (row["remaining_low"], row["remaining_high"]) == (0.95 - high, 0.95 - low)
    assert row["state"] == "to do"


@pytest.mark.parametrize(
    ("target", "state"), [(0.95, "to do"), (0.8, "cannot tell"), (0.6, "reached"), (None, "no target")]
)
def test_a_target_is_reached_only_by_the_whole_interval(target, state):
    targets = None if target is None else {"good": target}
    assert JOURNEYS.checkpoint(at="2026-01-19", targets=targets).rows()[0]["state"] == state


def test_where_less_is_better_a_low_level_reaches_the_target():
    table = {"who": ["a"], "at": ["2026-01-05"], "bad": [5], "n": [100]}
    how = {
        "group": "who",
        "at": "at",
        "value": "bad",
        "n": "n",
        "kind": "share",
        "tz": "UTC",
        "better": "lower",
    }
    journeys = coqs.Journeys.from_table(table, **how)
    states = [
        journeys.checkpoint(at="2026-02-01", targets={"bad": each}).rows()[0] for each in (0.2, 0.04, 0.01)
    ]
    assert [row["state"] for row in states] == ["reached", "cannot tell", "to do"]
    assert states[2]["remaining"] == pytest.approx(0.04)


def test_what_is_accomplished_is_told_against_the_last_stop_with_an_interval(tmp_path):
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    first = JOURNEYS.checkpoint(at="2026-01-19", targets={"good": {"Ana": 0.7, "*": 0.75}}, log=log)
    log = log.append(first)
    second = JOURNEYS.checkpoint(at="2026-02-09", targets={"good": {"Ana": 0.85, "*": 0.75}}, log=log)
    ana, bo = second.rows()
    assert second.stop.since == first.stop.at == "2026-01-18T23:00:00Z"
    assert ana["n"] == 150
    before, now = (
        (share, *(float(end[0]) for end in wilson_interval([share * n], [n])))
        for share, n in ((0.81, 100.0), (138 / 150, 150.0))
    )
    assert (ana["change_low"], ana["change_high"]) == pytest.approx(
        tuple(map(float, mover_interval(now, before)))
    )
    assert ana["change"] == pytest.approx(138 / 150 - 0.81)
    assert (ana["last_target"], ana["state"]) == ("met", "reached")
    assert (bo["last_target"], bo["state"]) == ("not met", "to do")


def test_the_first_stop_has_accomplished_what_cannot_be_told():
    row = JOURNEYS.checkpoint(at="2026-01-19").rows()[0]
    assert row["change"] is None
    assert row["last_target"] == "no target"
    assert "accomplished  cannot tell" in str(JOURNEYS.checkpoint(at="2026-01-19"))


def test_nobody_was_observed_and_nothing_is_said_of_them():
    row = JOURNEYS.checkpoint(at="2025-12-01", targets={"good": 0.5}).rows()[0]
    assert (row["n"], row["been"], row["state"]) == (0, None, "cannot tell")


def test_a_target_only_rises_unless_it_is_said_why(tmp_path):
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    log = log.append(JOURNEYS.checkpoint(at="2026-01-19", targets={"good": 0.8}, log=log))
    with pytest.raises(PolicyError, match=r"no easier than the last one, 0\.8, got 0\.7"):
        JOURNEYS.checkpoint(at="2026-02-02", targets={"good": 0.7}, log=log)
    eased = JOURNEYS.checkpoint(
        at="2026-02-02", targets={"good": 0.7}, log=log, reason="half the staff is new"
    )
    log = log.append(eased)
    assert "half the staff is new" in str(eased)
    assert log.targets("good", "Bo") == (("2026-01-18T23:00:00Z", 0.8), ("2026-02-01T23:00:00Z", 0.7))


def test_a_log_reads_back_as_it_was_written_and_only_grows(tmp_path):
    path = tmp_path / "log.jsonl"
    log = coqs.CheckpointLog.open(path)
    assert len(log) == 0
    assert not path.exists()
    texts = []
    for day in ("2026-01-19", "2026-01-26", "2026-02-02"):
        log = log.append(JOURNEYS.checkpoint(at=day, targets={"good": 0.8}, log=log))
        texts.append(path.read_bytes())
    assert texts[2].startswith(texts[1])
    assert texts[1].startswith(texts[0])
    again = coqs.CheckpointLog.open(path)
    assert again == log
    assert [each.stop.at for each in again] == [each.stop.at for each in log.checkpoints]
    assert pickle.loads(pickle.dumps(again)) == log
    assert all(json.loads(line)["schema"] == 1 for line in texts[2].splitlines())


def written(tmp_path: Path) -> tuple[Path, list[bytes]]:
    path = tmp_path / "log.jsonl"
    log = coqs.CheckpointLog.open(path)
    for day in ("2026-01-19", "2026-01-26"):
        log = log.append(JOURNEYS.checkpoint(at=day, targets={"good": 0.8}, log=log))
    return path, path.read_bytes().splitlines(keepends=True)


def resealed(line: bytes, **parts: Any) -> bytes:
    """Return a line of other parts, which says that it is as it was written."""
    record = json.loads(line) | parts
    del record["digest"]
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    record["digest"] = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    return json.dumps(record).encode() + b"\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a, b: a.replace(b"0.8", b"0.7") + b, r"line 1: must be as it was written"),
        (lambda a, b: a + b.replace(b"0.8", b"0.7"), r"line 2: must be as it was written"),
        (lambda a, b: a + b.replace(b'"digest"', b'"digset"'), r"line 2: must be as it was written"),
        (lambda _, b: b, r"line 1: must follow the line before it"),
        (lambda a, b: a + b[:-20], r"line 2: must end, got one that was cut off"),
        (lambda a, b: a + b"nothing\n" + b, r"line 2: must be a JSON object"),
        (
            lambda a, b: a.replace(b'"schema": 1', b'"schema": 9') + b,
            r"line 1: checkpoint: must be of schema 1",
        ),
        (lambda a, _: resealed(a, reason_of="me"), r"line 1: checkpoint: must have every part"),
        (lambda a, _: resealed(a, progress=None), r"line 1: checkpoint: must have every part"),
        (lambda a, _: b"\xff" + a, r"line 1: must be a JSON object"),
    ],
)
def test_a_past_that_was_changed_is_told_by_its_line(tmp_path, change, message):
    path, lines = written(tmp_path)
    path.write_bytes(change(*lines))
    with pytest.raises(RecordError, match=message) as told:
        coqs.CheckpointLog.open(path)
    assert told.value.path == str(path)
    assert told.value.line in (1, 2)


def test_a_log_that_somebody_else_wrote_to_is_not_written_over(tmp_path):
    path = tmp_path / "log.jsonl"
    mine = theirs = coqs.CheckpointLog.open(path)
    theirs.append(JOURNEYS.checkpoint(at="2026-01-19"))
    before = path.read_bytes()
    with pytest.raises(ComparisonError, match="open it again"):
        mine.append(JOURNEYS.checkpoint(at="2026-01-26"))
    assert path.read_bytes() == before


FULL = """
import resource, signal, sys
import coqs
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = coqs.CheckpointLog.open(sys.argv[1])
table = {"who": ["Ana"], "at": ["2026-01-05"], "good": [1], "n": [2]}
how = {"group": "who", "at": "at", "value": "good", "n": "n", "kind": "share", "tz": "Europe/Madrid"}
checkpoint = coqs.Journeys.from_table(table, **how).checkpoint(at="2026-03-01", log=log)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    log.append(checkpoint)
except OSError as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_is_full_leaves_the_file_as_it_was(tmp_path):
    path, lines = written(tmp_path)
    size = str(sum(map(len, lines)) + 40)
    ran = subprocess.run([sys.executable, "-c", FULL, path, size], capture_output=True, text=True, check=True)
    assert ran.stdout == "OSError\n"
    assert path.read_bytes() == b"".join(lines)


def test_a_line_that_is_sealed_anew_reads_as_another_writer_would_write_it(tmp_path):
    path, (first, _) = written(tmp_path)
    path.write_bytes(resealed(first))
    assert len(coqs.CheckpointLog.read(path)) == 1


def test_last_lines_that_were_taken_off_show_by_the_digest_that_was_kept(tmp_path):
    path, (first, _) = written(tmp_path)
    kept = coqs.CheckpointLog.read(path).digest
    path.write_bytes(first)
    assert coqs.CheckpointLog.read(path).digest != kept


def test_a_log_that_must_be_there_is_not_begun_anew(tmp_path):
    with pytest.raises(FileNotFoundError):
        coqs.CheckpointLog.read(tmp_path / "loog.jsonl")


def test_a_checkpoint_that_was_not_held_against_the_log_is_not_written_to_it(tmp_path):
    path, lines = written(tmp_path)
    log = coqs.CheckpointLog.open(path)
    with pytest.raises(ComparisonError, match="take it with log="):
        log.append(JOURNEYS.checkpoint(at="2026-02-09", targets={"good": 0.1}))
    assert path.read_bytes() == b"".join(lines)


def test_a_target_for_all_does_not_ease_that_of_one(tmp_path):
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    log = log.append(JOURNEYS.checkpoint(at="2026-01-19", targets={"good": {"Ana": 0.9, "*": 0.6}}, log=log))
    with pytest.raises(
        PolicyError, match=r"that of 'good' for 'Ana' must be no easier than the last one, 0\.9"
    ):
        JOURNEYS.checkpoint(at="2026-02-02", targets={"good": 0.7}, log=log)
    kept = JOURNEYS.checkpoint(at="2026-02-02", targets={"good": {"Bo": 0.7}}, log=log)
    log = log.append(kept)
    with pytest.raises(PolicyError, match=r"for 'Bo' must be no easier than the last one, 0\.7"):
        JOURNEYS.checkpoint(at="2026-02-09", targets={"good": {"Ana": 0.9, "*": 0.6}}, log=log)


def test_a_target_for_one_is_not_below_that_of_all(tmp_path):
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    log = log.append(JOURNEYS.checkpoint(at="2026-01-19", targets={"good": 0.8}, log=log))
    with pytest.raises(PolicyError, match="for 'Bo' must be no easier"):
        JOURNEYS.checkpoint(at="2026-02-02", targets={"good": {"Bo": 0.5, "*": 0.8}}, log=log)


def test_a_change_between_spans_that_share_observations_has_no_interval(tmp_path):
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    log = log.append(JOURNEYS.checkpoint(at="2026-01-19", log=log))
    row = JOURNEYS.checkpoint(at="2026-02-02", since="2026-01-12", log=log).rows()[0]
    assert row["change"] is not None
    assert row["change_low"] is None
    after = JOURNEYS.checkpoint(at="2026-02-02", since="2026-01-19", log=log).rows()[0]
    assert after["change_low"] is not None


def test_whoever_was_there_at_the_last_stop_keeps_a_row(tmp_path):
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    log = log.append(JOURNEYS.checkpoint(at="2026-01-19", targets={"good": 0.8}, log=log))
    left = weekly(Bo=[30, 31, 29, 30]).checkpoint(at="2026-02-02", targets={"good": 0.8}, log=log)
    row = left.of("good", "Ana")
    assert (row.n, row.last_target, row.state) == (0, "cannot tell", "cannot tell")
    assert math.isnan(row.been)
    assert math.isnan(row.change)


def test_levels_at_another_confidence_or_of_fewer_measures_do_not_follow_the_log(tmp_path):
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    scores = coqs.score(coqs.make_sample(n=120))
    both = coqs.Journeys.from_scores(scores, by="site")
    log = log.append(both.checkpoint(at="2026-03-12", log=log))
    with pytest.raises(ComparisonError, match="confidence of the last one"):
        both.checkpoint(at="2026-03-20", log=log, confidence=0.9)
    one = coqs.Journeys.from_scores(scores, by="site", measures="overall")
    with pytest.raises(ComparisonError, match="measures of the last one"):
        one.checkpoint(at="2026-03-20", log=log)


def test_a_policy_of_the_same_name_and_other_choices_is_another(tmp_path):
    ratings = coqs.make_sample(n=120)
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    policies = [coqs.Policy(name="house", unanswered=each) for each in ("drop", "zero")]
    drop, zero = (coqs.Journeys.from_scores(coqs.score(ratings, policy=each), by="site") for each in policies)
    log = log.append(drop.checkpoint(at="2026-03-12", log=log))
    assert log.checkpoints[0].stop.provenance["policy"] == "house"
    with pytest.raises(ComparisonError, match="policy of the last one"):
        zero.checkpoint(at="2026-03-20", log=log)


def test_a_clock_takes_its_targets_from_the_log(tmp_path):
    journeys = weekly(Ana=[40, 41, 45, 46, 47], Bo=[30, 31, 29, 30, 20])
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    log = log.append(journeys.checkpoint(at="2026-01-12", targets={"good": {"Bo": 0.6, "*": 0.7}}, log=log))
    log = log.append(journeys.checkpoint(at="2026-01-26", targets={"good": {"Bo": 0.65, "*": 0.7}}, log=log))
    clock = journeys.clock(target=log, ceiling=1.0)
    assert clock.scale.target[:, 0].tolist() == [0.7] * 5
    assert clock.scale.target[:, 1].tolist() == [0.6, 0.6, 0.6, 0.65, 0.65]


def test_a_clock_of_a_log_without_a_target_is_refused(tmp_path):
    with pytest.raises(PolicyError, match="every group must have a target"):
        JOURNEYS.clock(target=coqs.CheckpointLog.open(tmp_path / "log.jsonl"))


def test_a_folder_is_no_log(tmp_path):
    with pytest.raises(RecordError, match="must be a file"):
        coqs.CheckpointLog.open(tmp_path)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"at": "soon"}, RecordError, "at: must be a time or a date"),
        ({"at": "2026-01-19", "since": "2026-02-01"}, PolicyError, "since: must be before"),
        ({"at": "2026-01-19", "targets": {"god": 0.8}}, NotFoundError, "'good'"),
        ({"at": "2026-01-19", "targets": {"good": {"Anna": 0.8}}}, NotFoundError, "'Ana'"),
        ({"at": "2026-01-19", "targets": {"good": "high"}}, PolicyError, "must be a number"),
        ({"at": "2026-01-19", "targets": {"good": math.nan}}, PolicyError, "must be a number"),
        ({"at": "2026-01-19", "targets": {"good": True}}, PolicyError, "must be a number"),
        ({"at": "2026-01-19", "targets": {"good": 80}}, PolicyError, "at most 1, got 80"),
    ],
)
def test_a_mistake_in_a_checkpoint_is_told(how, error, message):
    with pytest.raises(error, match=message):
        JOURNEYS.checkpoint(**how)


def test_a_stop_must_follow_the_last_one_in_the_log(tmp_path):
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    first = JOURNEYS.checkpoint(at="2026-01-19")
    log = log.append(first)
    with pytest.raises(PolicyError, match="must be later than the last checkpoint"):
        JOURNEYS.checkpoint(at="2026-01-19", log=log)
    with pytest.raises(RecordError, match="must be later than the last one"):
        log.append(first)


def test_levels_of_another_rubric_or_policy_are_not_compared(tmp_path):
    ratings = coqs.make_sample(n=120)
    log = coqs.CheckpointLog.open(tmp_path / "log.jsonl")
    journeys = coqs.Journeys.from_scores(coqs.score(ratings), by="site")
    log = log.append(journeys.checkpoint(at="2026-03-12", log=log))
    other = coqs.Journeys.from_scores(coqs.score(ratings, policy="cisco"), by="site")
    with pytest.raises(ComparisonError, match="policy of the last one"):
        other.checkpoint(at="2026-03-20", log=log)
    assert len(journeys.checkpoint(at="2026-03-20", log=log)) == 6  # three sites, score and verdict


def test_a_checkpoint_is_a_table_and_reads_aloud():
    checkpoint = JOURNEYS.checkpoint(at="2026-01-19", targets={"good": 0.95})
    assert checkpoint["group"].tolist() == ["Ana", "Bo"]
    assert str(checkpoint).splitlines()[:5] == [
        "checkpoint at 2026-01-18T23:00:00Z, of what was observed until then",
        "good, Ana:",
        "  been          0.810 (0.722 to 0.875) (n = 100)",
        "  accomplished  cannot tell",
        "  remaining     +0.140 (+0.075 to +0.228) to 0.95: to do",
    ]
    assert (
        str(checkpoint).splitlines()[-1] == "each interval is by itself: by chance alone, 5% of them are off"
    )
    assert "<td>0.810 (0.722 to 0.875)</td>" in checkpoint._repr_html_()
    assert pickle.loads(pickle.dumps(checkpoint)) == checkpoint
    assert coqs.Checkpoint.from_dict(json.loads(json.dumps(checkpoint.to_dict()))) == checkpoint


@pytest.mark.slow
def test_intervals_of_levels_and_changes_cover_what_they_say():
    """4,000 teams of 60 a span, each with a share of its own: the error of each coverage is 0.35 points."""
    rng, teams, n = np.random.default_rng(5), 4000, 60
    share = rng.uniform(0.5, 0.95, teams)
    goods = rng.binomial(n, share, (2, teams))
    rows = {
        "who": [f"t{k:04}" for k in range(teams)] * 2,
        "at": ["2026-01-05"] * teams + ["2026-01-12"] * teams,
        "good": goods.ravel(),
        "n": [n] * 2 * teams,
    }
    how = {"group": "who", "at": "at", "value": "good", "n": "n", "kind": "share", "tz": "UTC"}
    journeys = coqs.Journeys.from_table(rows, **how)
    log = coqs.CheckpointLog(Path("never"), (journeys.checkpoint(at="2026-01-12"),))
    found = journeys.checkpoint(at="2026-01-19", log=log)
    level = ((found["been_low"] <= share) & (share <= found["been_high"])).mean()
    change = ((found["change_low"] <= 0) & (found["change_high"] >= 0)).mean()
    assert 0.935 <= level <= 0.965
    assert 0.935 <= change <= 0.965
