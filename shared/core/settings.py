"""What the environment says, read once by a composition root and passed on.

A plain dataclass: pydantic-settings costs 0.15 s of every cold start.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from .errors import SettingsError
from .limits import RateLimits

MEMORY_CACHE_MB = 4
"""Some 120 lists or 1,200 single quotes: what is asked again and again. A miss costs one prepared query, and a function that
has used everything, this tier full, stays below 110 MB. An operator with other callers sets it higher."""

CANDLE_TOKENS = 50
"""The largest tokens, whose minutes are asked for each minute: 100 of Binance's 6,000 units of weight. While Binance is away
Coinbase's limit of ten requests a second takes seven seconds; Kraken's one a second would do for twenty tokens only."""

_DEMO_PROJECT = "demo-cryptoprism"
_HERE = "http://127.0.0.1:"

DataSource = Literal["live", "sandbox", "replay"]


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where PostgreSQL is; exactly one of `instance` (Cloud SQL), `socket_path` and `host` is set."""

    instance: str | None
    socket_path: str | None
    host: str | None
    port: int
    name: str
    user: str
    pool_size: int
    max_overflow: int
    pre_ping: bool


@dataclass(frozen=True, slots=True)
class SchedulerSettings:
    """Whose tokens may start a refresh: issuer, where its keys are, the one account, our own address."""

    issuer: str
    jwks_url: str
    account: str
    audience: str


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """Whose ID tokens are believed, and where a caller's token is found."""

    project: str
    behind_gateway: bool
    """Whether the gateway, and nobody else, can reach the function: it moves the caller's token to another header."""
    stand_in: str | None
    """Where signing keys and accounts are on a developer's machine; Google's own addresses otherwise."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One function's settings."""

    function: str
    revision: str
    data_source: DataSource
    project: str
    documents_file: str | None
    database: DatabaseSettings | None
    scheduler: SchedulerSettings | None
    identity: IdentitySettings
    cors_origins: tuple[str, ...]
    hot_paths: frozenset[str]
    private_paths: tuple[str, ...]
    """What lies at or below them belongs to somebody: no cache keeps it and nobody shares it."""
    warm_urls: tuple[str, ...]
    rate_limits: RateLimits
    trusted_proxies: int
    """How many addresses at the end of `X-Forwarded-For` are those of our own gateway; the one before is the caller's."""
    memory_cache_bytes: int
    market_tokens: int
    candle_tokens: int
    environment: Mapping[str, str] = field(repr=False)
    """Everything else, for provider keys and addresses; never shown, for it holds secrets."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings.

        Raises:
            SettingsError: a value cannot be read, or a group of settings is incomplete.
        """
        env = dict(os.environ if environ is None else environ)
        return cls(
            function=env.get("K_SERVICE", env.get("FUNCTION_TARGET", "local")),
            revision=env.get("K_REVISION", "local"),
            data_source=_data_source(env),
            project=env.get("GOOGLE_CLOUD_PROJECT", _DEMO_PROJECT),
            documents_file=env.get("DOCUMENTS_FILE") or None,
            database=_database(env),
            scheduler=_scheduler(env),
            identity=_identity(env),
            cors_origins=_listed(env, "CORS_ORIGINS", "*"),
            hot_paths=frozenset(_listed(env, "HOT_PATHS", "")),
            private_paths=_listed(env, "PRIVATE_PATHS", ""),
            warm_urls=_listed(env, "WARM_URLS", ""),
            rate_limits=RateLimits.read(env.get("RATE_LIMITS", "")),
            trusted_proxies=_integer(env, "TRUSTED_PROXIES", 0, low=0, high=5),
            memory_cache_bytes=_integer(env, "MEMORY_CACHE_MB", MEMORY_CACHE_MB, low=1, high=4096) * 1024 * 1024,
            market_tokens=_integer(env, "MARKET_TOKENS", 250, low=1, high=20_000),
            candle_tokens=_integer(env, "CANDLE_TOKENS", CANDLE_TOKENS, low=1, high=1_000),
            environment=env,
        )

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number that one function alone asks for.

        Raises:
            SettingsError: it is none, or out of bounds.
        """
        return _integer(self.environment, name, default, low=low, high=high)

    def required_database(self) -> DatabaseSettings:
        """Return where PostgreSQL is.

        Raises:
            SettingsError: nobody said.
        """
        if self.database is None:
            raise SettingsError("INSTANCE_CONNECTION_NAME", "is not set, nor DB_SOCKET, nor DB_HOST")
        return self.database


def _data_source(env: Mapping[str, str]) -> DataSource:
    value = env.get("DATA_SOURCE", "live")
    if value not in get_args(DataSource):
        raise SettingsError("DATA_SOURCE", f"'{value}' is none of {', '.join(get_args(DataSource))}")
    return cast("DataSource", value)


def _database(env: Mapping[str, str]) -> DatabaseSettings | None:
    places = {name: env[name] for name in ("INSTANCE_CONNECTION_NAME", "DB_SOCKET", "DB_HOST") if env.get(name)}
    if not places:
        return None
    if len(places) > 1:
        raise SettingsError(" and ".join(places), "only one of them may be set")
    return DatabaseSettings(
        instance=places.get("INSTANCE_CONNECTION_NAME"),
        socket_path=places.get("DB_SOCKET"),
        host=places.get("DB_HOST"),
        port=_integer(env, "DB_PORT", 5432, low=1, high=65_535),
        name=env.get("DB_NAME", "cryptoprism"),
        user=_required(env, "DB_USER"),
        pool_size=_integer(env, "DB_POOL_SIZE", 5, low=1, high=50),
        max_overflow=_integer(env, "DB_MAX_OVERFLOW", 3, low=0, high=50),
        pre_ping=env.get("DB_PRE_PING", "true") == "true",
    )


def _scheduler(env: Mapping[str, str]) -> SchedulerSettings | None:
    if not env.get("SCHEDULER_ACCOUNT"):
        return None
    return SchedulerSettings(
        issuer=env.get("OIDC_ISSUER", "https://accounts.google.com"),
        jwks_url=env.get("OIDC_JWKS_URL", "https://www.googleapis.com/oauth2/v3/certs"),
        account=env["SCHEDULER_ACCOUNT"],
        audience=_required(env, "SCHEDULER_AUDIENCE"),
    )


def _identity(env: Mapping[str, str]) -> IdentitySettings:
    if env.get("FIREBASE_AUTH_EMULATOR_HOST"):
        raise SettingsError("FIREBASE_AUTH_EMULATOR_HOST", "would let firebase-admin believe tokens that nobody signed")
    stand_in = env.get("FIREBASE_STAND_IN_URL") or None
    if stand_in is not None and not stand_in.startswith(_HERE):
        raise SettingsError("FIREBASE_STAND_IN_URL", "keys of another machine would let it sign anybody in")
    return IdentitySettings(
        project=env.get("GOOGLE_CLOUD_PROJECT", _DEMO_PROJECT),
        behind_gateway=env.get("BEHIND_GATEWAY", "false") == "true",
        stand_in=stand_in,
    )


def _required(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        raise SettingsError(name, "is not set")
    return env[name]


def _listed(env: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, default).split(",") if part.strip())


def _integer(env: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    text = env.get(name, "")
    try:
        value = int(text) if text else default
    except ValueError:
        raise SettingsError(name, f"'{text}' is not a whole number") from None
    if not low <= value <= high:
        raise SettingsError(name, f"{value} is outside {low} to {high}")
    return value
