"""Who stands here beside the five providers of quotes, and what those answer beside quotes. One module a provider."""

from collections.abc import Mapping

from sandbox import coingecko_details, coingecko_groups, coinpaprika_details
from sandbox.stand import Render, Stand

_COINGECKO: Mapping[str, Render] = {
    "/api/v3/coins/categories": coingecko_groups.categories,
    "/api/v3/coins/categories/list": coingecko_groups.category_names,
    "/api/v3/search/trending": coingecko_groups.trending,
    "/api/v3/coins/{platform}/contract/{address}": coingecko_details.coin_by_contract,
    "/api/v3/coins/{id}": coingecko_details.coin,
}
_COINPAPRIKA: Mapping[str, Render] = {
    "/v1/coins": coinpaprika_details.coins,
    "/v1/coins/{id}": coinpaprika_details.coin,
    "/v1/tags": coinpaprika_details.tags,
    "/v1/tags/{id}": coinpaprika_details.tag,
    "/v1/contracts": coinpaprika_details.platforms,
    "/v1/contracts/{platform}": coinpaprika_details.contracts,
}

STANDS: tuple[Stand, ...] = ()
"""The other providers."""

ADDED: Mapping[str, Mapping[str, Render]] = {
    "coingecko": {**_COINGECKO},
    "coingecko_pro": {**_COINGECKO},
    "binance": {},
    "coinpaprika": {**_COINPAPRIKA},
    "coincap": {},
}
"""Routes of the providers of quotes, beside those of `sandbox.desk`: {provider: {path pattern: render}}."""
