"""One row of CoinGecko's /coins/markets, with its mixture of integers and floats."""

from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from sandbox.timeline import iso_millis
from sandbox.tokens import Token
from sandbox.wire import number, rounded, whole

_DAY = 86_400


class Numbers(NamedTuple):
    """What changes about a row. Amounts are US dollars, changes percent, `updated` a Unix time, supply the token's own units."""

    price: float
    market_cap: float
    volume: float
    high: float
    low: float
    moved: float
    change: float
    cap_before: float
    supply: float
    highest: float
    lowest: float
    updated: float
    rank: float


def row(token: Token, now: Numbers, changes: dict[str, float]) -> str:
    """Return the row as JSON text; NaN becomes null. `changes` are percent, by the name of the window."""
    price, market_cap, cap_before = now.price, now.market_cap, now.cap_before
    diluted = whole(price * (token.maximum or token.total)) if token.total else "null"
    cap_change = (market_cap / cap_before - 1.0) * 100.0 if cap_before else 0.0
    in_currency = "".join(
        f',"price_change_percentage_{name}_in_currency":{number(value)}' for name, value in changes.items()
    )
    stamp = crc32(token.id.encode())
    return (
        f'{{"id":"{token.id}","symbol":"{token.symbol}","name":"{token.name}",'
        f'"image":"https://coin-images.coingecko.com/coins/images/{stamp % 40_000}/large/{token.id}.png?1696501400",'
        f'"current_price":{shown(price)},"market_cap":{whole(market_cap)},"market_cap_rank":{whole(now.rank) if now.supply else "null"},'
        f'"fully_diluted_valuation":{diluted},"total_volume":{whole(now.volume)},"high_24h":{shown(now.high)},"low_24h":{shown(now.low)},'
        f'"price_change_24h":{number(now.moved)},"price_change_percentage_24h":{rounded(now.change, 5)},'
        f'"market_cap_change_24h":{number(market_cap - cap_before)},"market_cap_change_percentage_24h":{rounded(cap_change, 5)},'
        f'"circulating_supply":{number(now.supply)},"total_supply":{_supply(token.total)},"max_supply":{_supply(token.maximum)},'
        f'"ath":{shown(now.highest)},"ath_change_percentage":{rounded((price / now.highest - 1.0) * 100.0, 5)},'
        f'"ath_date":"{_date_of_record(stamp, 1_630_000_000)}",'
        f'"atl":{shown(now.lowest)},"atl_change_percentage":{rounded((price / now.lowest - 1.0) * 100.0, 5)},'
        f'"atl_date":"{_date_of_record(stamp, 1_420_000_000)}","roi":{_roi(price, stamp)},'
        f'"last_updated":"{iso_millis(now.updated)}"{in_currency}}}'
    )


def shown(price: float) -> str:
    """Return a price with as many digits as CoinGecko shows: whole dollars for a bitcoin, 1.11 for an XRP, 0.01435405."""
    if price != price:
        return "null"
    if price >= 10_000.0:
        return str(round(price))
    if price >= 1.05:
        return repr(round(price, 2))
    if price >= 0.05:
        return repr(round(price, 6))
    return repr(round(price, 8)) if price >= 0.001 else f"{price:.6g}"


@lru_cache(maxsize=32_768)
def _date_of_record(stamp: int, since: int) -> str:
    return iso_millis(since + stamp % 3000 * 0.001 + stamp % 1500 * _DAY)


def _supply(amount: float | None) -> str:
    return "null" if amount is None else repr(float(amount))


def _roi(price: float, stamp: int) -> str:
    # Only what was once sold to the public has a return on investment.
    if stamp % 9 or price != price:
        return "null"
    times = price * (1 + stamp % 50) - 1.0
    return f'{{"times":{times!r},"currency":"{("btc", "eth", "usd")[stamp % 3]}","percentage":{times * 100.0!r}}}'
