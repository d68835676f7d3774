"""The other names that a token goes by at other providers than CoinGecko: to match them by name alone would not do."""

from zlib import crc32

from sandbox.tokens import Token

_OTHERWISE = {
    ("coinpaprika", "binancecoin"): "Binance Coin",
    ("coinpaprika", "cosmos"): "Cosmos",
    ("coinpaprika", "polygon-ecosystem-token"): "Polygon Ecosystem Token",
    ("coincap", "cosmos"): "Cosmos",
    ("coincap", "crypto-com-chain"): "Crypto.com Coin",
    ("coincap", "dai"): "Multi Collateral DAI",
    ("coincap", "leo-token"): "UNUS SED LEO",
    ("coincap", "polygon-ecosystem-token"): "Polygon",
    ("coincap", "staked-ether"): "Lido Staked ETH",
}


def name_at(provider: str, token: Token) -> str:
    """Return a token's name at a provider; one invented token in twenty drops its last word there."""
    name = _OTHERWISE.get((provider, token.id))
    if name:
        return name
    word, blank, _ = token.name.partition(" ")
    shortened = blank and token.invented and crc32(f"{provider} {token.id}".encode()) % 20 == 0
    return word if shortened else token.name
