"""From what everybody said to what is stored: one value for each metric of each chain and time. Pure.

The first choice of the catalogue counts; the others stand in where it is silent or absurd. Of days that are known already only
the first choice, and who told them, may say anything new: otherwise one failure would rewrite a year.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from shared.records.chains import METRICS, ChainMetric, Metric, Resolution

from .catalogue import CHAINS, QUOTES, coverage_of, sources_of
from .known import Known, Pair, Value
from .plausible import believed, series_in_reach

DAY = timedelta(days=1)
SILENT = timedelta(hours=7)
"""Readings come every six hours: one that is older than this at the end of its day was followed by silence."""
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be stored, and what was refused as absurd."""

    metrics: tuple[ChainMetric, ...]
    refused: tuple[ChainMetric, ...]


def chosen(said: Iterable[ChainMetric], known: Known) -> Chosen:
    """Return one value for each metric of each chain and time."""
    moments: defaultdict[Pair, list[ChainMetric]] = defaultdict(list)
    days: defaultdict[Pair, defaultdict[str, list[ChainMetric]]] = defaultdict(lambda: defaultdict(list))
    for metric in _with_dollars(list(said), known):
        pair = (metric.chain, metric.metric)
        if metric.source not in sources_of(*pair, metric.resolution):
            continue
        if metric.resolution == "now":
            moments[pair].append(metric)
        else:
            days[pair][metric.source].append(metric)
    kept: list[ChainMetric] = []
    refused: list[ChainMetric] = []
    for pair, candidates in moments.items():
        value, absurd = believed(_preferred(pair, candidates), _last(known.now.get(pair)))
        kept += [value] if value else []
        refused += absurd
    for pair, by_source in days.items():
        told, absurd = _days(pair, by_source, known.days.get(pair, ()))
        kept += told
        refused += absurd
    return Chosen(tuple(kept), tuple(refused))


def own(known: Known, *, now: datetime, closing: bool) -> Iterator[ChainMetric]:
    """Yield price and supply of the chains' tokens as our own quotes have them; when closing, also those of yesterday."""
    yesterday = now.replace(hour=0, minute=0, second=0, microsecond=0) - DAY
    for chain in CHAINS.values():
        prices = known.prices.get(chain.token_id or "")
        if prices is None or prices.priced_at is None:
            continue
        told: list[tuple[Metric, Resolution, datetime, Decimal | None]] = [
            ("price_usd", "now", prices.priced_at, prices.price_usd),
            ("supply", "now", prices.priced_at, prices.supply),
        ]
        if closing:
            told += [("price_usd", "day", yesterday, prices.closing_usd), ("supply", "day", yesterday, prices.supply)]
        for metric, resolution, at, value in told:
            if value:
                yield ChainMetric(
                    chain=chain.id,
                    metric=metric,
                    resolution=resolution,
                    observed_at=at,
                    known_at=now,
                    value=value,
                    source=QUOTES,
                )


def closes(known: Known, *, now: datetime, heard: Collection[str] = ()) -> Iterator[ChainMetric]:
    """Yield yesterday's value of what nobody tells by days without a key: the mean of its readings for a flow, else the last of them.

    A day that ended in silence is left to who tells whole days for a key, if he was heard in this run.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for pair, values in known.now.items():
        readings = [value for value in values if midnight - DAY <= value.observed_at < midnight]
        coverage = coverage_of(*pair)
        if not readings or not coverage.closed:
            continue
        if readings[-1].observed_at < midnight - SILENT and not set(heard).isdisjoint(coverage.day):
            continue
        same = [reading for reading in readings if reading.source == readings[-1].source]
        flow = METRICS[pair[1]].kind == "flow"
        value = (sum((each.value for each in same), Decimal(0)) / len(same)).quantize(CENT) if flow else same[-1].value
        yield ChainMetric(
            chain=pair[0],
            metric=pair[1],
            resolution="day",
            observed_at=midnight - DAY,
            known_at=now,
            value=value,
            source=same[-1].source,
        )


def _with_dollars(said: Sequence[ChainMetric], known: Known) -> Iterator[ChainMetric]:
    """Yield what was said, and fees in dollars beside those told in coins only."""
    for metric in said:
        yield metric
        chain = CHAINS.get(metric.chain)
        prices = known.prices.get(chain.coin_id) if chain else None
        if metric.metric == "fees_native" and metric.resolution == "now" and prices and prices.price_usd:
            dollars = (metric.value * prices.price_usd).quantize(CENT)
            yield replace(metric, metric="fees_usd", value=dollars, source=f"{metric.source}+{QUOTES}")


def _preferred(pair: Pair, candidates: Iterable[ChainMetric]) -> list[ChainMetric]:
    order = sources_of(*pair, "now")
    return sorted(candidates, key=lambda each: order.index(each.source))


def _days(
    pair: Pair, by_source: Mapping[str, Sequence[ChainMetric]], known: Sequence[Value]
) -> tuple[list[ChainMetric], list[ChainMetric]]:
    kept: dict[datetime, ChainMetric] = {}
    refused: list[ChainMetric] = []
    last = known[-1] if known else None
    order = coverage_of(*pair).days
    for source in sorted(by_source, key=order.index):
        series = sorted(by_source[source], key=lambda each: each.observed_at)
        if not series_in_reach(series, known):
            refused += series
            continue
        for day in series:
            may_revise = source == order[0] or last is None or day.observed_at > last.observed_at
            if may_revise or (last is not None and source == last.source):
                kept.setdefault(day.observed_at, day)
    return list(kept.values()), refused


def _last(values: Sequence[Value] | None) -> Value | None:
    return values[-1] if values else None
