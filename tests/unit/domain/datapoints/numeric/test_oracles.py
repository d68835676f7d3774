"""Every data point of the catalogue has an oracle: TA-Lib, or a second implementation written from its formula for one token, day by day.

What is tested here is what is stored, in the catalogue's unit, on the last day; `test_against_talib.py` has the functions on all days.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
import talib
from talib import MA_Type  # type: ignore[attr-defined]

from shared.domain.chains.catalogue import CHAINS
from shared.domain.datapoints.catalogue import data_points, positions
from shared.domain.datapoints.inputs import Inputs, TokenNow
from shared.domain.datapoints.numeric.bars import bars_of
from shared.domain.datapoints.numeric.table import Table
from shared.domain.datapoints.numeric.technical import latest
from shared.domain.panels.panel import FloatArray
from tests.panels import walks

DAYS = 400
PANEL = walks(DAYS, 4, seed=26)
TOKEN = 2
H, L, C, V, CAP = (
    np.ascontiguousarray(array[:, TOKEN])
    for array in (PANEL.high, PANEL.low, PANEL.close, PANEL.volume_usd, PANEL.market_cap_usd)
)
BTC = PANEL.close[:, 0]
R = np.diff(np.log(C))
TYPICAL = (H + L + C) / 3
TRUE_RANGE = np.maximum(H[1:], C[:-1]) - np.minimum(L[1:], C[:-1])
Oracle = Callable[[], float]


def change(values: FloatArray, days: int) -> float:
    return float(100 * (values[-1] / values[-1 - days] - 1))


def last(made: Callable[[FloatArray, int], FloatArray], days: int) -> float:
    return float(made(C, days)[-1])


def above(level: Callable[[FloatArray, int], FloatArray], days: int) -> float:
    return 100 * (float(C[-1]) / last(level, days) - 1)


def t_value(values: FloatArray) -> float:
    days = np.arange(len(values), dtype=float)
    (slope, _), covariance = np.polyfit(days, values, 1, cov=True)
    return float(slope / math.sqrt(covariance[0, 0]))


def trend(*horizons: int) -> float:
    risk = R[-30:].std()
    return float(np.mean([math.tanh(math.log(C[-1] / C[-n:].mean()) / (risk * math.sqrt(n))) for n in horizons]))


def balance() -> float:
    plus, minus = talib.PLUS_DI(H, L, C, 14)[-1], talib.MINUS_DI(H, L, C, 14)[-1]
    return float((plus - minus) / (plus + minus))


def ema(values: Sequence[float], window: int) -> float:
    """Seeded with the mean of the first values, as TA-Lib's."""
    level = float(np.mean(values[:window]))
    for value in values[window:]:
        level += 2 / (window + 1) * (value - level)
    return level


def signed_volume(days: int) -> FloatArray:
    return np.sign(np.diff(C))[-days:] * V[-days:]


def bands() -> tuple[float, float]:
    upper, _, lower = talib.BBANDS(C, 20, 2, 2)
    return float(upper[-1]), float(lower[-1])


def width(day: int) -> float:
    part = C[day - 19 : day + 1]
    return float(400 * part.std() / part.mean())


def squeeze() -> float:
    widths = [width(day) for day in range(DAYS - 120, DAYS)]
    return sum(each <= widths[-1] for each in widths) / 120


def place(days: int) -> float:
    low, high = L[-days:].min(), H[-days:].max()
    return float((C[-1] - low) / (high - low))


def swing(*, low: bool) -> float:
    """The nearest turning point of the last 90 days on its side of the close, known five days after it; in percent of the nearer one."""
    levels = []
    for known in range(DAYS - 90, DAYS):
        centre = known - 5
        window = slice(centre - 5, centre + 6)
        if low and L[centre] == L[window].min() and L[centre] <= C[-1]:
            levels.append(L[centre])
        if not low and H[centre] == H[window].max() and H[centre] >= C[-1]:
            levels.append(H[centre])
    return float(100 * (C[-1] / max(levels) - 1) if low else 100 * (min(levels) / C[-1] - 1))


def drawdown() -> float:
    part = C[-90:]
    return 100 * min(float(part[at] / part[: at + 1].max() - 1) for at in range(90))


def ease() -> float:
    daily = []
    for day in range(DAYS - 14, DAYS):
        usual = np.mean([(H[at] - L[at]) / ((H[at] + L[at]) / 2) for at in range(day - 13, day + 1)])
        middle, before = (H[day] + L[day]) / 2, (H[day - 1] + L[day - 1]) / 2
        eased = (
            100 * (middle / before - 1) * ((H[day] - L[day]) / middle) / usual / (V[day] / V[day - 13 : day + 1].mean())
        )
        daily.append(min(100.0, max(-100.0, float(eased))))
    return float(np.mean(daily))


def corwin_schultz() -> float:
    root, found = 3 - 2 * math.sqrt(2), []
    for day in range(DAYS - 20, DAYS):
        beta = math.log(H[day] / L[day]) ** 2 + math.log(H[day - 1] / L[day - 1]) ** 2
        gamma = math.log(max(H[day], H[day - 1]) / min(L[day], L[day - 1])) ** 2
        alpha = (math.sqrt(2 * beta) - math.sqrt(beta)) / root - math.sqrt(gamma / root)
        found.append(max(0.0, 2 * (math.exp(alpha) - 1) / (1 + math.exp(alpha))))
    return float(100 * np.mean(found))


def line_of_accumulation() -> FloatArray:
    return (((C - L) - (H - C)) / (H - L)) * V


def macd(part: int) -> float:
    return float(100 * talib.MACD(C, 12, 26, 9)[part][-1] / C[-1])


def stochastic(part: int) -> float:
    return float(talib.STOCH(H, L, C, 14, 3, MA_Type.SMA, 3, MA_Type.SMA)[part][-1])


def moving(fast: int, slow: int) -> float:
    return float(100 * (talib.SMA(C, fast)[-1] / talib.SMA(C, slow)[-1] - 1))


def z_of_logs() -> float:
    logs = np.log(V[-30:])
    return float((logs[-1] - logs.mean()) / logs.std())


TECHNICAL: dict[str, Oracle] = {
    **{f"return_{days}d": partial(change, C, days) for days in (1, 3, 7, 14, 30, 90, 180, 365)},
    **{f"rsi_{days}": partial(last, talib.RSI, days) for days in (7, 14, 28)},
    "macd_line": lambda: macd(0),
    "macd_signal": lambda: macd(1),
    "macd_histogram": lambda: macd(2),
    "stochastic_k": lambda: stochastic(0),
    "stochastic_d": lambda: stochastic(1),
    "williams_r_14": lambda: talib.WILLR(H, L, C, 14)[-1],
    "cci_20": lambda: talib.CCI(H, L, C, 20)[-1],
    "cmo_14": lambda: talib.CMO(C, 14)[-1],
    "adx_14": lambda: talib.ADX(H, L, C, 14)[-1],
    "plus_di_14": lambda: talib.PLUS_DI(H, L, C, 14)[-1],
    "minus_di_14": lambda: talib.MINUS_DI(H, L, C, 14)[-1],
    "directional_balance_14": balance,
    "aroon_oscillator_25": lambda: talib.AROONOSC(H, L, 25)[-1],
    "trix_15": lambda: talib.TRIX(C, 15)[-1],
    "ultimate_oscillator": lambda: talib.ULTOSC(H, L, C, 7, 14, 28)[-1],
    "return_30d_per_risk": lambda: math.log(C[-1] / C[-31]) / (R[-30:].std() * math.sqrt(30)),
    "trend_t_30": lambda: t_value(np.log(C[-30:])),
    "trend_t_90": lambda: t_value(np.log(C[-90:])),
    "trend_aggregate_short": lambda: trend(3, 5, 10),
    "trend_aggregate_medium": lambda: trend(20, 30, 50),
    "trend_aggregate_long": lambda: trend(100, 150, 200),
    "acceleration_7d_30d": lambda: 100 * (R[-7:].sum() / 7 - R[-30:].sum() / 30),
    "relative_to_bitcoin_7d": lambda: change(C, 7) - change(BTC, 7),
    "relative_to_bitcoin_30d": lambda: change(C, 30) - change(BTC, 30),
    "up_days_30": lambda: sum(each > 0 for each in R[-30:]) / 30,
    "volume_change_1d": lambda: talib.ROC(V, 1)[-1],
    "volume_ratio_7d_30d": lambda: talib.SMA(V, 7)[-1] / talib.SMA(V, 30)[-1],
    "volume_zscore_30d": z_of_logs,
    "volume_surge_3d": lambda: talib.SMA(V, 3)[-1] / talib.SMA(V, 30)[-1],
    "volume_trend_t_30": lambda: t_value(np.log(V[-30:])),
    "volume_percentile_90d": lambda: sum(each <= V[-1] for each in V[-90:]) / 90,
    "obv_slope_20": lambda: (talib.OBV(C, V)[-1] - talib.OBV(C, V)[-21]) / V[-20:].sum(),
    "mfi_14": lambda: talib.MFI(H, L, C, V, 14)[-1],
    "chaikin_money_flow_20": lambda: (talib.AD(H, L, C, V)[-1] - talib.AD(H, L, C, V)[-21]) / V[-20:].sum(),
    "chaikin_oscillator": lambda: talib.ADOSC(H, L, C, V, 3, 10)[-1] / talib.SMA(V, 10)[-1],
    "volume_weighted_return_20": lambda: 100 * np.average(R[-20:], weights=V[-20:]),
    "vwap_distance_20": lambda: 100 * (C[-1] / np.average(C[-20:], weights=V[-20:]) - 1),
    "up_volume_share_14": lambda: signed_volume(14)[signed_volume(14) > 0].sum() / V[-14:].sum(),
    "volume_return_correlation_30": lambda: talib.CORREL(R[-30:].copy(), np.log(V[-30:]), 30)[-1],
    "force_index_13": lambda: 100 * ema((np.diff(C) / C[:-1] * V[1:]).tolist(), 13) / ema(V[1:].tolist(), 13),
    "ease_of_movement_14": ease,
    "turnover_of_cap": lambda: V[-1] / CAP[-1],
    "quiet_days_30": lambda: sum(each == 0 for each in V[-30:]),
    **{f"distance_to_sma_{days}": partial(above, talib.SMA, days) for days in (20, 50, 100, 200)},
    "sma_50_over_200": lambda: moving(50, 200),
    "bollinger_position_20": lambda: (C[-1] - bands()[1]) / (bands()[0] - bands()[1]),
    "bollinger_width_20": lambda: 100 * (bands()[0] - bands()[1]) / talib.SMA(C, 20)[-1],
    "bollinger_squeeze_120": squeeze,
    "donchian_position_20": lambda: place(20),
    "donchian_position_55": lambda: place(55),
    "atr_14": lambda: talib.NATR(H, L, C, 14)[-1],
    **{f"distance_to_high_{days}": partial(above, talib.MAX, days) for days in (30, 90, 365)},
    **{f"distance_to_low_{days}": partial(above, talib.MIN, days) for days in (30, 90)},
    "support_distance": lambda: swing(low=True),
    "resistance_distance": lambda: swing(low=False),
    "support_balance": lambda: (swing(low=False) - swing(low=True)) / (swing(low=False) + swing(low=True)),
    "pivot_distance": lambda: 100 * (C[-1] / talib.TYPPRICE(H, L, C)[-2] - 1),
    "volatility_30": lambda: 100 * math.sqrt(365) * R[-30:].std(),
    "volatility_90": lambda: 100 * math.sqrt(365) * R[-90:].std(),
    "volatility_ratio_7d_90d": lambda: R[-7:].std() / R[-90:].std(),
    "downside_deviation_30": lambda: 100 * math.sqrt(365 * np.mean(np.minimum(R[-30:], 0) ** 2)),
    "max_drawdown_90": drawdown,
    "efficiency_ratio_20": lambda: abs(C[-1] - C[-21]) / np.abs(np.diff(C[-21:])).sum(),
    "skewness_60": lambda: np.mean((R[-60:] - R[-60:].mean()) ** 3) / R[-60:].std() ** 3,
    "choppiness_14": lambda: 100 * math.log(TRUE_RANGE[-14:].sum() / (H[-14:].max() - L[-14:].min())) / math.log(14),
    "illiquidity_30": lambda: float(np.mean(100 * np.abs(np.diff(C) / C[:-1])[-30:] / (V[-30:] / 1e6))),
    "median_volume_30": lambda: float(np.median(V[-30:])),
    "spread_estimate_20": corwin_schultz,
}

RANDOM = np.random.default_rng(22)
CHAIN = "ethereum"
NAME = str(CHAINS[CHAIN].token_id)
MONTHS: dict[str, FloatArray] = {
    metric: 1e6 * np.exp(np.cumsum(RANDOM.normal(0, 0.05, 63)))
    for metric in (
        "active_addresses",
        "transactions",
        "fees_usd",
        "tvl_usd",
        "stablecoin_supply_usd",
        "dex_volume_usd",
        "hash_rate",
    )
}
"""By metric, the newest day first."""
IN, OUT = RANDOM.uniform(1e6, 9e6, 30), RANDOM.uniform(1e6, 9e6, 30)
WHALES = RANDOM.uniform(1e6, 9e6, (7, 3)) * [10, 3, 2]
"""Dollars in all, to exchanges and from them, the newest day first."""
COUNTS = RANDOM.integers(1, 30, 7)
FEAR = RANDOM.uniform(10, 90, 100)
BOOKS = RANDOM.uniform(1, 50, (2, 9))
MARKET_CAP = 3e9
NOW = Inputs(
    tokens=[
        TokenNow(
            token_id=NAME,
            symbol="ETH",
            name="Ethereum",
            rank=1,
            price_usd="1",
            market_cap_usd=MARKET_CAP,
            change_1h_pct=0.4,
            change_24h_pct=-2.5,
            priced=True,
            kind="plain",
        )
    ],
    chains=[(CHAIN, metric, ago + 1, value) for metric, values in MONTHS.items() for ago, value in enumerate(values)],
    flows=[(NAME, ago, IN[ago], OUT[ago]) for ago in range(30)],
    whales=[(NAME, ago, int(COUNTS[ago]), *WHALES[ago]) for ago in range(7)],
    moods={NAME: (0.3, 7), "": (0.1, 99)},
    fear=list(enumerate(FEAR)),
    books=[(NAME, *book) for book in BOOKS],
)


def pace(metric: str, days: int) -> float:
    values = MONTHS[metric]
    return float(100 * (values[:days].mean() / values[days : 2 * days].mean() - 1))


def step(metric: str, days: int) -> float:
    return float(100 * (MONTHS[metric][0] / MONTHS[metric][days] - 1))


def z(values: FloatArray) -> float:
    return float((values[0] - values.mean()) / values.std())


def share(one: float, other: float) -> float:
    return float((one - other) / (one + other))


TOLD: dict[str, Oracle] = {
    "change_1h": lambda: 0.4,
    "change_24h": lambda: -2.5,
    **{f"active_addresses_change_{days}d": partial(pace, "active_addresses", days) for days in (7, 30)},
    **{f"transactions_change_{days}d": partial(pace, "transactions", days) for days in (7, 30)},
    **{f"fees_change_{days}d": partial(pace, "fees_usd", days) for days in (7, 30)},
    **{f"tvl_change_{days}d": partial(step, "tvl_usd", days) for days in (7, 30)},
    "stablecoin_supply_change_30d": lambda: step("stablecoin_supply_usd", 30),
    "dex_volume_change_7d": lambda: pace("dex_volume_usd", 7),
    "hash_rate_change_30d": lambda: pace("hash_rate", 30),
    "market_cap_to_fees": lambda: MARKET_CAP / (365 * MONTHS["fees_usd"][:30].mean()),
    "market_cap_to_tvl": lambda: MARKET_CAP / MONTHS["tvl_usd"][0],
    "adoption_gap_30d": lambda: pace("active_addresses", 30) - change(C, 30),
    "exchange_net_flow_24h": lambda: IN[0] - OUT[0],
    "exchange_net_flow_7d": lambda: (IN[:7] - OUT[:7]).sum(),
    "exchange_net_flow_7d_of_cap": lambda: 10_000 * (IN[:7] - OUT[:7]).sum() / MARKET_CAP,
    "exchange_net_flow_share_7d": lambda: share(IN[:7].sum(), OUT[:7].sum()),
    "exchange_net_flow_zscore_30d": lambda: z(IN - OUT),
    "whale_transfers_24h": lambda: COUNTS[0],
    "whale_volume_24h": lambda: WHALES[0, 0],
    "whale_activity_ratio_7d": lambda: WHALES[0, 0] / WHALES[:, 0].mean(),
    "whale_exchange_balance_7d": lambda: share(WHALES[:, 1].sum(), WHALES[:, 2].sum()),
    "news_mood": lambda: 0.3,
    "news_articles": lambda: 7,
    "news_mood_relative": lambda: 0.2,
    "news_mood_market": lambda: 0.1,
    "fear_greed": lambda: FEAR[0],
    "fear_greed_change_7d": lambda: FEAR[0] - FEAR[7],
    "fear_greed_change_30d": lambda: FEAR[0] - FEAR[30],
    "fear_greed_zscore_90d": lambda: z(FEAR[:90]),
    "spread": lambda: BOOKS[:, 0].min(),
    "depth_1pct": lambda: BOOKS[:, 1:3].sum(),
    "depth_2pct": lambda: BOOKS[:, 3:5].sum(),
    "book_imbalance": lambda: share(BOOKS[:, 1].sum(), BOOKS[:, 2].sum()),
    "buy_slippage_10k": lambda: BOOKS[:, 5].min(),
    "buy_slippage_100k": lambda: BOOKS[:, 6].min(),
    "sell_slippage_10k": lambda: BOOKS[:, 7].min(),
    "sell_slippage_100k": lambda: BOOKS[:, 8].min(),
    "slippage_skew_100k": lambda: BOOKS[:, 6].min() - BOOKS[:, 8].min(),
    "depth_of_volume": lambda: BOOKS[:, 1:3].sum() / np.median(V[-30:]),
    "venues": lambda: 2,
}
ORACLES = TECHNICAL | TOLD


@pytest.fixture(scope="module")
def stored() -> FloatArray:
    """The values as a refresh stores them, for the one token that is quoted."""
    from dataclasses import replace

    table = Table(NOW)
    fields = ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
    only: Any = {name: getattr(PANEL, name)[:, [TOKEN]] for name in fields}
    table.bars(replace(PANEL, token_ids=(NAME,), **only), BTC)
    made: FloatArray = table.finished().values[:, 0]
    return made


def test_no_data_point_is_without_an_oracle() -> None:
    assert set(ORACLES) == {point.id for point in data_points()}
    assert set(TECHNICAL) == {name for name, _ in latest(bars_of(PANEL, BTC))}


@pytest.mark.parametrize("name", ORACLES)
def test_it_is_that_of_its_oracle(name: str, stored: FloatArray) -> None:
    told = float(ORACLES[name]())

    assert math.isfinite(told)
    assert float(stored[positions()[name]]) == pytest.approx(told, rel=1e-8, abs=1e-12)
