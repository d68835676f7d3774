"""Where an application's answer goes: into a record if the cache may keep it, otherwise to the caller as it comes."""

from collections.abc import Callable

from starlette.types import Message

from shared.cache.entry import Header, Recorded, permission

from .exchange import Exchange

LARGEST_RECORD = 8 * 1024 * 1024
"""Bytes; a longer body is passed on while it is made and never kept."""


class Delivery:
    """The `send` that the application is given."""

    __slots__ = ("_chunks", "_complete", "_exchange", "_headers", "_recording", "_size", "_status", "_unshare")

    def __init__(self, exchange: Exchange, unshare: Callable[[], None]) -> None:
        self._exchange = exchange
        self._unshare = unshare
        self._recording = False
        self._complete = False
        self._status = 0
        self._headers: list[Header] = []
        self._chunks: list[bytes] = []
        self._size = 0

    @property
    def passed_on(self) -> bool:
        """Whether the caller has seen a part of the answer, which therefore cannot be another one any more."""
        return self._exchange.status != 0

    @property
    def recorded(self) -> Recorded | None:
        """The whole answer, unless it was passed on."""
        if not self._recording:
            return None
        return Recorded(self._status, self._headers, b"".join(self._chunks))

    @property
    def unfinished(self) -> bool:
        """Whether the application stopped before its answer was whole."""
        return not self._complete

    async def __call__(self, message: Message) -> None:
        """Take one ASGI message."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] == "http.response.body":
            self._complete = not message.get("more_body", False)
            await self._take(message)

    async def _begin(self, message: Message) -> None:
        self._status = message["status"]
        self._headers = self._exchange.stated(message["headers"], self._status)
        self._recording = self._status >= 500 or permission(self._status, self._headers) is not None
        if not self._recording:
            if self._status < 400:
                self._unshare()
            await self._exchange.open(self._status, self._headers)

    async def _take(self, message: Message) -> None:
        if not self._recording:
            await self._exchange.pass_on(message)
            return
        self._chunks.append(bytes(message.get("body", b"")))
        self._size += len(self._chunks[-1])
        if self._size > LARGEST_RECORD:
            await self._give_up_recording()

    async def _give_up_recording(self) -> None:
        self._recording = False
        self._unshare()
        await self._exchange.open(self._status, self._headers)
        for chunk in self._chunks[:-1]:
            await self._exchange.pass_on({"type": "http.response.body", "body": chunk, "more_body": True})
        last = {"type": "http.response.body", "body": self._chunks[-1], "more_body": self.unfinished}
        self._chunks.clear()
        await self._exchange.pass_on(last)
