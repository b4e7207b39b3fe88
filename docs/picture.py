"""Draw the README's picture: the report of `coqs demo`, as a browser shows it.

Run from the project's folder: ``python docs/picture.py``. Needs the extra `browser`, and a Chromium.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import coqs

PICTURE = Path(__file__).parent / "_static" / "report.png"
WIDTH, HEIGHT = 1000, 1010


def main() -> None:
    """Write the report of the sample, and take its picture."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        report = Path(folder, "report.html")
        coqs.write_report(coqs.score(coqs.make_sample()), report)
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(report.as_uri())
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
