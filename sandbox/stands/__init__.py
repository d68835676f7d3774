"""Who stands here beside the five providers of quotes, and what those answer beside quotes. One module a provider."""

from collections.abc import Mapping
from dataclasses import replace

from sandbox import coingecko_details, coingecko_groups, coinpaprika_details
from sandbox.candle_wire import klines, market_chart, ohlc
from sandbox.stand import Render, Stand
from sandbox.stands import (
    alternative_me,
    artemis,
    binance_books,
    bitfinex,
    bitstamp,
    blockchain_com,
    blockchair,
    blockcypher,
    blocknative,
    blockstream,
    coinbase_books,
    coinmarketcap,
    coinmetrics,
    cryptocompare,
    defillama,
    etherscan,
    evm_rpc,
    gemini,
    growthepie,
    koios,
    kraken_books,
    kucoin,
    mempool_space,
    near_rpc,
    okx,
    polkadot_rpc,
    solana_rpc,
    toncenter,
    tron_rpc,
    whale_alert,
)
from sandbox.stands.coinbase import COINBASE
from sandbox.stands.cryptopanic import CRYPTOPANIC
from sandbox.stands.kraken import KRAKEN
from sandbox.stands.news_feeds import NEWS_FEEDS
from sandbox.stands.newsapi import NEWSAPI

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

STANDS: tuple[Stand, ...] = (
    replace(COINBASE, routes={**COINBASE.routes, **coinbase_books.ROUTES}),
    replace(KRAKEN, routes={**KRAKEN.routes, **kraken_books.ROUTES}),
    bitstamp.STAND,
    gemini.STAND,
    kucoin.STAND,
    okx.STAND,
    bitfinex.STAND,
    etherscan.STAND,
    evm_rpc.STAND,
    blocknative.STAND,
    mempool_space.STAND,
    blockstream.STAND,
    blockchair.STAND,
    blockchain_com.STAND,
    blockcypher.STAND,
    coinmarketcap.STAND,
    coinmetrics.STAND,
    cryptocompare.STAND,
    defillama.STAND,
    growthepie.STAND,
    koios.STAND,
    near_rpc.STAND,
    polkadot_rpc.STAND,
    solana_rpc.STAND,
    toncenter.STAND,
    tron_rpc.STAND,
    artemis.STAND,
    alternative_me.STAND,
    whale_alert.STAND,
    CRYPTOPANIC,
    NEWSAPI,
    NEWS_FEEDS,
)
"""The other providers."""

_GECKO_CANDLES: Mapping[str, Render] = {
    "/api/v3/coins/{id}/ohlc": ohlc,
    "/api/v3/coins/{id}/market_chart": market_chart,
}

ADDED: Mapping[str, Mapping[str, Render]] = {
    "coingecko": {**_GECKO_CANDLES, **_COINGECKO},
    "coingecko_pro": {**_GECKO_CANDLES, **_COINGECKO},
    "binance": {"/api/v3/klines": klines, **binance_books.ROUTES},
    "coinpaprika": _COINPAPRIKA,
    "coincap": {},
}
"""Routes of the providers of quotes, beside those of `sandbox.desk`: {provider: {path pattern: render}}."""
