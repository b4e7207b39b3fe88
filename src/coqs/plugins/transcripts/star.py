"""STAR: people who play customers, and others who answer as a company's agent.

Turns are what was said: the events `utter` and `pick_suggestion`. What the agent looked up, asked for
or was told to do is left out, and so are the labels of replies.
"""

from __future__ import annotations

from typing import Any

import coqs
from coqs.plugins.transcripts.fields import Fields, moment, role

SAID = ("utter", "pick_suggestion")
CALM = "calm and"
"""What the question whose answer is kept has in it."""


def read(file: Any) -> Any:
    """Yield a record for each dialogue."""
    return file.each(lambda value: _record(Fields.of(value), file))


def _record(fields: Fields, file: Any) -> dict[str, Any]:
    events = [Fields.of(event, path) for path, event in fields.items("Events")]
    return {
        "id": fields.identity("DialogueID"),
        "at": _at(events[0]) if events else None,
        "provider": fields.maybe("AnonymizedWizardWorkerID", str),
        "customer": fields.maybe("AnonymizedUserWorkerID", str),
        "channel": "chat",
        "turns": [_turn(event, file) for event in events if event.take("Action", str) in SAID],
        "facts": {
            "domain": _domain(fields),
            "completion": fields.maybe("CompletionLevel", str),
            "calm_helpful": _calm(fields),
        },
    }


def _at(event: Fields) -> Any:
    return moment(event.held.get("UnixTime"), f"{event.path}.UnixTime")


def _turn(event: Fields, file: Any) -> dict[str, Any]:
    roles = {"User": "customer", "Wizard": "provider"}
    speaker = role(event.held.get("Agent"), roles, f"{event.path}.Agent", file)
    return {"speaker": speaker, "text": event.take("Text", str), "at": _at(event)}


def _domain(fields: Fields) -> str | None:
    """Return the first domain; nobody knew it in some."""
    domains = fields.within("Scenario").maybe("Domains", list) or [None]
    return None if domains[0] is None else str(domains[0])


def _calm(fields: Fields) -> bool | None:
    """Return the customer's answer to whether the agent stayed calm and helpful."""
    if fields.maybe("UserQuestionnaire", list) is None:
        return None
    answers = [Fields.of(each, path) for path, each in fields.items("UserQuestionnaire")]
    calm = [each.maybe("Answer", bool) for each in answers if CALM in each.take("Question", str)]
    return calm[0] if calm else None


READER = coqs.Reader(
    name="star",
    text="STAR: customers and an agent who picks or types replies, a turn an event of speech",
    read=read,
    extensions=(".jsonl", ".json"),
)
