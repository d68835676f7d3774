"""The same work in both servers' words, as scenario files of the rival's load script."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rival import RivalFolder

ORIGIN = "https://app.cryptoprism.io"
"""One that the rival lets in."""
BROWSER = {"Origin": ORIGIN, "Accept-Encoding": "gzip"}
LIVE = "/api/v1/prices/live"
MOVERS = "/api/v1/market/movers"
PAGE = 50
NO_CACHE = {"Cache-Control": "no-cache"}
SCREENED = "/api/v1/screener?min_price={}&min_volume_24h={}&limit=50"
LARGEST_BOUND = 20_000
"""Dollars traded in a day; more than fifty of two thousand tokens rose and have more."""

Scenario = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """One scenario for each side; both files must hold it under the same name."""

    name: str
    ours: Scenario
    rival: Scenario


def hot_list(headers: Mapping[str, str], name: str) -> Work:
    """Return the list of fifty quotes, asked for again and again."""
    return Work(
        name,
        ours={"paths": [LIVE], "headers": dict(headers)},
        rival={"paths": [f"{LIVE}?page=1&limit={PAGE}"], "headers": dict(headers)},
    )


def single_token(tokens: int) -> Work:
    """Return one token after another in random order, computed anew each time."""
    one = {"kind": "cold", "distinct": tokens, "templates": [{"path": "/api/v1/prices/{token}"}]}
    return Work("single", ours={**one, "headers": NO_CACHE}, rival=one)


def list_page(tokens: int) -> Work:
    """Return random pages of fifty quotes, computed anew each time.

    Ours begin anywhere, the rival's at multiples of fifty: its parameters cannot say more.
    """
    offsets = tokens - PAGE
    ours = {"path": f"{LIVE}?limit={PAGE}&offset={{int:0:{offsets}}}"}
    rival = {"path": f"{LIVE}?page={{int:1:{tokens // PAGE}}}&limit={PAGE}"}
    return Work(
        "page",
        ours={"kind": "cold", "distinct": offsets, "templates": [ours], "headers": NO_CACHE},
        rival={"kind": "cold", "distinct": tokens // PAGE, "templates": [rival]},
    )


def filtered(folder: RivalFolder) -> Work:
    """Return fifty rows over a bound that nobody asked for before; the rival's side is its own cold scenario."""
    bound = f"{{float:0:{LARGEST_BOUND}:4}}"
    ours = {"path": f"{MOVERS}?limit={PAGE}&min_volume_usd={bound}"}
    return Work("filtered", ours={"kind": "cold", "templates": [ours]}, rival=_cold(folder))


def screened(folder: RivalFolder) -> Work:
    """Return fifty tokens within two bounds that nobody asked for before; the rival's side is its own cold scenario."""
    ours = {"path": SCREENED.format("{float:0:50:6}", "{float:0:5000:4}")}
    return Work("screener", ours={"kind": "cold", "templates": [ours]}, rival=_cold(folder))


def _cold(folder: RivalFolder) -> Scenario:
    found: Scenario = json.loads((folder.bench / "scenarios" / "cold.json").read_text())["scenarios"]["cold"]
    return found


def write_scenarios(
    folder: Path, works: Sequence[Work], *, ours: Sequence[str], rival: Sequence[str]
) -> tuple[Path, Path]:
    """Write both sides' files, each with the tokens that this side knows, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    names = "-".join(work.name for work in works)
    files = (folder / f"{names}-ours.json", folder / f"{names}-rival.json")
    files[0].write_text(json.dumps(_file({work.name: work.ours for work in works}, ours)))
    files[1].write_text(json.dumps(_file({work.name: work.rival for work in works}, rival)))
    return files


def _file(scenarios: Mapping[str, Scenario], tokens: Sequence[str]) -> dict[str, Any]:
    named = {"named": list(tokens), "pattern": "none-{i}", "count": len(tokens)}
    return {"headers": {}, "tokens": named, "scenarios": dict(scenarios)}


def rival_tokens(folder: RivalFolder) -> list[str]:
    """Return the ids that the rival's seed makes, read from its own scenario file."""
    tokens = json.loads((folder.bench / "scenarios" / "rival.json").read_text())["tokens"]
    named = list(tokens["named"])
    return named + [str(tokens["pattern"]).replace("{i}", str(i)) for i in range(len(named), tokens["count"])]
