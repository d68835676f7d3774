"""Which token each record speaks of.

CoinGecko's slugs are our token ids. The other providers have names of their own, and exchanges only symbols,
which collide: so a record is matched by what was learnt before, else by symbol and name, else by symbol and
price, and never by a guess: what stays ambiguous is left out and counted.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from shared.records.market import PriceRecord
from shared.records.provider import QUOTE_PROVIDERS

from .known import KnownToken, KnownTokens

MatchedBy = Literal["name", "price", "provisional"]

CANONICAL_FAMILY = "coingecko"
PRICE_TOLERANCE = Decimal("0.05")
"""Two prices of one token differ by less, even between venues and over a minute or two."""
COMPARABLE_WITHIN = timedelta(minutes=15)
DWARFED_BY = 100
"""Among several candidates at the same price one is meant if the next is this many times smaller."""


@dataclass(frozen=True, slots=True)
class ProviderName:
    """A provider's name for a token, and how we know."""

    provider: str
    provider_id: str
    token_id: str
    matched_by: MatchedBy


@dataclass(slots=True)
class Matching:
    """Records with their tokens, and what was learnt on the way."""

    pairs: list[tuple[str, PriceRecord]] = field(default_factory=list)
    """(token id, record), one record a token and provider."""
    learnt: list[ProviderName] = field(default_factory=list)
    tokens: dict[str, KnownToken] = field(default_factory=dict)
    """Tokens that this run named or renamed."""
    retired: list[str] = field(default_factory=list)
    """Provisional tokens whose real name is known now."""
    unmatched: int = 0


def match(records: Iterable[PriceRecord], known: KnownTokens) -> Matching:
    """Find the token of each record.

    Args:
        records: What the providers said in this run, in any order.
        known: The catalogue before the run.

    Returns:
        Pairs in the order of the records, the canonical provider's first.
    """
    records = list(records)
    canonical = [record for record in records if _is_canonical(record.provider)]
    found = Matching()
    for record in canonical:
        found.pairs.append((record.provider_id, record))
        found.tokens[record.provider_id] = _token_of(record)

    catalogue = _Catalogue(known, found.tokens)
    if canonical:
        found.retired = [token.token_id for token in known.tokens.values() if _replaced(token, found.tokens)]
    for record in records:
        if not _is_canonical(record.provider):
            _match_one(found, record, catalogue)
    found.pairs = _one_a_provider(found.pairs)
    return found


def _match_one(found: Matching, record: PriceRecord, catalogue: "_Catalogue") -> None:
    token_id = catalogue.learnt(record)
    if token_id is not None:
        found.pairs.append((token_id, record))
    elif (token := catalogue.named_like(record)) is not None:
        _accept(found, token.token_id, record, by="name")
    elif (token := catalogue.priced_like(record)) is not None:
        _accept(found, token.token_id, record, by="price")
    elif catalogue.empty and record.name:
        token = _provisional(record, catalogue)
        found.tokens[token.token_id] = token
        catalogue.add(token)
        _accept(found, token.token_id, record, by="provisional")
    else:
        found.unmatched += 1


class _Catalogue:
    """Known and newly named tokens by symbol; this run's canonical prices stand for the older ones."""

    def __init__(self, known: KnownTokens, renewed: Mapping[str, KnownToken]) -> None:
        tokens = {**known.tokens, **renewed}
        # While the canonical provider has never answered, other names are accepted for the time being.
        self.empty = all(token.provisional for token in tokens.values())
        self._names = known.provider_ids
        self._tokens = {
            name: token for name, token in tokens.items() if self.empty or not token.provisional or name in renewed
        }
        self._by_symbol: dict[str, list[KnownToken]] = defaultdict(list)
        for token in self._tokens.values():
            self._by_symbol[token.symbol].append(token)

    def add(self, token: KnownToken) -> None:
        if token.token_id not in self._tokens:
            self._tokens[token.token_id] = token
            self._by_symbol[token.symbol].append(token)

    def has(self, token_id: str) -> bool:
        return token_id in self._tokens

    def learnt(self, record: PriceRecord) -> str | None:
        token_id = self._names.get((record.provider, record.provider_id))
        return token_id if token_id in self._tokens else None

    def named_like(self, record: PriceRecord) -> KnownToken | None:
        if not record.name:
            return None
        name = _normal(record.name)
        same = [token for token in self._by_symbol[record.symbol] if _normal(token.name) == name]
        return same[0] if len(same) == 1 else None

    def priced_like(self, record: PriceRecord) -> KnownToken | None:
        near = [token for token in self._by_symbol[record.symbol] if _near(token, record)]
        near.sort(key=lambda token: token.market_cap_usd or Decimal(0), reverse=True)
        if len(near) > 1 and not _dwarfs(near[0], near[1]):
            return None
        return near[0] if near else None


def _near(token: KnownToken, record: PriceRecord) -> bool:
    if token.price_usd is None or token.as_of is None:
        return False
    if abs(record.observed_at - token.as_of) > COMPARABLE_WITHIN:
        return False
    # A price in USDT is near enough to one in dollars for telling tokens apart.
    return abs(record.price - token.price_usd) <= token.price_usd * PRICE_TOLERANCE


def _dwarfs(first: KnownToken, second: KnownToken) -> bool:
    return (first.market_cap_usd or Decimal(0)) > DWARFED_BY * (second.market_cap_usd or Decimal(0))


def _one_a_provider(pairs: Sequence[tuple[str, PriceRecord]]) -> list[tuple[str, PriceRecord]]:
    """Keep one record a token and provider: dollars before USDT, then the larger market, then the newer."""
    best: dict[tuple[str, str], PriceRecord] = {}
    for token_id, record in pairs:
        key = (token_id, record.provider)
        if key not in best or _preference(record) > _preference(best[key]):
            best[key] = record
    return [(token_id, record) for (token_id, _), record in best.items()]


def _preference(record: PriceRecord) -> tuple[bool, Decimal, float]:
    size = record.market_cap_usd or record.volume_24h_usd or Decimal(0)
    return record.quote_currency == "usd", size, record.observed_at.timestamp()


def _accept(found: Matching, token_id: str, record: PriceRecord, *, by: MatchedBy) -> None:
    found.pairs.append((token_id, record))
    found.learnt.append(ProviderName(record.provider, record.provider_id, token_id, by))


def _is_canonical(provider: str) -> bool:
    return QUOTE_PROVIDERS.get(provider) == CANONICAL_FAMILY


def _replaced(token: KnownToken, named: Mapping[str, KnownToken]) -> bool:
    return token.provisional and token.token_id not in named


def _token_of(record: PriceRecord) -> KnownToken:
    return KnownToken(
        token_id=record.provider_id,
        symbol=record.symbol,
        name=record.name or record.provider_id,
        price_usd=record.price,
        market_cap_usd=record.market_cap_usd,
        as_of=record.observed_at,
    )


def _provisional(record: PriceRecord, catalogue: _Catalogue) -> KnownToken:
    slug = _slug(record.name or record.symbol)
    if catalogue.has(slug):
        slug = f"{slug}-{_slug(record.symbol)}"
    return KnownToken(
        token_id=slug,
        symbol=record.symbol,
        name=record.name or record.symbol,
        provisional=True,
        price_usd=record.price if record.quote_currency == "usd" else None,
        market_cap_usd=record.market_cap_usd,
        as_of=record.observed_at,
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "token"


def _normal(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
