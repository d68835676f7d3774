"""DefiLlama: value locked, stablecoins, fees, revenue and exchange volume of every chain, without a key.

A chain's fees are those of the entry of the kind `chain`, not the sum of the protocols on it: what its users pay to it.
`chainId` is an int, a text or null, and is not read; a chain that is not listed is left out.

Source: https://api-docs.defillama.com
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, Topic, day_of, described, named, present
from shared.providers.contract import MINUTE_S, Limit, Payload
from shared.providers.numbers import JsonValue, Unreadable
from shared.records.chains import Metric

# The free interface states no limit; five a second are far below what it takes.
DEFILLAMA = described("defillama", "https://api.llama.fi", Limit(300, MINUTE_S, "free"))
_STABLECOINS = "https://stablecoins.llama.fi"

NAMES: Mapping[str, str] = {
    **named(
        "bitcoin:Bitcoin ethereum:Ethereum bsc:BSC polygon:Polygon solana:Solana avalanche:Avalanche arbitrum:Arbitrum base:Base"
        " tron:Tron cardano:Cardano litecoin:Litecoin dogecoin:Doge polkadot:Polkadot near:Near ton:TON bitcoin-cash:Bitcoincash"
        " sui:Sui aptos:Aptos"
    ),
    "optimism": "OP Mainnet",
}
_OLD_NAMES: Final = {"Optimism": "optimism"}
"""`OP Mainnet` was called so until 2024, and still is in some of the answers."""
OURS = {theirs: ours for ours, theirs in NAMES.items()} | _OLD_NAMES

_CONTRACTS = frozenset(NAMES) - {"bitcoin", "litecoin", "dogecoin", "bitcoin-cash"}
COVERED: Mapping[Topic, frozenset[str]] = {
    "tvl": frozenset(NAMES),
    "stablecoins": _CONTRACTS,
    "fees": frozenset(NAMES) - {"polkadot"},
    "revenue": frozenset(["ethereum", "bsc", "polygon", "solana", "avalanche", "arbitrum", "optimism", "base", "tron"]),
    "dex_volume": _CONTRACTS - {"polkadot"},
}
METRIC: Mapping[Topic, Metric] = {
    "tvl": "tvl_usd",
    "stablecoins": "stablecoin_supply_usd",
    "fees": "fees_usd",
    "revenue": "revenue_usd",
    "dex_volume": "dex_volume_usd",
}
_BRIEF = {"excludeTotalDataChart": "true", "excludeTotalDataChartBreakdown": "true"}
_TYPE = {"fees": "dailyFees", "revenue": "dailyRevenue"}


class DefiLlama(ChainAdapter):
    """All chains at once for the present (exchange volume: one at a time), one chain at a time for the past."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it has the topic: of all chains at once, or of the one asked for."""
        covered = COVERED.get(request.topic, frozenset())
        at_once = request.resolution == "now" and request.topic != "dex_volume"
        return bool(covered) if request.chain is None and at_once else request.chain in covered and not at_once

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the one call."""
        path, params = self._place(request)
        return [Call(self.descriptor.id, path, params)]

    def _place(self, request: ChainRequest) -> tuple[str, Mapping[str, str]]:
        base, stablecoins = self.base_url, self._stablecoins()
        name = NAMES.get(request.chain or "", "")
        if request.topic == "tvl":
            return (f"{base}/v2/historicalChainTvl/{name}" if name else f"{base}/v2/chains"), {}
        if request.topic == "stablecoins":
            return (f"{stablecoins}/stablecoincharts/{name}" if name else f"{stablecoins}/stablecoinchains"), {}
        if request.topic == "dex_volume":
            brief = _BRIEF if request.resolution == "now" else {"excludeTotalDataChartBreakdown": "true"}
            return f"{base}/overview/dexs/{name}", brief
        kind = {"dataType": _TYPE[request.topic]}
        if name:
            return f"{base}/summary/fees/{name.lower().replace(' ', '-')}", kind
        return f"{base}/overview/fees", _BRIEF | kind

    def _stablecoins(self) -> str:
        # Free of charge they have a host of their own; with a key, and in stand-ins, they are a folder of the one host.
        at_home = self.base_url == self.descriptor.default_url
        return _STABLECOINS if at_home else f"{self.base_url}/stablecoins"

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield the metric of each chain, or of each day."""
        (page,) = payload.pages
        if request.chain is not None:
            yield from _of_one(page.body, request, request.chain)
        elif request.topic == "tvl":
            for row in numbers.rows_of(page.body):
                yield from _known(numbers.text(row, "name"), "tvl_usd", row, "tvl")
        elif request.topic == "stablecoins":
            yield from _stablecoin_chains(page.body)
        else:
            yield from _chain_fees(page.body, METRIC[request.topic])


def _known(name: str, metric: Metric, row: numbers.Row, field: str) -> Iterator[Reading]:
    if name in OURS:
        yield Reading(OURS[name], metric, numbers.amount(row, field))


def _stablecoin_chains(body: JsonValue) -> Iterator[Reading]:
    """Yield each chain's stablecoins, also of the list `chains` beside the assets of /stablecoins."""
    rows = body.get("chains") if isinstance(body, dict) else body
    for row in numbers.rows_of(rows):
        name = numbers.text(row, "name")
        if name in OURS and OURS[name] in _CONTRACTS:
            yield Reading(OURS[name], "stablecoin_supply_usd", _pegs(row))


def _pegs(row: numbers.Row) -> Decimal | None:
    """Return the sum over all currencies that coins are pegged to, each already in dollars."""
    pegs = numbers.mapping(row.get("totalCirculatingUSD"))
    found = [numbers.amount(pegs, peg) for peg in pegs]
    return sum((value for value in found if value is not None), Decimal(0)) if found else None


def _chain_fees(body: JsonValue, metric: Metric) -> Iterator[Reading]:
    covered = COVERED["revenue" if metric == "revenue_usd" else "fees"]
    for row in numbers.rows_of(numbers.mapping(body).get("protocols")):
        name = numbers.optional_text(row, "name")
        if row.get("protocolType") == "chain" and row.get("category") == "Chain" and name and OURS.get(name) in covered:
            yield from _known(name, metric, row, "total24h")


def _of_one(body: JsonValue, request: ChainRequest, chain: str) -> Iterator[Reading]:
    metric = METRIC[request.topic]
    if request.topic == "tvl":
        for row in numbers.rows_of(body):
            yield Reading(chain, metric, numbers.amount(row, "tvl"), day_of(present(row, "date")))
    elif request.topic == "stablecoins":
        for row in numbers.rows_of(body):
            yield Reading(chain, metric, _pegs(row), day_of(present(row, "date")))
    elif request.resolution == "now":
        yield Reading(chain, metric, numbers.amount(numbers.mapping(body), "total24h"))
    else:
        yield from _points(chain, metric, numbers.mapping(body).get("totalDataChart"))


def _points(chain: str, metric: Metric, chart: JsonValue) -> Iterator[Reading]:
    if not isinstance(chart, list):
        raise Unreadable("'totalDataChart' is no list")
    for point in chart:
        if not isinstance(point, list) or len(point) != 2:
            raise Unreadable("a point is no pair")
        yield Reading(chain, metric, numbers.amount({"value": point[1]}, "value"), day_of(point[0]))
