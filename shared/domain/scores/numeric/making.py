"""Scores of all tokens from panels in chunks, with the digest of everything that went in."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.datapoints.kinds import follows_another
from shared.domain.panels.panel import FloatArray, Panel
from shared.domain.scores.chain_use import ChainUse
from shared.domain.scores.inputs import SortedToken
from shared.domain.scores.methodology import VERSION
from shared.records.scores import TokenScore

from .records import token_scores
from .scoring import measured, scored, together

_UNUSED = ChainUse(None, None)


@dataclass(frozen=True, slots=True)
class Made:
    """What a run computed."""

    scores: Sequence[TokenScore]
    inputs: str
    """SHA-256 of the version, the tokens and every number that went in."""


async def made(tokens: Sequence[SortedToken], panels: AsyncIterator[Panel], use: Mapping[str, ChainUse]) -> Made:
    """Return the scores of the tokens, in their order; the panels hold them in the same order, a part each."""
    kinds = {token.token_id: token.kind for token in tokens}
    digest = hashlib.sha256(VERSION.encode())
    parts = []
    token_ids: list[str] = []
    async for panel in panels:
        tvl, fees = _of_chains(panel.token_ids, use)
        _digest(digest, panel, kinds, tvl, fees)
        parts.append(measured(panel, tvl_usd=tvl, yearly_fees_usd=fees))
        token_ids += panel.token_ids
    if not parts:
        return Made((), digest.hexdigest())
    every = together(parts)
    found = scored(every, np.array([follows_another(kinds[each]) for each in token_ids], dtype=np.bool_))
    return Made(token_scores(token_ids, [kinds[each] for each in token_ids], every, found), digest.hexdigest())


def _of_chains(token_ids: Sequence[str], use: Mapping[str, ChainUse]) -> tuple[FloatArray, FloatArray]:
    known = [use.get(each, _UNUSED) for each in token_ids]
    tvl = np.array([np.nan if each.tvl_usd is None else each.tvl_usd for each in known])
    fees = np.array([np.nan if each.yearly_fees_usd is None else each.yearly_fees_usd for each in known])
    return tvl, fees


def _digest(digest: "hashlib._Hash", panel: Panel, kinds: Mapping[str, str], tvl: FloatArray, fees: FloatArray) -> None:
    digest.update(repr([(each, kinds[each]) for each in panel.token_ids]).encode())
    digest.update(str(panel.days[-1:]).encode())
    for array in (panel.close, panel.volume_usd, panel.market_cap_usd, tvl, fees):
        digest.update(np.ascontiguousarray(array).tobytes())
