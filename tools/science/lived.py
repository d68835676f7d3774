"""Recorded history lived day by day: what data points, scores and signals would have been said after each close, by the code that says them."""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from shared.domain.datapoints.catalogue import data_points, positions
from shared.domain.datapoints.inputs import Inputs, TokenNow
from shared.domain.datapoints.numeric.bars import Bars, bars_of
from shared.domain.datapoints.numeric.table import Table
from shared.domain.datapoints.numeric.technical import histories
from shared.domain.datapoints.recall import Held
from shared.domain.panels.panel import DayArray, FloatArray, Panel
from shared.domain.signals.numeric.deciding import Decided, decided
from shared.domain.signals.rules import VOTING
from shared.records.signals import Emission

_CHAINS = {
    "btc": "bitcoin",
    "eth": "ethereum",
    "bnb_mainnet": "bsc",
    "ada": "cardano",
    "doge": "dogecoin",
    "bch": "bitcoin-cash",
}
"""Recorded chains that the platform watches, and whose own tokens these are there."""
_TOKENS = {"bnb": "binancecoin", "ada": "cardano", "doge": "dogecoin", "bch": "bitcoin-cash"}
_METRICS = {"AdrActCnt": "active_addresses", "TxCnt": "transactions", "FeeTotUSD": "fees_usd", "HashRate": "hash_rate"}
CHAIN_LATE_DAYS = 2
"""A day's metrics are published in the course of the next one: at a close, those of the day before are the newest."""

Named = Mapping[date, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What other sources told, day by day."""

    fear: Named
    """Fear and greed, by the day at whose beginning it appeared."""
    chains: Mapping[tuple[str, str], Named]
    """By chain and metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """Everything that was said, day by day; NaN where nothing."""

    days: DayArray
    token_ids: tuple[str, ...]
    values: FloatArray
    """(days, data points, tokens)."""
    scores: FloatArray
    """(days, categories, tokens)."""
    composite: FloatArray
    """(days, tokens)."""
    effective: FloatArray
    """(days, tokens): independent votes that agree."""
    divergence: FloatArray
    """(days, tokens): on-chain less technical score where they diverge."""
    close: FloatArray
    """(days, tokens), short holes bridged, redenominations taken out."""
    emissions: Sequence[Sequence[Emission]]
    """Of each day, before it is asked whether they are news."""

    def later(self, days: int) -> FloatArray:
        """Return (days, tokens) returns over so many days after each close; NaN where either price is unknown."""
        made = np.full_like(self.close, np.nan)
        made[:-days] = self.close[days:] / self.close[:-days] - 1.0
        return made


def recorded_told(folder: Path) -> Told:
    """Return what the recorded sets tell beside prices."""
    [fear] = (folder / "fear_greed_alternative_me").glob("*.json*")
    opened = gzip.open if fear.suffix == ".gz" else open
    with opened(fear, "rt", encoding="utf-8") as lines:
        told = json.load(lines)
    rows = told["data"] if isinstance(told, dict) else told
    chains: dict[tuple[str, str], dict[date, float]] = {}
    for name, chain in _CHAINS.items():
        with gzip.open(folder / "coinmetrics_community_2020" / f"{name}.csv.gz", "rt", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                for column, metric in _METRICS.items():
                    if row.get(column):
                        day = date.fromisoformat(row["time"][:10])
                        chains.setdefault((chain, metric), {})[day] = float(row[column])
    return Told(
        fear={datetime.fromtimestamp(int(row["timestamp"]), UTC).date(): float(row["value"]) for row in rows},
        chains=chains,
    )


def lived(panel: Panel, excluded: frozenset[str], told: Told, *, begins: date) -> Lived:
    """Return what would have been said from a day on; earlier days are history only.

    Args:
        panel: Ends where nothing later may be looked at.
        excluded: Tokens that follow another price.
        told: What other sources told; days after the panel are not looked at.
        begins: The first day of which anything is said.
    """
    ids = tuple(_TOKENS.get(name, name) for name in panel.token_ids)
    start = int(np.searchsorted(panel.days, np.datetime64(begins, "D")))
    bars = bars_of(panel, panel.close[:, ids.index("bitcoin")])
    barred = _barred(bars, start)
    kinds = ["stablecoin" if name in excluded else "plain" for name in panel.token_ids]
    days = panel.days[start:]
    shape = (len(days), len(data_points()), len(ids))
    values, scores = np.full(shape, np.nan), np.full((len(days), len(VOTING), len(ids)), np.nan)
    composite, effective, divergence = (np.full((len(days), len(ids)), np.nan) for _ in range(3))
    emissions = []
    for row in range(len(days)):
        there = np.flatnonzero(np.isfinite(panel.close[start + row]) & np.isfinite(bars.close[start + row]))
        tokens = [_token(ids[at], kinds[at], panel, bars, start + row, at) for at in there.tolist()]
        said = _said(tokens, barred[row][:, there], told, panel.days[start + row].astype(date))
        values[row][:, there], scores[row][:, there] = said.points.values, said.scores.score
        composite[row, there], effective[row, there] = said.agreement.composite, said.agreement.effective
        divergence[row, there] = [verdict.divergence or np.nan for verdict in said.verdicts]
        emissions.append([each for verdict in said.verdicts if (each := verdict.emission())])
    return Lived(
        days=days,
        token_ids=ids,
        values=values,
        scores=scores,
        composite=composite,
        effective=effective,
        divergence=divergence,
        close=bars.close[start:],
        emissions=emissions,
    )


def _barred(bars: Bars, start: int) -> FloatArray:
    made = np.full((len(bars.close) - start, len(data_points()), bars.close.shape[1]), np.nan)
    for name, values in histories(bars):
        made[:, positions()[name]] = values[start:]
    return made


def _token(name: str, kind: str, panel: Panel, bars: Bars, row: int, column: int) -> TokenNow:
    cap = float(panel.market_cap_usd[row, column])
    before = float(bars.close[row - 1, column]) if row else float("nan")
    change = 100.0 * (float(bars.close[row, column]) / before - 1.0)
    return TokenNow(
        token_id=name,
        symbol=name,
        name=name,
        rank=None,
        price_usd=repr(float(bars.close[row, column])),
        market_cap_usd=None if np.isnan(cap) else cap,
        change_1h_pct=None,
        change_24h_pct=None if np.isnan(change) else change,
        priced=True,
        kind="stablecoin" if kind == "stablecoin" else "plain",
    )


def _said(tokens: Sequence[TokenNow], barred: FloatArray, told: Told, day: date) -> Decided:
    """Return what is said after the close of a day."""
    today = day + timedelta(days=1)
    fear = [(ago, told.fear[then]) for ago in range(1, 100) if (then := today - timedelta(days=ago)) in told.fear]
    inputs = Inputs(tokens=tokens, fear=fear, chains=list(_metrics(told, today)))
    table = Table(inputs)
    at = datetime.combine(today, datetime.min.time(), UTC)
    table.reuse(Held({token.token_id: at for token in tokens}, barred.T))
    return decided(table.finished(), inputs)


def _metrics(told: Told, today: date) -> Iterator[tuple[str, str, int, float]]:
    for (chain, metric), known in told.chains.items():
        for ago in range(CHAIN_LATE_DAYS, 64):
            value = known.get(today - timedelta(days=ago))
            if value is not None:
                yield chain, metric, ago, value
