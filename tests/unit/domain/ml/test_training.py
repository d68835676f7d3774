"""Training: it finds what is there, says so when there is nothing, and is the same every time."""

import json
from dataclasses import replace

import numpy as np
import pytest

from shared.domain.ml.artifact import digest_of, to_bytes
from shared.domain.ml.numeric.measures import Weekly, brier, held, weekly
from shared.domain.ml.numeric.scoring import Scorer
from shared.domain.ml.numeric.training import skilled, trained
from shared.domain.ml.records import TooLittleError
from shared.domain.panels.panel import Panel
from tests.learning import ROUNDS, columns, model, noise, planted, rows_of


def told(panel: Panel) -> str:
    """Return why a market teaches nothing."""
    with pytest.raises(TooLittleError) as refused:
        trained(rows_of(panel), model_id="none", rounds=ROUNDS)
    return str(refused.value)


def test_what_is_planted_is_found_and_tokens_that_go_on_winning_get_higher_probabilities() -> None:
    made = model("planted")

    whole = made.record["whole"]
    assert (made.artifact.skill, made.record["skill"]) == ("some", "some")
    assert whole["information_coefficient"]["lower"] > 0.1
    assert whole["brier"]["improvement"]["lower"] > 0
    assert made.record["held_out"]["brier"]["improvement"]["value"] > 0
    assert np.ptp(Scorer(made.artifact).predictions(made.held_out.values).probability) > 0.2


def test_of_noise_the_model_says_the_base_rate_of_every_token_and_claims_no_skill() -> None:
    made = model("noise")

    probability = Scorer(made.artifact).predictions(made.held_out.values).probability
    assert (made.artifact.skill, made.artifact.slope) == ("none", 0.0)
    assert np.allclose(probability, made.artifact.base_rate, atol=1e-12)
    assert np.allclose(Scorer(made.artifact).contributions(made.held_out.values)[:, :-1], 0)
    assert made.record["held_out"]["brier"]["improvement"]["value"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("place", "stated"), [(0, 0.8), (1, 0.95)])
def test_of_noise_intervals_hold_what_they_state(place: int, stated: float) -> None:
    assert held(model("noise").walk, place).value == pytest.approx(stated, abs=0.04)


@pytest.mark.slow
def test_of_forty_noise_markets_hardly_any_seems_to_be_known() -> None:
    made = [model("noise", seed=seed) for seed in range(100, 140)]

    claimed = sum(each.artifact.skill == "some" for each in made)
    improved = [brier(each.walk, base=True).mean() - brier(each.walk).mean() for each in made]
    coverage = [[held(each.walk, place).value or 0 for each in made] for place in (0, 1)]
    # Four or more of forty happen by chance in one of fourteen hundred such tests if one in forty claims.
    assert claimed < 4
    assert np.mean(improved) < 2 * np.std(improved) / np.sqrt(len(made))
    assert np.mean(coverage, axis=1) == pytest.approx([0.8, 0.95], abs=0.015)


def test_skill_is_proven_by_many_weeks_and_by_no_few() -> None:
    better = Weekly(np.full(30, 0.1), np.ones(30))

    assert skilled(better) == "some"
    assert skilled(Weekly(better.sums[:11], better.counts[:11])) == "none"
    assert skilled(Weekly(np.resize([0.1, -0.1], 30), np.ones(30))) == "none"


def test_the_same_rows_and_parameters_make_the_same_bytes() -> None:
    one, other = (trained(rows_of(planted(days=330)), model_id="same", rounds=5) for _ in range(2))

    assert to_bytes(one.artifact) == to_bytes(other.artifact)
    assert json.dumps(one.record) == json.dumps(other.record)
    assert digest_of(one.artifact) != digest_of(trained(rows_of(noise(days=330)), model_id="same", rounds=5).artifact)


def test_rows_that_differ_in_one_bit_have_another_digest() -> None:
    rows = rows_of(noise(days=90, tokens=5))
    values = rows.values.copy()
    values[3, 3] = np.nextafter(values[3, 3], np.inf)

    assert replace(rows, values=values).digest() != rows.digest() == rows_of(noise(days=90, tokens=5)).digest()


def test_the_record_is_json_without_nan_and_its_parts_fit_together() -> None:
    record = model("planted").record

    json.dumps(record, allow_nan=False)
    whole = record["whole"]
    calibrated = [each for each in record["folds"] if "brier" in each]
    assert sum(each["predictions"] for each in calibrated) == whole["predictions"]
    assert whole["to"] < record["held_out"]["from"]
    assert all(each["learned_through"] < each["from"] for each in [*record["folds"], record["held_out"]])


def test_what_is_held_out_was_not_seen() -> None:
    made = model("noise")
    panel = noise()
    cut = int(np.searchsorted(panel.days, made.trained_through)) + 1
    close = panel.close.copy()
    close[cut:] *= np.exp(np.random.default_rng(5).normal(0, 0.2, close[cut:].shape))

    other = trained(rows_of(replace(panel, close=close)), model_id=made.artifact.model_id, rounds=ROUNDS)

    assert (other.artifact.classifier, other.artifact.widths) == (made.artifact.classifier, made.artifact.widths)
    assert (other.artifact.upper, other.artifact.centre) == (made.artifact.upper, made.artifact.centre)


def test_no_tokens_and_tokens_without_a_price_teach_nothing() -> None:
    panel = noise(days=200, tokens=3)

    assert "no token" in told(replace(panel, close=np.full((200, 3), np.nan)))
    assert "no token" in told(panel.until(20))


@pytest.mark.parametrize("days", [45, 120, 200])
def test_fewer_days_than_a_fold_needs_teach_nothing(days: int) -> None:
    assert "0 folds" in told(noise(days=days, tokens=30))


def test_a_handful_of_tokens_teaches_nothing() -> None:
    assert "could be calibrated" in told(noise(tokens=4))


def test_learning_ends_when_it_is_told_to() -> None:
    seen: list[int] = []

    def twice() -> None:
        seen.append(1)
        if len(seen) > 1:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        trained(rows_of(noise()), model_id="ended", rounds=2, on_fold=twice)


def test_bad_histories_among_good_ones_make_a_finite_model() -> None:
    panel = noise(days=400, tokens=60)
    close, volume = panel.close.copy(), panel.volume_usd.copy()
    close[:399, 1] = np.nan
    close[:387, 2] = np.nan
    close[100:140:3, 3] = np.nan
    close[:, 4:30] = 5.0
    volume[:, 30:50] = 0.0
    close[200, 51] = 0.0
    close[250:, 52] *= 1_000

    made = trained(rows_of(replace(panel, close=close, volume_usd=volume)), model_id="bad", rounds=5)

    said = Scorer(made.artifact).predictions(made.held_out.values)
    json.dumps(made.record, allow_nan=False)
    assert np.isfinite(
        [said.probability, said.expected_pct, *(end for ends in said.intervals_pct for end in ends)]
    ).all()


def test_a_market_in_which_nothing_moves_makes_a_finite_model_that_expects_nothing() -> None:
    panel = noise(days=400, tokens=60)
    same = np.full_like(panel.close, 3.0)
    still = replace(panel, open=same, high=same, low=same, close=same)

    made = trained(rows_of(still), model_id="still", rounds=5)

    said = Scorer(made.artifact).predictions(made.held_out.values)
    json.dumps(made.record, allow_nan=False)
    assert made.artifact.skill == "none"
    assert np.allclose(said.expected_pct, 0, atol=1e-6)
    assert np.allclose(said.probability, 0, atol=1e-5)


def test_ranges_are_of_the_features_that_are_ever_known() -> None:
    artifact = model("noise").artifact

    spans = dict(zip(artifact.features, artifact.ranges, strict=True))
    assert spans["return_7d"][0] < 0 < spans["return_7d"][1]
    assert all(low <= high for low, high in artifact.ranges)


def test_columns_and_weeks_are_counted_once() -> None:
    rows = rows_of(columns(noise(days=120), [0, 1, 2]))

    assert weekly(rows.days, np.ones(len(rows.days))).counts.tolist() == [3.0] * len(np.unique(rows.days))
