"""Every token there ever is in one market: names, ids at each provider, supplies, and when it was listed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from sandbox import noise
from sandbox.known import KNOWN, Known
from sandbox.names import invented

_DAY = 86_400
_LONG_AGO = 1_356_998_400  # 2013-01-01: before the first moment of the market
_CHURN_FROM = 1_704_067_200  # 2024-01-01: slots at the end of the ranking change hands from here on,
_CHURN_DAYS = 2_000  # once each, spread over this many days
COINPAPRIKA_TOP, COINCAP_TOP, BINANCE_TOP = 2500, 2000, 500


@dataclass(frozen=True, slots=True)
class Token:
    """What does not change about a token, except that it may be listed late and delisted.

    `place` is its rank where the paths are centred; `centre` the price there in US dollars. Ids are None where a provider does
    not have the token; `follows` is the id of the token whose price it tracks. Times are Unix seconds.
    """

    id: str
    symbol: str
    name: str
    place: int
    centre: float
    circulating: float | None
    total: float | None
    maximum: float | None
    coinpaprika: str | None
    coincap: str | None
    binance: str | None
    stable: bool = False
    follows: str | None = None
    invented: bool = False
    listed_at: int = _LONG_AGO
    delisted_at: int | None = None


def universe(seed: int, count: int) -> tuple[Token, ...]:
    """Return the tokens of a market in which exactly `count` are listed at any time, best placed first.

    A twentieth of the invented ones sits in slots that change hands: a second token is listed when the first is delisted. The
    successors come after all others.
    """
    key = noise.mix(seed, 4)
    names = invented(key)
    real = [_known(place, known) for place, known in enumerate(KNOWN[:count], start=1)]
    made = [_made(key, place, *name) for place, name in zip(range(len(real) + 1, count + 1), names, strict=False)]
    tokens = _with_collisions(key, real + made)
    churning = tokens[len(tokens) - len(made) // 20 :] if made else []
    successors = [
        replace(_made(key, old.place, *name, again=1), listed_at=_handover(key, old.place))
        for old, name in zip(churning, islice(names, len(churning)), strict=True)
    ]
    stayed = tokens[: len(tokens) - len(churning)]
    leaving = [replace(token, delisted_at=_handover(key, token.place)) for token in churning]
    return tuple(_one_pair_per_symbol(stayed + leaving + successors))


def _known(place: int, known: Known) -> Token:
    kind = known.kind
    return Token(
        id=known.id,
        symbol=known.symbol,
        name=known.name,
        place=place,
        centre=known.price,
        circulating=known.circulating,
        total=known.total,
        maximum=known.maximum,
        coinpaprika=known.coinpaprika,
        coincap=known.coincap,
        binance=known.binance,
        stable=kind == "stable",
        follows=kind if kind not in ("coin", "stable") else None,
    )


def _made(key: int, place: int, slug: str, symbol: str, name: str, again: int = 0) -> Token:
    chance = [noise.unit(key, 5, place, again, field) for field in range(8)]
    market_cap = 3.0e8 * (60.0 / max(place, 60)) ** 1.65 * (0.8 + 0.4 * chance[0])
    # What Binance lists is not so cheap that its eight decimals would not do.
    cheapest = -3.5 if place <= BINANCE_TOP else -6.0
    centre = float(f"{10.0 ** (cheapest + (1.5 - cheapest) * chance[1]):.6g}")
    circulating = round(market_cap / centre, 4)
    total = None if chance[2] < 0.04 else circulating * (1.0 if chance[2] < 0.4 else 1.0 + 2.0 * chance[3])
    capped = total is not None and chance[4] < 0.6
    return Token(
        id=slug,
        symbol=symbol,
        name=name,
        place=place,
        centre=centre,
        # Some of the small ones have no known supply, hence no market capitalisation.
        circulating=None if place > 500 and chance[5] < 0.012 else circulating,
        total=None if total is None else round(total, 4),
        maximum=round(total * (1.0 if chance[4] < 0.4 else 1.5)) if capped and total is not None else None,
        coinpaprika=f"{symbol}-{slug}" if place <= COINPAPRIKA_TOP and chance[6] > 0.03 else None,
        coincap=slug if place <= COINCAP_TOP and chance[7] > 0.05 else None,
        binance=symbol.upper() if place <= BINANCE_TOP and chance[6] > 0.1 else None,
        invented=True,
        listed_at=_LONG_AGO + int(chance[3] * 365) * _DAY,
    )


def _handover(key: int, place: int) -> int:
    return _CHURN_FROM + int(noise.unit(key, 6, place) * _CHURN_DAYS) * _DAY


def _with_collisions(key: int, tokens: list[Token]) -> list[Token]:
    """Give one invented token in twenty-five the symbol of a better placed one."""
    changed = list(tokens)
    for index in range(len(KNOWN), len(tokens)):
        if noise.unit(key, 7, index) < 0.04:
            # Half of the imitations take one of the fifty best known symbols.
            among = 50 if noise.unit(key, 8, index) < 0.5 else index
            symbol = tokens[int(noise.unit(key, 9, index) * among)].symbol
            token = tokens[index]
            paprika = token.coinpaprika and f"{symbol}-{token.id}"
            changed[index] = replace(
                token, symbol=symbol, coinpaprika=paprika, binance=token.binance and symbol.upper()
            )
    return changed


def _one_pair_per_symbol(tokens: list[Token]) -> Iterator[Token]:
    taken: set[str] = set()
    for token in tokens:
        if token.binance in taken:
            yield replace(token, binance=None)
            continue
        if token.binance:
            taken.add(token.binance)
        yield token
