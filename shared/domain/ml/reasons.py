"""Why a token has no prediction, in words."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "follows_another": "Its price is made by something else: it is a stablecoin, wrapped, staked or leveraged.",
    "too_little_known": "Data points without which the model says nothing are unknown: its history is too short, or has a hole.",
    "not_predicted_yet": "It was not there when predictions were last made.",
}
