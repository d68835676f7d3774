"""A model as it is kept: numbers and text, nothing that only the library that learned it could read."""

import gzip
import hashlib
import json
from dataclasses import asdict, dataclass
from dataclasses import fields as fields_of
from typing import Any, Literal

FORMAT = 1
Skill = Literal["none", "some"]


class ArtifactError(ValueError):
    """The bytes are no artifact of this format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Everything that scoring needs. Boosters are LightGBM's model text; all of them read `features` in that order, raw, NaN where unknown.

    The probability is `1 ÷ (1 + exp(-(intercept + slope × raw)))` of the classifier's raw score, so contributions to the raw score times
    `slope` are contributions to the log odds. Without skill `slope` is 0 and every probability is the base rate.

    The other boosters speak of the logarithm of the relative return. What is expected is its median, `centre` if that was worth more than
    a constant out of sample and `centre_constant` otherwise. An interval reaches from `lower - width × (upper - lower)` to
    `upper + width × (upper - lower)`, by the width of its coverage.
    """

    model_id: str
    features: tuple[str, ...]
    """Ids of data points."""
    required: tuple[str, ...]
    """Of the features; a token of which one of these is unknown gets no prediction."""
    datapoints_version: str
    """`catalogue.VERSION` of the formulas that it learned from."""
    classifier: str
    skill: Skill
    base_rate: float
    slope: float
    intercept: float
    centre: str
    centre_skill: Skill
    centre_constant: float
    """Median of the logarithm of the relative return in what it learned from."""
    lower: str
    upper: str
    widths: tuple[tuple[float, float], ...]
    """(stated coverage, width) in the order of `COVERAGES`."""
    ranges: tuple[tuple[float, float], ...]
    """Of each feature: between which values 99.8 % of what it learned from lay. Beyond, trees answer as at the border."""


def to_bytes(artifact: Artifact) -> bytes:
    """Return the artifact as gzipped JSON; equal artifacts give equal bytes."""
    return gzip.compress(_written(artifact), compresslevel=9, mtime=0)


def digest_of(artifact: Artifact) -> str:
    """Return the SHA-256 of what is in the bytes before they are compressed."""
    return hashlib.sha256(_written(artifact)).hexdigest()


def from_bytes(stored: bytes) -> Artifact:
    """Return the artifact that `to_bytes` wrote.

    Raises:
        ArtifactError: it is damaged, or of another format.
    """
    try:
        return _read(json.loads(gzip.decompress(stored)))
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"no artifact of format {FORMAT}: {error}") from error


def _written(artifact: Artifact) -> bytes:
    whole = {"format": FORMAT, **asdict(artifact)}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _read(told: dict[str, Any]) -> Artifact:
    if told.pop("format") != FORMAT:
        raise ArtifactError("of another format")
    lists = {name: tuple(told[name]) for name in ("features", "required")}
    pairs = {name: tuple((float(one), float(other)) for one, other in told[name]) for name in ("widths", "ranges")}
    known = {each.name: told[each.name] for each in fields_of(Artifact)}
    return Artifact(**{**known, **lists, **pairs})
