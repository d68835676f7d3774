"""What the caller asks for on the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.manifests import ROOT, ManifestError, chosen, read_manifests

from .documents import Choice
from .upstreams import Source

LARGEST_SCALE = 20_000
PORT = 8080


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One platform: whose data, how much of it, where."""

    source: Source = "sandbox"
    replay: Path | None = None
    tokens: int = 250
    seed: int = 1
    port: int = PORT
    """Of the gateway; 0 takes a free one."""
    scheduled: bool = True
    """Whether refreshes run by themselves; without it a test runs them."""
    documents: Choice = "auto"
    only: tuple[str, ...] = ()
    """Functions to start; none named means all."""
    folder: Path = ROOT / ".cryptoprism"


def read_options(arguments: Sequence[str]) -> Options:
    """Return the options, or leave with a usage message."""
    parser = argparse.ArgumentParser(prog="nox -s up --", description="Run CryptoPrism on this machine.")
    data = parser.add_mutually_exclusive_group()
    data.add_argument("--live", action="store_true", help="ask the real providers (keys from secrets.local.env)")
    data.add_argument("--replay", type=_existing_folder, metavar="FOLDER", help="play recorded answers")
    parser.add_argument("--scale", type=_scale, default=250, metavar="N", help="number of tokens (default 250)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which made-up market (default 1)")
    parser.add_argument("--port", type=_port, default=PORT, metavar="N", help=f"the gateway's (default {PORT})")
    parser.add_argument("--documents", choices=["auto", "embedded", "firestore"], default="auto", help="which store")
    parser.add_argument("--only", type=_names, default=(), metavar="A,B", help="start only these functions")
    parser.add_argument("--data", type=Path, default=ROOT / ".cryptoprism", metavar="FOLDER", help="where data is kept")
    given = parser.parse_args(arguments)
    source: Source = "live" if given.live else "replay" if given.replay else "sandbox"
    return Options(
        source=source,
        replay=given.replay,
        tokens=given.scale,
        seed=given.seed,
        port=given.port,
        documents=given.documents,
        only=given.only,
        folder=given.data,
    )


def _existing_folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return folder


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    try:
        chosen(read_manifests(), names)
    except ManifestError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return names


def _scale(text: str) -> int:
    return _whole(text, 1, LARGEST_SCALE)


def _port(text: str) -> int:
    return _whole(text, 1, 65_535)


def _whole(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from {low} to {high}")
    return int(text)
