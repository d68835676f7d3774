"""People who sign in on this machine: real keys, real signatures, Google's stand-in on a local address."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from local.identity import Accounts, KeyPair, id_claims
from local.identity_server import KeySetServer
from shared.core.clock import SystemClock
from shared.core.settings import Settings

PROJECT = "demo-cryptoprism"


@dataclass(frozen=True)
class Identities:
    """Signs tokens and knows who may use them."""

    keys: KeyPair
    accounts: Accounts
    url: str
    folder: Path

    def settings(self, **environment: str) -> Settings:
        return Settings.from_environment({"FIREBASE_STAND_IN_URL": self.url} | environment)

    def token(self, uid: str = "ann", *, ago: timedelta = timedelta(0), **claims: object) -> str:
        """Return a token signed now: firebase-admin looks at the machine's own clock. A claim given as `None` is left out."""
        said = id_claims(uid, PROJECT, now() - ago, email=f"{uid}@example.org") | claims
        return self.keys.mint({name: value for name, value in said.items() if value is not None})

    def headers(self, uid: str = "ann", **claims: object) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.token(uid, **claims)}"}  # type: ignore[arg-type]


@contextmanager
def identities(folder: Path) -> Iterator[Identities]:
    keys, accounts = KeyPair(folder), Accounts(folder)
    server = KeySetServer(keys, accounts)
    try:
        yield Identities(keys, accounts, server.url, folder)
    finally:
        server.close()


def now() -> datetime:
    return SystemClock().now()
