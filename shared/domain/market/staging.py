"""A snapshot as rows for COPY, one function a staging table; rows are made while they are sent."""

import json
from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter

from shared.db.copying import Field
from shared.records.market import Quote, SourcePrice

from .snapshot import MarketSnapshot

FACTS = (
    "market_cap_usd",
    "volume_24h_usd",
    "high_24h_usd",
    "low_24h_usd",
    "change_1h_pct",
    "change_24h_pct",
    "change_7d_pct",
    "change_30d_pct",
    "circulating_supply",
    "total_supply",
    "max_supply",
    "ath_usd",
    "ath_at",
)
"""Names of both the records' fields and the columns."""
RECORD = (
    "provider",
    "provider_id",
    "symbol",
    "name",
    "price",
    "quote_currency",
    "observed_at",
    "fetched_at",
    *FACTS,
    "image_url",
    "rank",
)
TOKEN_COLUMNS = ("token_id", "symbol", "name", "image_url", "provisional", "seen_at")
NAME_COLUMNS = ("provider", "provider_id", "token_id", "matched_by", "matched_at")
SOURCE_COLUMNS = ("token_id", *RECORD)
QUOTE_COLUMNS = (
    "token_id",
    "price_usd",
    *FACTS,
    "spread_pct",
    "as_of",
    "priced_at",
    "facts_provider",
    "sources",
    "source_prices",
    "data_source",
    "refreshed_at",
)

_facts_of = attrgetter(*FACTS)
_record_of = attrgetter(*RECORD)


def token_rows(snapshot: MarketSnapshot) -> Iterator[tuple[Field, ...]]:
    """Yield tokens that were named or seen; one that was only seen has no symbol and no name."""
    seen = _seen(snapshot)
    images = {token_id: record.image_url for token_id, record in snapshot.records if record.image_url}
    for token in snapshot.new_tokens:
        at = seen.pop(token.token_id, snapshot.refreshed_at)
        yield (token.token_id, token.symbol, token.name, images.get(token.token_id), token.provisional, at)
    for token_id, at in seen.items():
        yield (token_id, None, None, images.get(token_id), None, at)


def name_rows(snapshot: MarketSnapshot) -> Iterator[tuple[Field, ...]]:
    """Yield what providers call our tokens."""
    for name in snapshot.mappings:
        yield (name.provider, name.provider_id, name.token_id, name.matched_by, snapshot.refreshed_at)


def source_rows(snapshot: MarketSnapshot) -> Iterator[tuple[Field, ...]]:
    """Yield what each provider said of each token."""
    for token_id, record in snapshot.records:
        yield (token_id, *_record_of(record))


def quote_rows(snapshot: MarketSnapshot) -> Iterator[tuple[Field, ...]]:
    """Yield the served prices with what they rest on."""
    arrived = max((record.fetched_at for _, record in snapshot.records), default=snapshot.refreshed_at)
    for quote in snapshot.quotes:
        used = [source for source in quote.sources if source.verdict == "used"]
        # A provider's clock may run ahead; no price is observed after it arrived.
        priced_at = min(max((source.observed_at for source in used), default=quote.as_of), arrived)
        yield (
            quote.token_id,
            quote.price_usd,
            *_facts_of(quote.facts),
            quote.spread_pct,
            quote.as_of,
            priced_at,
            quote.facts.provider,
            _text_array(source.provider for source in used),
            _source_prices(quote),
            snapshot.data_source,
            snapshot.refreshed_at,
        )


def _seen(snapshot: MarketSnapshot) -> dict[str, datetime]:
    seen: dict[str, datetime] = {}
    for token_id, record in snapshot.records:
        if token_id not in seen or record.fetched_at > seen[token_id]:
            seen[token_id] = record.fetched_at
    for quote in snapshot.quotes:
        seen.setdefault(quote.token_id, quote.facts.fetched_at)
    return seen


def _text_array(names: Iterator[str]) -> str:
    return "{" + ",".join(json.dumps(name) for name in names) + "}"


def _source_prices(quote: Quote) -> str:
    return "[" + ",".join(map(_source_price, quote.sources)) + "]"


def _source_price(source: SourcePrice) -> str:
    # Written by hand because `json` would make floats of decimals, and so other numbers.
    price_usd = "null" if source.price_usd is None else source.price_usd
    return (
        f'{{"provider":{json.dumps(source.provider)},"price":{source.price},'
        f'"quote_currency":"{source.quote_currency}","price_usd":{price_usd},'
        f'"observed_at":"{source.observed_at.isoformat()}","verdict":"{source.verdict}"}}'
    )
