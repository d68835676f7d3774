"""Who stands here beside the five providers of quotes, and what those answer beside quotes. One module a provider."""

from collections.abc import Mapping

from sandbox.stand import Render, Stand
from sandbox.stands import (
    alternative_me,
    blockchain_com,
    blockchair,
    blockcypher,
    blocknative,
    coinmetrics,
    defillama,
    etherscan,
    evm_rpc,
    growthepie,
    koios,
    mempool_space,
    near_rpc,
    polkadot_rpc,
    solana_rpc,
    toncenter,
    tron_rpc,
    whale_alert,
)
from sandbox.stands.cryptopanic import CRYPTOPANIC
from sandbox.stands.news_feeds import NEWS_FEEDS
from sandbox.stands.newsapi import NEWSAPI

STANDS: tuple[Stand, ...] = (
    etherscan.STAND,
    evm_rpc.STAND,
    blocknative.STAND,
    mempool_space.STAND,
    alternative_me.STAND,
    whale_alert.STAND,
    CRYPTOPANIC,
    NEWSAPI,
    NEWS_FEEDS,
    blockchair.STAND,
    blockchain_com.STAND,
    blockcypher.STAND,
    coinmetrics.STAND,
    defillama.STAND,
    growthepie.STAND,
    koios.STAND,
    near_rpc.STAND,
    polkadot_rpc.STAND,
    solana_rpc.STAND,
    toncenter.STAND,
    tron_rpc.STAND,
)
"""The other providers."""

ADDED: Mapping[str, Mapping[str, Render]] = {
    "coingecko": {},
    "coingecko_pro": {},
    "binance": {},
    "coinpaprika": {},
    "coincap": {},
}
"""Routes of the providers of quotes, beside those of `sandbox.desk`: {provider: {path pattern: render}}."""
