"""Which market is which token's. Symbols collide, so a market is only believed when its price is the token's price.

Binance's pairs were matched by `refresh_market`. Markets of the others are candidates when one token alone has the symbol, or
dwarfs all others that have it; so is the index, which is known by symbols; a candidate becomes proven, and is remembered, by a candle of these minutes at the token's price.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from shared.domain.candles.recall import CandleToken, Known
from shared.domain.market.identity import COMPARABLE_WITHIN, DWARFED_BY, PRICE_TOLERANCE, ProviderName
from shared.providers.candle_requests import CandleRequest, Market, MarketRecord
from shared.records.candles import INTERVALS, CandleRecord
from shared.records.market import QuoteCurrency

AGGREGATORS = ("coingecko_pro", "coingecko")
"""Their names are our token ids."""
INDEX = "cryptocompare"
"""No venue: it is asked only about tokens that a venue lists, when the venues have no answer."""
IMPLAUSIBLE = Decimal(2)
"""A market that is proven and now is so many times off shows another token, or the wrong numbers."""


class Markets:
    """Every token's markets, by provider: proven ones and candidates.

    Args:
        known: What is stored.
        listed: The exchanges' markets.
        disproved: (provider, its name) of markets that turned out to be another token's.
    """

    def __init__(
        self, known: Known, listed: Iterable[MarketRecord], disproved: Collection[tuple[str, str]] = ()
    ) -> None:
        self._tokens = {token.token_id: token for token in known.tokens}
        self._proven: dict[str, dict[str, Market]] = defaultdict(dict)
        self._candidates: dict[str, dict[str, Market]] = defaultdict(dict)
        for token_id, names in known.names.items():
            for provider, name in names:
                self._prefer(self._proven[token_id], provider, Market(name, _currency(name)))
        taken = {(provider, name) for names in known.names.values() for provider, name in names}
        by_symbol = _by_symbol(known.tokens)
        self._indexed = _indexed(by_symbol, {*taken, *disproved})
        for market in listed:
            token = _meant(by_symbol.get(market.symbol, ()))
            if token is not None and (market.provider, market.name) not in taken:
                found = self._candidates[token.token_id]
                self._prefer(found, market.provider, Market(market.name, market.quote_currency))

    def venues(self, token_id: str) -> bool:
        """Return whether an exchange lists the token, or seems to."""
        return bool(self._proven.get(token_id) or self._candidates.get(token_id))

    def of(self, token_id: str, *, proven: bool = False) -> Mapping[str, Market]:
        """Return a token's markets by provider, aggregators included.

        Args:
            token_id: The token.
            proven: Leave candidates out.
        """
        token = self._tokens.get(token_id)
        own = {} if token is None or token.provisional else dict.fromkeys(AGGREGATORS, Market(token_id, "usd"))
        candidates = {} if proven else {**self._indexed.get(token_id, {}), **self._candidates.get(token_id, {})}
        return {**own, **candidates, **self._proven.get(token_id, {})}

    def judge(
        self, request: CandleRequest, provider: str, records: Sequence[CandleRecord], now: datetime
    ) -> tuple[bool, ProviderName | None]:
        """Return whether an answer may be the token's, and the name that it proves, if that is new."""
        if provider in AGGREGATORS:
            return self._near(request, records, now) is not False, None
        near = self._near(request, records, now)
        if provider in self._proven.get(request.token_id, {}):
            return near is not False, None
        if not self._same(request, records, now):
            return False, None
        name = request.markets[provider].name
        return True, ProviderName(provider, name, request.token_id, "price")

    def comparable(self, request: CandleRequest, records: Sequence[CandleRecord], now: datetime) -> bool:
        """Return whether an answer can be compared with the token's price at all."""
        return self._ratio(request, records, now) is not None

    def _near(self, request: CandleRequest, records: Sequence[CandleRecord], now: datetime) -> bool | None:
        """Whether the newest price is within a factor of two; `None` when there is nothing to compare with."""
        ratio = self._ratio(request, records, now)
        return None if ratio is None else 1 / IMPLAUSIBLE < ratio < IMPLAUSIBLE

    def _same(self, request: CandleRequest, records: Sequence[CandleRecord], now: datetime) -> bool:
        ratio = self._ratio(request, records, now)
        return ratio is not None and abs(ratio - 1) <= PRICE_TOLERANCE

    def _ratio(self, request: CandleRequest, records: Sequence[CandleRecord], now: datetime) -> Decimal | None:
        token = self._tokens.get(request.token_id)
        if token is None or not token.price_usd or token.priced_at is None or not records:
            return None
        newest = max(records, key=lambda record: record.opened_at)
        recent = now - newest.opened_at - INTERVALS[newest.interval] <= COMPARABLE_WITHIN
        if not recent or now - token.priced_at > COMPARABLE_WITHIN:
            return None
        return newest.close / token.price_usd

    @staticmethod
    def _prefer(found: dict[str, Market], provider: str, market: Market) -> None:
        """Keep one market of a provider: dollars before tethers."""
        held = found.get(provider)
        if held is None or (held.quote_currency, held.name) > (market.quote_currency, market.name):
            found[provider] = market


def _by_symbol(tokens: Iterable[CandleToken]) -> Mapping[str, list[CandleToken]]:
    found: dict[str, list[CandleToken]] = defaultdict(list)
    for token in tokens:
        found[token.symbol].append(token)
    return found


def _meant(sharing: Sequence[CandleToken]) -> CandleToken | None:
    """Return the token that a symbol means, or `None` when it may be several."""
    if len(sharing) < 2:
        return sharing[0] if sharing else None
    first, second, *_ = sorted((token.market_cap_usd or Decimal(0) for token in sharing), reverse=True)
    if first <= DWARFED_BY * second:
        return None
    return max(sharing, key=lambda token: token.market_cap_usd or Decimal(0))


def _indexed(
    by_symbol: Mapping[str, Sequence[CandleToken]], left_out: Collection[tuple[str, str]]
) -> Mapping[str, Mapping[str, Market]]:
    """Return what the index may call tokens; whether it knows them, its answer says."""
    meant = ((f"{symbol}-USD", _meant(sharing)) for symbol, sharing in by_symbol.items())
    return {
        token.token_id: {INDEX: Market(name, "usd")}
        for name, token in meant
        if token is not None and not token.provisional and (INDEX, name) not in left_out
    }


def _currency(name: str) -> QuoteCurrency:
    return "usdt" if name.upper().endswith("USDT") else "usd"


def behind(answers: Mapping[str, Sequence[tuple[CandleRequest, Sequence[CandleRecord]]]], now: datetime) -> set[str]:
    """Return providers whose minutes stopped minutes ago for every token: their answers are well-formed and old."""
    found = set()
    for provider, answered in answers.items():
        minutes = [
            records for request, records in answered if request.interval == "1m" and request.age > _SILENT_MINUTES
        ]
        newest = [max((record.opened_at for record in records), default=None) for records in minutes]
        old = [at is None or now - at > timedelta(minutes=_SILENT_MINUTES) for at in newest]
        if len(old) >= _FEWEST_SILENT and all(old):
            found.add(provider)
    return found


_SILENT_MINUTES = 3
_FEWEST_SILENT = 3
