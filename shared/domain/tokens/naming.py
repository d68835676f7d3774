"""Which token each row of a provider's list speaks of.

CoinGecko's slugs are our token ids. Another provider's names are those that the market refresh has learnt, else they
are matched by symbol and name; what stays ambiguous is left out and counted, as in `shared/domain/market/identity.py`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.market.identity import CANONICAL_FAMILY
from shared.records.provider import PROVIDERS
from shared.records.tokens import Contract, ListedToken

MOST_LOST = 0.5
"""A list that has lost more than this share of what it had is cut off, not the market."""
_SMALL = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueToken:
    """One token under our own id."""

    token_id: str
    symbol: str
    name: str
    provisional: bool = False
    contracts: tuple[Contract, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Tokens that a list could be matched to, and how many of its rows could not."""

    tokens: tuple[CatalogueToken, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known before a list comes."""

    tokens: Mapping[str, CatalogueToken]
    """Held now, without contracts; until there is a catalogue, what the market refresh knows."""
    provider_ids: Mapping[tuple[str, str], str]
    """(provider, its name for the token) → token id."""


def named(rows: Sequence[ListedToken], known: Catalogue) -> Named:
    """Return the tokens that the rows of one provider's list speak of, each once, in the order of the rows."""
    whole = [row for row in rows if row.provider_id and row.symbol and row.name]
    found: dict[str, CatalogueToken] = {}
    by_name = _by_name(known.tokens.values())
    for row in whole:
        token = _canonical(row) if is_canonical(row.provider) else _matched(row, known, by_name)
        if token is not None:
            found.setdefault(token.token_id, token)
    return Named(tuple(found.values()), len(rows) - len(found))


def is_canonical(provider: str) -> bool:
    """Return whether a provider's names are our token ids."""
    return PROVIDERS["tokens"].get(provider) == CANONICAL_FAMILY


def canonical_providers() -> list[str]:
    """Return the doors of the provider whose names are our token ids."""
    return [provider for provider in PROVIDERS["tokens"] if is_canonical(provider)]


def is_cut_off(found: int, held: int) -> bool:
    """Return whether a list is too short to be true, given how many tokens the last one had."""
    return held > _SMALL and found < held * (1 - MOST_LOST)


def _canonical(row: ListedToken) -> CatalogueToken:
    return CatalogueToken(token_id=row.provider_id, symbol=row.symbol, name=row.name, contracts=row.contracts)


def _matched(
    row: ListedToken, known: Catalogue, by_name: Mapping[tuple[str, str], Sequence[CatalogueToken]]
) -> CatalogueToken | None:
    learnt = known.tokens.get(known.provider_ids.get((row.provider, row.provider_id), ""))
    same = by_name.get(_key(row.symbol, row.name), ())
    token = learnt or (same[0] if len(same) == 1 else None)
    if token is None:
        return None
    return CatalogueToken(
        token_id=token.token_id,
        symbol=token.symbol,
        name=token.name,
        provisional=token.provisional,
        contracts=row.contracts,
    )


def _by_name(tokens: Iterable[CatalogueToken]) -> Mapping[tuple[str, str], Sequence[CatalogueToken]]:
    found: defaultdict[tuple[str, str], list[CatalogueToken]] = defaultdict(list)
    for token in tokens:
        found[_key(token.symbol, token.name)].append(token)
    return found


def _key(symbol: str, name: str) -> tuple[str, str]:
    return symbol.upper(), re.sub(r"[^a-z0-9]", "", name.lower())
