"""How cheap a token is: capitalisation against trading, against what holders paid, and against use of its chain. Results are (tokens,)."""

from collections.abc import Mapping

import numpy as np

from shared.domain.panels.panel import FloatArray

from .inputs import Inputs
from .series import counted, last_rows, log, mean, ratio

PAID_DAYS = 90


def valuation_measures(inputs: Inputs, *, tvl_usd: FloatArray, yearly_fees_usd: FloatArray) -> Mapping[str, FloatArray]:
    """Return the measures by part; NaN where unknown.

    Args:
        inputs: Of the panel.
        tvl_usd: (tokens,) value locked on the token's own chain; NaN where it has none.
        yearly_fees_usd: (tokens,) its fees in a year.
    """
    cap = inputs.cap[-1]
    traded = mean(last_rows(inputs.volume, 90), least=60)
    return {
        "nvt": -log(ratio(cap, np.where(traded > 0, traded, np.nan))),
        "mvrv": -log(ratio(inputs.close[-1], paid(inputs))),
        "cap_to_tvl": -log(ratio(cap, tvl_usd)),
        "cap_to_fees": -log(ratio(cap, yearly_fees_usd)),
    }


def paid(inputs: Inputs) -> FloatArray:
    """Return what a token's holders paid on average: each day the share of it that is traded gets the day's price.

    NaN where trading and capitalisation are known of fewer than 90 days.

    Source: Grinblatt and Han, Prospect Theory, Mental Accounting, and Momentum (2005), the reference price.
    """
    turnover = np.clip(ratio(inputs.volume, inputs.cap), 0, 1)
    known = np.isfinite(turnover) & np.isfinite(inputs.close)
    price = np.full(inputs.close.shape[1], np.nan)
    for close, share, tells in zip(inputs.close, turnover, known, strict=True):
        begun = np.where(np.isfinite(price), price, close)
        price = np.where(tells, begun + np.where(tells, share, 0.0) * (close - begun), price)
    return np.where(counted(np.where(known, turnover, np.nan)) >= PAID_DAYS, price, np.nan)
