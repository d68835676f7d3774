"""Reading what the regime is judged on, and storing what was said: once for each day and version, for good."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.domain.datapoints.kinds import follows_another, kind_of
from shared.domain.datasets.stamping import stamp
from shared.domain.panels.reading import PanelReader

from .catalogue import FEATURES, VERSION
from .statements import DATASET

if TYPE_CHECKING:
    import numpy as np
    from sqlalchemy import Connection

    from shared.domain.panels.panel import Panel

    from .numeric.features import Outside
    from .numeric.labelling import Judgement

TOKENS = 150
"""Best ranked ones that the market is made of; the rest has no weight to speak of."""
BEGINS = datetime(2013, 1, 1, tzinfo=UTC)
"""The history's first day, always the same: a window that moved would make other numbers of the same days."""

_COLUMNS = (
    *("day", "known_at", "version", "inputs", "gauge", "reason", "bull", "neutral", "bear"),
    *("evidence", "confluence", "lean", "carried", "explanation"),
)
_STAGE = "CREATE TEMPORARY TABLE staged_regimes (LIKE regime_days) ON COMMIT DROP"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203014)"
_APPEND = "INSERT INTO regime_days SELECT * FROM staged_regimes ON CONFLICT DO NOTHING"
_NEWEST = "SELECT max(day) FROM regime_days WHERE version = :version"
_PLAIN = """
    SELECT token_id, tokens.symbol, tokens.name, coalesce(categories, '{}')
    FROM tokens JOIN quotes USING (token_id)
    LEFT JOIN LATERAL (
        SELECT categories FROM token_details WHERE token_details.token_id = tokens.token_id ORDER BY known_at DESC LIMIT 1
    ) AS details ON true
    WHERE NOT tokens.provisional ORDER BY rank NULLS LAST, token_id LIMIT 600
"""
# What was first said of a day: a revision came later than the day's end.
_FEAR_GREED = """
    SELECT DISTINCT ON (at) CAST(timezone('UTC', at) AS date), CAST(value AS float8) FROM sentiment_values
    WHERE index_name = 'alternative_me' AND known_at <= :as_of ORDER BY at, known_at
"""
_STABLECOINS = """
    SELECT day, sum(value) FROM (
        SELECT DISTINCT ON (chain, observed_at) chain, CAST(timezone('UTC', observed_at) AS date) AS day, CAST(value AS float8) AS value
        FROM chain_metrics
        WHERE metric = 'stablecoin_supply_usd' AND resolution = 'day' AND known_at <= :as_of ORDER BY chain, observed_at, known_at
    ) AS first_said GROUP BY day
"""


class RegimeWriter:
    """The regime's tables, for the refresher, over a writing `database`; every method raises `DatabaseUnavailableError`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._panels = PanelReader(database)

    async def newest(self) -> "np.datetime64 | None":
        """Return the newest day that this version judged."""
        import numpy as np

        def read(connection: "Connection") -> Any:
            from sqlalchemy import text

            return connection.execute(text(_NEWEST), {"version": VERSION}).scalar()

        found = await self._database.transaction(read)
        return None if found is None else np.datetime64(found, "D")

    async def panel(self, *, as_of: datetime) -> "Panel":
        """Return the daily history of the tokens with prices of their own."""
        wanted = await self._database.transaction(_plain)
        return await self._panels.panel(wanted, as_of=as_of, days=(as_of - BEGINS).days)

    async def outside(self, panel: "Panel", *, as_of: datetime) -> "Outside":
        """Return what is known besides prices, of the panel's days."""
        from .numeric.features import Outside

        def read(connection: "Connection") -> "Outside":
            from sqlalchemy import text

            told = [
                dict(map(tuple, connection.execute(text(sql), {"as_of": as_of}))) for sql in (_FEAR_GREED, _STABLECOINS)
            ]
            return Outside(fear_greed=_by_day(panel, told[0]), stablecoins_usd=_by_day(panel, told[1]))

        return await self._database.transaction(read)

    async def store(
        self, judgements: Sequence["Judgement"], *, inputs: str, known_at: datetime, data_source: DataSource
    ) -> int:
        """Append judgements of days that this version has not judged, and return how many there were.

        Raises:
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """

        def write(connection: "Connection") -> int:
            from sqlalchemy import text

            connection.execute(text(_ONE_AT_A_TIME))
            stamp(connection, DATASET, at=known_at, sources=["cryptoprism"], data_source=data_source)
            connection.execute(text(_STAGE))
            copy_rows(connection, "staged_regimes", _COLUMNS, (_row(each, inputs, known_at) for each in judgements))
            return max(connection.execute(text(_APPEND)).rowcount, 0)

        return await self._database.transaction(write)


def digest_of(panel: "Panel", outside: "Outside") -> str:
    """Return a digest of everything that a judgement is made of."""
    made = hashlib.sha256("\n".join(panel.token_ids).encode())
    for array in (panel.close, panel.volume_usd, panel.market_cap_usd, outside.fear_greed, outside.stablecoins_usd):
        made.update(array.tobytes())
    return made.hexdigest()


def _plain(connection: "Connection") -> list[str]:
    from sqlalchemy import text

    rows = connection.execute(text(_PLAIN))
    own = (name for name, symbol, title, categories in rows if not follows_another(kind_of(symbol, title, categories)))
    return [name for name, _ in zip(own, range(TOKENS), strict=False)]


def _by_day(panel: "Panel", told: Mapping[Any, float]) -> Any:
    import numpy as np

    return np.array([told.get(day, np.nan) for day in panel.days.tolist()], dtype=np.float64)


def _row(judgement: "Judgement", inputs: str, known_at: datetime) -> Sequence[Field]:
    numbers = (judgement.bull, judgement.neutral, judgement.bear, judgement.evidence, judgement.confluence)
    return (
        str(judgement.day),
        known_at,
        VERSION,
        inputs,
        judgement.gauge,
        judgement.reason,
        *(None if number is None else repr(number) for number in (*numbers, judgement.lean, judgement.carried)),
        json.dumps(explanation_of(judgement), separators=(",", ":"), allow_nan=False) if judgement.gauge else None,
    )


def explanation_of(judgement: "Judgement") -> dict[str, Any]:
    """Return what drove a judgement, as the API tells it."""
    contributions, values, flips = judgement.contributions or {}, judgement.values or {}, judgement.flips or {}
    easiest = judgement.easiest
    return {
        "features": [
            {
                "id": name,
                "witness": FEATURES[name].witness,
                "meaning": FEATURES[name].meaning,
                "value": values[name],
                "contribution": said,
                "flips_at": flips.get(name),
            }
            for name, said in contributions.items()
        ],
        "flip": None if easiest is None else {"id": easiest, "from": values[easiest], "to": flips[easiest]},
        "model": {
            "features": judgement.features,
            "penalty": judgement.penalty,
            "band": judgement.band,
            "fitted_before": str(judgement.fitted_before),
        },
    }
