"""Find plugins, load each one apart from the others, and call their hooks.

Floor 3, above `coqs.hookspecs`. Nothing here runs on import, and there is no global manager: every
call of `load_plugins` reads the installed entry points anew and returns a frozen value. How scores
and ratings are made from what plugins return is for the floors above.
"""

from coqs.manager.calling import Answer
from coqs.manager.discovery import PluginInfo, State, list_plugins
from coqs.manager.loading import load_plugins
from coqs.manager.plugins import Plugins
from coqs.manager.reading import evaluation_read, form_read, records_read

__all__ = [
    "Answer",
    "PluginInfo",
    "Plugins",
    "State",
    "evaluation_read",
    "form_read",
    "list_plugins",
    "load_plugins",
    "records_read",
]
