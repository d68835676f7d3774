"""Which of several recordings answers a request: never one that was the answer to another question."""

import re
from collections.abc import Iterable, Mapping

from sandbox.replay.recordings import Recording

# Parameters that say which objects are meant: a recording of one must not answer for all, nor one of all for one.
_OBJECTS = """
symbol symbols ids id names coins category contract_addresses address addresses contractaddress fsym fsyms tsym tsyms pair pairs
instrument market currencies q search date txhash tag module action chainid
"""
_SELECTING = frozenset(_OBJECTS.split())
_CREDENTIALS = frozenset({"apikey", "api_key", "auth_token", "key", "x_cg_pro_api_key", "x_cg_demo_api_key"})
# Asking for the first page by name is asking for nothing in particular.
_FIRST_PAGE = {"page": "1", "offset": "0", "start": "0"}
# An answer whose parameters were not kept is taken to be in dollars, and only for those who ask for dollars.
_USUAL = {"vs_currency": "usd"}
# Binance's /api/v1 and /api/v3 answer in the same format, and the only recording of the ticker for all symbols is of v1 (binance.us,
# 2019); so v1 stands in where v3 was not recorded.
_STANDS_IN = {("binance", "/api/v3/"): "/api/v1/"}


def choose(recordings: Iterable[Recording], provider: str, path: str, asked: Mapping[str, str]) -> Recording | None:
    """Return the recording that answers best: success before error, the path itself before one that stands in, then the newest."""
    wanted = _plain(asked)
    paths = _paths(provider, path)
    fitting = [
        (recording.succeeded, -paths.index(matched), recording.recorded_at, recording.file, recording)
        for recording in recordings
        if recording.provider == provider
        and (matched := next((one for one in paths if _same_path(recording.path, one)), None)) is not None
        and agrees(_plain(dict(recording.params)), wanted)
    ]
    return max(fitting, key=lambda one: one[:4])[-1] if fitting else None


def agrees(recorded: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    """Return whether a recording's parameters leave it possible that it answers what is asked.

    What was recorded must have been asked; what is asked may not have been recorded (parameters were often not kept), unless it
    selects objects, a later page or an unusual currency.
    """
    if any(asked.get(name) != value for name, value in recorded.items()):
        return False
    unrecorded = asked.keys() - recorded.keys()
    if any(asked[name] != usual for name, usual in _USUAL.items() if name in unrecorded):
        return False
    return not any(name in _SELECTING or name in _FIRST_PAGE for name in unrecorded)


def _plain(params: Mapping[str, str]) -> dict[str, str]:
    """Reduce parameters to what matters: no credentials, no first page, lists in one order without blanks."""
    kept = {name.lower(): value for name, value in params.items() if name.lower() not in _CREDENTIALS}
    return {
        name: ",".join(sorted(part.strip().lower() for part in value.split(",")))
        for name, value in kept.items()
        if _FIRST_PAGE.get(name) != value
    }


def _paths(provider: str, path: str) -> list[str]:
    standing_in = [
        path.replace(asked, recorded, 1)
        for (name, asked), recorded in _STANDS_IN.items()
        if name == provider and path.startswith(asked)
    ]
    return [path, *standing_in]


def _same_path(recorded: str, asked: str) -> bool:
    if "{" in recorded:
        return (
            re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(recorded.rstrip("/"))), asked.rstrip("/"))
            is not None
        )
    return recorded.rstrip("/") == asked.rstrip("/")
