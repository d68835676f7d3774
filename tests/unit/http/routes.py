"""Routes for tests of the front: one public list, and everything that may go wrong."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from shared.cache.freshness import LIVE_PRICES
from shared.core.errors import InvalidParameterError, NoDataError, NotFoundError, PrismError, RateLimitedError
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.records.answer import Answer
from tests.clocks import NOON


class Order(BaseModel):
    amount: float


class Market:
    """A router over a counter; `failure` makes the list fail."""

    def __init__(self) -> None:
        self.computed = 0
        self.failure: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()
        self.router = APIRouter(prefix="/api/v1")
        self.router.get("/list", dependencies=[fresh_for(LIVE_PRICES)], response_model=Envelope[list[int]])(
            self.ranking
        )
        self.router.get("/item/{name}", dependencies=[fresh_for(LIVE_PRICES)])(self.item)
        self.router.get("/private")(self.private)
        self.router.get("/stream", dependencies=[fresh_for(LIVE_PRICES)])(self.stream)
        self.router.get("/several")(self.several)
        self.router.post("/orders", status_code=201)(self.order)

    async def ranking(
        self, request: Request, limit: Annotated[int, Query(ge=1, le=250)] = 50, fill: float = 0.0
    ) -> Response:
        """A public list."""
        self.computed += 1
        self.entered.set()
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        numbers = ",".join(map(str, range(limit * 10)))
        data = f"[{self.computed},{numbers}]"
        return answered(
            request, Answer(data=data, as_of=NOON - timedelta(seconds=3), source="live", sources=("a", "b"))
        )

    async def item(self, name: str) -> dict[str, str]:
        """One thing, in whatever state."""
        self.computed += 1
        failures: dict[str, Exception] = {
            "unknown": NotFoundError("token", name),
            "nodata": NoDataError("No market data yet", timedelta(seconds=7.5)),
            "refused": InvalidParameterError("name", "is refused", float("nan")),
            "internal": RuntimeError("postgresql://user:secret@host"),
            "ours": PrismError("file /etc/passwd"),
            "upstream": RateLimitedError("acme", timedelta(seconds=3)),
        }
        if name in failures:
            raise failures[name]
        return {"name": name}

    async def private(self) -> dict[str, int]:
        """For one caller."""
        self.computed += 1
        return {"computed": self.computed}

    async def stream(self, parts: int = 3, fail_after: int = -1) -> StreamingResponse:
        """Parts of a megabyte."""

        async def chunks() -> AsyncIterator[bytes]:
            for number in range(parts):
                if number == fail_after:
                    raise RuntimeError("broken off")
                yield b"%d" % number * 1_000_000

        return StreamingResponse(chunks(), media_type="text/csv")

    async def several(self, ids: Annotated[list[str], Query()], name: str = "") -> list[str]:
        """A parameter that may be given several times, and one that may not."""
        return ids

    async def order(self, order: Order) -> dict[str, float]:
        """Something written."""
        return {"amount": order.amount}
