"""Bitfinex's wire format: lists without names, asks with amounts below zero, errors as lists.

Source: https://docs.bitfinex.com/reference/rest-public-book, checked against recorded answers.
"""

from sandbox.books import Side, book_at, tick_of
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.tickers import Ticked, ticked
from sandbox.venues import listed
from sandbox.wire import Answer, Asked, answer_json

_SIZES = (1, 25, 100)


def pairs(scene: Scene, asked: Asked) -> Answer:
    """Answer /v2/conf/pub:list:pair:exchange; symbols longer than three letters are divided by a colon."""
    names = [symbol for symbol in listed(scene.market, "bitfinex") if symbol != "USDT"]
    return answer_json([[f"{name}USD" if len(name) == 3 else f"{name}:USD" for name in names] + ["ETHBTC"]])


def tickers(scene: Scene, asked: Asked) -> Answer:
    """Answer /v2/tickers: pairs, and funding with cells of its own; a tether is called UST there."""
    if asked.query.get("symbols") != "ALL":
        return answer_json(["error", 10020, "symbols: invalid"], 500)
    funding = ["fUSD", 0.0003, 0.0003, 30, 1.0e6, 0.0002, 2, 1.0e6, 0, 0, 0.0003, 1.0e6, 0, 0, None, None, 1.0e6]
    return answer_json([*(_ticker(each) for each in ticked(scene, "bitfinex")), funding])


def _ticker(pair: Ticked) -> list[object]:
    symbol = "UST" if pair.symbol == "USDT" else pair.symbol
    name = f"t{symbol}USD" if len(symbol) == 3 else f"t{symbol}:USD"
    change = round((pair.last or pair.open) - pair.open, 10)
    row = [name, pair.last, 1.5, pair.last, 2.5, change, round(pair.share, 4), pair.last, pair.volume]
    return [*row, pair.high, pair.low]


def book(scene: Scene, asked: Asked) -> Answer:
    """Answer /v2/book/{pair}/P0."""
    pair, size = asked.captured["pair"], asked.integer("len", 25)
    token = listed(scene.market, "bitfinex").get(pair.removeprefix("t").removesuffix("USD").removesuffix(":"))
    if token is None or not pair.startswith("t") or size not in _SIZES:
        return answer_json(["error", 10020, "symbol: invalid"], 500)
    position = scene.market.index[token.id]
    found = book_at(scene, "bitfinex", position, tick=tick_of(float(scene.snapshot.price[position])))
    return answer_json([*_written(found.bids[:size], 1), *_written(found.asks[:size], -1)])


def _written(side: Side, sign: int) -> list[list[float]]:
    return [[round(price, 10), 1 + at % 3, sign * round(amount, 8)] for at, (price, amount) in enumerate(side)]


STAND = Stand(
    name="bitfinex",
    routes={"/v2/conf/pub:list:pair:exchange": pairs, "/v2/tickers": tickers, "/v2/book/{pair}/P0": book},
    limited=["error", 11010, "ratelimit: error"],
    broken=["error", 10001, "internal_server_error"],
    missing=["error", 10020, "path: invalid"],
    limit=Limit(240, 60),
)
