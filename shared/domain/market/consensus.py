"""The price that several sources agree on.

Three or more fresh sources: the median of those left after outliers are rejected by their scaled median absolute
deviation. Two: the newer one, unless they disagree by more than a market can, then the one nearer to the price
served before. One: that one. None fresh: the newest there is, with its own time, so that the answer says how old it is.
No price is ever averaged into being from fewer than three sources, and none is made up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from decimal import Context, Decimal
from statistics import median

from shared.records.market import PriceRecord, Quote, SourcePrice, Verdict
from shared.records.provider import QUOTE_PROVIDERS

from .known import KnownToken

FRESH_FOR = timedelta(minutes=3)
"""Three of four families are asked each minute, so each at least every other minute; some tell prices a minute old."""
OUTLIER_SCORE = Decimal("3.5")
"""Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): modified z-scores above 3.5."""
MAD_SCALE = Decimal("1.4826")
"""Makes the median absolute deviation estimate a normal distribution's standard deviation."""
SCALE_FLOOR = Decimal("0.002")
"""Sources that agree to the digit have no deviation; venues differ by this share of the price without being wrong."""
DISPUTE = Decimal("0.05")
IMPLAUSIBLE_FACTOR = Decimal("1.5")
IMPLAUSIBLE_ROWS = 20

_STABLECOIN = "tether"
_CALCULATED = Context(prec=15)
"""More digits of a number that was calculated would only be noise, and few clients could hold them."""
_FACTS = tuple(
    field.name for field in fields(PriceRecord) if field.default is None and field.name not in ("rank", "image_url")
)


def implausible(records: Sequence[tuple[str, PriceRecord]], settled: Mapping[str, KnownToken]) -> Decimal | None:
    """Return the factor by which a provider's whole answer is off, or `None` when it may be true.

    No market of twenty tokens and more moves by half within the minutes that `settled` prices are old.

    Args:
        records: One provider's answer: (token id, record).
        settled: Tokens with recently served prices.
    """
    ratios = [ratio for name, record in records if (ratio := _ratio(record, settled.get(name))) is not None]
    if len(ratios) < IMPLAUSIBLE_ROWS:
        return None
    factor = Decimal(median(ratios))
    return factor if not 1 / IMPLAUSIBLE_FACTOR < factor < IMPLAUSIBLE_FACTOR else None


def agree(
    records: Iterable[tuple[str, PriceRecord]], tokens: Mapping[str, KnownToken], *, now: datetime
) -> list[Quote]:
    """Make one quote of what the sources say of each token.

    Args:
        records: (token id, record): this run's and the latest older ones of the other providers.
        tokens: The catalogue, with the prices served before.
        now: The time at which a source is fresh or old.

    Returns:
        Quotes in the order in which tokens first appear; a token without any price in dollars has none.
    """
    by_token: dict[str, list[PriceRecord]] = defaultdict(list)
    for token_id, record in records:
        by_token[token_id].append(record)
    rate = _dollars_per_usdt(by_token.get(_STABLECOIN, ()), now)
    quotes = (_quote(tokens[name], said, rate, now) for name, said in by_token.items() if name in tokens)
    return [quote for quote in quotes if quote is not None]


def _quote(token: KnownToken, said: Sequence[PriceRecord], rate: Decimal | None, now: datetime) -> Quote | None:
    latest = _one_a_family(said)
    in_dollars = {record.provider: _in_dollars(record, rate, now) for record in latest}
    priced = [record for record in latest if in_dollars[record.provider] is not None]
    if not priced:
        return None
    prices = {record.provider: in_dollars[record.provider] or Decimal(0) for record in priced}
    fresh = [record for record in priced if now - record.observed_at <= FRESH_FOR]
    used = _used(fresh, prices, token) if fresh else [_newest(priced)]
    accepted = {record.provider for record in used}
    return Quote(
        token_id=token.token_id,
        symbol=token.symbol,
        name=token.name,
        price_usd=_settle([prices[provider] for provider in sorted(accepted)]),
        as_of=min(record.observed_at for record in used),
        sources=tuple(_source(record, in_dollars, accepted, fresh) for record in latest),
        spread_pct=_spread([prices[record.provider] for record in fresh]),
        facts=_facts(latest, accepted, fresh),
    )


def _used(fresh: Sequence[PriceRecord], prices: Mapping[str, Decimal], token: KnownToken) -> Sequence[PriceRecord]:
    """Return the fresh records whose prices count."""
    if len(fresh) >= 3:
        return _without_outliers(fresh, prices)
    newest = _newest(fresh)
    served = token.price_usd
    if len(fresh) == 2 and served is not None and _disputed([prices[record.provider] for record in fresh]):
        return [min(fresh, key=lambda record: abs(prices[record.provider] - served))]
    return [newest]


def _without_outliers(fresh: Sequence[PriceRecord], prices: Mapping[str, Decimal]) -> Sequence[PriceRecord]:
    middle = median(prices[record.provider] for record in fresh)
    deviation = median(abs(prices[record.provider] - middle) for record in fresh)
    scale = max(MAD_SCALE * deviation, SCALE_FLOOR * middle)
    return [record for record in fresh if abs(prices[record.provider] - middle) <= OUTLIER_SCORE * scale]


def _settle(prices: Sequence[Decimal]) -> Decimal:
    """Return the median; one source's price stays digit for digit as it was said."""
    return prices[0] if len(prices) == 1 else _CALCULATED.plus(Decimal(median(prices)))


def _disputed(prices: Sequence[Decimal]) -> bool:
    return max(prices) - min(prices) > DISPUTE * max(prices)


def _spread(prices: Sequence[Decimal]) -> Decimal | None:
    if len(prices) < 2:
        return None
    return ((max(prices) - min(prices)) / median(prices) * 100).quantize(Decimal("0.000001"))


def _source(
    record: PriceRecord, in_dollars: Mapping[str, Decimal | None], accepted: set[str], fresh: Sequence[PriceRecord]
) -> SourcePrice:
    return SourcePrice(
        provider=record.provider,
        price=record.price,
        quote_currency=record.quote_currency,
        price_usd=in_dollars[record.provider],
        observed_at=record.observed_at,
        verdict=_verdict(record, in_dollars, accepted, fresh),
    )


def _verdict(
    record: PriceRecord, in_dollars: Mapping[str, Decimal | None], accepted: set[str], fresh: Sequence[PriceRecord]
) -> Verdict:
    if in_dollars[record.provider] is None:
        return "unconverted"
    if record.provider in accepted:
        return "used"
    if record not in fresh:
        return "old"
    # Of two fresh sources one is served; the other confirms it or is in dispute with it.
    prices = [in_dollars[each.provider] or Decimal(0) for each in fresh]
    return "confirming" if len(fresh) == 2 and not _disputed(prices) else "outlier"


def _facts(latest: Sequence[PriceRecord], accepted: set[str], fresh: Sequence[PriceRecord]) -> PriceRecord:
    """Return the best record, its gaps filled from others that were observed in the same minutes.

    A rejected price spoils the market cap that came with it, so outliers are passed over.
    """
    rejected = {record.provider for record in fresh} - accepted if len(fresh) >= 3 else set()
    trusted = [record for record in latest if record.provider not in rejected]
    trusted.sort(key=lambda record: (record.market_cap_usd is not None, record.observed_at), reverse=True)
    best = trusted[0]
    near = [record for record in trusted if abs(record.observed_at - best.observed_at) <= FRESH_FOR]
    gaps = [name for name in _FACTS if getattr(best, name) is None]
    filled = {
        name: value
        for name in gaps
        if (value := next((getattr(record, name) for record in near if getattr(record, name) is not None), None))
        is not None
    }
    return replace(best, **filled) if filled else best


def _one_a_family(said: Sequence[PriceRecord]) -> list[PriceRecord]:
    """Keep each family's newest record: two plans of one company are one source."""
    newest: dict[str, PriceRecord] = {}
    for record in said:
        family = QUOTE_PROVIDERS.get(record.provider, record.provider)
        if family not in newest or record.observed_at > newest[family].observed_at:
            newest[family] = record
    return list(newest.values())


def _in_dollars(record: PriceRecord, rate: Decimal | None, now: datetime) -> Decimal | None:
    if record.quote_currency == "usd":
        return record.price
    # The rate is of these minutes; to use it on an old price would make a number up.
    if rate is None or now - record.observed_at > FRESH_FOR:
        return None
    return _CALCULATED.multiply(record.price, rate)


def _dollars_per_usdt(said: Iterable[PriceRecord], now: datetime) -> Decimal | None:
    prices = [
        record.price
        for record in _one_a_family(list(said))
        if record.quote_currency == "usd" and now - record.observed_at <= FRESH_FOR
    ]
    return Decimal(median(prices)) if prices else None


def _newest(records: Sequence[PriceRecord]) -> PriceRecord:
    return max(records, key=lambda record: record.observed_at)


def _ratio(record: PriceRecord, token: KnownToken | None) -> Decimal | None:
    """Return the price over the one served before, or `None` where that one is too long ago."""
    if token is None or not token.price_usd or token.as_of is None:
        return None
    if abs(record.observed_at - token.as_of) > 3 * FRESH_FOR:
        return None
    return record.price / token.price_usd
