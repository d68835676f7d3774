"""The two-state model against hmmlearn: the same likelihoods, the same estimates, and a filter that sees no future."""

import warnings

import numpy as np
import pytest

from shared.domain.indices.numeric.hmm import (
    FIRST_FIT,
    TwoStateModel,
    filtered,
    fitted,
    online_probabilities,
    starting_model,
)
from shared.domain.panels.panel import FloatArray

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from hmmlearn.hmm import GaussianHMM  # type: ignore[import-untyped]


def switching(size: int, *, seed: int = 1) -> tuple[FloatArray, FloatArray]:
    """Return observations and the true states: long calm rises, shorter wild falls."""
    random = np.random.default_rng(seed)
    state, states = 1, []
    for _ in range(size):
        state = state if random.random() < 0.98 else 1 - state
        states.append(state)
    truth = np.array(states)
    return np.where(truth == 1, random.normal(0.004, 0.015, size), random.normal(-0.006, 0.05, size)), truth


def theirs(model: TwoStateModel, *, rounds: int = 0) -> GaussianHMM:
    other = GaussianHMM(
        2, "diag", init_params="", params="stmc", n_iter=rounds, tol=-1e9, min_covar=0.0, means_weight=0.0,
        covars_prior=0.0, covars_weight=0.0, startprob_prior=1.0, transmat_prior=1.0,
    )  # fmt: skip
    other.startprob_, other.transmat_ = model.initial, model.transition
    other.means_, other.covars_ = model.means[:, None], model.variances[:, None]
    return other


def test_the_filter_is_what_is_known_at_each_day() -> None:
    observed, _ = switching(120)
    model = fitted(observed, rounds=3)
    known = filtered(model, observed)

    for day in (0, 1, 5, 60, 119):
        smoothed = theirs(model).predict_proba(observed[: day + 1, None])
        assert known[day] == pytest.approx(smoothed[-1], abs=1e-10)


def test_the_estimates_are_those_of_hmmlearn() -> None:
    observed, _ = switching(700)
    start = starting_model(observed)
    other = theirs(start, rounds=12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other.fit(observed[:, None])

    ours = fitted(observed, start, rounds=12)

    assert ours.means == pytest.approx(other.means_.ravel(), abs=1e-8)
    assert ours.transition == pytest.approx(other.transmat_, abs=1e-6)
    # hmmlearn divides by max(weight, 1e-5) and adds 1e-5 in places; variances are of the order of 1e-3.
    assert ours.variances == pytest.approx(other.covars_.ravel(), rel=1e-4)


def test_states_are_told_apart_online() -> None:
    observed, truth = switching(2_000, seed=8)

    probability = online_probabilities(observed)[FIRST_FIT:]

    right = (probability > 0.5) == (truth[FIRST_FIT:] == 1)
    assert right.mean() > 0.85


def test_the_first_year_is_unknown_and_the_past_never_changes() -> None:
    observed, _ = switching(900)
    whole = online_probabilities(observed)

    assert np.isnan(whole[:FIRST_FIT]).all()
    for day in np.random.default_rng(2).integers(FIRST_FIT + 1, 900, 12):
        assert online_probabilities(observed[:day]).tobytes() == whole[:day].tobytes()
