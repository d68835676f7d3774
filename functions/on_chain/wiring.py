"""What the routes are given."""

from collections.abc import Awaitable, Callable, Sequence

from shared.domain.gas.service import GasService
from shared.http.function import Wiring

from .routes import router


def wire(gas: GasService, stored: Sequence[object], *, closing: Sequence[Callable[[], Awaitable[None]]]) -> Wiring:
    """Wire the routes.

    Args:
        gas: Answers on demand.
        stored: The services that answer with what is stored.
        closing: Let go of connections.
    """

    async def close() -> None:
        for each in closing:
            await each()

    return Wiring(routers=[router], provided={type(each): each for each in (gas, *stored)}, close=close)
