"""The front of a function: answers kept in memory, everything else through the cache or straight to the application.

The way from `__call__` to the first `send` is what every cached answer costs, so it is written out: no objects per request
besides the messages, no logging module, no header that nobody needs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.cache.entry import Entry, Form, Header, Recorded, packed
from shared.cache.keys import Asked, AskedTable
from shared.cache.outcome import HIT_DOCUMENTS, HIT_MEMORY, MISS, STALE
from shared.cache.responses import ResponseCache
from shared.core.clock import Clock

from .access_log import AccessLog
from .call import SCOPE_KEY, Call
from .cors import Cors
from .delivery import Delivery
from .exchange import Exchange
from .negotiation import accepts_gzip, holds, joined, request_ids, sane_id
from .passes import Passes
from .problems import explain, too_many
from .windows import Told

_NOTHING = {"type": "http.response.body", "body": b""}
_CACHE: dict[bytes, Header] = {state: (b"x-cache", state) for state in (HIT_MEMORY, HIT_DOCUMENTS, MISS, STALE)}
_WARNINGS: dict[int, Header] = {
    110: (b"warning", b'110 - "Response is Stale"'),
    111: (b"warning", b'111 - "Revalidation Failed"'),
}
_CACHED_METHODS = frozenset({"GET", "HEAD"})
_PACKED_IN_PLACE = 128 * 1024
"""Bytes; gzip takes 3 ms for so many."""


class Front:
    """An ASGI application around another one that is only made when it is needed.

    Args:
        cache: Kept answers.
        asked: Raw requests that were answered before.
        application: Returns the application, made on the first call; may raise.
        cors: Headers for browsers.
        log: Where the access log goes.
        clock: Measures freshness and durations.
        passes: Counts what each caller asks for.
        private: Paths whose answers, at them and below, belong to one caller: they are never kept, nor computed for two.
    """

    def __init__(
        self,
        cache: ResponseCache,
        asked: AskedTable,
        *,
        application: Callable[[], Awaitable[ASGIApp]],
        cors: Cors,
        log: AccessLog,
        clock: Clock,
        passes: Passes,
        private: Sequence[str] = (),
    ) -> None:
        self._cache = cache
        self._entries = cache.memory.entries
        self._asked = asked
        self._known = asked.known
        self._application = application
        self._cors = cors
        self._log = log
        self._clock = clock
        self._monotonic = clock.monotonic
        self._next_id = request_ids()
        self._passes = passes
        self._admit = passes.admit
        self._private = frozenset(private)
        self._below_private = tuple(f"{path}/" for path in private)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        started = self._monotonic()
        pairs = scope["headers"]
        headers: dict[bytes, bytes] = dict(pairs)
        if len(headers) != len(pairs):
            headers = joined(pairs)
        request_id = headers.get(b"x-request-id")
        if request_id is None or not sane_id(request_id):
            request_id = self._next_id()
        told = self._admit(headers, started)
        asked = self._known.get((scope["path"], scope["query_string"]))
        if asked is not None and told is not None and scope["method"] == "GET" and b"cache-control" not in headers:
            entry = self._entries.get(asked.key)
            if entry is not None and started < entry.fresh_until:
                self._entries.move_to_end(asked.key)
                await self._send_entry(
                    send, asked, headers, request_id, started, told, entry, HIT_MEMORY, 0, asked.line
                )
                return
        await self._answer_otherwise(scope, receive, send, headers, request_id, started, told)

    async def _send_entry(
        self,
        send: Send,
        asked: Asked,
        headers: dict[bytes, bytes],
        request_id: bytes,
        started: float,
        told: Told,
        entry: Entry,
        state: bytes,
        warning: int,
        line: bytes,
    ) -> None:
        """Send a kept answer in the form that the caller asked for."""
        form = entry.stale_form if state is STALE else entry.form
        status, head, unchanged, message = 200, form.head, form.unchanged, form.message
        encoding = headers.get(b"accept-encoding")
        if encoding is not None and form.worth_packing and accepts_gzip(encoding):
            if form.packed is None:
                await self._pack(asked, entry, form)
            head, unchanged, message = form.packed_head, form.packed_unchanged, form.packed_message
        if_none_match = headers.get(b"if-none-match")
        if if_none_match is not None and holds(if_none_match, form):
            status, head, message = 304, unchanged, _NOTHING
        now = self._monotonic()
        spent = now - started
        answer = [
            *head,
            (b"age", b"%d" % (now - entry.made)),
            _CACHE[state],
            (b"x-response-time", b"%.2fms" % (spent * 1000)),
            (b"x-request-id", request_id),
            *told,
        ]
        if self._cors.listed:
            answer += self._cors.of(headers.get(b"origin"))
        if warning:
            answer.append(_WARNINGS[warning])
        await send({"type": "http.response.start", "status": status, "headers": answer})
        # Before the last message: a request-billed instance gets no processor time after it.
        self._log.write(self._log.line(line, status, spent, state, request_id, headers.get(b"x-cloud-trace-context")))
        await send(message)

    async def _pack(self, asked: Asked, entry: Entry, form: Form) -> None:
        """Make the gzip form; a large body is packed in a thread, so that the others are not kept waiting."""
        large = len(form.body) > _PACKED_IN_PLACE
        form.pack(await asyncio.to_thread(packed, form.body) if large else packed(form.body))
        self._cache.memory.recount(asked.key, entry)

    async def _answer_otherwise(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: dict[bytes, bytes],
        request_id: bytes,
        started: float,
        told: Told | None,
    ) -> None:
        call = Call(request_id.decode(), clock=self._clock, started=started)
        scope[SCOPE_KEY] = call
        cached = scope["method"] in _CACHED_METHODS and not self._is_private(scope["path"])
        retry_after_s: int | None = None
        if told is None:
            told, retry_after_s = await self._passes.find(headers, started)
        always = [*self._cors.headers(headers.get(b"origin")), *told]
        state = MISS if cached else b""
        exchange = Exchange(scope, receive, send, call, headers=headers, always=always, state=state)
        try:
            if scope["method"] == "OPTIONS":  # refused, a browser could not tell why
                await exchange.answer(Recorded(204, self._cors.preflight, b""))
            elif retry_after_s is not None:
                await exchange.answer(too_many(retry_after_s, call))
            elif cached:
                await self._find(exchange, told)
            else:
                await self._run(exchange)
        except Exception as exc:
            if exchange.status:
                raise
            await exchange.answer(explain(exc, call))
        finally:
            if exchange.status:
                self._log.write(self._log.line_of(exchange))

    def _is_private(self, path: str) -> bool:
        return path in self._private or path.startswith(self._below_private)

    async def _find(self, exchange: Exchange, told: Told) -> None:
        """Answer a GET or HEAD through the cache."""
        scope = exchange.scope
        asked = self._asked.of(scope["path"], scope["query_string"])

        exchange.call.parameters = asked.parameters

        async def compute(unshare: Callable[[], None]) -> Recorded | None:
            return await self._computed(exchange, unshare)

        cache_control = exchange.headers.get(b"cache-control", b"").lower()
        renew = b"no-cache" in cache_control or b"no-store" in cache_control
        answered = await self._cache.find(asked, compute, renew=renew)
        if isinstance(answered, Recorded):
            await exchange.answer(answered)
        elif answered is not None:
            if answered.state is not MISS:  # most requests come once, and remembering them costs memory
                self._asked.remember(asked)
            asked.line = asked.line or self._log.begun(asked.path, asked.query)
            head = scope["method"] == "HEAD"
            await self._send_entry(
                exchange.send,
                asked,
                exchange.headers,
                exchange.call.request_id.encode(),
                exchange.call.started,
                told,
                answered.entry,
                answered.state,
                answered.warning,
                self._log.begun(asked.path, asked.query, "HEAD") if head else asked.line,
            )

    async def _run(self, exchange: Exchange) -> None:
        """Answer a request of another method, or one for something private."""
        recorded = await self._computed(exchange, _nobody_waits)
        if recorded is not None:
            await exchange.answer(recorded)

    async def _computed(self, exchange: Exchange, unshare: Callable[[], None]) -> Recorded | None:
        """Return the application's answer, or `None` when it was passed on."""
        delivery = Delivery(exchange, unshare)
        method = exchange.scope["method"]
        # Errors have to reach us: the framework's own handlers would answer them with plain text.
        inner = {
            **exchange.scope,
            "method": "GET" if method == "HEAD" else method,
            "starlette.exception_handlers": ({}, {}),
        }
        try:
            application = await self._application()
            await application(inner, exchange.receive, delivery)
        except Exception as exc:
            if delivery.passed_on:
                raise
            return explain(exc, exchange.call)
        if delivery.unfinished and not delivery.passed_on:
            return explain(RuntimeError("the application ended without an answer"), exchange.call)
        return delivery.recorded


class FrontRoute(BaseRoute):
    """A route that takes every HTTP request; it stands before the framework's own."""

    def __init__(self, front: Front) -> None:
        self.front = front
        # The router awaits `route.handle`; an attribute saves the call in between.
        self.handle = front.__call__  # type: ignore[method-assign]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether it is HTTP."""
        return _FULL if scope["type"] == "http" else _NONE


_FULL: tuple[Match, Scope] = (Match.FULL, {})
_NONE: tuple[Match, Scope] = (Match.NONE, {})


def _nobody_waits() -> None:
    pass
