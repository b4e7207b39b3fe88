"""The card of a rubric holds all of it, in words, and every number on it is the rubric's own."""

from __future__ import annotations

import re
import string
import tomllib
from fractions import Fraction
from importlib.resources import files

import attrs
import pytest

import coqs
from coqs.rubric import SeveralChoice
from coqs.rubric.criteria import CONTROLLERS, ERROR_CLASSES, ETHICS_KINDS
from coqs.rubric.phrases import LANGUAGES, phrases_in
from coqs.rubric.policy_rules import CHOICES, PRECEDENCE
from coqs.rubric.reach import counts_in, shares
from coqs.rubric.speech import Speech, answers_of, plain

BUILT_IN = dict(coqs.load_plugins().rubrics())
COQS = coqs.Policy()
SHARING = [each for each in CHOICES["combine"] if each not in ("deduction", "error_accuracy")]
TOLD = ("combine", "normalise", "not_applicable", "unanswered", "several_choice", "over_interactions")

each_rubric = pytest.mark.parametrize("rubric", list(BUILT_IN.values()), ids=list(BUILT_IN))
each_language = pytest.mark.parametrize("language", LANGUAGES)


def desk(head="", criterion="", **changes):
    """Return a small rubric with more at its head, or to its first criterion."""
    text = f"""
    schema = 1
    id = "desk"
    version = "1.0"
    {head}
    [[criteria]]
    id = "greeted"
    stage = "greeting"
    text = "Greets"
    levels = [{{ id = "no", points = 0, is = "below" }}, {{ id = "yes_aloud", points = 3, is = "meets" }}]
    {criterion}
    """
    return attrs.evolve(coqs.Rubric.from_toml_text(text), **changes)


def numbers(text, language):
    """Return the exact numbers that a text holds, as they are written in a language."""
    found = re.findall(r"-?\d+(?:[.,]\d+)?(?:/\d+)?", text)
    return [Fraction(each.replace(",", ".") if language == "es" else each) for each in found]


# ------------------------------------------------------------------------------------- nothing is left out


def words_of(rubric):
    """Yield every text of a rubric."""
    yield from (rubric.title, rubric.words)
    yield from (each.words for each in (*rubric.stages, *rubric.sets))
    for criterion in rubric.criteria:
        yield from (each.words for each in (criterion, *answers_of(criterion.scale)))


@each_rubric
@each_language
def test_every_word_of_a_built_in_rubric_is_on_its_card(rubric, language):
    card = rubric.to_card(language)
    texts = [each.in_language(language) for each in words_of(rubric)]
    assert [text for text in texts if plain(text) not in card] == []
    assert len(texts) > 100


@each_rubric
def test_a_card_has_a_heading_for_each_stage_and_each_criterion_in_the_order_of_the_sheet(rubric):
    card = rubric.to_card()
    asked = [each for stage in rubric.stage_ids for each in rubric.criteria if each.stage == stage]
    texts = [f"{number}. {plain(each.words.text)}" for number, each in enumerate(asked, 1)]
    assert re.findall(r"^#### (.*)$", card, re.MULTILINE) == texts
    names = [f"{stage.id.capitalize()}: " for stage in rubric.stages]
    assert [name in card for name in names] == [True] * len(names)


@each_rubric
def test_a_card_ends_in_both_fingerprints(rubric):
    *_, scoring, content = rubric.to_card().splitlines()
    assert f"`{rubric.fingerprint.scoring}`" in scoring
    assert f"`{rubric.fingerprint.content}`" in content


def section(card, heading):
    """Return what stands under a heading of a card."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", card, re.DOTALL | re.MULTILINE)
    return found[1] if found else None


def test_what_fails_whatever_the_score_stands_under_its_class():
    card = BUILT_IN["healthcare"].to_card()
    failing = section(card, "What fails an interaction, whatever its score")
    parts = dict(re.findall(r"^### (.*)\n\n((?:- .*\n)+)", failing, re.MULTILINE))
    assert list(parts) == [
        "Grave errors that harm the customer",
        "Grave errors that harm the house",
        "Grave errors against a duty that must be kept",
        "What is unethical",
        "What is against the law",
        "What is immoral",
    ]
    assert "“Goes ahead unasked, or against a no”" in parts["What is against the law"]
    assert failing.count("\n- ") == sum(each.gate is not None for each in BUILT_IN["healthcare"].criteria)


def test_what_cannot_be_undone_stands_with_the_levels_below():
    undone = section(BUILT_IN["healthcare"].to_card(), "What cannot be undone")
    assert undone.count("\n- ") == 3
    assert "“Nobody is called” or “Calls after something else" in undone
    assert "Calls as soon as the sign is there" not in undone


def test_what_is_bonus_or_only_recorded_has_a_section_of_its_own():
    card = BUILT_IN["healthcare"].to_card()
    assert section(card, "What is a bonus").strip() == "- Does a kindness that nobody had asked for"
    assert section(card, "What is only recorded").strip() == "- How far the person opens up"
    assert section(desk().to_card(), "What is a bonus") is None


def test_who_a_set_is_is_said_although_the_rubric_does_not_say_it():
    served = section(desk('sets.contractors = "Whoever repairs"').to_card(), "Who is served")
    assert "- **Visitors**: visitors and vendors\n" in served
    assert "- **Contractors**: Whoever repairs\n" in served


def test_conditions_are_told_in_words():
    rubric = desk(
        'facts = { urgent = "boolean", queue = "number", kind = ["first_visit", "other"] }',
        """
        when = { and = [
          { fact = "urgent", in = [true] },
          { or = [
            { fact = "queue", from = 3, below = "9/2" },
            { not = { fact = "kind", in = ["first_visit"] } },
          ] },
          { not = { and = [{ fact = "queue", from = 1 }, { criterion = "b", in = ["x", "y"] }] } },
        ] }
        [[criteria]]
        id = "b"
        stage = "future"
        text = "Also"
        options = [{ id = "x", points = 1, text = "Ex" }, { id = "y", points = 1 }]
        """,
    )
    assert (
        "Asked only where “urgent” is yes and (“queue” is from 3 to less than 4.5 or “kind” is anything but "
        "“first visit”) and it is not so that (“queue” is 1 or more and the answer to “Also” is “Ex” or “y”)."
    ) in rubric.to_card()


def test_the_best_level_is_told_for_each_value_of_its_fact():
    card = BUILT_IN["healthcare"].to_card()
    assert "- where it is “bad news”, “A low voice that leaves silences” is best\n" in card
    steps = "2 points; 0 points; 0 points; 0 points; 0 points"
    assert f"- the best earns 4 points, and each step away from it, in order: {steps}.\n" in card


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_whose_hands_an_outcome_is_in_is_told(controller):
    told = {"policy": "the house's rules"}.get(controller, f"the {controller}")
    assert f"In the hands of {told}" in desk(criterion=f'controlled_by = "{controller}"').to_card()


def test_names_of_scores_stand_with_where_they_begin():
    bands = 'bands = [{ id = "needs_work" }, { id = "good", from = "2/3", text = "As it should be" }]'
    told = section(desk(bands).to_card(), "Names for the score")
    assert told.strip().splitlines() == [
        "- Needs work, from the bottom up",
        "- Good, from 2/3 (about 66.7 %): As it should be",
    ]
    within = desk(criterion=bands).to_card()
    assert "Names for what is earned here:\n\n- Needs work, from the bottom up\n" in within


# ------------------------------------------------------------------------------------------- its numbers


@each_rubric
@each_language
def test_every_share_on_a_card_is_the_rubric_s_own_to_a_tenth_of_a_per_cent(rubric, language):
    card = rubric.to_card(language)
    exact = shares(rubric, COQS)
    parts = re.split(r"^#### .*\n\n", card, flags=re.MULTILINE)[1:]
    asked = [each for stage in rubric.stage_ids for each in rubric.criteria if each.stage == stage]
    for criterion, part in zip(asked, parts, strict=True):
        said = numbers(part.splitlines()[0].partition("%")[0], language)
        if criterion.record_only:
            continue
        assert abs(said[0] / 100 - exact[criterion.id]) <= Fraction(1, 2000), criterion.id


@each_rubric
def test_the_shares_of_the_stages_are_a_whole_and_those_of_the_weights(rubric):
    said = re.findall(r"^### .*: ([\d.]+) % of the score$", rubric.to_card(), re.MULTILINE)
    total = sum(stage.weight for stage in rubric.stages)
    about = re.findall(r"^### .*: about ([\d.]+) %", rubric.to_card(), re.MULTILINE)
    assert len(said) + len(about) == len(rubric.stages)
    assert {Fraction(each) / 100 for each in said} <= {stage.weight / total for stage in rubric.stages}
    assert abs(sum(map(Fraction, said + about)) - 100) <= Fraction(1, 4)


@each_rubric
@each_language
def test_every_level_stands_with_its_own_points_ends_and_standing(rubric, language):
    card, say = rubric.to_card(language), phrases_in(language)
    for criterion in rubric.criteria:
        for answer in answers_of(criterion.scale):
            text = re.escape(plain(answer.words.in_language(language)))
            heads = re.findall(rf"^- (?:(.*): )?{text}$", card, re.MULTILINE)
            known = [getattr(answer, "low", None), getattr(answer, "high", None)]
            known += [None if criterion.record_only else answer.points]
            wanted = [each for each in known if each is not None]
            fitting = [head for head in heads if numbers(head, language) == wanted]
            assert fitting, (criterion.id, answer.id)
            standing = getattr(answer, "standing", None)
            assert standing is None or any(say[f"standing.{standing}"] in head for head in fitting)


def test_marks_are_exact_whatever_their_length():
    marks = {"4/5": "80 %", "1/3": "1/3 (about 33.3 %)", "0.123456": "12.3456 %", "1": "100 %", "0": "0 %"}
    for mark, told in marks.items():
        assert f"- its score is below {told}\n" in desk(f'pass_mark = "{mark}"').to_card()


@pytest.mark.parametrize(
    ("share", "told"),
    [
        ("0", "0 %"),
        ("1/8", "12.5 %"),
        ("1/7", "about 14.3 %"),
        ("1/3000", "less than 0.1 %"),
        ("2999/3000", "more than 99.9 %"),
        ("1", "100 %"),
        ("3/2", "150 %"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_nor_to_all(share, told):
    assert Speech(desk(), "en").share(Fraction(share)) == told


@pytest.mark.parametrize(
    ("number", "told"),
    [("3", "3"), ("-5/2", "-2,5"), ("1/3", "1/3"), ("1/10000000", "1/10000000"), ("100", "100")],
)
def test_a_number_is_written_as_its_language_writes_it(number, told):
    assert Speech(desk(), "es").number(Fraction(number)) == told


@each_rubric
@pytest.mark.parametrize("bonus", ["outside", "inside"])
@pytest.mark.parametrize("combine", SHARING)
def test_shares_are_what_the_best_sheet_earns_where_everything_is_asked(rubric, combine, bonus):
    open_to_all = [attrs.evolve(each, when=None, applies_to=(), gate=None) for each in rubric.criteria]
    rubric = attrs.evolve(rubric, criteria=tuple(open_to_all), policy=None)
    policy = coqs.Policy(combine=combine, bonus=bonus)
    table = {"interaction": ["I-1"]} | {each.id: [best(each)] for each in rubric.criteria}
    for each in rubric.criteria:
        if each.ideal:
            table[each.ideal.fact] = [each.ideal.best[0][0]]
    account = coqs.explain(coqs.score(coqs.Ratings.from_table(table, rubric), policy=policy), "I-1")
    expected = shares(rubric, policy)
    assert {item.criterion: item.contribution for item in account.items} == expected
    within = [each.id for each in rubric.criteria if counts_in(each, policy) == "possible"]
    assert sum(expected[id] for id in within) == 1


def best(criterion):
    """Return the answer that earns most: what a table would hold."""
    scale = criterion.scale
    if criterion.ideal:
        return criterion.ideal.best[0][1]
    if isinstance(scale, SeveralChoice):
        return "|".join(each.id for each in scale.options if (each.points or 0) > 0)
    top = max(scale.levels, key=lambda level: level.points or 0)
    return top.id if not hasattr(scale, "unit") else float(top.low if top.low is not None else top.high - 1)


@pytest.mark.parametrize("combine", ["deduction", "error_accuracy"])
def test_a_score_that_is_no_sum_of_shares_is_told_by_weights(combine):
    baseline = 10 if combine == "deduction" else None
    policy = coqs.Policy(combine=combine, baseline=baseline)
    rubric = desk(criterion='gate = { class = "customer", on = ["no"] }\nweight = "7/3"', policy=policy)
    card = rubric.to_card()
    assert shares(rubric, policy) is None
    assert "Weighs 7/3." in card
    assert "% of the score" not in card


# ------------------------------------------------------------------------------------------- its policies


@pytest.mark.parametrize("choice", TOLD)
@each_language
def test_every_value_of_a_choice_has_words_of_its_own(choice, language):
    told = [phrases_in(language)[f"{choice}.{value}"] for value in CHOICES[choice]]
    assert len(set(told)) == len(told)


@each_language
def test_every_name_that_a_rubric_may_have_is_known(language):
    known = phrases_in(language)
    wanted = [f"set.{each.id}" for each in coqs.CUSTOMER_SETS] + [f"stage.{each.id}" for each in coqs.STAGES]
    wanted += [f"who.{each.id}" for each in coqs.CUSTOMER_SETS]
    wanted += [f"controlled.{each}" for each in CONTROLLERS] + [f"class.{each}" for each in ERROR_CLASSES]
    wanted += [f"gate.{each}" for each in (*ERROR_CLASSES, *ETHICS_KINDS) if each != "ethics"]
    wanted += [f"order.{each}" for each in PRECEDENCE] + [f"policy.bonus.{each}" for each in CHOICES["bonus"]]
    wanted += [f"rounding_of.{each}" for each in CHOICES["rounding_of"]]
    wanted += [f"gate_effect.{each}" for each in CHOICES["gate_effect"]]
    wanted += [f"scope.{each}" for each in CHOICES["gate_scope"]]
    assert [each for each in wanted if not known.get(each)] == []


def test_both_languages_say_every_phrase_with_the_same_parts():
    phrases = tomllib.loads((files("coqs.rubric") / "phrases.toml").read_text("utf-8"))
    for key, said in phrases.items():
        assert tuple(said) == LANGUAGES, key
        parts = [
            sorted(part for _, part, _, _ in string.Formatter().parse(text) if part) for text in said.values()
        ]
        assert parts[0] == parts[1], key


GATED = 'gate = { class = "customer", on = ["no"] }'
ETHICS = 'gate = { class = "ethics", kind = "immoral", on = ["no"] }'


@pytest.mark.parametrize(
    ("gate", "choices", "told"),
    [
        (GATED, {}, "Whatever the score, an interaction fails on: “no”."),
        (GATED, {"gate_trigger": "below_best"}, "an interaction fails on: any answer below the best."),
        (
            GATED,
            {"gate_trigger": "below_share", "trigger_share": "1/2"},
            "an interaction fails on: any answer that earns less than 50 %.",
        ),
        (ETHICS, {"gate_trigger": "below_best"}, "fails on: “no” or any answer below the best."),
        (GATED, {"strikes": 2}, "A grave error, of which some are tolerated: “no”."),
        (GATED, {"strikes": 2}, "matters of ethics never: 2."),
        (ETHICS, {"strikes": 2}, "Whatever the score, an interaction fails on: “no”."),
        (GATED, {"gate_effect": "cap", "gate_cap": "1/2"}, "a grave error leaves at most 50 % of the score"),
        (GATED, {"floor": "1/10"}, "The score never falls below 10 %."),
        (GATED, {"stage_floor": "1/10"}, "The score of a stage never falls below 10 %."),
        (GATED, {"rounding": "half_up", "rounding_digits": 1}, "that are kept: 1."),
        (GATED, {"combine": "deduction", "baseline": 10}, "starts with a number of points, 10;"),
        (GATED, {"combine": "deduction", "baseline": 10, "ceiling": 20}, "what is left, of 20."),
        (GATED, {"combine": "error_accuracy", "error_class": "customer"}, "those that harm the customer."),
        (GATED, {"unanswered": "default_level", "default_level": "worst"}, "it counts as the worst answer."),
        (GATED, {"unanswered": "zero"}, "Left open: it counts as nothing earned."),
        (GATED, {"not_applicable": "full_marks"}, "It does not apply: it counts as fully earned."),
    ],
)
def test_a_card_tells_what_its_rubric_s_policy_does(gate, choices, told):
    assert told in desk(criterion=gate, policy=coqs.Policy(**choices)).to_card()


def test_a_set_rule_is_told_with_its_condition():
    rule = {"when": {"criterion": "greeted", "in": ["no"]}, "score": "1/4"}
    there = {**rule, "stage": "greeting"}
    card = desk(policy=coqs.Policy(overrides=[rule, there])).to_card()
    assert "- Where the answer to “Greets” is “no”, the score is set to 25 %.\n" in card
    assert "is “no”, the score of the stage “Greeting” is set to 25 %.\n" in card


# ------------------------------------------------------------------------------------------ its languages


def test_a_language_of_the_rubric_s_own_comes_with_english_phrases():
    card = desk('title = "Desk"\ntitle_fr = "Accueil"').to_card("fr")
    assert card.startswith("# Accueil\n")
    assert "## Who is served" in card
    assert "#### 1. Greets" in card


def test_spanish_is_spoken_about_a_rubric_that_has_no_spanish():
    card = desk().to_card("es")
    assert "## A quién se atiende" in card
    assert "#### 1. Greets" in card


def test_a_language_that_only_the_name_of_a_score_is_in_is_known():
    translated = desk(criterion='bands = [{ id = "low", text_pt = "Baixo" }]')
    assert (desk().languages, translated.languages) == (("en",), ("en", "pt"))
    assert "- Low, from the bottom up: Baixo" in translated.to_card("pt")


def test_a_language_that_nobody_speaks_is_refused_with_those_there_are():
    with pytest.raises(coqs.NotFoundError, match="rubric 'desk': no language 'eo'") as caught:
        desk().to_card("eo")
    assert caught.value.available == ("en", "es")


def test_words_that_markdown_would_take_for_marks_are_shown_as_they_stand():
    rubric = desk('title = "# *A* <b>\\n1. [x](y) `z` | $1"')
    assert rubric.to_card().splitlines()[0] == r"# \# \*A\* \<b\> 1. \[x\](y) \`z\` \| \$1"
