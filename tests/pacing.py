"""Providers without their pace: tests do not wait for turns."""

from dataclasses import replace
from typing import Any

from shared.providers.pacing import Pace
from shared.providers.rotation import Provider

AT_ONCE = 10_000


def unpaced(provider: Provider) -> Provider:
    """Return an exchange that is asked as fast as it answers: a stand-in counts no seconds."""
    adapter: Any = provider.adapter
    return replace(provider, adapter=replace(adapter, pace=Pace(AT_ONCE))) if hasattr(adapter, "pace") else provider
