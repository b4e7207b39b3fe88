"""Where something that a plugin declares came from."""

from __future__ import annotations

import attrs


@attrs.frozen(slots=True)
class Origin:
    """The plugin that a rubric, a policy or another declared thing came from."""

    plugin: str
    distribution: str | None = None
    version: str | None = None
