"""The files that a function needs: its own folder, and of the shared library what it imports, directly or not."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import grimp

from tools.manifests import ROOT

_SKIPPED = {"__pycache__"}


@lru_cache(maxsize=1)
def _imports() -> "grimp.ImportGraph":
    return grimp.build_graph("functions", "shared", cache_dir=None)


def files_of(function: str, root: Path = ROOT) -> list[str]:
    """Return the paths, relative to the root, in order.

    Imports inside functions count, those under `TYPE_CHECKING` too. Files that are no Python belong to the package
    whose folder they lie in, and come along with it.
    """
    graph = _imports()
    package = f"functions.{function}"
    own = {package} | graph.find_descendants(package)
    needed = own.union(*(graph.find_upstream_modules(module) for module in own))
    modules = {_file(module, root) for name in needed for module in _with_parents(name)}
    data = {file for module in modules for file in _data_beside(module, root)}
    folder = {file for file in (root / "functions" / function).rglob("*") if _wanted(file)}
    return sorted(str(file.relative_to(root)) for file in modules | data | folder)


def _with_parents(module: str) -> Iterable[str]:
    """Return a module and the packages above it, whose `__init__.py` Python runs first."""
    parts = module.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _file(module: str, root: Path) -> Path:
    place = root.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def _data_beside(module: Path, root: Path) -> Iterable[Path]:
    """Return the other files of a module's package; the top of `functions` holds things of all functions."""
    if module.parent == root / "functions":
        return ()
    return (file for file in module.parent.iterdir() if file.suffix != ".py" and _wanted(file))


def _wanted(file: Path) -> bool:
    return file.is_file() and not _SKIPPED & set(file.parts)
