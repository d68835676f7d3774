"""Children that do not outlive the platform, however it ends."""

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def leashed(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Return what a child runs before its program: Linux then sends it a signal when its parent dies, even by kill -9.

    Elsewhere there is no such thing, and only an orderly end stops the children.
    """
    if sys.platform != "linux":
        return None
    # Looked up before the fork: between fork and exec no lock may be taken that another thread could hold.
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)

    return tie
