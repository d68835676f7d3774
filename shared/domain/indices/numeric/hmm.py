"""A Gaussian hidden Markov model of two states: filtered probabilities, and parameters from the past alone.

Source: Hamilton, A new approach to the economic analysis of nonstationary time series (1989); Rabiner (1989) for the estimation. The
recursions are run as parallel scans (Hillis and Steele 1986), because a loop over days costs a hundred times more here.
"""

from dataclasses import dataclass

import numpy as np

from shared.domain.panels.panel import FloatArray

FIRST_FIT = 365
REFIT_DAYS = 182
ROUNDS = 30
_SMALLEST_VARIANCE = 1e-8


@dataclass(frozen=True, slots=True)
class TwoStateModel:
    """Means and variances of the states' observations, the transition matrix (from, to), the first probabilities."""

    means: FloatArray
    variances: FloatArray
    transition: FloatArray
    initial: FloatArray


def starting_model(observed: FloatArray) -> TwoStateModel:
    """Return where the estimation begins: a calm, rising state and a wild, falling one that both last for weeks."""
    spread, mean = float(observed.std()), float(observed.mean())
    return TwoStateModel(
        means=np.array([mean - 0.1 * spread, mean + 0.1 * spread]),
        variances=np.maximum(np.array([1.5, 0.5]) * spread**2, _SMALLEST_VARIANCE),
        transition=np.array([[0.95, 0.05], [0.05, 0.95]]),
        initial=np.array([0.5, 0.5]),
    )


def likelihoods(model: TwoStateModel, observed: FloatArray) -> FloatArray:
    """Return (days, 2) densities of the observations, scaled day by day so that the larger one is 1."""
    z = (observed[:, None] - model.means) ** 2 / model.variances
    logs = -0.5 * (z + np.log(2.0 * np.pi * model.variances))
    result: FloatArray = np.exp(logs - logs.max(axis=1, keepdims=True))
    return result


def filtered(model: TwoStateModel, observed: FloatArray) -> FloatArray:
    """Return (days, 2): the probability of each state given the observations up to that day."""
    density = likelihoods(model, observed)
    steps = model.transition[None, :, :] * density[:, None, :]
    steps[0] = (model.initial * density[0])[None, :]
    products = _scan(steps)
    alpha = products[:, 0, :]
    result: FloatArray = alpha / alpha.sum(axis=1, keepdims=True)
    return result


def fitted(observed: FloatArray, model: TwoStateModel | None = None, *, rounds: int = ROUNDS) -> TwoStateModel:
    """Return the model after so many rounds of Baum and Welch."""
    model = model or starting_model(observed)
    for _ in range(rounds):
        model = _improved(model, observed)
    return model


def online_probabilities(observed: FloatArray) -> FloatArray:
    """Return the probability of the state with the higher mean, day by day, by models fitted to earlier days only.

    NaN for the first `FIRST_FIT` days. A model is fitted every `REFIT_DAYS` days, from the one before.
    """
    result = np.full(observed.shape, np.nan)
    model: TwoStateModel | None = None
    for begin in range(FIRST_FIT, observed.size, REFIT_DAYS):
        model = fitted(observed[:begin], model, rounds=ROUNDS if model is None else ROUNDS // 4)
        end = min(begin + REFIT_DAYS, observed.size)
        better = int(np.argmax(model.means))
        result[begin:end] = filtered(model, observed[:end])[begin:end, better]
    return result


def _scan(matrices: FloatArray) -> FloatArray:
    """Return the running products of 2×2 matrices, each scaled to a largest element of 1."""
    product: FloatArray = matrices / matrices.max(axis=(1, 2), keepdims=True)
    reach = 1
    while reach < len(product):
        joined = _times(product[:-reach], product[reach:])
        product = np.concatenate([product[:reach], joined / joined.max(axis=(1, 2), keepdims=True)])
        reach *= 2
    return product


def _times(left: FloatArray, right: FloatArray) -> FloatArray:
    result: FloatArray = left[:, :, :1] * right[:, :1, :] + left[:, :, 1:] * right[:, 1:, :]
    return result


def _improved(model: TwoStateModel, observed: FloatArray) -> TwoStateModel:
    density = likelihoods(model, observed)
    alpha = filtered(model, observed)
    # Backwards: β of a day is the product of the steps after it, times ones.
    steps = model.transition[None, :, :] * density[1:, None, :]
    backwards = _scan(np.transpose(steps[::-1], (0, 2, 1)))
    beta = np.ones((len(observed), 2))
    beta[:-1] = backwards.sum(axis=1)[::-1]
    gamma = alpha * beta
    gamma /= gamma.sum(axis=1, keepdims=True)
    pairs = alpha[:-1, :, None] * steps * beta[1:, None, :]
    pairs /= pairs.sum(axis=(1, 2), keepdims=True)
    weight = gamma.sum(axis=0)
    means = (gamma * observed[:, None]).sum(axis=0) / weight
    variances = (gamma * (observed[:, None] - means) ** 2).sum(axis=0) / weight
    counts = pairs.sum(axis=0)
    return TwoStateModel(
        means=means,
        variances=np.maximum(variances, _SMALLEST_VARIANCE),
        transition=counts / counts.sum(axis=1, keepdims=True),
        initial=gamma[0],
    )
