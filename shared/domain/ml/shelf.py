"""Models that are ready to be asked, kept by the process; LightGBM is imported by the first one."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.records.predictions import Forecast

from .artifact import Artifact, from_bytes
from .repository import ModelRepository

if TYPE_CHECKING:
    from .numeric.scoring import Scorer

KEPT = 3
"""Models: the one that serves, and two that somebody compares it with; each takes some megabytes."""


class Ready:
    """One model, to be asked from any thread, one vector at a time."""

    def __init__(self, artifact: Artifact, scorer: "Scorer") -> None:
        self.artifact = artifact
        self._scorer = scorer
        self._lock = threading.Lock()

    async def forecast(self, values: Mapping[str, float]) -> Forecast | None:
        """Return what the model says of known data points; `None` where it requires others."""
        return await asyncio.to_thread(self._forecast, values)

    def _forecast(self, values: Mapping[str, float]) -> Forecast | None:
        import numpy as np

        from .numeric.forecasting import forecasts

        row = np.array([[values.get(name, np.nan) for name in self.artifact.features]])
        with self._lock:
            return forecasts(self.artifact, self._scorer, row)[0]


class ModelShelf:
    """Takes models out of PostgreSQL when they are first asked; one is never taken out by two at a time."""

    def __init__(self, repository: ModelRepository, *, kept: int = KEPT) -> None:
        self._repository = repository
        self._kept = kept
        self._ready: OrderedDict[str, Ready] = OrderedDict()
        self._taking = asyncio.Lock()

    async def model(self, model_id: str, digest: str) -> Ready:
        """Return a model, ready.

        Raises:
            ArtifactError: what is stored is no model.
        """
        async with self._taking:
            ready = self._ready.get(digest)
            if ready is None:
                stored = await self._repository.artifact(model_id)
                ready = self._ready[digest] = await asyncio.to_thread(_made, stored)
            self._ready.move_to_end(digest)
            while len(self._ready) > self._kept:
                self._ready.popitem(last=False)
            return ready


def _made(stored: bytes) -> Ready:
    from .numeric.scoring import Scorer

    artifact = from_bytes(stored)
    return Ready(artifact, Scorer(artifact))
