"""The rival with look-ups that always miss; copied beside its `app.py` and started as `uncached_app:app`.

Every cache key is made new by a counter, so that a request does exactly the work of the rival's own first request
for a key: ask Redis, look in memory, ask PostgreSQL, keep the answer in memory and in Redis. Nothing else is touched.
"""

import importlib
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

_rival: Any = importlib.import_module("app")
_look_up = _rival.get_or_compute
_numbers = itertools.count()


async def _missed(key: str, ttl: int, compute_fn: Callable[[], Awaitable[Any]]) -> Any:
    return await _look_up(f"{key}:{next(_numbers)}", ttl, compute_fn)


_rival.get_or_compute = _missed
app = _rival.app
