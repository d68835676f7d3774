"""Where the providers are: really there, in the sandbox, or in a folder of recorded answers."""

import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.manifests import ROOT

from .child import Program
from .ports import HOST
from .web import ask

Source = Literal["sandbox", "live", "replay"]

_PATHS = {
    "COINGECKO_URL": "/coingecko/api/v3",
    "COINGECKO_PRO_URL": "/coingecko-pro/api/v3",
    "BINANCE_URL": "/binance",
    "COINPAPRIKA_URL": "/coinpaprika/v1",
    "COINCAP_URL": "/coincap/v3",
    "COINMARKETCAP_URL": "/coinmarketcap",
    "COINBASE_URL": "/coinbase",
    "CRYPTOCOMPARE_URL": "/cryptocompare",
    "KRAKEN_URL": "/kraken",
    "BITSTAMP_URL": "/bitstamp/api/v2",
    "GEMINI_URL": "/gemini",
    "KUCOIN_URL": "/kucoin",
    "OKX_URL": "/okx",
    "BITFINEX_URL": "/bitfinex",
    "BLOCKSTREAM_URL": "/blockstream/api",
    "ALTERNATIVE_ME_URL": "/alternative-me",
    "WHALE_ALERT_URL": "/whale-alert",
    "ETHERSCAN_URL": "/etherscan/v2/api",
    "EVM_RPC_ETHEREUM_URL": "/evm-rpc/ethereum",
    "EVM_RPC_BSC_URL": "/evm-rpc/bsc",
    "EVM_RPC_POLYGON_URL": "/evm-rpc/polygon",
    "EVM_RPC_AVALANCHE_URL": "/evm-rpc/avalanche",
    "EVM_RPC_ARBITRUM_URL": "/evm-rpc/arbitrum",
    "EVM_RPC_OPTIMISM_URL": "/evm-rpc/optimism",
    "EVM_RPC_BASE_URL": "/evm-rpc/base",
    "BLOCKNATIVE_URL": "/blocknative",
    "MEMPOOL_SPACE_URL": "/mempool-space/api",
    "DEFILLAMA_URL": "/defillama",
    "COINMETRICS_URL": "/coinmetrics/v4",
    "BLOCKCHAIN_COM_URL": "/blockchain-com",
    "BLOCKCHAIR_URL": "/blockchair",
    "GROWTHEPIE_URL": "/growthepie/v1",
    "BLOCKCYPHER_URL": "/blockcypher/v1",
    "TRON_RPC_URL": "/tron-rpc/jsonrpc",
    "SOLANA_RPC_URL": "/solana-rpc/",
    "KOIOS_URL": "/koios/api/v1",
    "NEAR_RPC_URL": "/near-rpc/",
    "TONCENTER_URL": "/toncenter/api/v3",
    "POLKADOT_RPC_URL": "/polkadot-rpc/",
    "ARTEMIS_URL": "/artemis",
    "CRYPTOPANIC_URL": "/cryptopanic/api/v1",
    "NEWSAPI_URL": "/newsapi/v2",
    "NEWS_FEEDS_URL": "/news-feeds",
}
_REPLAY_PATHS = _PATHS | {"COINCAP_URL": "/coincap/v2"}
_KEYS = {
    "COINGECKO_PRO_KEY": "sandbox-pro",
    "COINCAP_KEYS": "sandbox-primary,sandbox-backup",
    "COINMARKETCAP_KEY": "sandbox-primary",
    "CRYPTOCOMPARE_KEY": "sandbox-primary",
    "ETHERSCAN_KEYS": "sandbox-primary,sandbox-backup",
    "BLOCKNATIVE_KEYS": "sandbox-primary,sandbox-backup",
    "WHALE_ALERT_KEY": "sandbox-primary",
    "CRYPTOPANIC_KEY": "sandbox-primary",
    "NEWSAPI_KEY": "sandbox-primary",
    "ARTEMIS_KEYS": "sandbox-primary,sandbox-backup",
}
"""What the stand-ins take for keys; no real provider would."""


class SecretsFileError(Exception):
    """Others than its owner may read the file with the keys."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"others may read {file}, which holds keys: chmod 600 {file}")


@dataclass(frozen=True, slots=True)
class Upstreams:
    """What refreshers are told about the providers, and the stand-in to start, if there is one."""

    source: Source
    addresses: Mapping[str, str]
    keys: Mapping[str, str]
    program: Program | None
    url: str | None = None


def live_upstreams(environ: Mapping[str, str], secrets_file: Path = ROOT / "secrets.local.env") -> Upstreams:
    """Return the real providers; keys come from the caller's environment, then from an ignored file."""
    return Upstreams("live", {}, {**_read_secrets(secrets_file), **environ}, None)


def sandbox_upstreams(*, port: int, tokens: int, seed: int, log: Path) -> Upstreams:
    """Return the stand-in with a made-up market."""
    market = ["--tokens", str(tokens), "--seed", str(seed)]
    keys = ["--pro-keys", _KEYS["COINGECKO_PRO_KEY"], "--coincap-keys", _KEYS["COINCAP_KEYS"]]
    return _stand_in("sandbox", _PATHS, ["-m", "sandbox", "--port", str(port), *market, *keys], port, log)


def replay_upstreams(*, port: int, folder: Path, log: Path) -> Upstreams:
    """Return the stand-in that plays recorded answers."""
    arguments = ["-m", "sandbox.replay", "--port", str(port), "--folder", str(folder.absolute())]
    return _stand_in("replay", _REPLAY_PATHS, arguments, port, log)


def _stand_in(source: Source, paths: Mapping[str, str], arguments: list[str], port: int, log: Path) -> Upstreams:
    base = f"http://{HOST}:{port}"

    def ready() -> bool:
        return ask(f"{base}/", timeout_s=2) is not None

    program = Program(
        name=source,
        command=[sys.executable, *arguments],
        environment={"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        log=log,
        ready=ready,
        folder=ROOT,
        stop_within_s=3,
    )
    return Upstreams(source, {name: base + path for name, path in paths.items()}, _KEYS, program, base)


def _read_secrets(file: Path) -> dict[str, str]:
    """Return NAME=value lines of a file, if there is one.

    Raises:
        SecretsFileError: others may read it.
    """
    if not file.exists():
        return {}
    if stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretsFileError(file)
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}
