"""A published guideline as a rubric of ours, and chats held against it step by step.

Run from the project's folder: ``python examples/abcd.py ../shared/data/abcd``.

A shop's guidelines for its agents (ABCD) list ordered steps for each of 55 intents of a customer. They
become **one** rubric: `abcd_guidelines.toml` says in our words what each step is, and which intents ask
for it is read from the guidelines where they lie, as the criterion's condition. Typing 55 lists could
only add slips to them. The rater below sees what the agent *did*, which the chats record between the
words; the rater `phrases` hears what was *said*.

A step that the guidelines ask for under a condition ("if they are still unhappy", "option 2", whatever
follows an early end) cannot be called missing by a machine: it abstains, and so it does on whether a
result was explained. That leaves the score open between the bounds that are printed with it.
An action counts as its step whatever was entered in it: in chat 3592 the details are a telephone number
for the manager, where the guidelines mean an address for the return.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import coqs
from coqs.plugins import phrases

Guide = dict[str, dict[str, bool]]  # intent to its criteria, each with whether it is missing where not seen
OPEN = re.compile(r"\(?(?:If|Option|Optional|Offer|Alternatively)\b")
ELSE = re.compile(r"anything else|(?:further|other) assistance")
SECTIONS = ("boots", "shirt", "jeans", "jacket", "pricing", "membership", "timing", "policy")
OTHER_NAMES = {
    "n_a": "explained",
    "end_conversation": "explained",
    "membership_privileges": "membership",
    "notify_internal_team": "notify_team",
    "select_answer": "select_faq",
    "enter_detail": "enter_details",
    "shipping_status": "shipping_noted",
}
CHECKS = {"verify_identity", "validate_purchase"}
CHANGES = {"update_order", "update_account", "offer_refund", "make_purchase", "make_password"}


def read_json(path: Path) -> Any:
    """Return what a file of the set holds."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise coqs.RecordError(f"{path}: must be JSON, got {type(error).__name__}; fetch it again") from None


def plain(name: str) -> str:
    """Return the name of a button or a flow as one word."""
    return re.sub(r"\W+", "_", name.lower())


def guide_of(folder: Path) -> Guide:
    """Read which steps each intent asks for; the intents stand in the order of their titles."""
    codes = read_json(folder / "ontology.json")["intents"]["subflows"]
    guide = {}
    for title, flow in read_json(folder / "guidelines.json").items():
        for code, subflow in zip(codes[plain(title)], flow["subflows"].values(), strict=True):
            guide[code] = steps_of(subflow)
    return guide


def steps_of(subflow: dict[str, Any]) -> dict[str, bool]:
    """Return the criteria of one intent, steps in order, and whether a step not taken is missing."""
    steps, due = {}, True
    for action in subflow["actions"]:
        name = plain(action["button"])
        step = "search_section" if name in SECTIONS else OTHER_NAMES.get(name, name)
        due = due and name != "end_conversation"
        steps[step] = steps.get(step, False) or (
            due and step != "explained" and not OPEN.match(action["text"])
        )
    others = {
        "anything_else": ELSE.search(json.dumps(subflow)),
        "in_order": "try_again" not in steps,  # these are options, in any order
        "checked_first": CHECKS & steps.keys() and CHANGES & steps.keys(),
    }
    return steps | {name: False for name, is_asked in others.items() if is_asked}


def rubric_of(guide: Guide) -> coqs.Rubric:
    """Return the rubric: our words, and the guidelines' intents as the condition of each criterion."""
    entries = tomllib.loads(Path(__file__).with_name("abcd_guidelines.toml").read_text(encoding="utf-8"))
    for criterion in entries["criteria"]:
        asked = [intent for intent, steps in guide.items() if criterion["id"] in steps]
        criterion["when"] = {"fact": "intent", "in": asked}
    entries["criteria"] = [each for each in entries["criteria"] if each["when"]["in"]]
    return coqs.Rubric.from_mapping(entries)


class Steps:
    """A rater that sees which steps were taken, and leaves to `phrases` what was said."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide

    @coqs.hookimpl
    def coqs_rate(self, interactions: coqs.Interactions, rubric: coqs.Rubric) -> coqs.RatedColumns | None:
        """Rate a block; see `coqs.hookspecs.coqs_rate`."""
        said = phrases.coqs_rate(interactions, rubric)
        seen = [(row, *each) for row, chat in enumerate(interactions) for each in self.judged(chat)]
        seen += zip(said.interaction.tolist(), said.criterion, said.level, said.turn.tolist(), strict=True)
        columns = ("interaction", "criterion", "level", "turn")
        return coqs.RatedColumns(**dict(zip(columns, zip(*seen, strict=True), strict=True))) if seen else None

    def judged(self, chat: coqs.Interaction) -> list[tuple[str, str, int]]:
        """Return criterion, level and turn of what one chat shows."""
        steps, taken = self.guide.get(str(chat.facts.get("intent")), {}), steps_taken(chat)
        done = [(step, "yes", taken[step]) for step in steps if step in taken]
        missing = [(step, "no", -1) for step, due in steps.items() if due and step not in taken]
        judged, turns = done + missing, [turn for _, _, turn in done]
        if "in_order" in steps and len(done) > 1:
            judged.append(("in_order", "yes" if turns == sorted(turns) else "no", -1))
        if "checked_first" in steps:
            changed = min((taken[step] for step in CHANGES & taken.keys()), default=-1)
            unchecked = changed >= 0 and not any(taken[step] < changed for step in CHECKS & taken.keys())
            judged.append(("checked_first", "changed_unchecked" if unchecked else "checked", changed))
        return judged


def steps_taken(chat: coqs.Interaction) -> dict[str, int]:
    """Return the first turn in which each step was taken."""
    turns = [number for number, turn in enumerate(chat.turns) if turn.speaker == "system"]
    taken: dict[str, int] = {}
    for turn, action in zip(turns, str(chat.facts.get("actions", "")).split(), strict=True):
        is_section = action == f"search-{chat.facts['intent']}"
        name = "search_section" if is_section else plain(action)
        taken.setdefault(OTHER_NAMES.get(name, name), turn)
    return taken


def account(scores: coqs.Scores, chat: coqs.Interaction, bounds: tuple[float, float]) -> str:
    """Say what was done, what is missing and what a machine cannot tell."""
    told = coqs.explain(scores, chat.id)
    answers = {"done": "yes", "missing": "no", "cannot tell": "abstained"}
    score = f"score {float(told.overall or 0):.2f} (from {bounds[0]:.2f} to {bounds[1]:.2f})"
    lines = [f"\nchat {chat.id}, {chat.facts['intent']}: {score}, verdict {told.verdict}"]
    for what, answer in answers.items():
        named = [
            item.criterion + "".join(f" (turn {turn})" for turn, _, _ in item.evidence)
            for item in told.items
            if item.answer == answer
        ]
        lines.append(f"  {what:<12} {', '.join(named) or 'nothing'}")
    besides = steps_taken(chat).keys() - {item.criterion for item in told.items if item.answer != "not_asked"}
    lines += [f"  {'besides':<12} {', '.join(sorted(besides))}"] if besides else []
    return "\n".join([*lines, *(f"  {each}" for each in told.because)])


def main(folder: Path) -> None:
    """Read the guidelines and the chats, rate, score, and print an account of each."""
    guide = guide_of(folder)
    rubric = rubric_of(guide)
    plugins = coqs.load_plugins(plugins={"steps": Steps(guide)})
    chats = coqs.read_interactions(folder / "abcd_5_examples.json", reader="abcd", plugins=plugins)
    scores = coqs.score(coqs.rate(chats, rubric, raters=["steps"], plugins=plugins))
    print(f"{len(guide)} intents, {len(rubric.criteria)} criteria, one rubric")
    for chat, bounds in zip(chats, scores.bounds(), strict=True):
        print(account(scores, chat, bounds))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Hold ABCD's chats against its guidelines.")
    parser.add_argument("folder", type=Path, help="where guidelines.json and the chats lie")
    try:
        main(parser.parse_args().folder)
    except (coqs.CoqsError, OSError) as error:
        print(f"abcd: {error}", file=sys.stderr)
        sys.exit(2)
