"""Where requests become answers: routes, keys, and pages kept while the market's step lasts."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

from sandbox import binance, coincap, coingecko, coinpaprika, refusals
from sandbox.faults import PRICING, Fault
from sandbox.market import Market
from sandbox.mispricing import mispriced
from sandbox.snapshot import Snapshot
from sandbox.stand import Render as Stage
from sandbox.stand import Routes, Scene
from sandbox.stands import ADDED, STANDS
from sandbox.timeline import floor_seconds
from sandbox.view import View, view_of
from sandbox.wire import Answer, Asked

Render = Callable[[View, Asked], Answer]
_GECKO: dict[str, Render] = {
    "/api/v3/coins/markets": coingecko.markets,
    "/api/v3/coins/list": coingecko.coins_list,
    "/api/v3/global": coingecko.global_figures,
    "/api/v3/ping": coingecko.ping,
}
ROUTES: dict[str, dict[str, Render]] = {
    "coingecko": _GECKO,
    "coingecko_pro": _GECKO,
    "binance": {
        "/api/v3/ticker/24hr": binance.ticker_24hr,
        "/api/v3/ticker/price": binance.ticker_price,
        "/api/v3/time": binance.time,
        "/api/v3/exchangeInfo": binance.exchange_info,
    },
    "coinpaprika": {"/v1/tickers": coinpaprika.tickers, "/v1/global": coinpaprika.global_figures},
    "coincap": {"/v3/assets": coincap.assets, "/v2/assets": coincap.assets},
}


class Desk:
    """Answers requests from the market at the clock's time.

    Everything kept belongs to one step of the market; within it, answers to the same request are the same bytes.
    """

    def __init__(
        self, market: Market, now: Callable[[], datetime], *, pro_keys: Collection[str], coincap_keys: Collection[str]
    ) -> None:
        self.market = market
        self._now = now
        self._keys = {"coingecko_pro": frozenset(pro_keys), "coincap": frozenset(coincap_keys)}
        self._snapshot: Snapshot | None = None
        self._views: dict[tuple[str, int], View] = {}
        self._pages: dict[tuple[str, str, str, int], Answer] = {}
        self._scenes: dict[int, Scene] = {}
        self._routes = {provider: Routes(routes) for provider, routes in ADDED.items()}
        self._routes |= {stand.name: Routes(stand.routes) for stand in STANDS}

    @property
    def seconds(self) -> int:
        """The Unix time of the present step."""
        return floor_seconds(self._now())

    def answer(self, asked: Asked, fault: Fault | None = None) -> Answer:
        """Return the answer to a request; a fault counts only if it is one of prices."""
        render = ROUTES.get(asked.provider, {}).get(asked.path)
        staged = None if render else self._routes[asked.provider].find(asked.path)
        if render is None and staged is None:
            return refusals.not_found(asked.provider)
        refused = self._refused(asked)
        if refused:
            return refused
        snapshot = self._present()
        mispricing = fault if fault and fault.kind in PRICING else None
        number = mispricing.number if mispricing else 0
        key = (asked.provider, asked.path, asked.query_string, number)
        if staged is not None:
            return self._staged(*staged, asked, mispricing)
        if key not in self._pages and render is not None:
            self._pages[key] = render(self._view(asked.provider, snapshot, mispricing), asked)
        return self._pages[key]

    def _staged(self, render: Stage, captured: dict[str, str], asked: Asked, fault: Fault | None) -> Answer:
        number = fault.number if fault else 0
        key = (asked.provider, asked.path, f"{asked.query_string} {asked.body!r}", number)
        if key not in self._pages:
            scene = self._scenes.setdefault(number, Scene(self.market, self.seconds, fault))
            self._pages[key] = render(scene, replace(asked, captured=captured))
        return self._pages[key]

    def _present(self) -> Snapshot:
        seconds = self.seconds
        if self._snapshot is None or self._snapshot.seconds != seconds:
            self._snapshot = self.market.at(datetime.fromtimestamp(seconds, UTC))
            self._views.clear()
            self._pages.clear()
            self._scenes.clear()
        return self._snapshot

    def _view(self, provider: str, snapshot: Snapshot, fault: Fault | None) -> View:
        key = (provider, fault.number if fault else 0)
        if key not in self._views:
            view = view_of(provider, snapshot)
            self._views[key] = mispriced(provider, view, fault) if fault else view
        return self._views[key]

    def _refused(self, asked: Asked) -> Answer | None:
        """Return a 401 when a key is asked for and not given; CoinCap's version 2 asks for none."""
        if asked.provider not in self._keys or asked.path.startswith("/v2"):
            return None
        given = _key(asked)
        if given in self._keys[asked.provider]:
            return None
        return refusals.unauthorized(asked.provider, key_given=bool(given), at=self.seconds)


def _key(asked: Asked) -> str:
    if asked.provider == "coingecko_pro":
        return asked.headers.get("x-cg-pro-api-key") or asked.query.get("x_cg_pro_api_key", "")
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else asked.query.get("apiKey", "")
