"""What an exchange's list of tickers says of each of its pairs: the last price and the day behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.books import SHARE, emptied, price_at, tick_of
from sandbox.snapshot import DAY
from sandbox.stand import Scene
from sandbox.tokens import Token
from sandbox.venues import listed


@dataclass(frozen=True, slots=True)
class Ticked:
    """One pair; prices and turnover in the currency of quotation, volume in the token; `last` is `None` for a row without a price.

    Of a token that is not listed any more nothing was traded, and its last price stays that of its end.
    """

    symbol: str
    last: float | None
    open: float
    high: float
    low: float
    volume: float

    @property
    def turnover(self) -> float:
        """What changed hands, in the currency of quotation."""
        return self.volume * (self.open + (self.last or self.open)) / 2.0

    @property
    def share(self) -> float:
        """The change over the day as a share of one."""
        return 0.0 if self.last is None else self.last / self.open - 1.0


def ticked(scene: Scene, venue: str, *, tether: float = 1.0) -> Iterator[Ticked]:
    """Yield the pairs of a venue in dollars, or in what costs `tether` of them; tokens not yet listed are left out.

    The faults `frozen`, `times_ten` and `swapped` change prices; `nulls` takes some away.
    """
    before, (highest, lowest) = scene.snapshot.before(DAY), scene.snapshot.extremes
    for symbol, token in _quoted(scene, venue).items():
        position = scene.market.index[token.id]
        price = price_at(scene, venue, position) / tether
        if price != price:
            if token.delisted_at is not None and scene.seconds >= token.delisted_at:
                yield _dead(symbol, token.centre)
            continue
        last = _stepped(price)
        opened = _stepped(float(before[position]) / tether) if before[position] == before[position] else last
        yield Ticked(
            symbol,
            None if emptied(scene, position) else last,
            opened,
            max(_stepped(float(highest[position]) / tether), last, opened),
            min(_stepped(float(lowest[position]) / tether), last, opened),
            round(float(scene.snapshot.volume[position]) * SHARE[venue] / (price * tether), 8),
        )


def dollars_per_tether(scene: Scene) -> float:
    """Return what a tether costs."""
    position = scene.market.index.get("tether")
    return 1.0 if position is None else float(scene.snapshot.price[position])


def written(price: float | None) -> str | None:
    """Return a price as text without needless zeros."""
    return None if price is None else f"{price:.10f}".rstrip("0").rstrip(".")


def _quoted(scene: Scene, venue: str) -> dict[str, Token]:
    """Return what a venue lists, and the tether, which all of them trade."""
    position = scene.market.index.get("tether")
    tether = {} if position is None else {"USDT": scene.market.tokens[position]}
    return {**listed(scene.market, venue), **tether}


def _dead(symbol: str, price: float) -> Ticked:
    last = _stepped(price)
    return Ticked(symbol, last, last, last, last, 0.0)


def _stepped(price: float) -> float:
    """Round to the tick, but never to nothing."""
    tick = tick_of(price)
    return max(tick, round(round(price / tick) * tick, 10))
