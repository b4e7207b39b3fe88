"""AirDialogue: a customer and an airline's agent about a flight.

A record is an object, or a text that holds one. It states no id, so its position in the file is one. A
line of `dialogue` is a turn and begins with who says it. What the customer is told to want (`intent`) is
not known to the agent, so only its goal is kept, and no name of anybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import coqs
from coqs.plugins.transcripts.fields import Fields, moment, refuse, role, taken

SPEAKERS = ("agent", "customer")


def read(file: Any) -> Iterator[tuple[Any, Any]]:
    """Yield a record for each dialogue."""
    for position, (place, value) in enumerate(file.values()):
        record: Any
        try:
            record = _record(str(position), Fields.of(_unpacked(value)), file)
        except coqs.RecordError as error:
            record = error
        yield place, record


def _unpacked(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        refuse("$", "must be an object, or a text that holds one as JSON, got another text; mend the record")


def _record(id: str, fields: Fields, file: Any) -> dict[str, Any]:
    lines, times = list(fields.items("dialogue")), fields.maybe("timestamps", list)
    if times is not None and len(times) != len(lines):
        problem = f"must hold a time for each of {len(lines)} lines, got {len(times)}; mend the record"
        refuse("$.timestamps", problem)
    told = [moment(each, f"$.timestamps[{n}]") for n, each in enumerate(times)] if times is not None else None
    turns = [_turn(path, line, file) for path, line in lines]
    if told is not None:
        turns = [turn | {"at": at} for turn, at in zip(turns, told, strict=True)]
    return {
        "id": id,
        "at": told[0] if told else None,
        "channel": "chat",
        "turns": turns,
        "facts": {
            "goal": fields.within("intent").maybe("goal", str),
            "status": fields.within("action").maybe("status", str),
            "expected_status": fields.within("expected_action").maybe("status", str),
            "correct": fields.maybe("correct_sample", bool),
        },
    }


def _turn(path: str, line: Any, file: Any) -> dict[str, Any]:
    name, mark, text = taken(line, str, path).partition(":")
    if not mark:
        refuse(path, "must begin with who says it and a colon, got none; mend the line")
    roles = {"agent": "provider", "customer": "customer"}
    return {"speaker": role(name.strip(), roles, path, file), "text": text.strip()}


READER = coqs.Reader(
    name="airdialogue",
    text="AirDialogue: customers and an airline's agents, a turn a line",
    read=read,
    extensions=(".json", ".jsonl"),
)
