"""How the documentation is built: `sphinx-build -n -W docs docs/_build/html`."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

from docutils.nodes import Element
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import coqs

sys.path.insert(0, str(Path(__file__).parent))
from rubric_pages import write_rubric_pages

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
html_static_path = ["_static"]
html_css_files = ["narrow.css"]
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
    (r"py:.*", r"(collections|datetime|decimal|fractions|importlib|os|pathlib|types|typing|zoneinfo)\..*"),
    (r"py:class", "Fraction"),
    # Of ours: aliases, a type variable, and what only the maker of a value sees, in its class's signature.
    (r"py:class", r"Condition|Counts|Exact|Floats|Scale|coqs\.manager\.calling\.T"),
    (r"py:class", r"coqs\.manager\.(registry\.Implementation|discovery\.Candidate)"),
    (r"py:class", r"coqs\.(results\.scores\.Rescorer|rubric\.files\.Readable|testing\.golden\.Readable)"),
    (r"py:class", r"coqs\.journeys\.(clock\.dial\.Scale|issues\.\w+\.(Contacts|Linked|Outcomes))"),
    (r"py:class", r"coqs\.(journeys\.missteps\.operation\.Ledger|kernels\.local_trend\.LocalTrend)"),
    (r"py:class", r"coqs\.journeys\.events\.pooling\.(Differences|Pooled)"),
    (r"py:class", r"coqs\.kernels\.change_points\.(Mean|Rank|Reliable)Change"),
    (r"py:class", r"coqs\.results\.one\.Source|(coqs\.scoring\.bulk\.(compiled\.)?)?Compiled(Stage)?"),
    (r"py:class", r"coqs\.results\.(tally_kind\.TallyKind|grouping\.Labels|measures\.(Measures|Scored))"),
    (r"py:class", r"(coqs\.rubric\.form\.)?Form"),
    (r"py:class", r"coqs\.(errors|tables)\.Spot|ArrayLike|coqs\.results\.plots\.Drawable"),
]

ARRAY_LIKE = re.compile(r"[\w.]*_Buffer \| .*?_NestedSequence\[(?:[\w.]+ \| )*[\w.]+\]")


def resolve_by_the_front_door(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Element
) -> Element | None:
    """Resolve `coqs.room.file.Name`, as annotations have it, to the name that is documented.

    That is `coqs.Name`, or `coqs.room.Name` for a part that the front door does not name.
    """
    if node.get("refdomain") != "py":
        return None
    target, name = node["reftarget"], node["reftarget"].rpartition(".")[2]
    rooms = target.split(".")[1:2] if target.startswith("coqs.") else coqs._ROOMS
    domain = env.domains["py"]
    for known in (f"coqs.{name}", *(f"coqs.{room}.{name}" for room in rooms)):
        if known in domain.objects:
            return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", known, node, content)
    return None


def say_array_like(
    app: Sphinx,
    what: str,
    name: str,
    obj: object,
    options: object,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """Write `ArrayLike` where a converter's annotation was taken apart into what numpy means by it."""
    return signature and ARRAY_LIKE.sub("ArrayLike", signature).replace("NOTHING", "..."), returns


def keep_first_colons(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Open a field's text with an empty comment: napoleon takes "words: more words" for a type."""
    if what in {"attribute", "data", "property"}:
        lines[:0] = ["..", ""]


def setup(app: Sphinx) -> None:
    """Hook all of it into the build, the colons ahead of napoleon."""
    app.connect("builder-inited", write_rubric_pages)
    app.connect("missing-reference", resolve_by_the_front_door)
    app.connect("autodoc-process-signature", say_array_like)
    app.connect("autodoc-process-docstring", keep_first_colons, priority=400)
