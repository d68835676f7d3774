"""The sandbox's own routes below /admin: faults, truth, counters, clock."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np

from sandbox.clock import SandboxClock, read_moment
from sandbox.counting import Requests
from sandbox.faults import KINDS, Faults
from sandbox.market import Market
from sandbox.snapshot import DAY
from sandbox.stands import STANDS
from sandbox.timeline import floor_seconds
from sandbox.view import PROVIDERS
from sandbox.wire import Answer, Asked, answer_json

NAMES = (*PROVIDERS, *(stand.name for stand in STANDS))


class Admin:
    """Answers /admin/…; a bad request is a 422 that says why."""

    def __init__(self, market: Market, clock: SandboxClock, faults: Faults, requests: Requests) -> None:
        self._market, self._clock, self._faults, self._requests = market, clock, faults, requests
        self._routes: dict[tuple[str, str], Callable[[Asked, str, bytes], Any]] = {
            ("PUT", "faults"): self._put_fault,
            ("GET", "faults"): lambda asked, name, body: self._active(),
            ("DELETE", "faults"): self._delete_faults,
            ("GET", "truth"): self._truth,
            ("GET", "requests"): lambda asked, name, body: self._requests.report(),
            ("DELETE", "requests"): self._clear_requests,
            ("GET", "clock"): lambda asked, name, body: self._time(),
            ("PUT", "clock"): self._put_clock,
            ("GET", "health"): lambda asked, name, body: {"status": "ok"},
        }

    def answer(self, method: str, asked: Asked, body: bytes) -> Answer:
        """Return the answer to one request; `asked.path` begins after /admin."""
        what, _, name = asked.path.strip("/").partition("/")
        route = self._routes.get((method, what))
        if route is None:
            return answer_json({"detail": f"{method} /admin{asked.path} is not known"}, 404)
        try:
            return answer_json(route(asked, name, body))
        except (ValueError, TypeError, KeyError) as error:
            return answer_json({"detail": str(error)}, 422)

    def _put_fault(self, asked: Asked, name: str, body: bytes) -> Any:
        provider, wanted = _provider(name), json.loads(body or b"{}")
        options = wanted.get("options") or {}
        _check(wanted, options, self._market)
        since = floor_seconds(self._clock.now())
        self._faults.put(
            provider,
            wanted["fault"],
            since=since,
            requests=wanted.get("for_requests"),
            lasting=wanted.get("for_s"),
            options=options,
        )
        return self._active()

    def _delete_faults(self, asked: Asked, name: str, body: bytes) -> Any:
        self._faults.clear(_provider(name) if name else None)
        return self._active()

    def _active(self) -> dict[str, Any]:
        return {provider: asdict(fault) for provider, fault in self._faults.active().items()}

    def _clear_requests(self, asked: Asked, name: str, body: bytes) -> Any:
        self._requests.clear()
        return {}

    def _time(self) -> dict[str, str]:
        return {"now": self._clock.now().isoformat()}

    def _put_clock(self, asked: Asked, name: str, body: bytes) -> Any:
        now = json.loads(body)["now"]
        moment = None if now is None else read_moment(now)
        if moment is not None:
            floor_seconds(moment)
        self._clock.freeze(moment)
        return self._time()

    def _truth(self, asked: Asked, name: str, body: bytes) -> Any:
        at = asked.query.get("at")
        moment = read_moment(at.replace(" ", "+")) if at else self._clock.now()
        return truth(self._market, moment, asked.integer("limit", len(self._market.tokens)), asked.query.get("ids"))


def truth(market: Market, moment: datetime, limit: int, ids: str | None = None) -> dict[str, Any]:
    """Return the true market at a moment: its phase, and the listed tokens, best ranked first."""
    snapshot, phase = market.at(moment), market.phase_at(moment)
    wanted = set(ids.split(",")) if ids else None
    order = [position for position in snapshot.order.tolist() if wanted is None or market.tokens[position].id in wanted]
    columns = {"price": snapshot.price, "market_cap": snapshot.market_cap, "volume_24h": snapshot.volume}
    columns |= {"change_24h": snapshot.change(DAY), "change_7d": snapshot.change(7 * DAY), "rank": snapshot.rank}
    rows = [
        {
            "id": market.tokens[position].id,
            "symbol": market.tokens[position].symbol,
            **{name: _number(float(column[position])) for name, column in columns.items()},
        }
        for position in order[:limit]
    ]
    return {
        "at": snapshot.moment.isoformat(),
        "phase": {
            "kind": phase.kind,
            "start": phase.start.isoformat(),
            "end": phase.end.isoformat(),
            "change": phase.change,
        },
        "market_cap": float(np.nansum(snapshot.market_cap)),
        "listed": len(snapshot.order),
        "tokens": rows,
    }


def _check(wanted: dict[str, Any], options: dict[str, Any], market: Market) -> None:
    """Raise ValueError for a fault that cannot be, while the one who asks for it still listens."""
    kind = wanted.get("fault")
    if kind not in KINDS:
        raise ValueError(f"fault {kind!r} is not one of {', '.join(sorted(KINDS))}")
    numbers = {name: wanted[name] for name in ("for_requests", "for_s") if wanted.get(name) is not None}
    numbers |= {
        name: options[name] for name in ("retry_after", "status", "seconds", "factor", "share") if name in options
    }
    for name, value in numbers.items():
        whole = name in ("for_requests", "retry_after", "status")
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or value <= 0:
            raise ValueError(f"{name} is {value!r}, not a positive {'integer' if whole else 'number'}")
    unknown = [token for token in options.get("tokens", []) if token not in market.index]
    if unknown:
        raise ValueError(f"tokens not in this market: {', '.join(map(str, unknown))}")


def _number(value: float) -> float | None:
    return value if value == value else None


def _provider(name: str) -> str:
    provider = name.replace("-", "_")
    if provider not in NAMES:
        raise ValueError(f"provider {name!r} is not one of {', '.join(NAMES)}")
    return provider
