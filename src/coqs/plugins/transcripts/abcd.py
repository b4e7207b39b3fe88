"""ABCD: customers and agents of a shop, with what the agents did between their words.

A turn is an entry of `original`; what the agent did is a turn of the role `system`. Which action each
of those was stands in the other form of the chat, `delexed`: the fact `actions` holds them in order,
parted by spaces, one for each turn of the role, where both forms have the same entries. The fact
`intent` is the label there of what the customer wants; `subflow` may say it more closely (`timing_4`).

The customer's private data (name, address, account, order) are left out. The agent does not have them
when the chat begins: the customer has to state them. So the name is no fact either.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import coqs
from coqs.plugins.transcripts.fields import Fields, refuse, role, taken

INTENT, ACTION = 0, 2
"""Which of an entry's targets is what the customer wants, and which the action."""
SYSTEM = "action"


def read(file: Any) -> Iterator[tuple[Any, Any]]:
    """Yield a record for each chat: of a list, or of the lists that parts of the whole set are."""
    for place, value in file.values():
        for path, chat, part in _chats(value):
            record: Any
            try:
                record = _record(Fields.of(chat, path), part, file)
            except coqs.RecordError as error:
                record = error
            yield place, record


def _chats(value: Any) -> Iterator[tuple[str, Any, str | None]]:
    is_whole_set = (
        isinstance(value, dict) and value and all(isinstance(each, list) for each in value.values())
    )
    if not is_whole_set:
        yield "$", value, None
        return
    for part, chats in value.items():
        for position, chat in enumerate(chats):
            yield f"$.{part}[{position}]", chat, part


def _record(fields: Fields, part: str | None, file: Any) -> dict[str, Any]:
    scenario = fields.within("scenario")
    turns = [_turn(path, entry, file) for path, entry in fields.items("original")]
    facts = {
        "flow": scenario.maybe("flow", str),
        "subflow": scenario.maybe("subflow", str),
        "member_level": scenario.within("personal").maybe("member_level", str),
        "shipping_status": scenario.within("order").maybe("shipping_status", str),
        **_labels(fields),
    }
    if part is not None:
        facts["part"] = part
    return {"id": fields.identity("convo_id"), "channel": "chat", "turns": turns, "facts": facts}


def _turn(path: str, entry: Any, file: Any) -> dict[str, Any]:
    pair = taken(entry, list, path)
    if len(pair) != 2:
        refuse(path, f"must be a pair of speaker and text, got {len(pair)} items; mend the record")
    roles = {"agent": "provider", "customer": "customer", SYSTEM: "system"}
    return {"speaker": role(pair[0], roles, f"{path}[0]", file), "text": taken(pair[1], str, f"{path}[1]")}


def _labels(fields: Fields) -> dict[str, Any]:
    """Return the intent, and the actions in order; nothing where the two forms of the chat do not match."""
    if fields.maybe("delexed", list) is None:
        return {}
    entries = [Fields.of(entry, path) for path, entry in fields.items("delexed")]
    speakers = [entry[0] for entry in fields.take("original", list)]
    if not entries or [entry.maybe("speaker", str) for entry in entries] != speakers:
        return {}
    actions = [_label(entry, ACTION) for entry in entries if entry.held.get("speaker") == SYSTEM]
    return {"intent": _label(entries[0], INTENT), "actions": " ".join(actions) or None}


def _label(entry: Fields, place: int) -> str:
    targets = entry.take("targets", list)
    label = targets[place] if len(targets) > place else None
    return taken(label, str, f"{entry.path}.targets[{place}]")


READER = coqs.Reader(
    name="abcd",
    text="ABCD: customers and agents of a shop, a turn an entry, actions being turns of the system",
    read=read,
    extensions=(".json",),
)
