"""Artemis: value locked, stablecoins, fees, revenue, exchange volume and use of many chains, a day late, for a key.

It is asked by symbols (`eth`, `avax`), and its own list says which symbol each of its assets has: a chain that renames its coin, or
that has none, as Base, needs no change here. So two requests tell everything: the list, then all metrics of all chains. A metric that a chain lacks is a text in place of the list, such as `Metric not
available for asset.`; so is one whose name was retired. What each metric means there is docs/decisions/0029's to say; chains and
metrics that mean something else than ours are not read.

Source: https://www.artemis.ai/docs (fetch metrics, list supported assets), confirmed by the vendor's Python client 0.5.0, which sends the key as
`X-API-Key`; definitions: https://github.com/Artemis-xyz/dbt (models/projects)
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call, ask, refusing
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, day_of, described, present
from shared.providers.contract import MINUTE_S, Http, Limit, Page, Payload
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.records.chains import Metric

# No limit is published; a run asks twice.
ARTEMIS = described(
    "artemis", "https://data-svc.artemisxyz.com", Limit(10, MINUTE_S, "unpublished"), rank=90, keys="ARTEMIS_KEYS"
)

_INDEXED = "ethereum bsc polygon solana avalanche arbitrum optimism base tron"
"""Chains whose every transaction it has."""
_READ: tuple[tuple[Metric, str, str], ...] = (
    ("tvl_usd", "TVL", f"bitcoin {_INDEXED} cardano polkadot near ton sui aptos"),
    ("stablecoin_supply_usd", "STABLECOIN_SUPPLY", f"{_INDEXED} ton"),
    ("fees_usd", "FEES", f"bitcoin {_INDEXED} cardano litecoin near sui aptos"),
    ("revenue_usd", "REVENUE", _INDEXED),
    ("dex_volume_usd", "CHAIN_SPOT_VOLUME", f"{_INDEXED} cardano near sui aptos"),
    ("active_addresses", "DAU", "arbitrum optimism base"),
    ("transactions", "TXNS", "bsc polygon avalanche tron"),
)
COVERED: Mapping[Metric, tuple[str, frozenset[str]]] = {
    metric: (name, frozenset(chains.split())) for metric, name, chains in _READ
}
"""Our metric, its name there, and the chains of which it is the same thing. Its ids of the chains are our names."""
_CHAINS = frozenset({chain for _, chains in COVERED.values() for chain in chains})
_METRICS = ",".join(name for name, _ in COVERED.values())


class Artemis(ChainAdapter):
    """The past of all its chains, in every topic, all at once."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about the past of everything, between two days."""
        bounded = request.since is not None and request.until is not None
        return request.topic == "everything" and request.resolution == "day" and request.chain is None and bounded

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the call for the list of assets; its answer says how to ask for the rest."""
        return [self._call("asset/symbols", {}, key)]

    def cost(self, request: ChainRequest) -> int:
        """Return two: the list and the metrics."""
        return 2

    async def fetch(self, http: Http, request: ChainRequest, key: str | None) -> Payload:
        """Ask for the list, then for every metric of every chain that is in it.

        Raises:
            UpstreamError: a call failed, or none of the chains is in the list.
        """
        listed = await ask(http, *self.calls(request, key))
        with refusing(self.descriptor.id, request.topic):
            symbols = ",".join(sorted(_chains_of(listed)))
        wanted = {
            "symbols": symbols,
            "startDate": f"{request.since:%Y-%m-%d}",
            "endDate": f"{request.until:%Y-%m-%d}",
            "granularity": "DAY",
        }
        return Payload((await ask(http, self._call(f"data/api/{_METRICS}", wanted, key)), listed))

    def _call(self, path: str, params: Mapping[str, str], key: str | None) -> Call:
        headers = {"x-api-key": key} if key else {}
        return Call(self.descriptor.id, f"{self.base_url}/{path}/", params, headers, key)

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield the metrics of every day."""
        told_page, listed = payload.pages
        data = numbers.mapping(numbers.mapping(told_page.body).get("data"))
        told = {name.lower(): of_chain for name, of_chain in numbers.mapping(data.get("symbols")).items()}
        for symbol, chain in _chains_of(listed).items():
            of_chain = told.get(symbol)
            if not _is_refusal(of_chain):
                yield from _of_chain(chain, numbers.mapping(of_chain))


def _chains_of(listed: Page) -> Mapping[str, str]:
    """Return the chain that each symbol, in small letters, stands for.

    Raises:
        Unreadable: none of our chains is there.
    """
    assets = numbers.rows_of(numbers.mapping(listed.body).get("assets"))
    found = {
        str(present(row, "symbol")).lower(): chain for row in assets if (chain := str(row.get("artemis_id"))) in _CHAINS
    }
    if not found:
        raise Unreadable("none of the chains is among the assets")
    return found


def _of_chain(chain: str, told: Row) -> Iterator[Reading]:
    for metric, (name, chains) in COVERED.items():
        if chain in chains:
            yield from _days(chain, metric, told.get(name))


def _is_refusal(told: JsonValue) -> bool:
    """Return whether nothing is told, in words or without."""
    return told is None or isinstance(told, str)


def _days(chain: str, metric: Metric, listed: JsonValue) -> Iterator[Reading]:
    if not _is_refusal(listed):
        for row in numbers.rows_of(listed):
            yield Reading(chain, metric, _value(row, metric), day_of(str(present(row, "date"))[:10]))


def _value(row: Row, metric: Metric) -> Decimal | None:
    """Return the day's value; none where a layer paid more for settlement than it took, for which we have no number."""
    if metric != "revenue_usd":
        return numbers.amount(row, "val")
    value = numbers.number(row, "val")
    return None if value is None or value < 0 else value
