"""The market whose truth is known: every price at every moment, from a seed and a number of tokens alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np

from sandbox import noise
from sandbox.noise import Flags, Floats
from sandbox.paths import Paths
from sandbox.phases import Phase, Phases
from sandbox.snapshot import Snapshot
from sandbox.timeline import floor_seconds
from sandbox.tokens import Token, universe
from sandbox.traits import FACTORS, MARKET_VOLATILITY, PER_BLOCK, traits_of


class Market:
    """A pure function of time: the same seed, tokens and moment give the same numbers, in any order of asking."""

    def __init__(self, seed: int, tokens: int) -> None:
        self.seed = seed
        self.tokens: tuple[Token, ...] = universe(seed, tokens)
        self.traits = traits_of(seed, self.tokens)
        self._phases = Phases(seed)
        self._paths = Paths(seed, FACTORS + len(self.tokens))
        self._factors = Paths(seed, 1)
        self._phase_ends: dict[datetime, tuple[float, float]] = {}
        self._listed_at = np.array([token.listed_at for token in self.tokens], dtype=np.float64)
        ends = [np.inf if token.delisted_at is None else token.delisted_at for token in self.tokens]
        self._delisted_at = np.array(ends, dtype=np.float64)

    def at(self, moment: datetime) -> Snapshot:
        """Return the whole market in the five-second step that `moment` falls into.

        Raises:
            ValueError: `moment` is naive, or outside the years the market covers.
        """
        return Snapshot(self, floor_seconds(moment))

    def prices(self, moments: Sequence[datetime]) -> Floats:
        """Return (moments, tokens) true prices in US dollars; NaN where a token is not listed."""
        return np.array([self.prices_at(floor_seconds(moment)) for moment in moments])

    def phase_at(self, moment: datetime) -> Phase:
        """Return the phase that `moment` falls into."""
        return self._phases.at(moment)

    def phases(self, start: datetime, end: datetime) -> list[Phase]:
        """Return the phases that overlap [start, end), oldest first."""
        return self._phases.between(start, end)

    @cached_property
    def index(self) -> dict[str, int]:
        """Where each token id stands in the arrays."""
        return {token.id: position for position, token in enumerate(self.tokens)}

    def listed_at(self, seconds: int) -> Flags:
        """Return which tokens are listed at a Unix time."""
        return (self._listed_at <= seconds) & (seconds < self._delisted_at)

    def prices_at(self, seconds: int) -> Floats:
        """Return the true price of every token at a Unix time; NaN where it is not listed."""
        prices = np.exp(self._log_prices(seconds))
        prices[~self.listed_at(seconds)] = np.nan
        return prices

    def circulating_at(self, seconds: int) -> Floats:
        """Return circulating supplies, which grow a little every year up to the total supply; NaN for unknown."""
        years = (seconds - 1_767_225_600) / 31_557_600  # since 2026
        return np.minimum(self._circulating * (1.0 + self.traits.inflation * years), self._most)

    def turnover_at(self, seconds: int) -> Floats:
        """Return the part of each token's capitalisation that is traded in a day; it drifts from day to day."""
        day, rest = divmod(seconds, 86_400)
        at = noise.columns(len(self.tokens))
        today, tomorrow = (noise.normals(noise.mix(self.seed, 11, day + ahead), at) for ahead in (0, 1))
        mood = today + (tomorrow - today) * (rest / 86_400)
        turnover: Floats = self.traits.turnover * np.exp(0.35 * mood)
        return turnover

    def level_at(self, seconds: int) -> float:
        """Return the level of the market factor in log units: its phase's drift, and noise that is pinned to zero where phases meet."""
        moment = datetime.fromtimestamp(seconds, UTC)
        phase = self._phases.at(moment)
        share = phase.share_at(moment)
        first, last = self._ends(phase)
        wander = self._factor(seconds) - (first + (last - first) * share)
        noisy: float = phase.turbulence * MARKET_VOLATILITY * PER_BLOCK * wander
        return phase.drift_at(moment) + noisy

    def _log_prices(self, seconds: int) -> Floats:
        traits, paths = self.traits, self._paths.at(seconds)
        sectors, own = paths[1:FACTORS], paths[FACTORS:]
        moved = traits.beta * self.level_at(seconds) + traits.sector_weight * sectors[traits.sector]
        logs = traits.log_centre + moved + traits.own_volatility * own
        tracking = np.flatnonzero(traits.followed >= 0)
        leaders = traits.followed[tracking]
        logs[tracking] += logs[leaders] - traits.log_centre[leaders]
        return logs

    def _ends(self, phase: Phase) -> tuple[float, float]:
        # Kept, because they cost as much as the level itself.
        if phase.start not in self._phase_ends:
            first, last = (self._factor(int(end.timestamp())) for end in (phase.start, phase.end))
            self._phase_ends[phase.start] = first, last
        return self._phase_ends[phase.start]

    def _factor(self, seconds: int) -> float:
        return float(self._factors.at(seconds)[0])

    @cached_property
    def smallness(self) -> Floats:
        """How far down the ranking each token has its place: 0 at the top, 1 from place 2,000 on."""
        places: Floats = np.array([token.place for token in self.tokens], dtype=np.float64)
        return np.clip(places / 2000.0, 0.0, 1.0)

    @cached_property
    def _circulating(self) -> Floats:
        return np.array([np.nan if token.circulating is None else token.circulating for token in self.tokens])

    @cached_property
    def _most(self) -> Floats:
        limits = [token.total or token.maximum or np.inf for token in self.tokens]
        most: Floats = np.maximum(np.array(limits), np.nan_to_num(self._circulating))
        return most


def every(step: timedelta, start: datetime, end: datetime) -> list[datetime]:
    """Return the moments of [start, end) one `step` apart."""
    return [start + step * count for count in range(-((start - end) // step))]
