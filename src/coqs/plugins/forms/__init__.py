"""Readers of other systems' evaluation forms: Amazon Connect, with its evaluations, and Genesys Cloud.

A form becomes a rubric with the preset policy of its system. None of the readers guesses in silence:
what is assumed or left out is a finding with its JSON path, and what would change a number is refused,
all at once. The codes of the findings are stable: F1xx what is assumed, F2xx what is left out or has
no effect, F3xx what no version of the interface that was looked at knows, F4xx on evaluations.

An outbuilding of the house: it imports the front door only, as any stranger's plugin does.
"""

from __future__ import annotations

import coqs
from coqs.plugins.forms import amazon, genesys


@coqs.hookimpl
def coqs_forms() -> list[coqs.FormReader]:
    """Return the readers; see `coqs.hookspecs.coqs_forms`."""
    return [amazon.READER, genesys.READER]
