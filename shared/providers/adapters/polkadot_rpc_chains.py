"""A node of Polkadot's relay chain: height, total issuance, seconds between blocks.

The issuance is a storage value, 128 bits, lowest byte first, in plancks, of which a DOT has 10^10. A block's time is inside its
first extrinsic, so the time between blocks is read from what the runtime says it shall be: six seconds are not assumed.

Source: https://polkadot.js.org/docs/substrate/rpc (chain_getHeader, state_getStorage, state_call)
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, described
from shared.providers.contract import MINUTE_S, Http, Limit, Payload
from shared.providers.json_rpc import Method, ask_rpc, quantity, results
from shared.providers.numbers import JsonValue, Unreadable

POLKADOT_RPC = described("polkadot_rpc", "https://rpc.polkadot.io", Limit(60, MINUTE_S, "public"), rank=20)
TOTAL_ISSUANCE = "0xc2261276cc9d1f8598ea4b6a74b15c2f57c875e4cff74148e4628f264b974c80"
"""twox128("Balances") and twox128("TotalIssuance")."""
_METHODS = (
    Method("chain_getHeader"),
    Method("state_getStorage", (TOTAL_ISSUANCE,)),
    Method("state_call", ("BabeApi_configuration", "0x")),
)
_DOT = Decimal("1e-10")


class PolkadotRpc(ChainAdapter):
    """Polkadot's present."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about Polkadot's present."""
        return request.topic == "network" and request.resolution == "now" and request.chain == "polkadot"

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the one call, which holds all questions."""
        return [Call(self.descriptor.id, self.base_url)]

    async def fetch(self, http: Http, request: ChainRequest, key: str | None) -> Payload:
        """Ask everything in one batch.

        Raises:
            UpstreamError: there was no usable answer.
        """
        return Payload((await ask_rpc(http, self.calls(request, key)[0], _METHODS),))

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield height, issuance and the length of a slot."""
        header, issuance, babe = results(payload.pages[0].body, len(_METHODS))
        height = quantity(numbers.mapping(header).get("number"), "number")
        yield Reading("polkadot", "block_height", Decimal(height))
        if issuance is not None:
            yield Reading("polkadot", "supply", little_endian(issuance, 16) * _DOT)
        if babe is not None:
            yield Reading("polkadot", "block_time_s", little_endian(babe, 8) / 1000)


def little_endian(value: JsonValue, size: int) -> Decimal:
    """Return the number in the first bytes of a hexadecimal text, lowest byte first.

    Raises:
        Unreadable: it is no such text, or shorter.
    """
    try:
        raw = bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else b""
    except ValueError:
        raw = b""
    if len(raw) < size:
        raise Unreadable("no number of its size")
    return Decimal(int.from_bytes(raw[:size], "little"))
