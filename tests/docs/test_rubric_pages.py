"""The pages of the built-in rubrics: one for each, in each language, and none that is out of date."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """Import the maker of the pages, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("rubric_pages", DOCS / "rubric_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_rubric_of_a_built_in_plugin_has_a_page_in_each_of_its_languages(maker) -> None:
    pages = dict(maker.pages_of(maker.built_in()))
    for rubric in maker.built_in():
        assert pages[f"{rubric.id}.md"].startswith("# ")
        assert f"load_plugins().rubric({rubric.id!r})" in pages[f"{rubric.id}.md"]
        if "es" in dict(rubric.title.translations):
            assert rubric.criteria[0].words.in_language("es").split(",")[0] in pages[f"es/{rubric.id}.md"]
    assert {"coqs.md", "security.md", "es/coqs.md"} <= set(pages)


def test_a_page_is_the_card_of_its_rubric(maker) -> None:
    for rubric in maker.built_in():
        for language in ("en", "es"):
            assert maker.page(rubric, language).startswith(f"{rubric.to_card(language).rstrip()}\n\n---\n")


def test_pages_are_written_where_they_changed_and_dropped_where_their_rubric_is_gone(maker, tmp_path) -> None:
    app = SimpleNamespace(srcdir=tmp_path)
    maker.write_rubric_pages(app)
    folder = tmp_path / maker.PAGES
    gone, page = folder / "gone.md", folder / "coqs.md"
    gone.write_text("# Gone\n", encoding="utf-8")
    written = page.stat().st_mtime_ns
    maker.write_rubric_pages(app)
    assert (gone.exists(), page.stat().st_mtime_ns) == (False, written)


def test_the_folder_of_the_pages_is_ignored(project: Path, maker) -> None:
    assert f"/docs/{maker.PAGES.as_posix()}/" in (project / ".gitignore").read_text("utf-8").splitlines()
