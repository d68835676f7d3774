"""Which chains' transfers are watched, which coins on them, and which addresses are known to be an exchange's.

The lists beside this module hold facts and where they are said, and are far from complete: an address that is not in them
is not known to be no exchange's. Who tells what is in `shared.providers.flows`.
"""

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from shared.records.flows import Assets, Transfer, WatchedToken

_DATA = Path(__file__).parent

SCANS: tuple[tuple[tuple[str, ...], Assets], ...] = (
    (("bitcoin",), "native"),
    (("ethereum",), "native"),
    (("ethereum",), "tokens"),
    (("arbitrum",), "all"),
    (("polygon",), "all"),
    (("tron", "solana", "litecoin", "dogecoin", "bitcoin-cash", "cardano"), "all"),
)
"""What is asked for separately: each has a first choice of source and others after it."""
CHAINS: tuple[str, ...] = tuple(dict.fromkeys(chain for chains, _ in SCANS for chain in chains))


@lru_cache(maxsize=1)
def owners() -> Mapping[tuple[str, str], str]:
    """Return the exchange of an address, by chain and address; those of Ethereum's kind in lower case."""
    return {(row["chain"], row["address"]): row["exchange"] for row in _rows("exchange_addresses.csv")}


def watched_addresses(chain: str) -> tuple[str, ...]:
    """Return the known addresses of exchanges on a chain, hot ones first."""
    rows = [row for row in _rows("exchange_addresses.csv") if row["chain"] == chain]
    return tuple(row["address"] for row in sorted(rows, key=lambda row: row["role"] != "hot"))


def exchanges_on(chain: str) -> tuple[str, ...]:
    """Return the exchanges of which addresses on a chain are known."""
    return tuple(sorted({exchange for (each, _), exchange in owners().items() if each == chain}))


@lru_cache(maxsize=1)
def coins() -> Mapping[str, WatchedToken]:
    """Return each chain's own coin."""
    return {row["chain"]: _token(row) for row in _rows("watched_tokens.csv") if not row["contract"]}


@lru_cache(maxsize=1)
def tokens() -> Mapping[tuple[str, str], WatchedToken]:
    """Return the watched tokens by chain and contract."""
    return {(row["chain"], row["contract"]): _token(row) for row in _rows("watched_tokens.csv") if row["contract"]}


def owner(transfer: Transfer, address: str | None, told: str | None) -> str | None:
    """Return the exchange that an address of a transfer belongs to: as listed here, else as the source says."""
    return (owners().get((transfer.chain, address)) if address else None) or told


def _token(row: Mapping[str, str]) -> WatchedToken:
    return WatchedToken(row["token_id"], row["symbol"], int(row["decimals"]))


@lru_cache(maxsize=4)
def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
