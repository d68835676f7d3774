"""The sandbox as one ASGI application: a prefix per provider, and /admin."""

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from email.utils import format_datetime

from sandbox import refusals
from sandbox.admin import NAMES, Admin
from sandbox.asgi import Receive, Scope, Send, read_body, send_answer
from sandbox.clock import SandboxClock
from sandbox.counting import Requests
from sandbox.desk import Desk
from sandbox.faults import SPOILING, Fault, Faults
from sandbox.limits import Usage
from sandbox.market import Market
from sandbox.spoiling import spoil
from sandbox.stands import STANDS
from sandbox.wire import Answer, Asked, Headers, answer_json

PREFIXES = {provider.replace("_", "-"): provider for provider in NAMES}
POSTED = frozenset(stand.name for stand in STANDS if stand.posts)
NO_ANSWER = frozenset({"timeout", "refused", "stopped"})


class Sandbox:
    """Dispatches requests; `limits` makes it enforce the providers' published request limits."""

    def __init__(
        self,
        market: Market,
        *,
        clock: SandboxClock | None = None,
        pro_keys: Collection[str] = (),
        coincap_keys: Collection[str] = (),
        limits: bool = False,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock or SandboxClock()
        self.faults = Faults(seconds)
        self.requests = Requests()
        self._desk = Desk(market, self.clock.now, pro_keys=pro_keys, coincap_keys=coincap_keys)
        self._admin = Admin(market, self.clock, self.faults, self.requests)
        self._usage = Usage(seconds, {stand.name: stand.limit for stand in STANDS})
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        first, _, rest = scope["path"].removeprefix("/").partition("/")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        asked = Asked(PREFIXES.get(first, first), f"/{rest}", scope["query_string"].decode("latin-1"), headers)
        if first == "admin":
            await send_answer(send, self._admin.answer(scope["method"], asked, await read_body(receive)))
        elif first not in PREFIXES:
            await send_answer(
                send, answer_json({"detail": f"no provider stands at /{first}", "providers": list(PREFIXES)}, 404)
            )
        elif scope["method"] == "POST" and asked.provider in POSTED:
            await self._provide(replace(asked, body=await read_body(receive)), scope, receive, send)
        elif scope["method"] != "GET":
            await send_answer(send, answer_json({"detail": "only GET is understood here"}, 405))
        else:
            await self._provide(asked, scope, receive, send)

    async def _provide(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.faults.take(asked.provider, f"{asked.path}?{asked.query_string}")
        spoiling = fault if fault and fault.kind in SPOILING else None
        answer = self._answer(asked, fault)
        self.requests.count(asked.provider, asked.path, 0 if spoiling and spoiling.kind in NO_ANSWER else answer.status)
        if spoiling:
            await spoil(spoiling, answer, scope, receive, send)
        else:
            await send_answer(send, answer)

    def _answer(self, asked: Asked, fault: Fault | None) -> Answer:
        used, wait = self._usage.spend(asked)
        if fault and fault.kind in ("rate_limit", "rate_limit_silent"):
            answer = refusals.limited(
                asked.provider, int(fault.options.get("retry_after", 60)) if fault.kind == "rate_limit" else None
            )
        elif fault and fault.kind == "server_error":
            answer = refusals.broken(asked.provider, int(fault.options.get("status", 500)))
        elif fault and fault.kind == "error_body":
            answer = refusals.error_body(asked.provider)
        elif fault and fault.kind == "html":
            answer = refusals.page()
        elif fault and fault.kind == "redirect":
            answer = refusals.elsewhere(str(fault.options.get("to", "http://127.0.0.2:9/elsewhere")))
        elif self._limits and wait is not None:
            answer = refusals.limited(asked.provider, wait)
        else:
            answer = self._desk.answer(asked, fault)
        return replace(answer, headers=(*answer.headers, *self._beside(asked, used)))

    def _beside(self, asked: Asked, used: int) -> Headers:
        """Headers that every answer has: the market's time, and Binance's weights."""
        date = ("date", format_datetime(self.clock.now(), usegmt=True))
        if asked.provider != "binance":
            return (date,)
        return date, ("x-mbx-used-weight", str(used)), ("x-mbx-used-weight-1m", str(used))
