"""Gives routes what the composition root made, asked for by type."""

from typing import Any

from fastapi import Depends, Request


def provided(kind: type) -> Any:
    """Return a dependency on the instance of `kind`: `Annotated[PriceService, provided(PriceService)]`."""

    async def find(request: Request) -> Any:
        return request.scope["app"].state.provided[kind]

    return Depends(find)
