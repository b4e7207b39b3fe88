"""The report: one HTML file that needs nothing else and says every number with what it stands on."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

import coqs
from coqs.results import whole_table

HARD_SPACE = "\N{NO-BREAK SPACE}"
EVIL = "</title><script>alert('x')</script>\" onload=\"x' &amp; <b>"
VOID = {"meta", "link", "img", "br", "hr", "input", "path", "rect"}
RUBRIC = """
schema = 1
id = "door"
version = "1"
title = "At the door"
pass_mark = "1/2"
sets.neighbours = "who lives next door"
[[criteria]]
id = "greets"
stage = "greeting"
text = "Greets"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 2, is = "meets" }]
[[criteria]]
id = "lawful"
stage = "responding"
text = "Keeps to the law"
gate = { class = "ethics", kind = "illegal", on = ["never"] }
levels = [{ id = "never", points = 0, is = "below", text = "Broke it" },
          { id = "yes", points = 1, is = "meets" }]
[[criteria]]
id = "safe"
stage = "responding"
irreversible = true
levels = [{ id = "harm", points = 0, is = "below" }, { id = "safe", points = 1, is = "meets" }]
[[criteria]]
id = "minutes"
stage = "concluding"
unit = "minutes"
gate = { class = "customer", on = ["long"] }
levels = [{ id = "short", below = 5, points = 1 }, { id = "long", from = 5, points = 0 }]
"""
TABLE: dict[str, list[Any]] = {
    "interaction": ["a", "b", "c", "c"],
    "rater": ["r", "r", "r", "s"],
    "provider": ["zoe", "ann", "ann", "ann"],
    "customer_set": ["visitors", "client", None, None],
    "at": ["2026-05-01T23:30:00-02:00", "2026-05-09T10:00:00Z", None, None],
    "greets": ["yes", "no", None, "yes"],
    "lawful": ["yes", "never", None, None],
    "safe": ["safe", "harm", None, None],
    "minutes": [3, 7.5, None, None],
}


def rubric(text: str = RUBRIC) -> coqs.Rubric:
    return coqs.Rubric.from_toml_text(text)


def scored(table: dict[str, list[Any]] = TABLE, of: coqs.Rubric | None = None) -> coqs.Scores:
    return coqs.score(coqs.Ratings.from_table(table, of or rubric()))


class Document(HTMLParser):
    """A page, read strictly: every element that opens closes, and tables become lists of rows."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.texts: list[str] = []
        self._caption = ""
        self._rows: list[list[str]] = []
        self.feed(html)
        self.close()
        assert self.open == []
        self.text = spaced(" ".join(self.texts))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert len(dict(attributes)) == len(attributes), "an attribute twice"
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._caption, self._rows = "", []
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._rows[-1].append("")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "table":
            self.tables[spaced(self._caption)] = [[spaced(cell) for cell in row] for row in self._rows]

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.texts.append(data)
        if "caption" in self.open:
            self._caption += data
        elif {"td", "th"} & set(self.open):
            self._rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def table(self, caption: str) -> list[list[str]]:
        (found,) = [rows for name, rows in self.tables.items() if name.startswith(caption)]
        return found

    def row(self, caption: str, head: str) -> list[str]:
        (found,) = [row for row in self.table(caption) if row[0].split()[:1] == [head]]
        return found


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace(HARD_SPACE, " ")).strip()


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Write a report and read it back."""

    def written(scores: coqs.Scores, **how: Any) -> Document:
        coqs.write_report(scores, tmp_path / "report.html", **how)
        return Document((tmp_path / "report.html").read_text(encoding="utf-8"))

    return written


@pytest.fixture(scope="module")
def sample() -> coqs.Scores:
    plugins = coqs.load_plugins(only=["security"])
    return coqs.score(coqs.make_sample(plugins=plugins))


@pytest.fixture(scope="module")
def page(sample: coqs.Scores, tmp_path_factory: pytest.TempPathFactory) -> Document:
    path = tmp_path_factory.mktemp("report") / "report.html"
    coqs.write_report(sample, path)
    return Document(path.read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------------- one file, no more


def test_the_page_needs_nothing_from_elsewhere(page: Document) -> None:
    loading = {"src", "href", "srcset", "data", "action", "poster", "background"}
    assert [each for each in page.elements if loading & set(each[1])] == []
    assert {tag for tag, _ in page.elements} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "a",
        "form",
    } == set()
    assert re.findall(r"url\(|@import|https?:|//", re.sub(r"<!doctype html>", "", page.html)) == []


def test_no_element_runs_a_script(page: Document) -> None:
    assert [each for each in page.elements if any(name.startswith("on") for name in each[1])] == []
    policy = [each["content"] for each in page.all("meta") if each.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_the_page_says_its_language_encoding_and_title(page: Document) -> None:
    assert page.html.startswith('<!doctype html>\n<html lang="en">')
    assert {"charset": "utf-8"} in page.all("meta")
    assert len(page.all("title")) == 1
    assert len(page.all("h1")) == 1


def test_headings_stand_in_the_order_in_which_a_manager_asks(page: Document) -> None:
    heads = re.findall(r'<h2 id="(\w+)">', page.html)
    assert heads == [
        "next", "short", "gates", "overall", "stages", "sets", "map", "coverage", "providers", "criteria",
        "accounts", "denominators", "machines", "provenance",
    ]  # fmt: skip


def test_at_most_three_that_failed_are_accounted_for_ethics_first(
    sample: coqs.Scores, page: Document
) -> None:
    section = page.html[page.html.index('id="accounts"') : page.html.index('id="denominators"')]
    told = re.findall(r"<summary><bdi>(.+?)</bdi> by <bdi>(.+?)</bdi>: (.+?)</summary>", section)
    assert len(told) == 3
    rows = [sample.ratings.row_of(id, rater=rater) for id, rater, _ in told]
    assert (sample.verdict[rows] == "fail").all()
    hit = (sample.gates["ethics"][rows] > 0).tolist()
    assert hit == sorted(hit, reverse=True)
    assert any(hit)
    assert all("verdict would be pass with" in words for _, _, words in told)


def test_what_is_accounted_for_is_escaped(read: Any) -> None:
    table = TABLE | {"interaction": [f"<b>{id}</b>" for id in TABLE["interaction"]]}
    page = read(scored(table))
    assert "&lt;b&gt;" in page.html
    assert "<b>I" not in page.html


def test_every_table_has_a_caption_and_headers_with_a_scope(page: Document) -> None:
    assert len(page.all("table")) == len(page.all("caption")) == len(page.tables)
    assert all(each.get("scope") in {"col", "row"} for each in page.all("th"))
    for rows in page.tables.values():
        assert all(rows[0]), "a header without words"


def test_every_drawing_has_words_that_say_the_same(page: Document) -> None:
    drawings = page.all("svg")
    assert len(drawings) > 10
    told = [spaced(each["aria-label"] or "") for each in drawings]
    assert all(each["role"] == "img" for each in drawings)
    maps = [label for label in told if "cells not observed" in label]
    assert len(maps) == 2
    for label in maps:
        assert page.table(label.split(";")[0])
    for label in set(told) - set(maps):
        assert re.fullmatch(r"(\d+\.\d %|cannot tell), 95 % interval .+, n = [\d,]+", label)


def test_ids_are_unique_and_sections_named(page: Document) -> None:
    ids = [each["id"] for _, each in page.elements if "id" in each]
    assert len(ids) == len(set(ids))
    assert all(each["aria-labelledby"] in ids for each in page.all("section"))


def test_the_same_scores_give_the_same_page(sample: coqs.Scores, page: Document, tmp_path: Path) -> None:
    coqs.write_report(sample, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text("utf-8") == page.html


# ---------------------------------------------------------------------------------------------- gates


def test_the_answer_comes_first_and_opens_with_the_ethics_gate(page: Document) -> None:
    assert re.search(r"In short Attention: An ethics gate failed in \d+ of \d+ interactions", page.text)
    assert page.text.index("ethics gate failed") < page.text.index("The mean score is")


def test_gates_stand_by_class_with_the_number_of_interactions(read: Any) -> None:
    page = read(scored())
    rows = page.table("Interactions in which a gate failed")[1:]
    assert [row[0].split()[0] for row in rows] == [
        "ethics",
        "compliance",
        "business",
        "customer",
        "irreversible",
    ]
    assert [row[1] for row in rows] == ["1", "0", "0", "1", "1"]
    absent = "the rubric has none"
    assert [row[2] for row in rows] == ["1 failed of 2", absent, absent, "1 failed of 2", "1 failed of 2"]


def test_each_failed_answer_is_listed_with_what_was_seen(read: Any) -> None:
    rows = read(scored()).table("The answers that failed")[1:]
    assert rows == [
        ["ethics gate (illegal)", "b", "ann", "r", "Keeps to the law", "Broke it"],
        ["customer gate", "b", "ann", "r", "minutes", "long (7.5 minutes)"],
        ["irreversible", "b", "ann", "r", "safe", "harm"],
    ]


def test_gates_that_nobody_answered_are_counted(read: Any) -> None:
    assert "4 gates that applied went unanswered, in " in read(scored()).text


def test_a_long_list_of_failures_is_cut_and_the_rest_counted(read: Any) -> None:
    n = 80
    table = {"interaction": [str(k) for k in range(n)], "lawful": ["never"] * n}
    page = read(scored(table))
    assert len(page.table("The answers that failed")) == 51
    assert "30 more ratings have such answers" in page.text
    assert "80 failed of 80" in page.text


def test_a_rubric_without_ethics_gates_says_so(read: Any) -> None:
    plain = rubric(RUBRIC.replace('class = "ethics", kind = "illegal"', 'class = "business"'))
    table = TABLE | {"lawful": ["yes"] * 4}
    assert "The rubric has no ethics gate." in read(scored(table, plain)).text
    assert "No ethics gate failed in 3 interactions." in read(scored(table)).text


# ------------------------------------------------------------------------------- scores with intervals


def test_the_overall_score_stands_with_its_interval_and_n(page: Document, sample: coqs.Scores) -> None:
    head, value, _, interval, n = page.row("All interactions, 300 in number", "Score")
    assert head.startswith("Score")
    (whole,) = whole_table(sample).rows()
    ends = f"{whole['ci_low'] * 100:.1f} to {whole['ci_high'] * 100:.1f} %"
    assert (value, interval) == (f"{whole['mean'] * 100:.1f} %", ends)
    assert n == f"{whole['n_scored']} interactions"
    assert page.row("All interactions, 300 in number", "Pass")[4] == f"{whole['n_verdicts']} interactions"
    assert page.row("All interactions, 300 in number", "Exceeds")[4] == f"{answers(sample):,} answers"


def answers(scores: coqs.Scores) -> int:
    return int(scores.counts["answered"].sum())


def test_raters_of_one_interaction_are_averaged_before_interactions(read: Any) -> None:
    # a 100 %; b 0 % from three stages at 0; c 100 % by one rater, not scored by the other
    page = read(scored())
    assert page.row("All interactions, 3 in number", "Score")[1:] == [
        "66.7 %",
        "",
        "0.0 to 100.0 %",
        "3 interactions",
    ]


def test_a_stage_stands_with_how_many_interactions_it_was_scored_in(read: Any) -> None:
    page = read(scored())
    assert page.row("Mean score of each stage", "greeting")[1:] == [
        "66.7 %", "", "0.0 to 100.0 %", "3 of 3", "1", "none",
    ]  # fmt: skip
    assert page.row("Mean score of each stage", "future")[1:5] == ["cannot tell", "", "cannot tell", "0 of 3"]


def test_every_set_of_the_rubric_is_there_and_the_unseen_are_blind_spots_in_words(read: Any) -> None:
    page = read(scored())
    rows = {row[0].split()[0]: row for row in page.table("How much was observed of each set")[1:]}
    assert list(rows) == ["client", "employees", "co_workers", "visitors", "self", "neighbours", "not"]
    assert rows["visitors"][1:4] == ["1 of 3", "33.3 %", "not stated"]
    assert rows["not"][0] == "not recorded"
    blind = ["employees", "co_workers", "self", "neighbours"]
    assert [name for name, row in rows.items() if row[-1] == "Blind spot: never observed"] == blind
    assert rows["self"][1:4] == ["0 of 3", "0.0 %", "not stated"]
    assert f"nothing was observed of {', '.join(blind)}" in page.text


def test_without_any_customer_set_blind_spots_cannot_be_told(read: Any) -> None:
    page = read(scored(TABLE | {"customer_set": [None] * 4}))
    rows = page.table("How much was observed of each set")[1:]
    assert {row[-1] for row in rows[:-1]} == {"Cannot tell: no customer set was recorded"}
    assert rows[-1][:2] == ["not recorded", "3 of 3"]
    assert "No customer set was recorded, so blind spots cannot be told." in page.text
    assert "Blind spot" not in page.text.replace("is a blind spot", "")


def test_providers_stand_by_id_with_intervals_and_never_ranked(page: Document, sample: coqs.Scores) -> None:
    rows = page.table("Scores by provider, 6 in number")[1:]
    assert [row[0] for row in rows] == ["Abara", "Brandt", "Cole", "Dray", "Eklund", "Ferro"]
    table = sample.by("provider").rows()
    for shown, row in zip(rows, table, strict=True):
        assert shown[1] == f"{row['mean'] * 100:.1f} %"
        assert shown[3] == f"{row['ci_low'] * 100:.1f} to {row['ci_high'] * 100:.1f} %"
        assert shown[4] == f"{row['n_scored']} of {row['n']}"
        assert f"n = {row['n_verdicts']})" in shown[6]
        assert re.search(r"\(.+; n = [\d,]+\)", shown[7])
    mean = whole_table(sample)["mean"][0]
    assert f"the dashed line the mean of all interactions, {mean * 100:.1f} %" in page.text


def test_one_interaction_leaves_the_interval_untold(read: Any) -> None:
    page = read(scored({name: values[:1] for name, values in TABLE.items()}))
    assert page.row("All interactions, 1 in number", "Score")[1:4] == ["100.0 %", "", "cannot tell"]
    assert page.row("Scores by provider, 1 in number", "zoe")[3] == "cannot tell"


# ---------------------------------------------------------------------------------------- denominators


def test_answers_and_all_five_absences_are_counted_out_of_everything(
    page: Document, sample: coqs.Scores
) -> None:
    rows = page.table("Answers, and the five ways")[1:]
    whole = len(sample) * len(sample.rubric.criteria)
    for row, name in zip(
        rows, ["answered", "unanswered", "not_applicable", "not_asked", "abstained", "failed"], strict=True
    ):
        n = int(sample.counts[name].sum())
        assert row[0].startswith(name.replace("_", " "))
        assert row[1:] == [f"{n:,} of {whole:,}", f"{n / whole * 100:.1f} %"]


def test_the_unscored_are_counted_by_reason(page: Document, sample: coqs.Scores) -> None:
    rows = {row[0].split()[0]: row[1] for row in page.table("Ratings that are not scored")[1:]}
    reasons = sample.reason.tolist()
    assert rows == {name: f"{reasons.count(name)} of {len(reasons)}" for name in ("unanswered", "abstained")}


def test_times_are_told_in_utc(read: Any) -> None:
    assert "2026-05-02 to 2026-05-09 (UTC)" in read(scored()).text


def test_coverage_and_ignored_answers_are_told(read: Any) -> None:
    hidden = rubric(RUBRIC.replace('id = "greets"', 'id = "greets"\napplies_to = ["visitors"]'))
    page = read(scored(of=hidden))
    assert "2 answers to criteria that were not asked are ignored" in page.text
    assert "Coverage: 53.8 %; 7 of 13 answers that were asked for were given" in page.text


def test_problems_of_machine_raters_are_told(read: Any) -> None:
    ratings = coqs.Ratings.from_table(TABLE, rubric())
    broke = attrs.evolve(ratings, problems=(coqs.Problem("phrases", "coqs_rate", "KeyError"),))
    page = read(coqs.score(broke))
    assert "Attention: Machine raters had 1 problem" in page.text
    assert "plugin 'phrases' raised KeyError in coqs_rate" in page.text
    assert "No machine rater had a problem." in read(scored()).text


def test_the_provenance_is_whole(page: Document, sample: coqs.Scores) -> None:
    rows = dict(page.table("What the numbers were made with")[1:])
    made = sample.provenance
    assert rows["Rubric"] == "security"
    assert rows["Scoring fingerprint"] == made.fingerprint.scoring
    assert rows["Content fingerprint"] == made.fingerprint.content
    assert rows["Plugin"] == "security"
    assert rows["Distribution"] == f"coqs {coqs.__version__}"
    assert rows["coqs"] == coqs.__version__
    assert dict(page.table("The choices of the policy")[1:]) == sample.policy.choices()


# ---------------------------------------------------------------------------------- texts of strangers


def test_html_in_any_text_is_escaped(read: Any) -> None:
    quoted = EVIL.replace("\\", "\\\\").replace('"', '\\"')
    evil = rubric(
        RUBRIC.replace('"At the door"', f'"{quoted}"')
        .replace('"who lives next door"', f'"{quoted}"')
        .replace('"Keeps to the law"', f'"{quoted}"')
        .replace('"Broke it"', f'"{quoted}"')
        .replace('"minutes"\ngate', f'"{quoted}"\ngate')
        .replace('version = "1"', f'version = "{quoted}"\ntext = "{quoted}"')
    )
    ids = {"interaction": [f"{name}{EVIL}" for name in "abcc"], "rater": [EVIL, EVIL, EVIL, "s"]}
    page = read(scored(TABLE | ids | {"provider": [EVIL] * 4, "site": [EVIL] * 4}, evil))
    assert page.all("script") == page.all("b onload") == []
    assert "<script" not in page.html
    assert [each for each in page.elements if any(name.startswith("on") for name in each[1])] == []
    assert page.text.count(spaced(EVIL)) >= 8
    assert len(page.all("title")) == len(page.all("h1")) == 1


def test_a_title_is_escaped_in_the_head_and_in_the_heading(read: Any) -> None:
    page = read(scored(), title=EVIL)
    assert page.texts.count(EVIL) == 2
    assert "<script" not in page.html


def test_the_title_is_the_rubric_s_unless_given(read: Any) -> None:
    assert "At the door" in read(scored()).texts
    assert "Night shift" in read(scored(), title="Night shift").texts
    assert "At the door" in read(scored(), title=" ").texts


def test_texts_in_another_language_say_so_and_english_translations_are_taken(read: Any) -> None:
    spanish = RUBRIC.replace('id = "door"', 'id = "door"\nlanguage = "es"')
    page = read(scored(of=rubric(spanish)))
    assert {"lang": "es"} in page.all("span")
    both = rubric(
        spanish.replace('text = "Keeps to the law"', 'text = "Cumple la ley"\ntext_en = "Keeps it"')
    )
    assert read(scored(of=both)).table("The answers that failed")[1][4] == "Keeps it"


def test_characters_that_html_cannot_hold_are_shown_as_replaced(read: Any) -> None:
    table = TABLE | {"provider": ["nu\x00l", "half\ud800", "bell\x07", "esc\x1b"]}
    page = read(scored(table))
    shown = [row[0] for row in page.table("Scores by provider, 4 in number")[1:]]
    assert sorted(shown) == ["bell\ufffd", "esc\ufffd", "half\ufffd", "nu\ufffdl"]


def test_a_provider_that_was_not_recorded_is_named_so(read: Any) -> None:
    page = read(scored(TABLE | {"provider": [None, "ann", None, None]}))
    assert [row[0] for row in page.table("Scores by provider, 2 in number")[1:]] == ["ann", "not recorded"]


# ------------------------------------------------------------------------------------------ extremes


def test_nobody_gives_a_page_that_says_so(read: Any) -> None:
    page = read(scored({name: [] for name in TABLE}))
    assert "Nobody was rated, so there is nothing to tell." in page.text
    assert page.row("All interactions, 0 in number", "Score")[1:] == [
        "cannot tell",
        "",
        "cannot tell",
        "0 interactions",
    ]
    assert "times not recorded" in page.text
    assert "Of the same" not in page.text


def test_nothing_scored_gives_reasons_and_no_number(read: Any) -> None:
    nothing = {"interaction": ["a", "b"], "greets": ["abstained", None]}
    page = read(scored(nothing))
    assert "2 of 2 interactions could not be scored." in page.text
    assert "Nothing was scored, so there is no mean score to tell." in page.text
    assert [row[1] for row in page.table("Ratings that are not scored")[1:]] == ["1 of 2", "1 of 2"]
    assert "nan" not in page.text.casefold().split()


def test_two_thousand_providers_fit_on_a_page(read: Any) -> None:
    n = 6000
    table = {
        "interaction": [f"i{k}" for k in range(n)],
        "provider": [f"p{k % 2000:04}" for k in range(n)],
        "greets": [("no", "yes")[k * 7 % 3 % 2] for k in range(n)],
    }
    page = read(scored(table))
    assert "Of 2,000 providers" in page.text
    rows = page.table("Score of each provider")
    assert [row[0] for row in rows[1:]] == [f"p{k:04}" for k in range(2000)]
    assert len(page.html) < 6_000_000


def test_bonus_that_leads_above_the_ceiling_widens_the_bars(read: Any) -> None:
    bonus = (
        RUBRIC
        + """
    [[criteria]]
    id = "more"
    stage = "greeting"
    bonus = true
    levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
    """
    )
    page = read(
        scored({"interaction": ["a", "b"], "greets": ["yes", "yes"], "more": ["yes", "yes"]}, rubric(bonus))
    )
    assert page.row("All interactions, 2 in number", "Score")[1] == "200.0 %"
    assert "Bars run from 0 % to 200 %" in page.text
    bars = [each for each in page.all("rect") if each["class"] == "interval"]
    assert all(0 <= float(each["x"] or 0) <= 200 for each in bars)


def test_without_jinja2_the_extra_is_named_and_nothing_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(coqs.MissingDependencyError, match=r"coqs\[report\]") as caught:
        coqs.write_report(scored(), tmp_path / "report.html")
    assert caught.value.extra == "report"
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        coqs.write_report(scored(), tmp_path / "no" / "report.html")
    assert list(tmp_path.iterdir()) == []


# --------------------------------------------------------------------------------------- what to do next


def advice(page: Document) -> list[str]:
    """Return the items of the list that stands first, as texts."""
    (found,) = re.findall(r'<ol class="advice">(.*?)</ol>', page.html, re.DOTALL)
    return [spaced(re.sub(r"<[^>]+>", " ", item)) for item in re.findall(r"<li.*?</li>", found, re.DOTALL)]


def test_what_no_score_excuses_is_the_first_thing_to_do(page: Document) -> None:
    first, second, third, *others = advice(page)
    assert first.startswith("First: Look into 1 interaction in which an ethics gate failed")
    assert second.startswith("Look into the other gates that failed By interactions: compliance in ")
    assert third.startswith("Observe how self is served")
    assert len(others) == 3


def test_the_costliest_criteria_are_named_with_how_sure_that_is(page: Document, sample: coqs.Scores) -> None:
    steps = coqs.next_steps(sample).rows()[:3]
    for told, row in zip(advice(page)[3:], steps, strict=True):
        assert told.startswith(f"Meet: {sample.rubric.criterion(row['criterion']).words.text}")
        assert f"raise the mean score by {row['gain'] * 100:.1f} points" in told
        assert f"between {row['gain_ci_low'] * 100:.1f} and {row['gain_ci_high'] * 100:.1f} points" in told


def test_too_little_seen_gives_no_criterion_but_says_so(read: Any) -> None:
    page = read(scored({"interaction": ["a", "b"], "greets": ["no", "yes"], "customer_set": ["client"] * 2}))
    assert any("Cannot tell which criterion comes first" in told for told in advice(page))
    assert not any(told.startswith("Meet") for told in advice(page))


def test_a_rubric_that_is_always_met_may_be_too_easy(read: Any) -> None:
    page = read(scored({"interaction": ["a", "b"], "greets": ["yes", "yes"], "customer_set": ["client"] * 2}))
    assert any("too easy" in told for told in advice(page))


def test_answers_that_are_missing_come_before_criteria(read: Any) -> None:
    n = 40
    table = {"interaction": [f"i{k}" for k in range(n)], "greets": ["no", "yes", None, None] * 10}
    told = advice(read(scored(table)))
    assert any("Have more of what is asked answered" in each for each in told)


# ------------------------------------------------------------------------------------------------- maps


def test_the_map_of_sets_and_stages_says_what_the_scores_say(page: Document, sample: coqs.Scores) -> None:
    rows = {row[0]: row[1:] for row in page.table("Mean score by customer set and stage")[1:]}
    assert rows["self"] == ["not observed"] * 5
    table = sample.stages_by("customer_set").rows()
    for row in table:
        told = rows[row["customer_set"]][sample.rubric.stage_ids.index(row["stage"])]
        assert told.startswith(f"{row['mean'] * 100:.1f} % (")
        assert told.endswith(f"n = {row['n_scored']})")


def test_every_interaction_stands_in_its_hour_in_the_zone_that_is_asked_for(read: Any) -> None:
    table = {
        "interaction": ["a", "b"],
        "at": ["2026-03-02T23:30Z", "2026-03-03T00:10Z"],
        "greets": ["yes"] * 2,
    }
    hours = read(scored(table), tz="Europe/Madrid").table("Interactions observed by hour and day")
    assert hours[0] == ["Hour", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert (hours[1][2], hours[2][2]) == ("1", "1")
    assert sum(cell == "none" for row in hours[1:] for cell in row[1:]) == 24 * 7 - 2


def test_a_zone_that_is_none_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(coqs.RecordError, match="zone"):
        coqs.write_report(scored(), tmp_path / "report.html", tz="Europe/Atlantis")
    assert list(tmp_path.iterdir()) == []


def test_the_share_that_a_set_should_have_stands_beside_the_one_it_has(read: Any) -> None:
    page = read(scored(), expected={"visitors": 0.4})
    assert page.row("How much was observed", "visitors")[3] == "40.0 %"
    assert page.row("How much was observed", "client")[3] == "not stated"


@pytest.mark.parametrize("share", [1.5, -0.1, "half", float("nan")])
def test_an_expected_share_that_is_none_is_refused(share: Any, tmp_path: Path) -> None:
    with pytest.raises(coqs.RecordError, match="expected: the share of 'client' must lie from 0 to 1"):
        coqs.write_report(scored(), tmp_path / "report.html", expected={"client": share})


def test_an_expected_share_of_an_unknown_set_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(coqs.NotFoundError, match="did you mean 'client'"):
        coqs.write_report(scored(), tmp_path / "report.html", expected={"cleint": 0.5})


# --------------------------------------------------------------------------- providers, criteria, machines


def test_of_many_providers_those_that_stand_apart_are_shown_and_chance_is_not(read: Any) -> None:
    n = 5000
    table = {
        "interaction": [f"i{k}" for k in range(n)],
        "provider": [f"p{k % 50:02}" for k in range(n)],
        "greets": ["yes" if k % 50 == 7 or (k % 50 != 3 and (k // 50) % 2) else "no" for k in range(n)],
    }
    page = read(scored(table))
    assert [row[0] for row in page.table("Clearly above the whole: 1 of 1")[1:]] == ["p07"]
    assert [row[0] for row in page.table("Clearly below the whole: 1 of 1")[1:]] == ["p03"]
    assert len(page.table("Score of each provider")) == 51


def test_each_criterion_has_its_misses_its_absences_and_what_it_costs(
    page: Document, sample: coqs.Scores
) -> None:
    rows = page.table("How often each criterion is below")[1:]
    steps = [row for row in coqs.next_steps(sample).rows() if row["n"]]
    assert len(rows) == len(steps)
    assert "Never answered, so that nothing can be told of them: Tests the post's equipment" in page.text
    for told, row in zip(rows, steps, strict=True):
        assert told[4] == f"{row['n']:,}"
        assert f"{row['n_ratings']:,} answered" in told[0]
        assert f"{row['not_asked']:,} not asked" in told[0] or not row["not_asked"]


def test_machines_stand_beside_the_people_who_rated_the_same(read: Any) -> None:
    table = {
        "interaction": ["a", "a", "b", "b", "c", "d"],
        "rater": ["phrases", "ann", "phrases", "ann", "phrases", "ann"],
        "greets": ["yes", "yes", "no", "yes", "yes", "yes"],
    }
    page = read(scored(table))
    assert "Ratings by machines (phrases): 3. Interactions that a machine and a person rated: 2." in page.text
    row = page.table("How often a machine and a person")[1]
    assert (row[1], row[4:]) == ("50.0 %", ["2", "1 of 2", "0 of 2"])


def test_a_machine_of_another_name_is_one_when_told(read: Any) -> None:
    table = {"interaction": ["a", "a"], "rater": ["robot", "ann"], "greets": ["yes", "yes"]}
    assert "No rating is by a machine" in read(scored(table)).text
    assert "Ratings by machines (robot): 1." in read(scored(table), machines=["robot"]).text


def test_what_nobody_answered_is_not_called_too_easy(read: Any) -> None:
    page = read(scored({"interaction": ["a", "b"], "greets": [None, None], "customer_set": ["client"] * 2}))
    assert "too easy" not in page.text
    assert "Only 0.0 % of what was asked was answered" in page.text


def test_answers_that_are_left_out_are_told_before_any_score(read: Any) -> None:
    text = (
        RUBRIC
        + """
    [[criteria]]
    id = "helped"
    stage = "greeting"
    applies_to = ["client"]
    levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
    """
    )
    table = {"interaction": ["a", "b"], "greets": ["yes", "yes"], "helped": ["yes", "no"]}
    page = read(scored(table, rubric(text)))
    assert "2 answers to criteria that were not asked are left out." in page.text
    assert any(told.startswith("Find out why answers were given") for told in advice(page))


def test_days_are_told_in_the_zone_that_is_asked_for(read: Any) -> None:
    table = {"interaction": ["a"], "at": ["2026-03-02T23:30Z"], "greets": ["yes"]}
    assert "2026-03-03 (Europe/Madrid)" in read(scored(table), tz="Europe/Madrid").text
