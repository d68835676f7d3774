"""Every provider that the code knows: moved by the local platform, and its keys given to whom asks it."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

import pytest

from local.upstreams import sandbox_upstreams
from shared.providers import adapters
from shared.providers.contract import Descriptor
from tools.bundle.closure import files_of
from tools.manifests import ROOT, read_manifests

MANIFESTS = read_manifests()


def described(value: object) -> Iterator[Descriptor]:
    if isinstance(value, Descriptor):
        yield value
    elif isinstance(value, dict):
        yield from described(list(value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from described(each)


@cache
def descriptors() -> dict[str, list[Descriptor]]:
    """Return the descriptors by the adapters' module."""
    names = [module.name for module in pkgutil.iter_modules(adapters.__path__, f"{adapters.__name__}.")]
    return {name: list(described(list(vars(importlib.import_module(name)).values()))) for name in names}


def test_no_provider_of_a_sandboxed_platform_is_the_real_one() -> None:
    settings = {each.url_setting for found in descriptors().values() for each in found}

    assert len(settings) > 20
    assert settings - set(sandbox_upstreams(port=1, tokens=1, seed=1, log=ROOT / "none").addresses) == set()


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_function_has_the_keys_of_whom_it_asks_and_no_others(name: str) -> None:
    files = set(files_of(name))
    asked = {
        each.key_setting
        for module, found in descriptors().items()
        if f"{module.replace('.', '/')}.py" in files
        for each in found
        if each.key_setting
    }

    assert asked == set(MANIFESTS[name].secrets)
