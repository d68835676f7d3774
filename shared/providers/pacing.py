"""So many requests a second and no more, for providers that count by the second."""

import asyncio


class Pace:
    """Turns, evenly spaced; several may wait for theirs.

    Args:
        per_s: Turns in a second.
        longest: Seconds of waiting beyond which one had better not line up.
    """

    def __init__(self, per_s: float, *, longest: float = 8.0) -> None:
        self._gap = 1.0 / per_s
        self._longest = longest
        self._next = 0.0

    @property
    def crowded(self) -> bool:
        """Return whether a turn asked for now would come too late."""
        return self._next - asyncio.get_running_loop().time() > self._longest

    async def turn(self) -> None:
        """Return when it is one's turn."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._gap
        if mine > now:
            await asyncio.sleep(mine - now)
