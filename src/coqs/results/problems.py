"""What went wrong in a plugin, without its words."""

from __future__ import annotations

import attrs


@attrs.frozen(slots=True)
class Problem:
    """A plugin's implementation of a hook broke; its message may hold a customer's words, so is not kept."""

    plugin: str
    hook: str
    exception_type: str
    """Name of the exception's class."""

    def __str__(self) -> str:
        return f"plugin {self.plugin!r} raised {self.exception_type} in {self.hook}"
