"""ABCD: customers and agents of a shop, with what the agents did between their words.

A turn is an entry of `original`; what the agent did is a turn of the role `system`. Which action each
of those was stands in the other form of the chat, `delexed`: the fact `actions` holds them in order,
parted by spaces, one for each turn of the role, where both forms have the same entries.

The customer's private data (name, address, account, order) are left out. The agent does not have them
when the chat begins: the customer has to state them. So the name is no fact either.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import coqs
from coqs.plugins.transcripts.fields import Fields, refuse, role, taken

ACTION = 2
"""Which of an entry's targets is the action."""
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
        "actions": _actions(fields),
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


def _actions(fields: Fields) -> str | None:
    """Return the names of the actions in order; None where the two forms of the chat do not match."""
    if fields.maybe("delexed", list) is None:
        return None
    entries = [Fields.of(entry, path) for path, entry in fields.items("delexed")]
    speakers = [entry[0] for entry in fields.take("original", list)]
    if [entry.maybe("speaker", str) for entry in entries] != speakers:
        return None
    names = [_action(entry) for entry in entries if entry.held.get("speaker") == SYSTEM]
    return " ".join(names) or None


def _action(entry: Fields) -> str:
    targets = entry.take("targets", list)
    name = targets[ACTION] if len(targets) > ACTION else None
    return taken(name, str, f"{entry.path}.targets[{ACTION}]")


READER = coqs.Reader(
    name="abcd",
    text="ABCD: customers and agents of a shop, a turn an entry, actions being turns of the system",
    read=read,
    extensions=(".json",),
)
