"""Hold the rater `phrases` against dialogues that were labelled by reading them.

Run from the project's folder: ``python examples/labelled.py ../shared/data``.

The labels stand in `tests/vectors/dialogue_labels.json`, their guide beside them. They were written
before any rule was tuned; the half called *held_out* was never used for tuning. The customers' side is
held against MultiDoGO, whose sentences have human labels: three of its six domains were looked at
(*tune*), the other three were not. Every share has Wilson's 95 % interval.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import coqs
from coqs.kernels import wilson_interval
from coqs.plugins.phrases import SIGNALS, find_signals, find_stages

LABELS = Path(__file__).parents[1] / "tests" / "vectors" / "dialogue_labels.json"
STAR = "star/star_dev_to_2020-05-18.jsonl.gz"
SMALL = "transcripts_small/{}_5_examples.json"
SOURCES = {
    "star": (STAR, "star"),
    "taskmaster1": (SMALL.format("taskmaster1"), "taskmaster"),
    "taskmaster2": (SMALL.format("taskmaster2"), "taskmaster"),
    "tweetsumm": (SMALL.format("tweetsumm"), "tweetsumm"),
    "airdialogue": (SMALL.format("airdialogue"), "airdialogue"),
    "harper_valley": ("harper_valley/harper_valley_5calls.json", "harper_valley"),
    "abcd": ("abcd/abcd_5_examples.json", "abcd"),
}
DOMAINS = {"tune": ("airline", "fastfood", "finance"), "held_out": ("insurance", "media", "software")}
INTENTS = {"greeting": "openinggreeting", "thanks": "thankyou", "closing": "closinggreeting"}
Places = set[tuple[str, str, int]]


def found_in(data: Path) -> dict[str, Places]:
    """Return what the rater finds: signal or stage to (source, id, turn)."""
    found: dict[str, Places] = {}
    _, dialogues = labelled("all")
    for source, (file, reader) in SOURCES.items():
        whole = coqs.read_interactions(data / file, reader=reader)
        read = (whole[id] for name, id in sorted(dialogues) if name == source)
        batch = coqs.Interactions.from_records(
            {"id": each.id, "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in each.turns]}
            for each in read
        )
        for table in (find_signals(batch), find_stages(batch)):
            names = (table.signal if hasattr(table, "signal") else table.stage).to_list()
            prefix = "" if hasattr(table, "signal") else "stage "
            for name, row, turn in zip(names, table.interaction, table.turn, strict=True):
                found.setdefault(f"{prefix}{name}", set()).add((source, batch.ids[row], int(turn)))
    return found


def labelled(part: str) -> tuple[dict[str, Places], set[tuple[str, str]]]:
    """Return what readers labelled in a part of the dialogues, and which dialogues these are."""
    places: dict[str, Places] = {}
    dialogues = set()
    for each in json.loads(LABELS.read_text("utf-8"))["dialogues"]:
        if part not in ("all", each["part"]):
            continue
        dialogues.add((each["source"], each["id"]))
        for prefix, labels in (("", each["signals"]), ("stage ", each["stages"])):
            for name, turns in labels.items():
                places.setdefault(prefix + name, set()).update(
                    (each["source"], each["id"], turn) for turn in turns
                )
    return places, dialogues


def customers(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield (conversation, turn, text, intent) of each sentence; some physical lines are broken."""
    line = ""
    for piece in path.read_text("utf-8").split("\n")[1:]:
        line = f"{line} {piece}" if line else piece
        if line.count("\t") >= 6:
            cells = line.split("\t")
            yield cells[0], cells[1], " ".join(cells[4:-2]), cells[-1]
            line = ""


def customer_side(paths: Iterable[Path]) -> dict[str, tuple[set[int], set[int]]]:
    """Return signal to the sentences that were found, and those that are labelled."""
    records: dict[str, list[dict[str, str]]] = {}
    where: dict[tuple[str, int], int] = {}
    intents: list[str] = []
    before = ("", "")
    for conversation, turn, text, intent in (each for path in paths for each in customers(path)):
        turns = records.setdefault(conversation, [])
        if (conversation, turn) != before:
            turns.append({"speaker": "provider", "text": ""})  # the agent's side is not published
        before = (conversation, turn)
        where[conversation, len(turns)] = len(intents)
        turns.append({"speaker": "customer", "text": text})
        intents.append(intent)
    batch = coqs.Interactions.from_records({"id": id, "turns": turns} for id, turns in records.items())
    table = find_signals(batch, speaker="customer")
    sides = {}
    for signal, intent in INTENTS.items():
        hits = table.hits(signal)
        rows = zip(table.interaction[hits], table.turn[hits], strict=True)
        found = {where[batch.ids[row], int(turn)] for row, turn in rows}
        sides[signal] = (
            found,
            {place for place, each in enumerate(intents) if intent in each.split("<div>")},
        )
    return sides


def line(name: str, found: set, wanted: set) -> str:
    """Say precision and recall with their intervals."""
    both = len(found & wanted)
    shares = "  ".join(
        f"{word} {_share(both, len(of))}" for word, of in (("precision", found), ("recall", wanted))
    )
    return f"  {name:<18} {shares}  n {len(wanted)}"


def _share(part: int, whole: int) -> str:
    if not whole:
        return "cannot tell          "
    low, high = (float(end) for end in wilson_interval(part, whole))
    return f"{part / whole:.3f} ({low:.2f} to {high:.2f})"


def show(found: dict[str, Places], data: Path) -> None:
    """Print the tables."""
    for part in ("tune", "held_out", "all"):
        wanted, dialogues = labelled(part)
        print(f"{len(dialogues)} labelled dialogues, {part}")
        for name in [*SIGNALS, *(f"stage {stage.id}" for stage in coqs.STAGES)]:
            ours = {each for each in found.get(name, set()) if each[:2] in dialogues}
            print(line(name, ours, wanted.get(name, set())))
    for part, domains in DOMAINS.items():
        print(f"customers of MultiDoGO, {part}: {', '.join(domains)}")
        files = [data / "multidogo" / f"{domain}_sentence_dev.tsv" for domain in domains]
        for signal, (ours, labels) in customer_side(files).items():
            print(line(signal, ours, labels))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Hold the rater `phrases` against labelled dialogues.")
    parser.add_argument("data", type=Path, help="the folder that holds star, multidogo and the others")
    try:
        folder = parser.parse_args().data
        show(found_in(folder), folder)
    except (coqs.CoqsError, OSError) as error:
        print(f"labelled: {error}", file=sys.stderr)
        sys.exit(2)
