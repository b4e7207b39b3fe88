"""phrases: what words show, where they show it, and on what it abstains."""

from __future__ import annotations

import pickle
import time
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import coqs
from coqs.plugins import phrases
from coqs.plugins.phrases.language import is_other_than_english
from coqs.plugins.phrases.lexicon import parse_lexicon, plain

SAID = {
    "greeting": [
        "Hello, could I get your name?",
        "HI there!",
        "Good morning, ma'am.",
        "Afternoon, sir. Badge, please.",
        "Welcome back to Harbour Point.",
        "Thank you for calling the front desk, this is Rosa.",
        "Hey, nice to see you!",
    ],
    "name_asked": [
        "May I have your name, please?",
        "Could I get your full name and room number?",
        "And what’s your name?",
        "Who am I speaking with?",
        "Your name?",
        "I'll need your name and badge number.",
        "How should I address you?",
    ],
    "offer_of_help": [
        "How can I help?",
        "What can I do for you today?",
        "Yes, I can help with that.",
        "I’d be happy to assist you.",
        "Do you need a hand with those boxes?",
        "Let me help you find the lift.",
    ],
    "need_restated": [
        "So you’d like to move the viewing to Friday?",
        "Just to confirm, that is two rooms for three nights.",
        "You're looking for the loading dock.",
        "If I understand you correctly, the badge stopped working yesterday.",
        "You said six people?",
        "I understand you lost your card.",
        "Two guests, no parking. Is that correct?",
    ],
    "thanks": [
        "Thank you and goodbye.",
        "Thanks!",
        "We really appreciate your patience.",
        "Much appreciated.",
    ],
    "anything_else": [
        "Is there anything else that I can do for you?",
        "Anything else?",
        "Will that be all?",
        "Do you have any other questions?",
        "What else can I do for you?",
        "Let me know if there is anything else I can do for you.",
        "Do you need any more help?",
    ],
    "closing": [
        "Goodbye.",
        "Thank you, bye!",
        "Have a great day!",
        "Take care now.",
        "Have a lovely rest of your day.",
        "See you tomorrow.",
        "Enjoy your stay!",
    ],
    "apology": [
        "I'm so sorry about that.",
        "We apologise for the wait.",
        "My apologies, sir.",
        "Please forgive us.",
        "My mistake.",
    ],
    "hold": [
        "One moment, please.",
        "Let me check on that.",
        "Please hold while I find the file.",
        "Bear with me.",
        "Give me a second.",
        "I’ll be right back.",
        "Just a minute...",
    ],
    "blunt_refusal": [
        "I can't help you.",
        "No way.",
        "That's not my job.",
        "You can't park here.",
        "There is nothing I can do.",
        "It’s against company policy.",
        "We won't do that.",
    ],
    "promise": [
        "I will find out and let you know.",
        "We'll call you back.",
        "I’ll let you know tomorrow.",
        "Someone will be with you shortly.",
        "You will receive an e-mail by Friday.",
        "We will have a look at it ASAP and will contact you.",
        "Let us pick up here next week.",
        "I'm going to follow up with the manager.",
    ],
    "invitation": [
        "Come again!",
        "See you next time.",
        "We look forward to seeing you again.",
        "Please don't hesitate to call.",
        "You’re always welcome back.",
        "Stop by any time.",
        "Please contact us if you need any further assistance.",
    ],
    "announcement": [
        "We have a sale on Thursday.",
        "There will be a concert in the lobby next week.",
        "Starting Monday we open at seven.",
        "Our new menu starts tomorrow.",
        "Don't miss our spring workshop!",
        "The bakery is opening next month.",
    ],
}

NOT_SAID = {
    "greeting": [
        "Have a good morning.",
        "You’re welcome.",
        "He said hello to everyone.",
        "The high shelf, on your left.",
        "How are you planning to pay?",
    ],
    "name_asked": [
        "What is the name of your bank?",
        "Your name is on the list.",
        "May I have the host's name?",
        "I need your username.",
        "Could you tell me a street name please?",
    ],
    "offer_of_help": [
        "I can't help you with that.",
        "I can only help with fraud reports.",
        "Is there anything else I can help you with?",
        "Glad I could help.",
        "I am only able to help you search.",
    ],
    "need_restated": [
        "What are you looking for?",
        "You're all set.",
        "Tell me what you need.",
        "Just to confirm your identity, what is your PIN?",
        "You need to wait here.",
    ],
    "thanks": [
        "No thanks.",
        "Thanks to the rain, the road is shut.",
        "There is no need to thank me.",
        "The thank-you cards are on the desk.",
    ],
    "anything_else": [
        "I can't help you with anything else.",
        "We do not have anything else in that size.",
        "Is there anything else you'd like to add to the note?",
        "More than anything else, it is cold.",
        "Please ask someone else.",
    ],
    "closing": [
        "He left without saying goodbye.",
        "That would be a good night for it.",
        "I will take care of it.",
        "It has been so long since the last one.",
    ],
    "apology": [
        "Better safe than sorry.",
        "There is no need to apologise.",
        "You'll be sorry.",
        "It was not my mistake.",
        "Sorry?",
    ],
    "hold": [
        "It beats 9,192,631,770 times a second.",
        "There is no one at the desk at the moment.",
        "It takes about a minute.",
        "Hold on to the rail.",
        "You don't have to wait.",
    ],
    "blunt_refusal": [
        "I'm sorry, I can't do that.",
        "I can't do that, but I can ask the manager.",
        "You can't park here because the fire lane must stay clear.",
        "Unfortunately that's not possible.",
        "No way to know yet.",
        "We don't do that?",
    ],
    "promise": [
        "Will I call you back?",
        "I will not call you back.",
        "I can't promise that.",
        "I will need your account number.",
        "It will be sunny on Thursday.",
        "If I find out, good.",
        "I will book it for you.",
    ],
    "invitation": [
        "Can you come again?",
        "Do not come back.",
        "You must call your bank again.",
        "The train comes by at nine.",
    ],
    "announcement": [
        "Do you have a sale on Thursday?",
        "We don't have a sale.",
        "We have business class on Friday.",
        "I can add a special request in the event they do.",
        "Of course we have it.",
    ],
}  # fmt: skip


def batch(*dialogues, facts=None):
    """Make a batch of dialogues; "P: …" is the provider's turn and "C: …" the customer's."""
    speaker = {"P": "provider", "C": "customer", "S": "system"}
    return coqs.Interactions.from_records(
        {
            "id": f"I-{number}",
            "turns": [{"speaker": speaker[turn[0]], "text": turn[3:]} for turn in turns],
            "facts": (facts or {}).get(number, {}),
        }
        for number, turns in enumerate(dialogues)
    )


def found(*turns, facts=None):
    """Return {(turn, signal): words} for one dialogue."""
    interactions = batch(turns, facts={0: facts} if facts else None)
    table = phrases.find_signals(interactions)
    columns = (table.turn, table.signal.to_list(), table.start, table.end)
    return {(int(t), s): turns[t][3:][a:b] for t, s, a, b in zip(*columns, strict=True)}


def rubric(*detects):
    criteria = "".join(
        f"""
        [[criteria]]
        id = "c{number}"
        stage = "greeting"
        text = "Question {number}"
        levels = [{{ id = "no", points = 0, is = "below" }}, {{ id = "yes", points = 1, is = "meets" }}]
        {f"detect = {detect}" if detect else ""}
        """
        for number, detect in enumerate(detects)
    )
    return coqs.Rubric.from_toml_text(
        f'schema = 1\nid = "t"\nversion = "1"\nlanguage = "en"\ntitle = "T"\ntext = "T"\n{criteria}'
    )


def rated(interactions, *detects):
    columns = phrases.coqs_rate(interactions, rubric(*detects))
    keys = zip(columns.interaction.tolist(), columns.criterion, strict=True)
    spans = zip(columns.turn.tolist(), columns.start.tolist(), columns.end.tolist(), strict=True)
    return dict(zip(keys, zip(columns.level, spans, strict=True), strict=True))


BOTH = '{ signal = "thanks", present = "yes", absent = "no" }'
ONLY_PRESENT = '{ signal = "thanks", present = "yes" }'


# ------------------------------------------------------------------------------------- the vocabulary


def test_the_vocabulary_is_the_one_that_rubrics_are_written_with():
    assert phrases.SIGNALS == (
        "greeting", "name_asked", "name_used", "offer_of_help", "need_restated", "thanks", "anything_else",
        "closing", "apology", "hold", "blunt_refusal", "promise", "invitation", "announcement",
    )  # fmt: skip
    assert set(SAID) == set(NOT_SAID) == set(phrases.SIGNALS) - {"name_used"}


def test_the_module_has_no_other_lazy_names():
    with pytest.raises(AttributeError, match="no attribute 'SIGNAL'"):
        phrases.SIGNAL  # noqa: B018


@pytest.mark.parametrize(("signal", "text"), [(name, text) for name, texts in SAID.items() for text in texts])
def test_words_that_show_a_signal_are_found(signal, text):
    assert (0, signal) in found(f"P: {text}")


@pytest.mark.parametrize(
    ("signal", "text"), [(name, text) for name, texts in NOT_SAID.items() for text in texts]
)
def test_words_that_only_look_like_it_are_not_found(signal, text):
    assert (0, signal) not in found(f"P: {text}")


@pytest.mark.parametrize("text", [text for texts in SAID.values() for text in texts])
def test_the_case_of_letters_and_the_shape_of_apostrophes_do_not_matter(text):
    curly = text.replace("'", "’")
    assert found(f"P: {text.upper()}").keys() == found(f"P: {curly}").keys() == found(f"P: {text}").keys()


def test_only_the_provider_is_read():
    assert found("C: Hello, thank you, goodbye.", "S: Hello, one moment please.", "P: Third floor.") == {}


# ----------------------------------------------------------------------------------------- the places


def test_a_greeting_greets_only_in_the_first_turns_of_the_provider():
    late = ["P: Third floor.", "C: Yes."] * 3 + ["P: Hello?"]
    assert (6, "greeting") not in found(*late)
    assert (4, "greeting") in found(*late[2:])


def test_turns_that_follow_each_other_are_one_go_as_in_a_call_whose_breaths_are_lines():
    breaths = ["P: Harbour Bank.", "P: Rosa speaking.", "P: Third desk.", "P: Good morning.", "C: Hi."]
    assert (3, "greeting") in found(*breaths)
    end = ["P: Thank you for calling.", "S: (a click)", "P: Have a great day.", "P: Third desk.", "P: Rosa."]
    assert (0, "closing") in found(*end)


def test_turns_of_others_do_not_count_towards_the_first_turns():
    chatter = ["C: Anyone?"] * 5
    assert (5, "greeting") in found(*chatter, "P: Good evening.")


def test_good_wishes_take_leave_only_near_the_end_but_goodbye_does_so_anywhere():
    then = ["C: And?", "P: Third floor.", "C: Left?", "P: On the left."]
    assert (0, "closing") not in found("P: Enjoy your stay!", *then)
    assert (0, "closing") in found("P: Enjoy your stay!", *then[:2])
    assert (0, "closing") in found("P: Goodbye.", *then)


# --------------------------------------------------------------------------------------- the evidence


@pytest.mark.parametrize(
    ("text", "signal", "words"),
    [
        ("Oh —   hello there", "greeting", "hello"),
        ("It’s done. Is there anything else?", "anything_else", "anything else"),
        ("İyi günler, THANK  YOU!", "thanks", "THANK  YOU"),
        ("Right. Have a good day.", "closing", "Have a good day"),
        ("Sure,\nenjoy!", "closing", "enjoy!"),
    ],
)
def test_the_evidence_is_where_the_words_stand_in_the_turn_as_it_was_said(text, signal, words):
    assert found(f"P: {text}")[0, signal] == words


def test_the_first_of_several_is_the_evidence_and_a_turn_has_one_hit_of_a_signal():
    hits = found("P: Thanks. Thank you. Thanks!", "P: Thanks")
    assert hits == {(0, "thanks"): "Thanks", (1, "thanks"): "Thanks"}


def test_a_match_that_is_excepted_does_not_hide_a_later_one():
    assert found("P: No thanks. Well, thank you!")[0, "thanks"] == "thank you"


@given(st.text())
def test_made_plain_a_text_keeps_its_length(text):
    assert len(plain(text)) == len(text)


# -------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("said", "used"),
    [
        ("My name is Alexis", "Thank you, Alexis."),
        ("my name is angela and i lost my badge", "Hello angela!"),
        ("Hi, I'm John Smith.", "Certainly, Mr. Smith."),
        ("This is Mark.", "Thanks, Mark."),
        ("Sue here", "One moment, Sue."),
    ],
)
def test_a_name_that_was_said_and_is_used_later_is_found(said, used):
    assert (1, "name_used") in found(f"C: {said}", f"P: {used}")


@pytest.mark.parametrize("answer", ["Ben", "susan", "Jane Doe. And I am in a hurry.", "Sure, it's Ben"])
def test_an_answer_to_the_question_for_the_name_gives_it(answer):
    name = "Jane" if "Jane" in answer else "susan" if "susan" in answer else "Ben"
    turns = ["P: Could I get your name?", f"C: {answer}", f"P: Thank you {name}."]
    assert found(*turns)[2, "name_used"] == name
    assert (2, "name_used") not in found("P: Which floor?", *turns[1:])


@pytest.mark.parametrize(
    ("said", "used"),
    [
        ("I'm Sorry I'm late", "Sorry, the doors are shut."),
        ("My name is Alexis", "Dr. Alexis is in room four."),
        ("My name is Ben", "Ben's appointment is at nine."),
        ("My name is Mark", "Mark the first box."),
        ("My name is May", "May I see your badge?"),
        ("My name is the same as the doctor's", "The same?"),
        ("My name is Al", "Also the badge, please."),
    ],
)
def test_what_only_looks_like_the_name_is_not_its_use(said, used):
    assert (1, "name_used") not in found(f"C: {said}", f"P: {used}")


def test_a_name_is_not_used_before_it_is_known():
    assert (0, "name_used") not in found("P: Hello Ben.", "C: My name is Ben.", "P: Third floor.")


def test_a_name_on_record_is_known_from_the_start():
    hits = found("P: Good evening, Mrs Okafor.", facts={"customer_name": "Ada Okafor"})
    assert hits[0, "name_used"] == "Okafor"


def test_the_use_of_a_name_is_judged_only_where_the_name_could_have_been_used():
    interactions = batch(
        ["P: Hello.", "C: My name is Ben."],
        ["C: My name is Ben.", "P: Hello Ben."],
        ["C: My name is Ben.", "P: Hello."],
        ["C: A badge, please.", "P: Hello."],
    )
    detect = '{ signal = "name_used", present = "yes", absent = "no" }'
    assert rated(interactions, detect) == {(1, "c0"): ("yes", (1, 6, 9)), (2, "c0"): ("no", (-1, -1, -1))}


# --------------------------------------------------------------------------------------- the levels


def test_a_signal_gives_the_present_level_with_the_first_words_that_show_it():
    interactions = batch(["C: A badge?", "P: Here you are.", "P: And thank you.", "P: Thanks!"])
    assert rated(interactions, BOTH) == {(0, "c0"): ("yes", (2, 4, 13))}


def test_without_the_signal_the_absent_level_is_given_where_there_is_one():
    assert rated(batch(["P: Third floor."]), BOTH) == {(0, "c0"): ("no", (-1, -1, -1))}


@pytest.mark.parametrize(
    "detect",
    [None, ONLY_PRESENT, '{ signal = "smile", present = "yes", absent = "no" }'],
    ids=["no detect", "no absent level", "a signal that another rater may know"],
)
def test_what_words_cannot_show_is_left_out(detect):
    assert rated(batch(["P: Third floor."]), detect) == {}


@pytest.mark.parametrize("turns", [[], ["C: Hello? Thank you!"], ["S: Thank you for waiting."]])
def test_where_the_provider_never_spoke_everything_is_left_out(turns):
    assert rated(batch(turns), BOTH, ONLY_PRESENT) == {}


def test_every_criterion_of_the_built_in_rubrics_that_asks_for_a_signal_asks_for_one_of_ours():
    for name in ("general", "healthcare", "security"):
        shipped = coqs.Rubric.from_toml(files(f"coqs.plugins.{name}") / "rubric.toml")
        asked = {criterion.detect.signal for criterion in shipped.criteria if criterion.detect}
        assert asked <= set(phrases.SIGNALS)
        assert len(asked) >= 5


# --------------------------------------------------------------------------------------- the batch


def test_nobody_is_a_batch_too():
    table = phrases.find_signals(batch())
    assert len(table) == 0
    assert rated(batch(), BOTH) == {}


DIALOGUES = [
    [f"{'PC'[number % 2]}: {text}" for number, text in enumerate(SAID[name][:4])] for name in SAID
] + [[], ["C: My name is Ben."], ["C: I'm Ben", "P: Hello Ben!", "P: Bye, Ben."], ["S: Hello"]]


def by_interaction(dialogues):
    """Return, for each dialogue, its hits and its judgements, by no other means than the batch."""
    interactions = batch(*dialogues)
    table = phrases.find_signals(interactions)
    detects = [f'{{ signal = "{name}", present = "yes", absent = "no" }}' for name in phrases.SIGNALS]
    hits = [[] for _ in dialogues]
    columns = (table.interaction, table.turn, table.signal.to_list(), table.start, table.end)
    for row, *rest in zip(*columns, strict=True):
        hits[row].append(tuple(rest))
    levels = [{} for _ in dialogues]
    for (row, criterion), judged in rated(interactions, *detects).items():
        levels[row][criterion] = judged
    return list(zip(hits, levels, strict=True))


def test_a_batch_is_found_as_its_interactions_are_one_by_one():
    assert by_interaction(DIALOGUES) == [by_interaction([dialogue])[0] for dialogue in DIALOGUES]


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(len(DIALOGUES))))
def test_permuting_the_interactions_permutes_what_is_found(order):
    whole = by_interaction(DIALOGUES)
    assert by_interaction([DIALOGUES[place] for place in order]) == [whole[place] for place in order]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from("PCS"), st.text(max_size=30)), max_size=5), max_size=5))
def test_any_text_at_all_is_read_and_every_span_lies_in_its_turn(dialogues):
    interactions = batch(*([f"{who}: {text}" for who, text in turns] for turns in dialogues))
    table = phrases.find_signals(interactions)
    rows = interactions.turn_offsets[table.interaction] + table.turn
    lengths = np.array([len(interactions.turn_text[row]) for row in rows], dtype=int)
    assert ((table.start >= 0) & (table.start < table.end) & (table.end <= lengths)).all()


def test_the_table_compares_pickles_read_only_and_does_not_show_words():
    table = phrases.find_signals(batch(["C: My name is Ben.", "P: Hello Ben, thank you."]))
    again = pickle.loads(pickle.dumps(table))
    assert again == table
    assert table != phrases.find_signals(batch(["P: Hello."]))
    assert repr(table) == "<SignalTable: 3 hits in 1 interactions>"
    for held in (table, again):
        with pytest.raises(ValueError, match="read-only"):
            held.start[0] = 0


@pytest.mark.parametrize(
    "piece",
    [
        "no thanks ",
        "will you please ",
        "so you are ",
        "\n",
        " ",
        ".",
        "- ",
        "name is ",
        "i will ",
        "a",
        "hello ",
    ],
)
def test_a_very_long_turn_takes_time_in_proportion(piece):
    def seconds(length):
        interactions = batch([f"P: {piece * (length // len(piece))}", f"C: {piece * (length // len(piece))}"])
        start = time.perf_counter()
        phrases.find_signals(interactions)
        return time.perf_counter() - start

    seconds(100)
    short, long = seconds(10_000), seconds(80_000)
    assert long < max(24 * short, 2.0)  # eight times the length; were it to grow as the square, 64 times


# ------------------------------------------------------------------------------------ the rules file


def test_a_rule_for_an_undeclared_signal_is_refused():
    text = 'words = {}\nsignals = {}\nrules = [{ signal = "smile", patterns = ["x"] }]'
    with pytest.raises(ValueError, match="declared signal, got 'smile'"):
        parse_lexicon(text)


def test_an_unknown_key_and_an_undefined_fragment_are_refused():
    with pytest.raises(ValueError, match="unknown key sayer"):
        parse_lexicon('words = {}\nsignals = {}\nrules = [{ signal = "a", sayer = "b", patterns = [] }]')
    with pytest.raises(ValueError, match="<later> must be defined"):
        parse_lexicon('words = {}\nsignals = {}\nrules = [{ signal = "a", patterns = ["<later>"] }]')


SPANISH = ["Buenos días, ¿en qué puedo ayudarle con su compra?", "Lo siento, de ese modelo no queda ninguno."]


def test_the_absence_of_english_words_tells_nothing_of_another_language():
    batch = coqs.Interactions.from_records(
        [
            {"id": id, "turns": [{"speaker": "provider", "text": text} for text in texts]}
            for id, texts in {"es": SPANISH, "both": ["Hello!", *SPANISH], "short": ["Buenos días"]}.items()
        ]
    )
    table = phrases.find_signals(batch)
    assert table.english.tolist() == [False, False, True]  # of two words nothing can be told
    ratings = coqs.rate(batch, coqs.load_plugins().rubric("retail"), raters=["phrases"])
    abstained = coqs.Absence.ABSTAINED
    assert [[ratings.answer(n, each).absence for each in ("greeted", "thanked")] for n in range(3)] == [
        [abstained, abstained],
        [None, abstained],  # a hello that is there is a hello
        [None, None],
    ]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Guten Tag, was kann ich für Sie tun? Das will ich gern für Sie prüfen.", True),
        ("Bonjour, que puis-je faire pour vous ? Je suis désolé, nous n'en avons plus en magasin.", True),
        ("Goedemorgen, waarmee kan ik u helpen? Ik bel u morgen terug met een antwoord.", True),
        ("Здравствуйте!", True),
        ("いらっしゃいませ。", True),
        ("Room 5", False),
        ("Venue, host, day, start time, number of guests. Thursday is available", False),
        ("", False),
        ("We can't do that. It's against policy, and there is nothing we can do.", False),
    ],
)
def test_what_is_clearly_not_english_is_told(text, other):
    assert is_other_than_english([plain(text)]) is other


@pytest.mark.slow
def test_real_english_is_taken_for_english(shared):
    reader = coqs.load_plugins().reader("star")
    batch = coqs.read_interactions(shared("data/star") / "star_dev_to_2020-05-18.jsonl.gz", reader=reader)
    table = phrases.find_signals(batch)
    assert (len(batch), int((~table.english).sum())) == (3557, 0)
