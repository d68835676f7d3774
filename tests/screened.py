"""A market for the screener in PostgreSQL, whatever of it a test wants, and the same rows in memory."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.refresh_screener.refresh import ScreenerRefresh
from shared.core.clock import Clock
from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.datapoints.catalogue import data_points
from shared.domain.screener.asking import Asked
from shared.domain.screener.fields import fields
from shared.http.refresh import Occasion
from shared.records.refresh import RefreshReport
from tests.clocks import NOON
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments

CATEGORIES = ("layer-1", "meme-token", "defi")
CHAINS = ("ethereum", "bsc", "base")
QUOTED = {
    "price": "price_usd",
    "market_cap": "market_cap_usd",
    "volume_24h": "volume_24h_usd",
    "change_1h": "change_1h_pct",
    "change_24h": "change_24h_pct",
    "change_7d": "change_7d_pct",
    "change_30d": "change_30d_pct",
    "high_24h": "high_24h_usd",
    "low_24h": "low_24h_usd",
    "circulating_supply": "circulating_supply",
    "total_supply": "total_supply",
    "max_supply": "max_supply",
    "ath": "ath_usd",
    "spread_pct": "spread_pct",
}
SCORES = ("crypto_score", "durability", "momentum", "valuation")


@dataclass
class Row:
    """One token as memory knows it."""

    token_id: str
    kind: str
    categories: Sequence[str]
    chains: Sequence[str]
    numbers: dict[str, float | None] = field(default_factory=dict)


def rows(count: int, *, seed: int = 5) -> list[Row]:
    """Return tokens whose numbers are coarse, so that many are equal, and a third unknown."""
    chance = random.Random(seed)
    return [_row(number, chance) for number in range(1, count + 1)]


def _row(number: int, chance: random.Random) -> Row:
    def some(values: Sequence[float]) -> float | None:
        return None if chance.random() < 0.3 else chance.choice(values)

    row = Row(
        f"token-{number}",
        "stablecoin" if number % 7 == 0 else "plain",
        sorted(chance.sample(CATEGORIES, chance.randint(0, 3))),
        sorted(chance.sample(CHAINS, chance.randint(0, 2))),
    )
    steps = [step / 4 for step in range(41)]
    row.numbers = {name: some(steps[1:]) for name in QUOTED}
    row.numbers["price"] = chance.choice(steps[1:])
    for name in ("change_1h", "change_24h", "change_7d", "change_30d"):
        row.numbers[name] = some([step - 5 for step in steps])
    row.numbers |= {name: some(steps) for name in SCORES}
    row.numbers |= {point.id: some([step - 5 for step in steps]) for point in data_points() if _is_datapoint(point.id)}
    row.numbers |= {"rank": float(number), "score_place": None, "age_days": float(chance.randint(0, 40))}
    price, ath, cap, volume = (row.numbers[name] for name in ("price", "ath", "market_cap", "volume_24h"))
    have, most = row.numbers["circulating_supply"], row.numbers["max_supply"]
    row.numbers["ath_distance"] = None if ath is None or price is None else 100 * (price / ath - 1)
    row.numbers["volume_to_cap"] = None if volume is None or cap is None else volume / cap
    row.numbers["supply_issued"] = None if have is None or most is None else have / most
    return row


def _is_datapoint(name: str) -> bool:
    return fields()[name].origin == "datapoint"


def passing(held: Sequence[Row], asked: Asked) -> list[str]:
    """Return the ids of all that pass, in the order asked for: the plain way."""
    passed = [row for row in held if _passes(row, asked)]
    known = [row for row in passed if row.numbers[asked.sort] is not None]
    sign = -1 if asked.order == "desc" else 1
    known.sort(key=lambda row: (sign * (row.numbers[asked.sort] or 0), row.numbers["rank"]))
    unknown = [row for row in passed if row.numbers[asked.sort] is None]
    return [row.token_id for row in known + unknown]


def _passes(row: Row, asked: Asked) -> bool:
    for name, bound, limit in asked.bounds:
        value = row.numbers[name]
        if value is None or (value < limit if bound == "min" else value > limit):
            return False
    has: Mapping[str, Sequence[str]] = {"kind": [row.kind], "chain": row.chains, "category": row.categories}
    return all(wanted in has[name] for name, wanted in asked.choices)


def store(
    place: Place, held: Sequence[Row], *, at: datetime = NOON, scores: bool = True, datapoints: bool = True
) -> None:
    """Put the rows where the refreshers of quotes, scores and data points would."""
    for row in held:
        _store_token(place, row, at)
    if scores:
        place.run(_scores(held, at))
        place.run(f"INSERT INTO datasets VALUES ('refresh_scores', '{at}', '{{}}', 'sandbox')")  # noqa: S608
    if datapoints:
        place.run(_datapoints(held, at))


def _store_token(place: Place, row: Row, at: datetime) -> None:
    seen = f"timestamptz '{at}' - interval '{row.numbers['age_days']} days'"
    name = "Tether" if row.kind == "stablecoin" else row.token_id.title()
    quoted = ", ".join(_sql(row.numbers[name]) for name in QUOTED)
    statements = [
        (
            f"INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at)"  # noqa: S608
            f" VALUES ('{row.token_id}', 'T', '{name}', false, {seen}, '{at}')"
        ),
        (
            f"INSERT INTO quotes (token_id, {', '.join(QUOTED.values())}, rank, as_of, priced_at, facts_provider, sources,"  # noqa: S608
            f" source_prices, data_source, refreshed_at) VALUES ('{row.token_id}', {quoted}, {row.numbers['rank']}, '{at}', '{at}',"
            f" 'coingecko', '{{coingecko}}', '[]', 'sandbox', '{at}')"
        ),
        *(
            "INSERT INTO category_members (category_id, token_id, known_at, provider)"  # noqa: S608
            f" VALUES ('{category}', '{row.token_id}', '{at}', 'coingecko')"
            for category in row.categories
        ),
        *(
            "INSERT INTO token_contracts (token_id, chain, address, known_at, provider)"  # noqa: S608
            f" VALUES ('{row.token_id}', '{chain}', '0x{row.token_id}', '{at}', 'coingecko')"
            for chain in row.chains
        ),
    ]
    place.run("; ".join(statements))


def _scores(held: Sequence[Row], at: datetime) -> str:
    values = ", ".join(
        f"('{row.token_id}', '{at}', '{at}', '{row.kind}', {', '.join(_sql(row.numbers[name]) for name in SCORES)}, '')"
        for row in held
    )
    return f"INSERT INTO token_scores (token_id, at, known_at, kind, {', '.join(SCORES)}, written) VALUES {values}"  # noqa: S608


def _datapoints(held: Sequence[Row], at: datetime) -> str:
    def array(row: Row) -> str:
        # What quotes tell as well is taken from them: here it is something else, which must not be seen.
        each = (_sql(row.numbers[point.id]) if _is_datapoint(point.id) else "-99" for point in data_points())
        return f"ARRAY[{', '.join(each)}]::float8[]"

    values = ", ".join(f"('{row.token_id}', '{at}', '{at}', '{at}', '1', 'd', {array(row)}, '{{}}')" for row in held)
    return (
        "INSERT INTO token_datapoints (token_id, computed_at, day, bars_at, version, digest, values, contributions)"  # noqa: S608
        f" VALUES {values}"
    )


def _sql(value: float | None) -> str:
    return "NULL" if value is None else repr(value)


async def built(place: Place, clock: Clock, *, key: str = "run", source: DataSource = "sandbox") -> RefreshReport:
    """Run the refresh once."""
    database = Database(place.writer, read_only=False)
    try:
        refresh = ScreenerRefresh(database=database, documents=MemoryDocuments(), clock=clock, source=source)
        return await refresh.run(Occasion(key))
    finally:
        await database.close()
