"""Makes whole market snapshots, small or of any size, with everything that a test does not care about filled in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.core.settings import DataSource
from shared.domain.market.consensus import agree
from shared.domain.market.identity import ProviderName
from shared.domain.market.snapshot import MarketSnapshot
from shared.records.market import PriceRecord
from tests.clocks import NOON
from tests.prices import record, token

BITCOIN = ("bitcoin", "BTC", "Bitcoin", "3578.2828968419490075", "62000000000")
ETHEREUM = ("ethereum", "ETH", "Ethereum", "131.40", "13600000000.5")
RIPPLE = ("ripple", "XRP", "XRP", "0.3512", "14400000000")
DUST = ("dust", "DST", "Dust", "0.00000000000000000123", None)
OTHER_DUST = ("dust-2", "DST", "Dust Two", "2", "5000")
MARKET = (BITCOIN, ETHEREUM, RIPPLE, DUST, OTHER_DUST)

Row = tuple[str, str, str, str, str | None]


def snapshot(
    rows: Sequence[Row] = MARKET,
    *,
    at: datetime = NOON,
    observed: timedelta = timedelta(seconds=10),
    providers: Sequence[str] = ("coingecko", "coinpaprika"),
    data_source: DataSource = "live",
    retired: Sequence[str] = (),
    **facts: Any,
) -> MarketSnapshot:
    """Return what a run at `at` finds when each provider observed the rows `observed` before."""
    tokens = {row[0]: token(row[0], row[1], row[2]) for row in rows}
    records = [(row[0], said(row, provider, at - observed, at, **facts)) for row in rows for provider in providers]
    return MarketSnapshot(
        quotes=agree(records, tokens, now=at),
        records=records,
        new_tokens=list(tokens.values()),
        mappings=[ProviderName(each.provider, each.provider_id, name, "name") for name, each in records],
        retired=retired,
        data_source=data_source,
        refreshed_at=at,
    )


def said(row: Row, provider: str, observed_at: datetime, fetched_at: datetime, **facts: Any) -> PriceRecord:
    token_id, symbol, name, price, market_cap = row
    values: dict[str, Any] = {
        "provider_id": token_id if provider == "coingecko" else f"{symbol.lower()}-{token_id}",
        "name": name,
        "fetched_at": fetched_at,
        "market_cap_usd": None if market_cap is None else Decimal(market_cap),
        "volume_24h_usd": Decimal("1234567.89"),
        "change_24h_pct": Decimal("1.5"),
        "image_url": f"https://images.example/{token_id}.png",
    }
    return record(provider, price, at=observed_at, symbol=symbol, **values | facts)


def many(
    count: int, *, at: datetime = NOON, providers: Sequence[str] = ("coingecko", "coinpaprika", "coincap")
) -> MarketSnapshot:
    """Return a snapshot of `count` tokens with every field filled in, as large as such rows get."""
    rows = [
        (f"token-{n}", f"TK{n % 5000}", f"Token number {n}", f"{1000 / (n + 1):.18f}", f"{10**12 / (n + 1):.4f}")
        for n in range(count)
    ]
    filled: dict[str, Any] = {
        "high_24h_usd": Decimal("123.456789012345678"),
        "low_24h_usd": Decimal("120.456789012345678"),
        "change_1h_pct": Decimal("0.12345"),
        "change_7d_pct": Decimal("-4.2123"),
        "change_30d_pct": Decimal("14.2123"),
        "circulating_supply": Decimal("19876543.21098765"),
        "total_supply": Decimal("21000000"),
        "max_supply": Decimal("21000000"),
        "ath_usd": Decimal("69000.12345"),
        "ath_at": at - timedelta(days=900),
        "rank": 7,
    }
    return snapshot(rows, at=at, providers=providers, **filled)
