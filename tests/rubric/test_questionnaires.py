"""The questionnaire file: what it holds, what is refused with which key path, and what lint finds."""

# ruff: noqa: E501  # a table of cases reads best with a case a line

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import attrs
import pytest

import coqs
from coqs.model import Words
from coqs.rubric import Option
from coqs.rubric.questionnaire import KINDS, MOST_ITEMS, Choice, FreeText, Measure, Rating, SurveyItem, YesNo

HEAD = 'schema = 1\nid = "visit"\nversion = "1"\n'
LIKELY = 'rating = { low = 0, high = 10, low_text = "Not at all", high_text = "Certainly" }'
FULL = """
schema = 1
id = "visit"
version = "1.0"
rubric = "coqs"
title = "Your visit"
title_es = "Su visita"

[[items]]
id = "welcome"
text = "How were you received?"
text_es = "¿Cómo le recibimos?"
about = ["greeting", "eye_contact"]
not_applicable = true
options = [
  { id = "poorly", points = 0, text = "Poorly", text_es = "Mal" },
  { id = "so_so", points = "1/2", text = "So so", text_es = "Regular" },
  { id = "well", points = 1, text = "Well", text_es = "Bien" },
]

[[items]]
id = "waited"
text = "I had to wait too long"
text_es = "Tuve que esperar demasiado"
about = ["greeting"]
reverse = true
rating = { low = 1, high = 5, low_text = "Disagree", high_text = "Agree", low_text_es = "No", high_text_es = "Sí" }

[[items]]
id = "solved"
text = "Is it solved?"
text_es = "¿Está resuelto?"
about = ["responding"]
answer = "yes_no"

[[items]]
id = "recommend"
text = "How likely are you to recommend us?"
text_es = "¿Nos recomendaría?"
about = ["future"]
rating = { low = 0, high = 10, low_text = "Not at all", high_text = "Certainly", low_text_es = "No", high_text_es = "Sí" }

[[items]]
id = "in_your_words"
text = "What should we change?"
text_es = "¿Qué deberíamos cambiar?"
answer = "text"

[[measures]]
id = "csat"
kind = "csat"
statistic = "share"
items = ["welcome", "waited"]
top = 1
over = "answers"

[[measures]]
id = "smooth"
kind = "mean"
points = "min_max"
items = ["welcome", "waited", "solved"]
over = "respondents"
at_least = 2

[[measures]]
id = "nps"
kind = "nps"
items = ["recommend"]
"""


def asked() -> coqs.Questionnaire:
    return coqs.Questionnaire.from_toml_text(FULL)


def with_items(*items: str, measure: str = "") -> str:
    shown = "".join(f"[[items]]\n{item}\n" for item in items)
    return HEAD + shown + (f"[[measures]]\n{measure}\n" if measure else "")


def refusal(text: str) -> coqs.RubricError:
    with pytest.raises(coqs.RubricError) as caught:
        coqs.Questionnaire.from_toml_text(text)
    return caught.value


def test_a_file_becomes_items_scales_and_measures() -> None:
    welcome, waited, solved, recommend, words = asked().items
    assert isinstance(welcome.scale, Choice)
    assert (welcome.scale.boxes, welcome.scale.points[1]) == (("poorly", "so_so", "well"), Fraction(1, 2))
    assert (welcome.about, welcome.not_applicable) == (("greeting", "eye_contact"), True)
    assert isinstance(waited.scale, Rating)
    assert waited.scale.high_words.in_language("es") == "Sí"
    assert (solved.scale, words.scale) == (YesNo(), FreeText())
    assert len(recommend.scale.boxes) == 11
    assert [measure.unit for measure in asked().measures] == ["share", "share", "net"]
    assert asked().lint() == ()


def test_a_reversed_item_counts_from_its_first_box_and_turns_its_points() -> None:
    waited, recommend = asked().item("waited"), asked().item("recommend")
    assert (waited.top(2), recommend.top(2)) == (("1", "2"), ("10", "9"))
    assert waited.shares() == (1, Fraction(3, 4), Fraction(1, 2), Fraction(1, 4), 0)
    assert asked().item("welcome").shares() == (0, Fraction(1, 2), 1)
    assert asked().item("in_your_words").shares() == ()


def test_a_questionnaire_is_read_from_a_file_and_from_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "visit.toml"
    path.write_text(FULL, encoding="utf-8")
    assert coqs.Questionnaire.from_toml(path) == asked()
    assert coqs.Questionnaire.from_mapping(asked().to_mapping()) == asked()
    with pytest.raises(coqs.RubricError, match=r"^gone\.toml: must be a readable file"):
        coqs.Questionnaire.from_toml(tmp_path / "gone.toml")


def test_nine_items_are_the_most_and_free_text_counts() -> None:
    def items(n: int) -> str:
        return with_items(*(f'id = "q{place}"\nanswer = "text"' for place in range(n)))

    assert len(coqs.Questionnaire.from_toml_text(items(MOST_ITEMS)).items) == 9
    error = refusal(items(10))
    assert str(error) == (
        "questionnaire: items: must be fewer than ten, every item that is shown counts, got 10; "
        "drop those that nobody acts on"
    )
    assert error.rubric == "visit"


ITEM = 'id = "a"\nanswer = "yes_no"'
NPS = f'id = "a"\n{LIKELY}'
FIVE = 'id = "a"\nrating = { low = 1, high = 5 }'
TWO = (FIVE, 'id = "b"\nanswer = "yes_no"')


@pytest.mark.parametrize(
    ("text", "place", "rule"),
    [
        (HEAD, "items", "must have at least one item"),
        (HEAD.replace("1", "2", 1), "schema", "must be 1"),
        (with_items(ITEM).replace("version", "verzion"), "version", "must be a text"),
        (with_items(ITEM + "\ncolour = 1"), "items[0].colour", "must be a known key"),
        (with_items('id = "a"'), "items[0]", "must have one of options, rating, answer, got none"),
        (with_items(ITEM + "\nrating = { low = 0, high = 1 }"), "items[0]", "got rating and answer; keep one"),
        (with_items('id = "a"\nanswer = "maybe"'), "items[0].answer", 'must be "yes_no" or "text"'),
        (with_items('id = "a"\nrating = { low = 0, high = 1.5 }'), "items[0].rating.high", "must be a whole number, got 1.5"),
        (with_items('id = "a"\nrating = { low = 5, high = 5 }'), "items[0].rating", "must rise by 1 to 100, got low 5 and high 5"),
        (with_items('id = "a"\nrating = { low = 0, high = 101 }'), "items[0].rating", "must rise by 1 to 100"),
        (with_items('id = "a"\noptions = [{ id = "x" }]'), "items[0].options", "must hold 2 to 101 entries, got 1"),
        (with_items('id = "a"\noptions = [{ id = "x" }, { id = "x" }]'), "items[0].options[1].id", "must be unique"),
        (with_items('id = "a"\noptions = [{ id = "1" }, { id = "x" }]'), "items[0].options[0].id", "not digits only"),
        (with_items('id = "a"\noptions = [{ id = "x", points = 1 }, { id = "y" }]'), "items[0].options", "to every option or to none"),
        (with_items('id = "a"\noptions = [{ id = "x", points = 2 }, { id = "y", points = 1 }]'), "items[0].options", "must rise in points"),
        (with_items('id = "a"\noptions = [{ id = "x", points = 2 }, { id = "y", points = 2 }]'), "items[0].options", "must not all have the same points"),
        (with_items('id = "a"\noptions = [{ id = "unanswered" }, { id = "y" }]'), "items[0].options[0].id", "name of an absence"),
        (with_items('id = "a"\nanswer = "text"\nreverse = true'), "items[0].reverse", "must not stand with free text"),
        (with_items(ITEM, ITEM), "items[1]", "must be unique, got 'a' twice"),
        (with_items('id = "respondent"\nanswer = "text"'), "items[0].id", "must not use the reserved name 'respondent'"),
        (with_items(ITEM + '\nabout = ["Greeting!"]'), "items[0].about[0]", "must be the id of a stage or criterion"),
        (with_items(ITEM, measure='id = "m"\nkind = "npz"\nitems = ["a"]'), "measures[0].kind", "did you mean 'nps'?"),
        (with_items(ITEM, measure='id = "m"\nkind = "top_box"\ntop = 1'), "measures[0].items", "must name at least one item"),
        (with_items(ITEM, measure='id = "m"\nkind = "top_box"\ntop = 1\nitems = ["c"]'), "measures[0].items[0]", "must be an item, got 'c'"),
        (with_items('id = "a"\nanswer = "text"', measure='id = "m"\nkind = "top_box"\ntop = 1\nitems = ["a"]'), "measures[0].items[0]", "got the free text 'a'"),
        (with_items(ITEM, measure='id = "overall"\nkind = "top_box"\ntop = 1\nitems = ["a"]'), "measures[0].id", "reserved name 'overall'"),
        (with_items(FIVE, measure='id = "m"\nkind = "csat"\nitems = ["a"]\ntop = 2'), "measures[0].statistic", "must say which definition is meant, got nothing"),
        (with_items(FIVE, measure='id = "m"\nkind = "ces"\nitems = ["a"]\nstatistic = "median"'), "measures[0].statistic", "got 'median'"),
        (with_items(FIVE, measure='id = "m"\nkind = "mean"\nitems = ["a"]'), "measures[0].points", '"raw": the points'),
        (with_items(FIVE, measure='id = "m"\nkind = "mean"\nitems = ["a"]\npoints = "raw"\ntop = 1'), "measures[0].top", "must stand with a share only"),
        (with_items(FIVE, measure='id = "m"\nkind = "top_box"\nitems = ["a"]'), "measures[0].top", "must say which boxes count, got nothing"),
        (with_items(FIVE, measure='id = "m"\nkind = "top_box"\nitems = ["a"]\ntop = 1\nboxes = ["5"]'), "measures[0].top", "got top and boxes"),
        (with_items(FIVE, measure='id = "m"\nkind = "top_box"\nitems = ["a"]\ntop = 5'), "measures[0].top", "must be 1 to 4 of the 5 boxes"),
        (with_items(FIVE, measure='id = "m"\nkind = "top_box"\nitems = ["a"]\nboxes = ["6"]'), "measures[0].boxes[0]", "must be a box of 'a'"),
        (with_items(FIVE, measure='id = "m"\nkind = "top_box"\nitems = ["a"]\nboxes = [1, 2, 3, 4, 5]'), "measures[0].boxes", "must leave out a box"),
        (with_items(*TWO, measure='id = "m"\nkind = "top_box"\nitems = ["a", "b"]\ntop = 1'), "measures[0].over", '"respondents": the mean of what'),
        (with_items(*TWO, measure='id = "m"\nkind = "top_box"\nitems = ["a", "b"]\ntop = 1\nover = "respondents"'), "measures[0].at_least", "got nothing; write 1 to 2"),
        (with_items(*TWO, measure='id = "m"\nkind = "mean"\nitems = ["a", "b"]\npoints = "raw"\nover = "answers"'), "measures[0].points", 'must be "min_max"'),
        (with_items(FIVE, measure='id = "m"\nkind = "top_box"\nitems = ["a"]\ntop = 1\nover = "answers"'), "measures[0].over", "must not stand here"),
        (with_items(FIVE, measure='id = "m"\nkind = "nps"\nitems = ["a"]'), "measures[0].promoters", "must be stated on a scale that is not 0 to 10, got 1 to 5"),
        (with_items(NPS, measure='id = "m"\nkind = "nps"\nitems = ["a"]\npromoters = 6\ndetractors = 6'), "measures[0].detractors", "must lie below promoters"),
        (with_items(ITEM, measure='id = "m"\nkind = "nps"\nitems = ["a"]'), "measures[0].items[0]", "must be a rating that is not reversed"),
        (with_items(FIVE, measure='id = "m"\nkind = "top_box"\nitems = ["a"]\ntop = 1\npromoters = 9'), "measures[0].promoters", "must stand with nps only"),
        (with_items('id = "a"\noptions = [{ id = "x" }, { id = "y" }]', measure='id = "m"\nkind = "mean"\nitems = ["a"]\npoints = "raw"'), "measures[0].items[0]", "must have points on every option"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_with_its_key_path(text: str, place: str, rule: str) -> None:
    message = str(refusal(text))
    assert f"{place}: " in message
    assert rule in message


def test_a_definition_that_is_left_open_is_answered_with_all_there_are() -> None:
    message = str(refusal(with_items(FIVE, measure='id = "m"\nkind = "csat"\nitems = ["a"]')))
    assert '"share": the share of answers in the best boxes' in message
    assert '"mean": the mean of their points' in message


def test_the_published_cut_points_are_those_of_an_nps_from_0_to_10() -> None:
    assert asked().measure("nps").cut_points == (9, 6)
    own = 'id = "m"\nkind = "nps"\nitems = ["a"]\npromoters = 5\ndetractors = 3'
    found = coqs.Questionnaire.from_toml_text(with_items(FIVE, measure=own))
    assert found.measure("m").cut_points == (5, 3)


def test_a_box_of_a_rating_may_be_named_as_a_number() -> None:
    measure = 'id = "m"\nkind = "top_box"\nitems = ["a"]\nboxes = [5, "4"]'
    assert coqs.Questionnaire.from_toml_text(with_items(FIVE, measure=measure)).measure("m").boxes == (
        "5",
        "4",
    )


def test_an_unknown_item_or_measure_is_answered_with_the_nearest() -> None:
    with pytest.raises(coqs.NotFoundError, match="did you mean 'welcome'"):
        asked().item("welcom")
    with pytest.raises(coqs.NotFoundError, match="did you mean 'nps'"):
        asked().measure("npz")


# Fingerprints


def test_the_published_cut_points_are_the_same_measure_stated_or_not() -> None:
    stated = attrs.evolve(asked().measure("nps"), promoters=9, detractors=6)
    other = attrs.evolve(asked(), measures=(*asked().measures[:2], stated))
    assert other.fingerprint.scoring == asked().fingerprint.scoring
    assert other.fingerprint.content != asked().fingerprint.content


def test_words_and_order_change_no_scoring_fingerprint() -> None:
    words = Words("other", translations=(("de", "anders"),))
    items = tuple(attrs.evolve(item, words=words, about=()) for item in reversed(asked().items))
    measures = tuple(attrs.evolve(each, words=words) for each in reversed(asked().measures))
    other = attrs.evolve(asked(), items=items, measures=measures, title=words, version="2")
    assert other.fingerprint.scoring == asked().fingerprint.scoring
    assert other.fingerprint.content != asked().fingerprint.content


@pytest.mark.parametrize(
    "change",
    [
        lambda q: attrs.evolve(q, items=(q.items[0], attrs.evolve(q.items[1], reverse=False), *q.items[2:])),
        lambda q: attrs.evolve(q, items=(*q.items[:3], attrs.evolve(q.items[3], scale=Rating(-1, 10)), q.items[4]), measures=q.measures[:2]),
        lambda q: attrs.evolve(q, measures=(attrs.evolve(q.measures[0], over="respondents", at_least=1), *q.measures[1:])),
        lambda q: attrs.evolve(q, measures=(*q.measures[:2], attrs.evolve(q.measures[2], promoters=8))),
        lambda q: attrs.evolve(q, measures=(*q.measures[:1], attrs.evolve(q.measures[1], at_least=3), q.measures[2])),
    ],
)  # fmt: skip
def test_what_can_change_a_number_changes_the_scoring_fingerprint(change: object) -> None:
    assert change(asked()).fingerprint.scoring != asked().fingerprint.scoring  # type: ignore[operator]


# Lint


def found(item: SurveyItem, **how: object) -> list[str]:
    measure = Measure("m", "top_box", ("a",), top=1) if item.is_scored else None
    measures = (measure,) if measure else ()
    parts = {"id": "visit", "version": "1", "items": (item,), "measures": measures} | how
    return [finding.code for finding in coqs.Questionnaire(**parts).lint()]  # type: ignore[arg-type]


def choice(*texts: str, points: tuple[int, ...] | None = None) -> Choice:
    numbers = points or range(len(texts))
    return Choice([Option(f"o{at}", points=n, words=Words(text)) for at, (n, text) in enumerate(zip(numbers, texts, strict=True))])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Were you helped?", []),
        ("", ["Q301"]),
        ("Was it quick and easy?", ["Q302"]),
        ("Didn't you find it easy?", ["Q303", "Q305"]),
        ("How was our excellent service?", ["Q303"]),
        ("Was it not what you wanted?", ["Q305"]),
        (" ".join(["word"] * 26), ["Q306"]),
    ],
)
def test_wording_that_steers_or_confuses_is_found(text: str, codes: list[str]) -> None:
    assert found(SurveyItem("a", YesNo(), Words(text))) == codes


@pytest.mark.parametrize(("text", "codes"), [("¿Fue rápido y fácil?", ["Q302"]), ("¿No le pareció fácil?", ["Q303", "Q305"])])  # fmt: skip
def test_wording_is_looked_at_in_the_language_of_the_file(text: str, codes: list[str]) -> None:
    item = SurveyItem("a", YesNo(), Words(text))
    assert found(item, language="es") == codes
    assert found(item, language="fr") == []


@pytest.mark.parametrize(
    ("scale", "codes"),
    [
        (choice("Bad", "Good"), []),
        (choice("Poor", "Fair", "Good", "Very good", "Excellent"), ["Q202"]),
        (choice("Bad", "Neither", "Good", points=(0, 1, 5)), ["Q202"]),
        (choice("Bad", ""), ["Q201"]),
        (Rating(1, 5), ["Q201"]),
        (Rating(1, 5, Words("Bad"), Words("Good")), []),
        (Rating(0, 100, Words("Bad"), Words("Good")), ["Q203"]),
    ],
)
def test_scales_without_anchors_or_balance_are_found(scale: Choice | Rating, codes: list[str]) -> None:
    assert found(SurveyItem("a", scale, Words("How was it?"))) == codes


def test_a_form_that_is_long_twofold_or_worked_out_into_nothing_is_found() -> None:
    items = tuple(SurveyItem(f"q{n}", YesNo(), Words(f"Question {n}?")) for n in range(6))
    same = attrs.evolve(items[1], words=Words("QUESTION  0"))
    form = coqs.Questionnaire(id="visit", version="1", items=(items[0], same, *items[2:]))
    assert [(each.code, each.place) for each in form.lint()] == [
        ("Q101", "items"),
        ("Q102", "measures"),
        ("Q304", "items[1].text"),
    ]


def test_an_item_that_no_measure_reads_and_cut_points_of_ones_own_are_found() -> None:
    items = asked().items
    measure = Measure("nps", "nps", ("recommend",), promoters=8, detractors=6)
    form = attrs.evolve(asked(), items=items[2:4], measures=(measure,))
    assert [(each.code, each.place) for each in form.lint()] == [
        ("Q103", "items[0]"),
        ("Q401", "measures[0].promoters"),
    ]


def test_a_translation_that_is_not_whole_is_found_with_its_first_gap() -> None:
    half = attrs.evolve(asked().items[3], scale=Rating(0, 10, Words("No"), Words("Yes")))
    form = attrs.evolve(asked(), items=(*asked().items[:3], half, asked().items[4]))
    (finding,) = form.lint()
    assert (finding.code, finding.message) == (
        "Q501",
        "2 texts are not in 'es', first items[3].rating.low_text",
    )


def test_what_an_item_is_about_is_looked_for_in_the_rubric() -> None:
    rubric = coqs.load_plugins(only=["coqs"]).rubric("coqs")
    assert asked().lint(rubric) == ()
    lost = attrs.evolve(asked().items[0], about=("greeting", "eye_contacts"))
    form = attrs.evolve(asked(), items=(lost, *asked().items[1:]))
    assert [(each.code, each.place) for each in form.lint(rubric)] == [("Q105", "items[0].about[1]")]
    silent = attrs.evolve(asked(), items=(attrs.evolve(lost, about=()), *asked().items[1:]))
    assert [each.code for each in silent.lint()] == ["Q104"]


def test_every_kind_of_measure_can_be_had() -> None:
    rest = {"top_box": "top = 1", "mean": 'points = "raw"', "nps": "", "csat": 'statistic = "mean"\npoints = "raw"', "ces": 'statistic = "share"\ntop = 1'}  # fmt: skip
    for kind in KINDS:
        measure = f'id = "m"\nkind = "{kind}"\nitems = ["a"]\n{rest[kind]}'
        assert coqs.Questionnaire.from_toml_text(with_items(NPS, measure=measure)).measure("m").kind == kind
