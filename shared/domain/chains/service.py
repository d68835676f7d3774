"""Answers about chains: what there is, the latest metrics of one, and one metric of many."""

import json
from collections.abc import Sequence
from datetime import timedelta

from shared.core.clock import Clock
from shared.core.errors import NotFoundError, NotSupportedError
from shared.domain.datasets.stamps import Stamp
from shared.records.answer import Answer
from shared.records.chains import METRICS, Metric
from shared.records.refresh import LATE_AFTER_PROMISES, REFRESHES, is_late

from .catalogue import CHAINS, Chain, Coverage, chains_with
from .repository import ChainMetricsRepository, Pair
from .statements import DATASET

LATE: timedelta = REFRESHES[DATASET] * LATE_AFTER_PROMISES
_write = json.JSONEncoder(separators=(",", ":")).encode


class ChainsService:
    """Answers with stored metrics. Every method raises what `ChainMetricsRepository` raises."""

    def __init__(self, repository: ChainMetricsRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def chains(self) -> Answer:
        """Return every chain with its metrics and who tells them."""
        stamp = await self._repository.stamp()
        return self._answer(_CATALOGUE, stamp, stamp.sources, total=len(CHAINS))

    async def summary(self, chain_id: str) -> Answer:
        """Return a chain and the latest value of each of its metrics.

        Raises:
            NotFoundError: there is no such chain.
        """
        chain = known(chain_id)
        pairs = [_pair(chain.id, metric, chain.metrics[metric]) for metric in METRICS if metric in chain.metrics]
        found = await self._repository.latest(pairs, ranked=False, now=self._clock.now(), late=LATE)
        about = _write(_about(chain))[:-1]
        data = f'{about},"metrics":{found.data}}}'
        return self._answer(data, found.stamp, found.sources, overdue=found.overdue, total=len(pairs))

    async def compared(self, metric: Metric, asked: Sequence[str] | None = None) -> Answer:
        """Return one metric of the chains asked for, or of all that have it, with ranks, the largest first.

        Raises:
            NotFoundError: one is no chain.
            NotSupportedError: nobody tells the metric of one of them.
        """
        chains = chains_with(metric) if asked is None else tuple(dict.fromkeys(asked))
        pairs = [_pair(chain, metric, supported(chain, metric)) for chain in chains]
        found = await self._repository.latest(pairs, ranked=True, now=self._clock.now(), late=LATE)
        return self._answer(
            found.data, found.stamp, found.sources, overdue=found.overdue, total=len(pairs), metric=metric
        )

    def _answer(
        self,
        data: str,
        stamp: Stamp,
        sources: Sequence[str],
        *,
        total: int,
        overdue: bool = False,
        metric: Metric | None = None,
    ) -> Answer:
        named = {} if metric is None else {"metric": metric, "unit": METRICS[metric].unit}
        return Answer(
            data=data,
            as_of=stamp.refreshed_at,
            source=stamp.data_source,
            sources=tuple(sources),
            # A refresh that went well says nothing of a metric whose only source is dead.
            stale=overdue or is_late(DATASET, stamp.refreshed_at, now=self._clock.now()),
            meta={"total": total, **named},
        )


def _pair(chain: str, metric: Metric, coverage: Coverage) -> Pair:
    return Pair(chain, metric, bool(coverage.now), coverage.day)


def known(chain_id: str) -> Chain:
    """Return a chain.

    Raises:
        NotFoundError: there is none of this id.
    """
    chain = CHAINS.get(chain_id)
    if chain is None:
        raise NotFoundError("chain", chain_id)
    return chain


def supported(chain_id: str, metric: Metric) -> Coverage:
    """Return who tells a metric of a chain.

    Raises:
        NotFoundError: there is no such chain.
        NotSupportedError: nobody does; the message names the metrics that the chain has.
    """
    chain = known(chain_id)
    coverage = chain.metrics.get(metric)
    if coverage is None:
        raise NotSupportedError(
            "metric", metric, of=chain.id, supported=[each for each in METRICS if each in chain.metrics]
        )
    return coverage


def _about(chain: Chain) -> dict[str, object]:
    return {
        "chain": chain.id,
        "name": chain.name,
        "token_id": chain.token_id,
        "coin_id": chain.coin_id,
        "evm_chain_id": chain.evm_chain_id,
    }


def _metric(metric: Metric, coverage: Coverage) -> dict[str, object]:
    info = METRICS[metric]
    about: dict[str, object] = {"metric": metric, "unit": info.unit, "kind": info.kind, "description": info.description}
    return {**about, "sources": {"now": coverage.now, "day": coverage.day}}


_CATALOGUE = _write(
    [
        {**_about(chain), "metrics": [_metric(each, chain.metrics[each]) for each in METRICS if each in chain.metrics]}
        for chain in CHAINS.values()
    ]
)
