"""Gives routes what the composition root made, asked for by type."""

from typing import Any

from fastapi import Depends, Request


def provided(kind: type) -> Any:
    """Return a dependency on the instance of `kind`: `Annotated[PriceService, provided(PriceService)]`."""
    return Depends(Provided(kind))


class Provided:
    """The dependency; routes that are called directly are given the instance once and for all."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    async def __call__(self, request: Request) -> Any:
        """Return the instance."""
        return request.scope["app"].state.provided[self.kind]
