"""Data points that are no daily bars: chains, flows, mood, order books and quotes, of all tokens at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.chains.catalogue import CHAINS
from shared.domain.datapoints.inputs import Inputs

from .windows import FloatArray

Named = dict[str, FloatArray]
DAYS = 63
STALE_DAYS = 4
"""A chain's metrics come a day or two late; older ones are not of now."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Where each token stands in the arrays."""

    places: Mapping[str, int]

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.places)

    def empty(self, *shape: int) -> FloatArray:
        """Return unknown values, tokens last."""
        return np.full((*shape, self.count), np.nan)


def slots_of(inputs: Inputs) -> Slots:
    """Return the places of all quoted tokens, in their order."""
    return Slots({token.token_id: place for place, token in enumerate(inputs.tokens)})


def quoted(inputs: Inputs, slots: Slots) -> Named:
    """Return the changes that are quoted now."""
    hour = [token.change_1h_pct for token in inputs.tokens]
    day = [token.change_24h_pct for token in inputs.tokens]
    return {"change_1h": np.array(hour, dtype=np.float64), "change_24h": np.array(day, dtype=np.float64)}


def caps_of(inputs: Inputs) -> FloatArray:
    """Return the market capitalisations that are quoted now, above zero."""
    caps = np.array([token.market_cap_usd for token in inputs.tokens], dtype=np.float64)
    return np.where(caps > 0, caps, np.nan)


def on_chain(inputs: Inputs, slots: Slots, return_30d: FloatArray) -> Named:
    """Return what chains say of the tokens that are a chain's own."""
    series = _series(inputs, slots)
    caps = caps_of(inputs)
    fees, locked = series("fees_usd"), series("tvl_usd")
    active, sent = series("active_addresses"), series("transactions")
    active_month = _mean_change(active, 30)
    yearly = 365.0 * _mean(fees, 0, 30)
    return {
        "active_addresses_change_7d": _mean_change(active, 7),
        "active_addresses_change_30d": active_month,
        "transactions_change_7d": _mean_change(sent, 7),
        "transactions_change_30d": _mean_change(sent, 30),
        "fees_change_7d": _mean_change(fees, 7),
        "fees_change_30d": _mean_change(fees, 30),
        "tvl_change_7d": _change(locked, 7),
        "tvl_change_30d": _change(locked, 30),
        "stablecoin_supply_change_30d": _change(series("stablecoin_supply_usd"), 30),
        "dex_volume_change_7d": _mean_change(series("dex_volume_usd"), 7),
        "hash_rate_change_30d": _mean_change(series("hash_rate"), 30),
        "market_cap_to_fees": caps / np.where(yearly > 0, yearly, np.nan),
        "market_cap_to_tvl": caps / np.where(locked[0] > 0, locked[0], np.nan),
        "adoption_gap_30d": active_month - return_30d,
    }


def flows(inputs: Inputs, slots: Slots) -> Named:
    """Return what went to exchanges and what whales moved; unknown where a token is not watched."""
    inflow, outflow = _spans(inputs.flows, slots, 30, 2), _spans(inputs.flows, slots, 30, 3)
    net = inflow - outflow
    week_in, week_out = _total(inflow[:7]), _total(outflow[:7])
    caps = caps_of(inputs)
    return {
        "exchange_net_flow_24h": net[0],
        "exchange_net_flow_7d": week_in - week_out,
        "exchange_net_flow_7d_of_cap": 1e4 * (week_in - week_out) / caps,
        "exchange_net_flow_share_7d": _balance(week_in, week_out),
        "exchange_net_flow_zscore_30d": _z(net, least=15),
        **_whales(inputs, slots),
    }


def sentiment(inputs: Inputs, slots: Slots) -> Named:
    """Return how news sound and what the market fears; what is of the whole market is the same for all."""
    score, articles = slots.empty(), slots.empty()
    for scope, (each, count) in inputs.moods.items():
        if scope in slots.places:
            score[slots.places[scope]], articles[slots.places[scope]] = each, count
    market = inputs.moods[""][0] if "" in inputs.moods else np.nan
    fear = np.full(100, np.nan)
    for ago, value in inputs.fear:
        fear[ago] = value
    # A value is named after the day at whose beginning it appears.
    newest = 0 if np.isfinite(fear[0]) else 1
    fear = fear[newest:]
    same = np.ones(slots.count)
    return {
        "news_mood": score,
        "news_articles": articles,
        "news_mood_relative": score - market,
        "news_mood_market": same * market,
        "fear_greed": same * fear[0],
        "fear_greed_change_7d": same * (fear[0] - fear[7]),
        "fear_greed_change_30d": same * (fear[0] - fear[30]),
        "fear_greed_zscore_90d": same * _z(fear[:90, None], least=60)[0],
    }


def books(inputs: Inputs, slots: Slots, usual_volume: FloatArray) -> Named:
    """Return what order books of the last hour hold: depths add up, of prices the best counts."""
    best = [_merged(inputs.books, slots, column, np.fmin) for column in (1, 6, 7, 8, 9)]
    sums = [_merged(inputs.books, slots, column, lambda one, other: one + other) for column in (2, 3, 4, 5)]
    near = sums[0] + sums[1]
    venues = slots.empty()
    for token, count in _counted(inputs.books).items():
        if token in slots.places:
            venues[slots.places[token]] = count
    return {
        "spread": best[0],
        "depth_1pct": near,
        "depth_2pct": sums[2] + sums[3],
        "book_imbalance": _balance(sums[0], sums[1]),
        "buy_slippage_10k": best[1],
        "buy_slippage_100k": best[2],
        "sell_slippage_10k": best[3],
        "sell_slippage_100k": best[4],
        "slippage_skew_100k": best[2] - best[4],
        "depth_of_volume": near / np.where(usual_volume > 0, usual_volume, np.nan),
        "venues": venues,
    }


def _series(inputs: Inputs, slots: Slots) -> Callable[[str], FloatArray]:
    """Return a way to a metric's (days, tokens), the newest day first, from the last one that any day is known of."""
    own = {chain.id: slots.places.get(chain.token_id or "") for chain in CHAINS.values()}
    owners = {chain: place for chain, place in own.items() if place is not None}
    held: dict[str, FloatArray] = {}
    for chain, metric, ago, value in inputs.chains:
        if chain in owners and 0 < ago <= DAYS:
            held.setdefault(metric, slots.empty(DAYS))[ago - 1, owners[chain]] = value

    def series(metric: str) -> FloatArray:
        return _from_newest(held[metric]) if metric in held else slots.empty(DAYS)

    return series


def _from_newest(values: FloatArray) -> FloatArray:
    """Return the values moved so that each token's newest known one comes first; unknown where that is too old."""
    known = np.isfinite(values)
    newest = np.argmax(known, axis=0)
    rows = np.arange(len(values))[:, None] + newest
    moved: FloatArray = np.take_along_axis(values, np.minimum(rows, len(values) - 1), axis=0)
    fresh = known.any(axis=0) & (newest < STALE_DAYS)
    return np.where((rows < len(values)) & fresh, moved, np.nan)


def _mean(values: FloatArray, first: int, days: int) -> FloatArray:
    """Return the mean of so many days; unknown where fewer than four in five are known."""
    part = values[first : first + days]
    known = np.isfinite(part).sum(axis=0)
    total = np.where(np.isfinite(part), part, 0.0).sum(axis=0)
    return np.where(known >= 0.8 * days, total / np.maximum(known, 1), np.nan)


def _mean_change(values: FloatArray, days: int) -> FloatArray:
    before = _mean(values, days, days)
    return 100.0 * (_mean(values, 0, days) / np.where(before > 0, before, np.nan) - 1.0)


def _change(values: FloatArray, days: int) -> FloatArray:
    now, before = values[0], np.where(values[days] > 0, values[days], np.nan)
    changed: FloatArray = 100.0 * (now / before - 1.0)
    return changed


def _whales(inputs: Inputs, slots: Slots) -> Named:
    count, dollars, to, back = (_spans(inputs.whales, slots, 7, column) for column in (2, 3, 4, 5))
    usual = _total(dollars) / 7.0
    return {
        "whale_transfers_24h": count[0],
        "whale_volume_24h": dollars[0],
        "whale_activity_ratio_7d": dollars[0] / np.where(usual > 0, usual, np.nan),
        "whale_exchange_balance_7d": _balance(_total(to), _total(back)),
    }


def _spans(rows: Sequence[Sequence[float]], slots: Slots, spans: int, column: int) -> FloatArray:
    """Return (spans, tokens) of one column; a watched token's span without a row is zero, another's is unknown."""
    made = slots.empty(spans)
    for row in rows:
        place = slots.places.get(str(row[0]))
        if place is not None:
            made[:, place] = np.where(np.isnan(made[:, place]), 0.0, made[:, place])
            if 0 <= row[1] < spans:
                made[int(row[1]), place] = row[column]
    return made


def _total(values: FloatArray) -> FloatArray:
    total: FloatArray = values.sum(axis=0)
    return total


def _balance(one: FloatArray, other: FloatArray) -> FloatArray:
    both = one + other
    return (one - other) / np.where(both > 0, both, np.nan)


def _z(values: FloatArray, *, least: int) -> FloatArray:
    """Return how many deviations the first row is from the mean of all; unknown where fewer than `least` rows say anything."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    enough = (known & (values != 0)).sum(axis=0) >= least
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    spread = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / np.maximum(count, 1))
    return np.where(enough, (values[0] - mean) / np.where(spread > 0, spread, np.nan), np.nan)


def _merged(
    rows: Sequence[Sequence[float | None]], slots: Slots, column: int, join: Callable[[float, float], float]
) -> FloatArray:
    made = slots.empty()
    for row in rows:
        place, value = slots.places.get(str(row[0])), row[column]
        if place is not None and value is not None:
            made[place] = value if np.isnan(made[place]) else join(made[place], value)
    return made


def _counted(rows: Sequence[Sequence[object]]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row[0])] = counts.get(str(row[0]), 0) + 1
    return counts
