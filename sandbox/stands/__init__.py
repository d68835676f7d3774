"""Who stands here beside the five providers of quotes, and what those answer beside quotes. One module a provider."""

from collections.abc import Mapping

from sandbox.candle_wire import klines, market_chart, ohlc
from sandbox.stand import Render, Stand
from sandbox.stands import (
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
)
from sandbox.stands.coinbase import COINBASE
from sandbox.stands.kraken import KRAKEN

STANDS: tuple[Stand, ...] = (
    COINBASE,
    KRAKEN,
    etherscan.STAND,
    evm_rpc.STAND,
    blocknative.STAND,
    mempool_space.STAND,
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

_GECKO_CANDLES: Mapping[str, Render] = {
    "/api/v3/coins/{id}/ohlc": ohlc,
    "/api/v3/coins/{id}/market_chart": market_chart,
}

ADDED: Mapping[str, Mapping[str, Render]] = {
    "coingecko": _GECKO_CANDLES,
    "coingecko_pro": _GECKO_CANDLES,
    "binance": {"/api/v3/klines": klines},
    "coinpaprika": {},
    "coincap": {},
}
"""Routes of the providers of quotes, beside those of `sandbox.desk`: {provider: {path pattern: render}}."""
