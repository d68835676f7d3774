"""What data points are made of beside daily history, read from the tables of the other verticals as they stand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.db.engine import Database

from .kinds import Kind, kind_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

Rows = Sequence[Sequence[Any]]

_TOKENS = """
    SELECT token_id, symbol, name, rank, CAST(price_usd AS text), CAST(market_cap_usd AS float8), CAST(change_1h_pct AS float8),
        CAST(change_24h_pct AS float8), CAST(extract(epoch FROM CAST(:now AS timestamptz) - priced_at) AS float8),
        (SELECT string_agg(category_id, ',') FROM category_members AS member
         WHERE member.token_id = tokens.token_id AND held_until IS NULL)
    FROM tokens JOIN quotes USING (token_id) WHERE NOT provisional ORDER BY rank NULLS LAST, token_id
"""
_CHAINS = """
    SELECT DISTINCT ON (chain, metric, observed_at) chain, metric,
        CAST((CAST(:today AS date) - CAST(timezone('UTC', observed_at) AS date)) AS integer), CAST(value AS float8)
    FROM chain_metrics
    WHERE resolution = 'day' AND observed_at > CAST(:today AS date) - 64 AND observed_at < CAST(:today AS date)
        AND known_at <= CAST(:now AS timestamptz)
    ORDER BY chain, metric, observed_at, known_at DESC
"""
_FLOWS = """
    SELECT token_id, CAST(floor(extract(epoch FROM CAST(:now AS timestamptz) - hour - interval '1 hour') / 86400) AS integer) AS ago,
        CAST(sum(inflow_usd) AS float8), CAST(sum(outflow_usd) AS float8)
    FROM exchange_flows
    WHERE latest AND hour > CAST(:now AS timestamptz) - interval '30 days' - interval '1 hour'
        AND hour <= CAST(:now AS timestamptz) - interval '1 hour'
    GROUP BY token_id, ago
"""
_WHALES = """
    SELECT token_id, CAST(floor(extract(epoch FROM CAST(:now AS timestamptz) - at) / 86400) AS integer) AS ago, count(*),
        CAST(sum(usd) AS float8), CAST(coalesce(sum(usd) FILTER (WHERE to_owner IS NOT NULL AND from_owner IS NULL), 0) AS float8),
        CAST(coalesce(sum(usd) FILTER (WHERE from_owner IS NOT NULL AND to_owner IS NULL), 0) AS float8)
    FROM transfers
    WHERE latest AND status = 'confirmed' AND usd >= 1000000
        AND at > CAST(:now AS timestamptz) - interval '7 days' AND at <= CAST(:now AS timestamptz)
    GROUP BY token_id, ago
"""
_MOODS = """
    SELECT scope, CAST(score AS float8), articles FROM news_moods
    WHERE known_at > CAST(:now AS timestamptz) - interval '6 hours' AND known_at <= CAST(:now AS timestamptz)
"""
_FEAR = """
    SELECT DISTINCT ON (at) CAST((CAST(:today AS date) - CAST(timezone('UTC', at) AS date)) AS integer), CAST(value AS float8)
    FROM sentiment_values
    WHERE index_name = 'alternative_me' AND at > CAST(:today AS date) - 100 AND at <= CAST(:now AS timestamptz)
        AND known_at <= CAST(:now AS timestamptz)
    ORDER BY at, known_at DESC
"""
_BOOKS = """
    SELECT DISTINCT ON (token_id, provider) token_id, CAST(spread_bps AS float8), CAST(bid_depth_1pct_usd AS float8),
        CAST(ask_depth_1pct_usd AS float8), CAST(bid_depth_2pct_usd AS float8), CAST(ask_depth_2pct_usd AS float8),
        CAST(buy_slippage_10k_bps AS float8), CAST(buy_slippage_100k_bps AS float8), CAST(sell_slippage_10k_bps AS float8),
        CAST(sell_slippage_100k_bps AS float8)
    FROM depth_points
    WHERE observed_at > CAST(:now AS timestamptz) - interval '1 hour' AND observed_at <= CAST(:now AS timestamptz)
    ORDER BY token_id, provider, observed_at DESC, known_at DESC
"""
PRICED_WITHIN_S = 3_600.0
"""What is quoted now is not made of older prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenNow:
    """One token as it is quoted."""

    token_id: str
    symbol: str
    name: str
    rank: int | None
    price_usd: str
    """Digit for digit."""
    market_cap_usd: float | None
    change_1h_pct: float | None
    change_24h_pct: float | None
    priced: bool
    """Whether the price is of the last hour."""
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Rows of each kind; empty where nobody has refreshed anything yet."""

    tokens: Sequence[TokenNow] = ()
    chains: Rows = ()
    """(chain, metric, days ago from 1, value)."""
    flows: Rows = ()
    """(token, spans of 24 hours ago from 0, inflow, outflow) in dollars."""
    whales: Rows = ()
    """(token, spans of 24 hours ago from 0, transfers, dollars, dollars to exchanges, dollars from exchanges)."""
    moods: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    """Score and articles by token; of the market by ''."""
    fear: Rows = ()
    """(days ago from 0, value)."""
    books: Rows = ()
    """(token, spread, bids and asks within 1 %, within 2 %, slippages): one for each venue."""


class InputReader:
    """Reads the inputs; `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, *, now: datetime) -> Inputs:
        """Return what is known now, in one transaction."""
        return await self._database.transaction(lambda connection: _inputs(connection, now))


def _inputs(connection: "Connection", now: datetime) -> Inputs:
    from sqlalchemy import text

    values = {"now": now, "today": now.date()}

    def rows(statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(text(statement), values)]

    return Inputs(
        tokens=[_token(*row) for row in rows(_TOKENS)],
        chains=rows(_CHAINS),
        flows=rows(_FLOWS),
        whales=rows(_WHALES),
        moods={scope: (score, articles) for scope, score, articles in rows(_MOODS)},
        fear=rows(_FEAR),
        books=rows(_BOOKS),
    )


def _token(
    token_id: str,
    symbol: str,
    name: str,
    rank: int | None,
    price: str,
    cap: float | None,
    hour: float | None,
    day: float | None,
    age_s: float,
    categories: str | None,
) -> TokenNow:
    priced = age_s <= PRICED_WITHIN_S
    return TokenNow(
        token_id=token_id,
        symbol=symbol,
        name=name,
        rank=rank,
        price_usd=price,
        market_cap_usd=cap,
        change_1h_pct=hour if priced else None,
        change_24h_pct=day if priced else None,
        priced=priced,
        kind=kind_of(symbol, name, (categories or "").split(",")),
    )
