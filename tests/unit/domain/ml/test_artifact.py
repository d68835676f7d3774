"""Artifacts: bytes and back, the same for the same, and what is none."""

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest

from shared.domain.ml.artifact import Artifact, ArtifactError, digest_of, from_bytes, to_bytes
from shared.domain.ml.features import REQUIRED, feature_ids
from shared.domain.ml.numeric.scoring import Scorer
from tests.learning import model, planted, rows_of


@pytest.fixture(scope="module")
def artifact() -> Artifact:
    return model("planted").artifact


def test_an_artifact_is_the_same_after_bytes(artifact: Artifact) -> None:
    again = from_bytes(to_bytes(artifact))

    assert again == artifact
    assert to_bytes(again) == to_bytes(artifact)
    assert digest_of(again) == digest_of(artifact) != digest_of(replace(artifact, slope=0.0))


@pytest.mark.parametrize("said", [b"{}", b"[1]", b'{"format":2}'])
def test_what_is_no_artifact_is_refused(said: bytes) -> None:
    with pytest.raises(ArtifactError):
        from_bytes(gzip.compress(said))


@pytest.mark.parametrize("said", [b"", b"{}"])
def test_what_is_not_even_packed_is_refused(said: bytes) -> None:
    with pytest.raises(ArtifactError):
        from_bytes(said)


def test_a_cut_off_artifact_is_refused(artifact: Artifact) -> None:
    with pytest.raises(ArtifactError):
        from_bytes(to_bytes(artifact)[:-100])


def test_an_artifact_without_one_of_its_fields_is_refused(artifact: Artifact) -> None:
    told = json.loads(gzip.decompress(to_bytes(artifact)))
    del told["slope"]

    with pytest.raises(ArtifactError):
        from_bytes(gzip.compress(json.dumps(told).encode()))


def test_contributions_add_up_to_the_log_odds_of_the_probability(artifact: Artifact) -> None:
    values = rows_of(planted(seed=2, days=120)).values[:50]

    said = Scorer(artifact).predictions(values)
    odds = Scorer(artifact).contributions(values).sum(axis=1)

    assert artifact.skill == "some"
    assert np.allclose(1 / (1 + np.exp(-odds)), said.probability, atol=1e-9)


def test_what_is_expected_lies_within_both_intervals_and_the_wider_holds_the_narrower(artifact: Artifact) -> None:
    said = Scorer(artifact).predictions(rows_of(planted(seed=2, days=120)).values)

    (low, high), (lower, higher) = said.intervals_pct
    assert np.all((lower <= low) & (low <= said.expected_pct) & (said.expected_pct <= high) & (high <= higher))
    assert np.all(lower > -100)


def test_without_what_is_required_nothing_is_predicted_and_without_anything_else_something_is(
    artifact: Artifact,
) -> None:
    whole = rows_of(planted(seed=2, days=120)).values[:2]
    without, bare = whole.copy(), np.full_like(whole, np.nan)
    without[:, feature_ids().index(REQUIRED[0])] = np.nan
    for name in REQUIRED:
        bare[:, feature_ids().index(name)] = whole[:, feature_ids().index(name)]

    nothing, something = Scorer(artifact).predictions(without), Scorer(artifact).predictions(bare)

    assert np.isnan(nothing.probability).all()
    assert np.isnan(nothing.expected_pct).all()
    assert np.isnan(Scorer(artifact).contributions(without)).all()
    assert np.isfinite(something.probability).all()
    assert np.isfinite(something.expected_pct).all()


@pytest.mark.parametrize("value", [1e300, -1e300, 0.0])
def test_absurd_values_get_a_finite_prediction(artifact: Artifact, value: float) -> None:
    said = Scorer(artifact).predictions(np.full((1, len(feature_ids())), value))

    assert np.isfinite(
        [said.probability, said.expected_pct, *(end for pair in said.intervals_pct for end in pair)]
    ).all()
