"""The report in a real browser: what a screen reader, a phone, a dark room and a printer make of it.

Skips where no Chromium is installed, or what drives it (the extra `browser`) is not; under
COQS_NEED_BROWSER, as in .ci/run, that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import coqs

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NEEDED = "COQS_NEED_BROWSER" in os.environ
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDTHS = {"wide": 1280, "phone": 390}

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def skip_or_fail(why: str) -> None:
    if NEEDED:
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_or_fail("playwright is not installed: pip install coqs[browser]")
    if CHROMIUM is None:
        skip_or_fail("no Chromium is installed")
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample's report, one of nobody, one of many providers, and one that follows them over time."""
    folder = tmp_path_factory.mktemp("reports")
    sample = coqs.make_sample(n=200)
    n, many = 15_000, sample.rubric
    table = {
        "interaction": [f"i{k}" for k in range(n)],
        "provider": [f"provider-{k % 5000:04}" for k in range(n)],
        "greeted": [("challenged", "greeted", "made_welcome")[k * 7 % 5 % 3] for k in range(n)],
        "customer_set": ["visitors"] * n,
        "situation": ["routine"] * n,
    }
    for name, ratings in {
        "sample": sample,
        "nobody": sample.take(slice(0, 0)),
        "many": coqs.Ratings.from_table(table, many),
    }.items():
        coqs.write_report(coqs.score(ratings), folder / f"{name}.html")
    quarter = coqs.score(coqs.make_sample(n=700, weeks=13))
    coqs.write_report(quarter, folder / "journey.html", journey="week")
    return {each.stem: each for each in folder.iterdir()}


@pytest.fixture
def opened(browser: Any, reports: dict[str, Path]) -> Iterator[Any]:
    contexts = []

    def show(name: str, **how: Any) -> Any:
        context = browser.new_context(bypass_csp=True, **how)
        contexts.append(context)
        page = context.new_page()
        page.goto(reports[name].as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


def violations(page: Any) -> list[str]:
    """Run axe-core on a page; say what it finds, and where."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=list(WIDTHS))
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["sample", "nobody", "journey"])
def test_axe_finds_nothing(opened, name, scheme, width):
    page = opened(name, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert violations(page) == []


@pytest.mark.parametrize("name", ["sample", "nobody", "many", "journey"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=list(WIDTHS))
def test_nothing_is_wider_than_the_window(opened, name, width):
    page = opened(name, viewport={"width": width, "height": 900})
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_needs_no_script(opened):
    page = opened("sample", java_script_enabled=False)
    assert page.locator("section").count() == 14
    page.locator("summary").first.click()
    assert page.locator("details table").first.is_visible()


def test_a_printer_gets_a4_pages_with_every_table_open_but_those_of_accounts(opened, tmp_path):
    page = opened("sample")
    page.emulate_media(media="print")
    heights = page.evaluate(
        "[...document.querySelectorAll('details:not(.account-of) table')]"
        ".map(each => each.getBoundingClientRect().height)"
    )
    assert len(heights) == 2
    assert min(heights) > 50
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    sheet = (tmp_path / "report.pdf").read_bytes()
    assert b"/MediaBox [0 0 594.95996 841.91998]" in sheet or b"/MediaBox [0 0 595" in sheet
    assert 5 < sheet.count(b"/Type /Page\n") + sheet.count(b"/Type /Page ") < 25


def test_what_to_do_next_is_the_first_thing_on_a_phone(opened):
    page = opened("sample", viewport={"width": 390, "height": 844})
    assert page.locator("h2").first.inner_text() == "What to do next"
    assert page.locator(".advice li").first.bounding_box()["y"] < 844


def test_five_thousand_providers_open_quickly(opened):
    page = opened("many")
    took = page.evaluate("performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart")
    assert took < 10_000
    assert page.locator("#providers").is_visible()
