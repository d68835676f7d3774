"""A refresh of signals over PostgreSQL, with facts of all other verticals put there in a few lines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from functions.refresh_signals.refresh import SignalsRefresh
from shared.cache.embedded import EmbeddedDocuments
from shared.db.engine import Database
from shared.domain.datapoints.numeric.windows import FloatArray
from shared.domain.panels.panel import Panel
from shared.http.refresh import Occasion
from shared.records.refresh import RefreshReport
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.panels import panel_of

DAY = timedelta(days=1)
COINS = ("bitcoin", "ethereum", "cardano")
"""Each a chain's own."""


def rising(days: int = 100, tokens: int = 32, *, seed: int = 5) -> Panel:
    """Return a market in which the first half of the tokens climbs for two months and the other half falls, on rising volumes."""
    random = np.random.default_rng(seed)
    way = np.where(np.arange(tokens) < tokens // 2, 1.0, -1.0)
    drift = np.where(np.arange(days)[:, None] >= days - 60, way * 0.012, 0.0)
    moves = drift + random.normal(0, 0.02, (days, tokens))
    close = 50.0 * np.exp(np.cumsum(moves, axis=0))
    reach = np.abs(random.normal(0, 0.008, (2, days, tokens)))
    opened = np.vstack([close[:1], close[:-1]])
    volume = 1e7 * np.exp(6 * np.abs(moves) + random.normal(0, 0.2, (days, tokens)))
    panel = panel_of(
        close,
        high=np.maximum(opened, close) * np.exp(reach[0]),
        low=np.minimum(opened, close) * np.exp(-reach[1]),
        volume_usd=volume,
    )
    ids = (*COINS, *panel.token_ids[len(COINS) :])
    return Panel(
        days=panel.days,
        token_ids=ids,
        open=panel.open,
        high=panel.high,
        low=panel.low,
        close=panel.close,
        volume_usd=panel.volume_usd,
        market_cap_usd=panel.market_cap_usd,
    )


def greed(place: Place, *, last: datetime = NOON, values: FloatArray | None = None) -> None:
    """Store a fear and greed index that climbs from 30 to 80 within a hundred days."""
    told = np.linspace(30, 80, 100) if values is None else values
    rows = [
        f"('alternative_me', '{at}', '{at}', {value:.0f}, 'greed', 'alternative_me')"
        for ago, value in enumerate(reversed(told))
        for at in [last.replace(hour=0) - ago * DAY]
    ]
    columns = "(index_name, at, known_at, value, mood, provider)"
    place.run(f"INSERT INTO sentiment_values {columns} VALUES {', '.join(rows)}")  # noqa: S608


def chains(place: Place, *, growth: float, chain: str = "bitcoin", last: datetime = NOON) -> None:
    """Store 62 days of a chain's metrics that grow by so much a day."""
    rows = [
        f"('{chain}', '{metric}', 'day', '{at}', '{at + DAY}', {level * (1 + growth) ** (62 - ago):.4f}, 'test')"
        for metric, level in (("active_addresses", 9e5), ("transactions", 4e5), ("fees_usd", 1e6), ("tvl_usd", 5e9))
        for ago in range(1, 63)
        for at in [last.replace(hour=0) - ago * DAY]
    ]
    columns = "(chain, metric, resolution, observed_at, known_at, value, source)"
    place.run(f"INSERT INTO chain_metrics {columns} VALUES {', '.join(rows)}")  # noqa: S608


def flows(place: Place, *, token: str = "bitcoin", inflow: float, outflow: float, last: datetime = NOON) -> None:
    """Store 30 days of an exchange's hours, the last one that is over included, a little more on every second day."""
    rows = [
        f"('{token}', '{token}', '{hour}', '{hour}', true, 1, 1, {inflow * (1 + 0.1 * (ago // 24 % 2))}, {outflow}, 3, 0)"
        for ago in range(1, 30 * 24)
        for hour in [last - timedelta(hours=ago)]
    ]
    columns = "(chain, token_id, hour, known_at, latest, inflow, outflow, inflow_usd, outflow_usd, transfers, unpriced)"
    place.run(f"INSERT INTO exchange_flows {columns} VALUES {', '.join(rows)}")  # noqa: S608


def whale(
    place: Place, number: int, usd: float, ago: timedelta, *, to: str | None = None, token: str = "bitcoin"
) -> None:
    """Store one large transfer."""
    owner = "NULL" if to is None else f"'{to}'"
    place.run(
        "INSERT INTO transfers (chain, transfer_id, known_at, latest, status, tx_hash, position, to_owner, token_id, amount, usd, at,"  # noqa: S608
        f" provider) VALUES ('bitcoin', 't{number}', '{NOON}', true, 'confirmed', 'h{number}', 0, {owner}, '{token}', 1, {usd},"
        f" '{NOON - ago}', 'test')"
    )


def book(place: Place, token: str, provider: str, *, spread: float, bids: float, asks: float) -> None:
    """Store what was measured on one order book ten minutes ago."""
    at = NOON - timedelta(minutes=10)
    place.run(
        "INSERT INTO depth_points (token_id, provider, observed_at, known_at, market, quote_currency, spread_bps,"  # noqa: S608
        " bid_depth_1pct_usd, ask_depth_1pct_usd, bid_depth_2pct_usd, ask_depth_2pct_usd, buy_slippage_100k_bps,"
        f" sell_slippage_100k_bps, bid_levels, ask_levels) VALUES ('{token}', '{provider}', '{at}', '{at}', 'X', 'usd', {spread},"
        f" {bids}, {asks}, {2 * bids}, {2 * asks}, 9, 4, 10, 10)"
    )


def mood(place: Place, scope: str, score: float, articles: int = 8) -> None:
    """Store how the news sound."""
    place.run(f"INSERT INTO news_moods VALUES ('{scope}', {score}, {articles}, '{NOON}')")  # noqa: S608


def price(place: Place, token: str, at: datetime, usd: float, *, resolution_s: int = 3600) -> None:
    """Store a price of a token at a moment."""
    place.run(
        "INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd)"  # noqa: S608
        f" VALUES ({resolution_s}, '{token}', date_bin('{resolution_s} s', '{at}', '2000-01-01+0'), '{at}', {usd}) ON CONFLICT DO NOTHING"
    )


def quoted_at(place: Place, at: datetime) -> None:
    """Let all quotes be of a moment."""
    place.run(f"UPDATE quotes SET priced_at = '{at}', as_of = '{at}'")  # noqa: S608


@dataclass
class Signals:
    """One instance of the refresh, and a clock that is moved."""

    refresh: SignalsRefresh
    place: Place
    clock: SteppingClock
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh.run(Occasion(key or f"refresh-signals@run {self.runs}"))

    def count(self, table: str) -> int:
        return int(str(self.place.run(f"SELECT count(*) FROM {table}")[0][0]))  # noqa: S608


@asynccontextmanager
async def signals_over(place: Place, folder: Path, *, chunk: int = 20) -> AsyncIterator[Signals]:
    clock = SteppingClock(NOON.astimezone(UTC))
    documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
    database = Database(place.writer, read_only=False)
    refresh = SignalsRefresh(
        database=database, documents=documents, clock=clock, source="sandbox", chunk=chunk, days=110
    )
    try:
        yield Signals(refresh, place, clock)
    finally:
        await database.close()
        await documents.close()
