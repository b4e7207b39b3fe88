"""What every test may ask for: slow tests behind an option, and the data that lie beside the project."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--run-slow",
        action="store_true",
        help="run the tests marked slow, too, and try each law on all of its examples",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--run-slow"):  # read by the laws, in every process, before they are collected
        os.environ["COQS_TESTS_THOROUGH"] = "1"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--run-slow"):
        return
    skip = pytest.mark.skip(reason="slow: runs with --run-slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def project() -> Path:
    """Where the checkout stands."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """Find a file or folder of the data beside the project; skip without it, but never in CI."""

    def find(name: str) -> Path:
        path = SHARED / name
        if path.exists():
            return path
        missing = f"needs ../shared/{name} beside the project, which is not there"
        if os.environ.get("CI"):
            pytest.fail(f"{missing}; in CI nothing may skip for want of it")
        pytest.skip(missing)

    return find
