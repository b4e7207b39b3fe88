"""How the documentation is built: `sphinx-build -n -W docs docs/_build/html`."""

from __future__ import annotations

from importlib.metadata import version as installed_version

from docutils.nodes import Element
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import coqs

project = "coqs"
author = "The coqs authors"
copyright = "2026, The coqs authors"  # noqa: A001 - Sphinx wants this name
version = release = installed_version("coqs")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "coqs"
html_show_sourcelink = False
html_copy_source = False

default_role = "code"  # a single backtick in a docstring quotes code
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_use_rtype = False
python_use_unqualified_type_names = True

# There is no network for intersphinx, so names of others cannot be resolved here.
nitpick_ignore_regex = [
    (r"py:.*", r"(np|npt|numpy|attr|attrs|pluggy|pytest)\..*"),
    (r"py:.*", r"(collections|datetime|decimal|fractions|importlib|os|pathlib|types|typing)\..*"),
]


def through_the_front_door(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Element
) -> Element | None:
    """Resolve `coqs.room.file.Name`, as annotations have it, to the `coqs.Name` that is documented."""
    target = node.get("reftarget", "")
    name = target.rpartition(".")[2]
    if node.get("refdomain") != "py" or name not in coqs.__all__ or target == f"coqs.{name}":
        return None
    domain = env.domains["py"]
    kind = node["reftype"]
    return domain.resolve_xref(env, node["refdoc"], app.builder, kind, f"coqs.{name}", node, content)


def setup(app: Sphinx) -> None:
    """Let Sphinx ask the front door for what it cannot find."""
    app.connect("missing-reference", through_the_front_door)
