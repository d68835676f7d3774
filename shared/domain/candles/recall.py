"""What a refresh of candles has to know: tokens and their markets, how far each series is, and where it has gaps."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared.db.engine import Database
from shared.records.candles import INTERVALS, Interval

from .writing import Hole

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GAPS_WITHIN: Mapping[Interval, timedelta] = {
    "1m": timedelta(hours=11),
    "1h": timedelta(days=29),
    "1d": timedelta(days=365),
}
"""How far back gaps are looked for, by interval: no further than one request reaches, or a long gap would never be known as a hole."""
ASKED_AGAIN_AFTER = timedelta(days=7)
"""A source that had nothing may have been mended since."""
TURNS = 60
"""A series is looked through once in so many runs."""
_BY_SECONDS: Mapping[int, Interval] = {
    round(length.total_seconds()): interval for interval, length in INTERVALS.items()
}


@dataclass(frozen=True, slots=True)
class CandleToken:
    """One token by rank, with what tells whether a market is its own."""

    token_id: str
    symbol: str
    provisional: bool
    price_usd: Decimal | None
    priced_at: datetime | None
    market_cap_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a series is."""

    newest_at: datetime | None
    refreshed_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """Everything at the beginning of a run."""

    tokens: tuple[CandleToken, ...]
    """Ranked first, then the others."""
    names: Mapping[str, tuple[tuple[str, str], ...]]
    """By token: (provider, its name for the market), as learnt."""
    series: Mapping[tuple[str, Interval], Progress]


class CandleRecall:
    """Reads over a `database` that may be the writing one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self) -> Known:
        """Return tokens, names and series.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        [[tokens, names, series]] = await self._database.fetch("candles.known", _known, {})
        learnt: dict[str, list[tuple[str, str]]] = {}
        for token_id, provider, name in _parsed(names):
            learnt.setdefault(token_id, []).append((provider, name))
        return Known(
            tokens=tuple(_token(row) for row in _parsed(tokens)),
            names={token_id: tuple(found) for token_id, found in learnt.items()},
            series={
                (row[0], _BY_SECONDS[int(row[1])]): Progress(_time(row[2]), _moment(row[3])) for row in _parsed(series)
            },
        )

    async def gaps(self, *, now: datetime, turn: int, limit: int) -> list[Hole]:
        """Return gaps inside some of the series, which ones being `turn`'s; those that sources have nothing for left out.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        found: list[Hole] = []
        for interval, back in GAPS_WITHIN.items():
            values = {
                "interval_s": round(INTERVALS[interval].total_seconds()),
                "since": now - back,
                "turn": turn % TURNS,
                "turns": TURNS,
                "asked_since": now - ASKED_AGAIN_AFTER,
                "limit": limit,
            }
            table = "candles" if interval == "1d" else "intraday_candles"
            rows = await self._database.fetch(("candles.gaps", table), lambda table=table: _gaps(table), values)  # type: ignore[misc]
            found += [Hole(token_id, interval, _at(begins), _at(ends)) for token_id, begins, ends in rows]
        return found[:limit]


def _known() -> "ClauseElement":
    from sqlalchemy import text

    return text(
        """
        SELECT
            (SELECT CAST(coalesce(json_agg(json_build_array(token_id, symbol, provisional, price_usd,
                    extract(epoch FROM as_of), market_cap_usd) ORDER BY rank NULLS LAST, token_id), '[]') AS text)
             FROM tokens JOIN quotes USING (token_id)),
            (SELECT CAST(coalesce(json_agg(json_build_array(token_id, provider, provider_id)), '[]') AS text)
             FROM provider_ids WHERE provider IN ('binance', 'coinbase', 'kraken', 'cryptocompare')),
            (SELECT CAST(coalesce(json_agg(json_build_array(token_id, interval_s, extract(epoch FROM newest_at),
                    extract(epoch FROM refreshed_at))), '[]') AS text)
             FROM candle_series WHERE interval_s IN (60, 3600, 86400))
        """
    )


def _gaps(table: str) -> "ClauseElement":
    """Select token, beginning and end, in microseconds, of what lies between two stored candles that do not touch."""
    from sqlalchemy import text

    return text(
        f"""
        SELECT token_id, CAST(extract(epoch FROM begins_at) * 1000000 AS bigint),
            CAST(extract(epoch FROM ends_at) * 1000000 AS bigint)
        FROM candle_series AS series
        CROSS JOIN LATERAL (
            SELECT opened_at + make_interval(secs => CAST(:interval_s AS integer)) AS begins_at,
                lead(opened_at) OVER (ORDER BY opened_at) AS ends_at
            FROM {table} AS held
            WHERE held.series_id = series.series_id AND held.opened_at >= CAST(:since AS timestamptz)
        ) AS gap
        WHERE interval_s = CAST(:interval_s AS integer) AND series_id % CAST(:turns AS integer) = CAST(:turn AS integer)
            AND ends_at > begins_at AND NOT EXISTS (
                SELECT FROM candle_holes AS hole
                WHERE hole.series_id = series.series_id AND hole.begins_at <= gap.begins_at AND hole.ends_at >= gap.ends_at
                    AND hole.asked_at >= CAST(:asked_since AS timestamptz)
            )
        ORDER BY begins_at DESC LIMIT CAST(:limit AS integer)
        """  # noqa: S608
    )


def _token(row: list[Any]) -> CandleToken:
    token_id, symbol, provisional, price, priced_at, market_cap = row
    return CandleToken(token_id, symbol, provisional, price, _time(priced_at), market_cap)


def _parsed(written: str) -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(written, parse_float=Decimal, parse_int=Decimal)
    return rows


def _time(seconds: Decimal | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)


def _moment(seconds: Decimal) -> datetime:
    return _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))


def _at(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
