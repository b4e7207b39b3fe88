"""Real service dialogues in, an explained account of them out.

Run from the project's folder: ``python examples/star.py ../shared/data/star --out DIR``.

Reads the STAR dialogues (people playing customers, others answering as a company's agent), rates what
the agents' words show by the general rubric, scores it, and says how each agent and each domain did.
DIR gets `report.html` and `scores.csv`, where a dialogue that is not scored has its reason (here it is
always `abstained`: the customer or the agent left before the agent had said a word).

It also holds the rater against the agents' own choices: they picked most replies from a list of
suggestions, each with a label; typed replies have no label and are left out. **The figures show** that
the rules find these stock sentences and mistake hardly any other for them. **They do not show** how the
rules do on words of people's own, for each label is one to three sentences over and over. What counts
against precision are agents' own "hi", "anything else" and "enjoy" under the label `custom`; what counts
against recall are seven hellos in the middle of a dialogue, which greet nobody who comes in.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import coqs
from coqs.plugins.phrases import find_signals

FILE = "star_dev_to_2020-05-18.jsonl.gz"
SPEAKERS = {"Wizard": "provider", "User": "customer"}
SEARCH_MORE = ("_search_more", "_continue_searching", "_more_questions")  # "… search for any more hotels?"
SILVER = {
    "greeting": lambda label: label == "hello",
    "offer_of_help": lambda label: label == "hello",
    "name_asked": lambda label: label == "ask_name",
    "anything_else": lambda label: label == "anything_else" or label.endswith(SEARCH_MORE),
    "closing": lambda label: label in ("goodbye_1", "goodbye_2") or label.endswith("_bye"),
}


def dialogues(path: Path) -> Iterator[tuple[dict[str, Any], list[str | None]]]:
    """Yield each dialogue as a record of ours, with the label of each of its turns."""
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                yield record_of(json.loads(line))
    except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError) as error:
        place, kind = f"{path}, at line {number}" if number else path, type(error).__name__
        wanted = "must hold one whole dialogue a line, in UTF-8, gzipped"
        raise coqs.RecordError(f"{place}: {wanted}, got {kind}; fetch it again") from None


def record_of(dialogue: dict[str, Any]) -> tuple[dict[str, Any], list[str | None]]:
    """Return a dialogue as a record, and each turn's label, None where it was not picked."""
    events = [event for event in dialogue["Events"] if event["Action"] in ("utter", "pick_suggestion")]
    turns = [{"speaker": SPEAKERS[e["Agent"]], "text": e["Text"], "at": time_of(e)} for e in events]
    calm = [each["Answer"] for each in dialogue["UserQuestionnaire"] if "calm and" in each["Question"]]
    record = {
        "id": dialogue["DialogueID"],
        "at": time_of(dialogue["Events"][0]),
        "provider": dialogue["AnonymizedWizardWorkerID"],
        "customer": dialogue["AnonymizedUserWorkerID"],
        "channel": "chat",
        "turns": turns,
        "facts": {
            "domain": dialogue["Scenario"]["Domains"][0],
            "completion": dialogue["CompletionLevel"],
            "calm_helpful": calm[0] if calm else None,
        },
    }
    return record, [
        event["ActionLabel"] if event["Action"] == "pick_suggestion" else None for event in events
    ]


def time_of(event: dict[str, Any]) -> dt.datetime:
    """Return when an event happened."""
    return dt.datetime.fromtimestamp(event["UnixTime"], dt.UTC)


def print_agreement(interactions: coqs.Interactions, labels: list[str | None]) -> None:
    """Print precision and recall of the signals against the labels, turn by picked turn."""
    table, picked = find_signals(interactions), np.array([label is not None for label in labels])
    print(
        f"\nsignals against the labels of the {picked.sum()} turns picked from suggestions (stock sentences)"
    )
    for signal, is_one in SILVER.items():
        hits, found = table.hits(signal), np.zeros(len(labels), dtype=bool)
        found[interactions.turn_offsets[table.interaction[hits]] + table.turn[hits]] = True
        said = np.array([label is not None and is_one(label) for label in labels])
        right, claimed = (found & said).sum(), (found & picked).sum()
        shares = f"precision {right / max(claimed, 1):.4f}  recall {right / max(said.sum(), 1):.4f}"
        print(f"{signal:<13}  {shares}  n {said.sum()}")


def print_largest(table: coqs.GroupTable, rows: int) -> None:
    """Print the groups with the most dialogues."""
    head, *lines = str(table).splitlines()
    print(f"\n{head}", *(lines[row] for row in np.argsort(-table["n"], kind="stable")[:rows]), sep="\n")


def main(folder: Path, out: Path) -> None:
    """Read, rate, score, print and write."""
    found = list(dialogues(folder / FILE))
    if not found:
        raise coqs.RecordError(f"{folder / FILE}: must hold a dialogue or more, got none; fetch it again")
    interactions = coqs.Interactions.from_records(record for record, _ in found)
    plugins = coqs.load_plugins()
    ratings = coqs.rate(interactions, plugins.rubric("coqs"), raters=["phrases"], plugins=plugins)
    scores = coqs.score(ratings)
    out.mkdir(parents=True, exist_ok=True)
    coqs.write_scores(scores, out / "scores.csv")
    coqs.write_report(scores, out / "report.html")
    print_largest(scores.by("provider"), 10)
    print_largest(scores.by("domain"), 20)
    print_agreement(interactions, [label for _, labels in found for label in labels])
    print(
        f"\nwords answer {np.nanmean(scores.coverage):.0%} of what is asked; on the rest the rater abstains"
    )
    for reason, count in Counter(scores.reason[~scores.is_scored].tolist()).most_common():
        print(f"not scored: {count} {reason}")
    scored = int(scores.is_scored.sum())
    print(f"dialogues {len(scores)} scored {scored} unscored {len(scores) - scored}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Score the STAR dialogues.")
    parser.add_argument("folder", type=Path, help=f"where {FILE} lies")
    parser.add_argument("--out", type=Path, required=True, help="where scores.csv and report.html go")
    options = parser.parse_args()
    try:
        main(options.folder, options.out)
    except (coqs.CoqsError, OSError) as error:
        print(f"star: {error}", file=sys.stderr)
        sys.exit(2)
