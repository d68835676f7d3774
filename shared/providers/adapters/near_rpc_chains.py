"""A node of NEAR: the header of the newest block tells the supply; the one a thousand blocks before it, how long a block takes.

The supply is counted in yoctonear, of which a NEAR has 10^24; times are nanoseconds.

Source: https://docs.near.org/api/rpc/block-chunk
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shared.core.errors import UpstreamError
from shared.providers import numbers
from shared.providers.asking import Call, ask, refusing
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, described, scaled
from shared.providers.contract import MINUTE_S, Http, Limit, Page, Payload
from shared.providers.moments import moment_of
from shared.providers.numbers import Row, Unreadable

NEAR_RPC = described("near_rpc", "https://rpc.mainnet.near.org", Limit(60, MINUTE_S, "public"), rank=20)
BLOCKS = 1000
_NS = 1_000_000


class NearRpc(ChainAdapter):
    """NEAR's present."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about NEAR's present."""
        return request.topic == "network" and request.resolution == "now" and request.chain == "near"

    def cost(self, request: ChainRequest) -> int:
        """Return up to four calls."""
        return 4

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the call for the newest block."""
        return [self._call({"finality": "final"})]

    def _call(self, params: dict[str, numbers.JsonValue]) -> Call:
        sent: numbers.JsonValue = {"jsonrpc": "2.0", "id": 1, "method": "block", "params": params}
        return Call(self.descriptor.id, self.base_url, sent=sent)

    async def fetch(self, http: Http, request: ChainRequest, key: str | None) -> Payload:
        """Ask for the newest block and for one before it: heights may be skipped, so the next ones are tried, too.

        Raises:
            UpstreamError: the newest block was not told.
        """
        newest = await ask(http, self.calls(request, key)[0])
        with refusing(self.descriptor.id, "block"):
            height = int(_height(_header(newest)))
        for before in range(height - BLOCKS, height - BLOCKS - 3, -1):
            try:
                return Payload((newest, await ask(http, self._call({"block_id": before}))))
            except UpstreamError:
                continue
        return Payload((newest,))

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield supply, height and seconds between blocks."""
        newest, *older = (_header(page) for page in payload.pages)
        at = moment_of(_milliseconds(newest))
        yield Reading("near", "supply", scaled(newest, "total_supply", by=Decimal("1e-24")), at)
        yield Reading("near", "block_height", _height(newest), at)
        for before in older:
            blocks = _height(newest) - _height(before)
            seconds = Decimal(_milliseconds(newest) - _milliseconds(before)) / 1000
            if blocks <= 0 or seconds <= 0:
                raise Unreadable("the blocks are out of order")
            yield Reading("near", "block_time_s", (seconds / blocks).quantize(Decimal("0.001")), at)


def _header(page: Page) -> Row:
    return numbers.mapping(numbers.mapping(numbers.mapping(page.body).get("result")).get("header"))


def _height(header: Row) -> Decimal:
    height = numbers.known_amount(header, "height")
    if height is None:
        raise Unreadable("a block without its height")
    return height


def _milliseconds(header: Row) -> int:
    stamp = header.get("timestamp")
    if not isinstance(stamp, int) or isinstance(stamp, bool) or stamp <= 0:
        raise Unreadable("a block without its time")
    return stamp // _NS
