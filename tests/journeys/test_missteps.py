"""Going back: what is scored anew, who moves, which verdicts flip, and whom a wrong procedure touched."""

from __future__ import annotations

import pickle

import attrs
import numpy as np
import pytest

import coqs
from coqs.errors import ComparisonError, NotFoundError, PolicyError, RecordError

RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "desk"
version = "1"
pass_mark = 0.5
facts.form = ["old", "new"]
[[criteria]]
id = "helps"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
[[criteria]]
id = "form_filled"
stage = "responding"
when = { fact = "form", in = ["new"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
""")


def scored(helps: list[str], raters: list[str], ids: list[str], **more: list[str | None]) -> coqs.Scores:
    n = len(helps)
    days = [int(id[1:]) for id in ids]
    table = {
        "interaction": ids,
        "rater": raters,
        "provider": ["Ana" if day % 2 else "Bo" for day in days],
        "at": [f"2026-05-{1 + day:02}T09:00:00Z" for day in days],
        "helps": helps,
        "form": ["old"] * n,
        "form_filled": [None] * n,
    }
    return coqs.score(coqs.Ratings.from_table(table | more, RUBRIC))


TWO = scored(
    ["yes", "no", "yes", "yes", "no", "no"],
    ["a", "b", "a", "b", "b", "a"],
    ["i0", "i0", "i1", "i1", "i2", "i3"],
)


def test_without_a_rater_the_others_decide_and_what_nobody_rated_is_lost():
    found = coqs.reevaluate(TWO, without_raters="b")
    assert found.lost == ("i2",)
    assert found.flips().rows() == [
        {"interaction": "i0", "provider": "Bo", "before": 0.5, "after": 1.0, "old": 0.5, "new": 1.0}
    ]
    rows = {row["provider"]: row for row in found.movers().rows()}
    assert (rows["Bo"]["n"], rows["Bo"]["difference"], rows["Bo"]["to_pass"]) == (1, 0.5, 0.5)
    assert rows["Ana"]["difference"] == 0
    assert set(found.accept().ratings.rater.to_list()) == {"a"}


def test_nothing_is_changed_and_what_was_before_is_left_out():
    before = coqs.score(TWO.ratings)
    found = coqs.reevaluate(TWO, without_raters=["b"], since="2026-05-02")
    assert before == TWO
    assert found.before.ratings.interaction.to_list() == ["i1", "i1", "i2", "i3"]
    assert len(found.flips()) == 0


def test_a_corrected_rubric_is_scored_with_answers_carried_over():
    easier = attrs.evolve(RUBRIC, version="2", pass_mark="0")
    found = coqs.reevaluate(TWO, rubric=easier)
    assert found.share == 1
    assert found.changes == ("rubric desk 1 to 2",)
    assert sorted(found.flips()["interaction"]) == ["i0", "i2", "i3"]
    assert found.after.rubric.version == "2"


def test_fixed_records_and_another_policy_are_scored_anew():
    fixed = scored(["yes"] * 6, ["a", "b", "a", "b", "b", "a"], ["i0", "i0", "i1", "i1", "i2", "i3"])
    found = coqs.reevaluate(TWO, ratings=fixed.ratings)
    assert found.difference().mean == pytest.approx((0.5 + 0 + 1 + 1) / 4)
    assert found.accept() == fixed
    assert "policy" in coqs.reevaluate(TWO, policy="cisco").changes[0]


def test_fixed_records_of_a_rubric_that_scores_otherwise_are_refused():
    other = attrs.evolve(RUBRIC, version="2", criteria=RUBRIC.criteria[:1])
    table = {"interaction": ["i0"], "rater": ["a"], "helps": ["yes"]}
    with pytest.raises(ComparisonError, match="scores otherwise"):
        coqs.reevaluate(TWO, ratings=coqs.Ratings.from_table(table, other))


def test_a_verdict_that_was_not_there_before_or_is_not_after_is_a_change():
    none, failed = (scored([each, "yes"], ["a", "a"], ["i0", "i1"]) for each in (None, "no"))
    there = coqs.reevaluate(none, ratings=failed.ratings).flips().rows()
    gone = coqs.reevaluate(failed, ratings=none.ratings).flips().rows()
    assert [(row["interaction"], row["before"], row["after"]) for row in there] == [("i0", None, 0.0)]
    assert [(row["interaction"], row["before"], row["after"]) for row in gone] == [("i0", 0.0, None)]


def test_what_has_no_time_is_left_out_and_counted():
    some = scored(["yes", "no"], ["a", "a"], ["i0", "i1"], at=[None, "2026-05-02T09:00:00Z"])
    found = coqs.reevaluate(some, policy="cisco", since="2026-05-01")
    assert found.untimed == 1
    assert "left out, since they have no time: 1 interactions" in str(found)
    assert coqs.reevaluate(some, policy="cisco").untimed == 0


def test_a_time_that_is_fixed_takes_an_interaction_neither_in_nor_out_by_itself():
    early, late = ("2026-05-01T09:00:00Z", "2026-05-09T09:00:00Z")
    was = scored(["yes", "no"], ["a", "a"], ["i0", "i1"], at=[early, late])
    now = scored(["no", "yes"], ["a", "a"], ["i0", "i1"], at=[late, early])
    found = coqs.reevaluate(was, ratings=now.ratings, since="2026-05-05")
    assert found.lost == ()
    assert sorted(found.flips()["interaction"]) == ["i0", "i1"]


def test_scores_of_what_one_controller_answers_for_stay_so():
    scores = coqs.score(coqs.make_sample(n=150))
    mine = scores.scorer.controlled_by("person")(scores.ratings)
    found = coqs.reevaluate(mine, without_raters="observer_2")
    assert found.accept().provenance.controlled_by == "person"
    kept = coqs.reevaluate(mine, rubric=attrs.evolve(scores.rubric, version="9"))
    assert kept.difference().mean == 0
    assert kept.share == 1


def test_it_reads_aloud_what_would_change():
    text = str(coqs.reevaluate(TWO, without_raters="b"))
    assert "without 1 rater" in text
    assert "verdicts that change: 1; interactions without a rating: 1" in text


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({}, PolicyError, "must correct something"),
        ({"without_raters": "c"}, NotFoundError, "'a'"),
        ({"policy": "cisko"}, NotFoundError, "'cisco'"),
        ({"policy": "cisco", "since": "then"}, RecordError, "since: must be a time"),
        ({"policy": "cisco", "confidence": 2}, PolicyError, "confidence: must lie between"),
    ],
)
def test_a_mistake_in_a_reevaluation_is_told(how, error, message):
    with pytest.raises(error, match=message):
        coqs.reevaluate(TWO, **how)


DAYS = scored(
    ["yes"] * 6,
    ["a"] * 6,
    [f"i{day}" for day in range(6)],
    customer=["c1", "c2", None, "c1", "c3", "c2"],
    site=["n", "n", "n", "n", "s", "n"],
    form=["old", "new", "new", "new", "new", "old"],
    form_filled=[None, "yes", "no", "yes", "no", None],
)


def test_what_was_touched_is_between_two_moments_and_where_it_was_in_force():
    found = coqs.misstep(DAYS, since="2026-05-02", until="2026-05-06", where={"site": "n"})
    assert found["interaction"].tolist() == ["i1", "i2", "i3"]
    assert found.unlinked == 1
    assert coqs.misstep(DAYS, since="2026-05-01", where={"form": ["old"]})["interaction"].tolist() == [
        "i0",
        "i5",
    ]
    assert coqs.misstep(DAYS, since="2026-05-01", criterion="form_filled")["interaction"].tolist() == [
        "i1", "i2", "i3", "i4",
    ]  # fmt: skip


class Ledger:
    def rows(self):
        return [
            {"interaction": "i3", "state": "open"},
            {"interaction": "i3", "state": "kept"},
            {"interaction": "i0", "state": "open"},
        ]


def test_what_any_rater_was_asked_was_asked():
    two = scored(["yes"] * 2, ["a", "b"], ["i0", "i0"], form=["old", "new"], form_filled=[None, "yes"])
    assert len(coqs.misstep(two, since="2026-05-01", criterion="form_filled")) == 1
    assert len(coqs.misstep(two, since="2026-05-01", where={"form": "new"})) == 1


def test_a_stage_is_touched_where_one_of_its_criteria_was_asked():
    assert len(coqs.misstep(DAYS, since="2026-05-01", stage="responding")) == 6
    with pytest.raises(NotFoundError, match="'responding'"):
        coqs.misstep(DAYS, since="2026-05-01", stage="respondng")


def test_a_ledger_of_promises_is_one_that_can_be_given():
    scores = coqs.score(coqs.make_sample(n=400, weeks=4))
    ledger = coqs.promises(scores)
    found = coqs.misstep(scores, since="2026-03-01", promises=ledger)
    wanted = sum(row["state"] == "open" for row in ledger.rows())
    assert found["open_promises"].sum() == wanted > 0


def test_whom_to_contact_is_told_once_each_with_what_was_promised():
    found = coqs.misstep(DAYS, since="2026-05-01", promises=Ledger())
    rows = found.contacts().rows()
    assert [(row["customer"], row["n"], row["last_interaction"], row["open_promises"]) for row in rows] == [
        ("c2", 2, "i5", 0),
        ("c3", 1, "i4", 0),
        ("c1", 2, "i3", 2),
    ]
    assert str(found) == (
        "touched since 2026-05-01T00:00:00Z: 6 interactions of 3 customers; 1 without a customer, "
        "0 more without a time"
    )


def test_whom_to_contact_is_written_safe_for_spreadsheets(tmp_path):
    evil = scored(["yes"], ["a"], ["i0"], customer=["=2+3"], site=["n"])
    found = coqs.misstep(evil, since="2026-05-01")
    path = tmp_path / "contacts.csv"
    coqs.write_contacts(found.contacts(), path)
    head, row = path.read_text("utf-8").splitlines()
    assert head == "customer,n,last_interaction,last_at,provider,site,channel,open_promises"
    assert row.startswith("'=2+3,1,i0,2026-05-01T09:00:00")
    coqs.write_contacts(found, path)
    assert path.read_text("utf-8").startswith("interaction,at,provider,customer,")
    none = coqs.misstep(evil, since="2026-06-01")
    coqs.write_contacts(none.contacts(), path)
    assert path.read_text("utf-8").splitlines() == [head]


def test_what_has_no_time_may_have_been_touched_and_is_counted():
    untimed = scored(["yes"], ["a"], ["i0"], at=[None])
    found = coqs.misstep(untimed, since="2026-05-01")
    assert (len(found), found.untimed) == (0, 1)
    assert len(found.contacts()) == 0


def test_results_pickle_and_are_read_only():
    found = coqs.misstep(DAYS, since="2026-05-01")
    assert pickle.loads(pickle.dumps(found)) == found
    assert pickle.loads(pickle.dumps(found.contacts())) == found.contacts()
    again = coqs.reevaluate(TWO, without_raters="b")
    assert pickle.loads(pickle.dumps(again)) == again != coqs.reevaluate(TWO, without_raters="a")
    flips = again.flips()
    assert pickle.loads(pickle.dumps(flips)) == flips
    for array in (found["at"], found.contacts()["n"], flips["old"]):
        assert not array.flags.writeable
    assert np.issubdtype(found["at"].dtype, np.datetime64)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"since": "2026-05-04", "until": "2026-05-01"}, PolicyError, "until: must be after since"),
        ({"since": "2026-05-01", "where": {"sitte": "n"}}, NotFoundError, "'site'"),
        ({"since": "2026-05-01", "where": {"site": "north"}}, NotFoundError, "'n'"),
        ({"since": "2026-05-01", "criterion": "form_filed"}, NotFoundError, "'form_filled'"),
    ],
)
def test_a_mistake_in_a_misstep_is_told(how, error, message):
    with pytest.raises(error, match=message):
        coqs.misstep(DAYS, **how)
