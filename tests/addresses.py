"""Where a sandbox stands in for the providers of quotes; without anything of the sandbox itself, which a process may not need."""

from shared.core.settings import Settings

PREFIXES = {
    "COINGECKO_URL": "/coingecko/api/v3",
    "COINGECKO_PRO_URL": "/coingecko-pro/api/v3",
    "BINANCE_URL": "/binance",
    "COINPAPRIKA_URL": "/coinpaprika/v1",
    "COINCAP_URL": "/coincap/v3",
    "COINMARKETCAP_URL": "/coinmarketcap",
    "OKX_URL": "/okx",
    "KUCOIN_URL": "/kucoin",
    "KRAKEN_URL": "/kraken",
    "BITFINEX_URL": "/bitfinex",
}


def settings_over(upstream: str, *, tokens: int = 60, **more: str) -> Settings:
    addresses = {name: upstream + prefix for name, prefix in PREFIXES.items()}
    return Settings.from_environment({"DATA_SOURCE": "sandbox", "MARKET_TOKENS": str(tokens)} | addresses | more)
