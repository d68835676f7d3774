"""Fixtures that any test may ask for."""

import gc
from collections.abc import Generator

import pytest

pytest_plugins = ("tests.databases", "tests.emulators")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect seven thousand tests without looking among them for garbage again and again: there is none."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
