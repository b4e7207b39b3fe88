"""phrases in depth: what negation, quotation, questions, typing and reported speech make of words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

import coqs
from coqs.plugins import phrases
from coqs.plugins.phrases import find_signals
from coqs.plugins.phrases.lexicon import plain


def signals(text: str, *before: str, speaker: str = "provider") -> set[str]:
    """Return the signals of a turn; turns before it are the customer's."""
    turns = [{"speaker": "customer", "text": each} for each in before]
    turns.append({"speaker": speaker, "text": text})
    table = find_signals(coqs.Interactions.from_records([{"id": "d", "turns": turns}]))
    return {
        name for name, turn in zip(table.signal.to_list(), table.turn, strict=True) if turn == len(before)
    }


NEGATED = {
    "I can't help you with anything else.": {"anything_else", "offer_of_help"},
    "I cannot assist you any further.": {"anything_else", "offer_of_help"},
    "There is nothing else I can do for you.": {"anything_else", "offer_of_help"},
    "I don't need anything else, thank you.": {"anything_else"},
    "I'm not sorry about it.": {"apology"},
    "No need to apologize.": {"apology"},
    "No, thank you.": {"thanks"},
    "I will not call you back tomorrow.": {"promise"},
    "We can't promise anything by Friday.": {"promise"},
    "I never said I would ring you tomorrow.": {"promise"},
    "Don't hold, just hang up.": {"hold"},
    "We don't have any sale this week.": {"announcement"},
    "Don't come back.": {"invitation"},
    "We won't be sending anyone tomorrow.": {"promise"},
    "I am unable to help with that, as the desk is closed.": {"offer_of_help"},
}
QUOTED = {
    'The sign says "Thank you for calling", right?': {"thanks", "greeting", "closing"},
    "He said “goodbye” and left.": {"closing"},
    "The customer asked how can I help you today.": {"offer_of_help"},
    "They told me they will call you back tomorrow.": {"promise"},
    "She said sorry about that.": {"apology"},
    "Press the button «Have a nice day» on the screen.": {"closing"},
}
ASKED = {
    "Will I call you tomorrow?": {"promise"},
    "Will we send it by Friday?": {"promise"},
    "Should I have to apologize?": {"apology"},
    "Did somebody call you back yesterday?": {"promise"},
    "Is there a sale this week?": {"announcement"},
    "What did you say your dog's name was?": {"name_asked"},
}


@pytest.mark.parametrize(("text", "wrong"), [*NEGATED.items(), *QUOTED.items(), *ASKED.items()])
def test_what_is_negated_quoted_or_asked_is_not_said(text, wrong):
    assert not signals(text) & wrong


SAID = {
    "I can’t find it. Is there anything else I can help you with?": "anything_else",
    "It isn't here, I'm afraid, but I will call you back by Friday.": "promise",
    "He said no. I will call you back tomorrow.": "promise",
    '"Room 12" it is. Thank you!': "thanks",
    "Don't worry, I'll find out for you.": "promise",
    "Not a problem. How can I help?": "offer_of_help",
    "Im sorry about that": "apology",
    "whats your name": "name_asked",
    "ill get back to you": "promise",
    "Anything else？": "anything_else",
    "HOW CAN I HELP YOU": "offer_of_help",
    "Thank  you": "thanks",
    "One moment…": "hold",
    "have a nice day": "closing",
    "@12345 Let's look into this together.": "offer_of_help",
    "Your parcel should arrive by Friday.": "promise",
    "Would you like to search for any more flights?": "anything_else",
    "Can I have a name for the order, please?": "name_asked",
    "My name is Elizabeth, how can I help?": "greeting",
    "If there is ever anything you need, just contact us.": "invitation",
    "Let me know if I can assist.": "invitation",
    "New trains are due soon, and a new service starts next week.": "announcement",
    "Happy journey!": "closing",
}


@pytest.mark.parametrize(("text", "signal"), SAID.items())
def test_what_is_said_is_found_however_it_is_typed(text, signal):
    assert signal in signals(text)


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("I'm sorry", "Im sorry"),
        ("What's your name?", "Whats your name?"),
        ("I don't have it", "I dont have it"),
    ],
)
def test_a_contraction_without_its_apostrophe_says_the_same(apart, together):
    assert signals(apart) == signals(together)


@pytest.mark.parametrize("word", ["well", "were", "shell", "hell", "id", "wed"])
def test_a_word_that_only_looks_like_a_contraction_is_none(word):
    assert "promise" not in signals(f"As {word} call you back tomorrow")


def test_by_friday_is_a_promise_only_of_the_one_who_makes_it():
    assert "promise" in signals("I will send it by Friday.")
    assert signals("I will send it by Friday.", speaker="customer") == set()


# -------------------------------------------------------------------------------------------- the name


def used(*turns: tuple[str, str], **facts: str) -> list[int]:
    record = {"id": "d", "turns": [{"speaker": speaker, "text": text} for speaker, text in turns]}
    table = find_signals(coqs.Interactions.from_records([record | ({"facts": facts} if facts else {})]))
    return table.turn[table.hits("name_used")].tolist()


def test_a_name_is_used_only_once_it_is_known():
    asked = [
        ("provider", "Is that for Drayton?"),
        ("customer", "My name is Drayton."),
        ("provider", "Thank you, Drayton."),
    ]
    assert used(*asked) == [2]
    assert used(("provider", "Thank you, Drayton."), customer_name="Drayton Moss") == [0]


def test_a_greeting_by_a_name_that_nobody_knows_of_is_no_use_of_it():
    said = ("provider", "Hi Drayton. What happened?"), ("provider", "Sorry to see this Drayton.")
    assert used(*said) == []
    assert used(*said, customer_name="Drayton Moss") == [0, 1]


@pytest.mark.parametrize(
    "text", ["Hi there!", "Hello Sir.", "Good morning, everyone.", "Dear customer, no.", "hi drayton"]
)
def test_a_greeting_of_nobody_in_particular_is_no_name(text):
    assert used(("provider", text)) == []


def test_a_name_that_is_only_read_back_is_not_used():
    assert used(
        ("customer", "My name is Ben"), ("provider", "Ben"), ("provider", "Right, Ben, it is booked.")
    ) == [2]


# ------------------------------------------------------------------------------------- what must not be


@given(st.text(alphabet="ab 'n\"t“”i,.?!@thesaid", max_size=300))
def test_any_text_is_read_and_every_span_lies_within_it(text):
    table = find_signals(
        coqs.Interactions.from_records([{"id": "d", "turns": [{"speaker": "provider", "text": text}]}])
    )
    assert ((table.start >= 0) & (table.start < table.end) & (table.end <= len(text))).all()


@given(st.text(max_size=60))
def test_plain_keeps_every_character_in_its_place(text):
    assert len(plain(text)) == len(text)


@pytest.mark.parametrize(
    "piece", ['"', "he said ", "i will ", "any other ", "thank you for ", "if there is any ", "your new "]
)
def test_a_long_turn_takes_no_longer_than_its_length(piece):
    def seconds(n: int) -> float:
        turn = {"speaker": "provider", "text": piece * n}
        batch = coqs.Interactions.from_records([{"id": "d", "turns": [turn]}])
        begin = time.perf_counter()
        phrases.find_signals(batch)
        return time.perf_counter() - begin

    short = max(min(seconds(300) for _ in range(2)), 0.005)
    assert seconds(3000) < 40 * short
