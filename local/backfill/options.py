"""What the caller of `nox -s backfill` asks for."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast, get_args

from local.upstreams import Source
from shared.core.errors import InvalidParameterError
from shared.domain.history.asking import Ask, read_token
from shared.domain.history.formats import FORMATS
from shared.records.candles import INTERVALS, Interval
from shared.records.chains import METRICS
from shared.records.market import QuoteCurrency
from tools.manifests import ROOT

TOP = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One command: an order to the providers, or files."""

    source: Source
    folder: Path
    order: dict[str, Any] | None
    """What the function `backfill` is sent; `None` when files are imported."""
    files: tuple[Path, ...] = ()
    ask: Ask | None = None
    format_name: str | None = None
    skip_bad: bool = False


def read_options(arguments: Sequence[str], *, now: datetime) -> Options:
    """Return the options, or leave with a usage message."""
    parser = _parser()
    given = parser.parse_args(arguments)
    source: Source = "live" if given.live else "sandbox"
    if not given.file and given.start is None:
        parser.error("give --from DATE to ask the providers, or --file PATH to import a file")
    if given.file and given.start is not None:
        parser.error("--from goes without --file")
    if not given.file:
        return Options(source=source, folder=given.data, order=_order(given, now))
    try:
        ask = _ask(given, now)
    except InvalidParameterError as error:
        parser.error(f"--{error}")
    return Options(
        source=source,
        folder=given.data,
        order=None,
        files=tuple(given.file),
        ask=ask,
        format_name=given.format,
        skip_bad=given.skip_bad,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nox -s backfill --",
        description="Load history from the providers, or import files. The same command goes on where it was stopped.",
    )
    parser.add_argument("--live", action="store_true", help="the real market's data folder, not the sandbox's")
    parser.add_argument("--data", type=Path, default=ROOT / ".cryptoprism", metavar="FOLDER", help="where data is kept")
    asked = parser.add_argument_group("from the providers")
    asked.add_argument("--from", dest="start", type=_day, metavar="DATE", help="the first day")
    asked.add_argument("--to", dest="end", type=_day, metavar="DATE", help="the last day (default yesterday)")
    whose = asked.add_mutually_exclusive_group()
    whose.add_argument("--tokens", type=_names, metavar="A,B", help="whose candles")
    whose.add_argument("--top", type=int, metavar="N", help=f"of the N largest tokens (default {TOP})")
    asked.add_argument("--intervals", type=_names, default=["1d"], metavar="A,B", help="candles of 1d,1h,… or none")
    asked.add_argument(
        "--chains", type=_names, default=["all"], metavar="A,B", help="daily metrics of all, none or some"
    )
    files = parser.add_argument_group("from files")
    files.add_argument("--file", type=Path, action="append", metavar="PATH", help="may be given several times")
    files.add_argument("--format", choices=sorted(FORMATS), help="the layout, where its content does not tell")
    files.add_argument("--token", metavar="ID", help="whose history, or theirs=ours,… for a file of several")
    files.add_argument("--interval", choices=list(INTERVALS), help="how long its candles are")
    files.add_argument("--metric", choices=list(METRICS), help="which metric it holds")
    files.add_argument("--quote", choices=get_args(QuoteCurrency), help="what its prices are in")
    files.add_argument("--provider", metavar="NAME", help="who is to be named as its source")
    files.add_argument("--finished", action="store_true", help="its newest candle was over when it was written")
    files.add_argument("--skip-bad", action="store_true", help="keep the good rows of a file that has bad ones")
    return parser


def _order(given: argparse.Namespace, now: datetime) -> dict[str, Any]:
    end: date = given.end + timedelta(days=1) if given.end else now.date()
    order: dict[str, Any] = {"from": given.start.isoformat(), "to": end.isoformat()}
    intervals = [] if given.intervals == ["none"] else given.intervals
    if intervals:
        whose = {"tokens": given.tokens} if given.tokens else {"top": given.top or TOP}
        order |= {"intervals": intervals} | whose
    if given.chains != ["none"]:
        order["chains"] = given.chains
    return order


def _ask(given: argparse.Namespace, now: datetime) -> Ask:
    token, names = read_token(given.token) if given.token else (None, {})
    return Ask(
        known_at=now,
        token=token,
        names=names,
        interval=cast("Interval | None", given.interval),
        quote_currency=given.quote,
        provider=given.provider,
        metric=given.metric,
        finished=given.finished,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day such as 2024-01-31") from None


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
