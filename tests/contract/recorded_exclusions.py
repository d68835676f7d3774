"""Recorded answers that are errors, with the class that each must become, and those that nothing of ours reads, with the reason."""

from shared.core.errors import (
    BadPayloadError,
    KeyRejectedError,
    NotListedError,
    RateLimitedError,
    RefusedError,
    ServerFailedError,
    UpstreamError,
)

REFUSED: dict[str, type[UpstreamError]] = {
    "binance/api_v1_depth_http400__05.json": RefusedError,
    "binance/api_v1_ticker_24hr_http400__06.json": RefusedError,
    "binance/api_v3_klines_http400__01.json": RefusedError,
    "binance/api_v3_http418__01.json": RateLimitedError,
    "binance/sapi_v1_margin_loan_http429__01.json": RateLimitedError,
    "coingecko/api_v3_coins_bitcoin_history_http422__02.json": RefusedError,
    "coingecko/api_v3_coins_bitcoin_market_chart_http422__02.json": RefusedError,
    "coingecko/api_v3_coins_bitcoin_ohlc_http500__02.json": ServerFailedError,
    "coingecko/api_v3_coins_ethereum_http429__03.json": RateLimitedError,
    "coingecko/api_v3_coins_id_http404__01.json": RefusedError,
    "coingecko/api_v3_coins_id_market_chart_http401__01.json": KeyRejectedError,
    "coingecko/api_v3_coins_markets_http422__02.json": RefusedError,
    "coingecko/api_v3_exchanges_binance_volume_chart_http422__02.json": RefusedError,
    "coingecko/api_v3_simple_price_http422__02.json": RefusedError,
    "cryptocompare/data_all_coinlist__01.json": RateLimitedError,
    "cryptocompare/index_cc_v1_historical_hours_http404__02.json": RefusedError,
    "etherscan-compatible/api_module_action__01.json": BadPayloadError,
    "etherscan-compatible/v2_api_module_account_action_txlist__01.json": BadPayloadError,
    "etherscan-compatible/v2_api_module_contract_action_getabi__01.json": BadPayloadError,
    "etherscan-compatible/v2_api_module_proxy_action_eth_call_http500__01.json": ServerFailedError,
    "etherscan/api_any__0[12].json": RateLimitedError,
    "etherscan/api_module_block_action_getblocknobytime__03.json": BadPayloadError,
    "etherscan/v2_api_module_account_action_txlist__02.json": NotListedError,
    "etherscan/v2_api_module_account_action_txlist__05.json": BadPayloadError,
    "etherscan/v2_api_module_proxy_action_eth_getBlockByNumber__03.json": RateLimitedError,
    "etherscan/v2_api_module_proxy_action_eth_getCode__01.json": NotListedError,
    "newsapi/v2_everything_http426__03.json": RefusedError,
}
"""By the common frame, from status and body, whatever was asked for. Errors with HTTP 200 are among them."""

UNREADABLE = (
    # Of 2017: it has no symbol.
    "binance/api_v1_ticker_24hr__04.json",
    # It has no id.
    "coingecko/api_v3_coins_dai__01.json",
)
"""Answers of endpoints that we read, which lack what must be there."""

_LISTS = "a list of pairs that nothing needs: the pairs are taken from the tickers"
_ALIVE = "says that the service is up or what time it has; an answer to a question that we ask says the same"
_TRADES = "single trades are no kind of fact here; candles hold what they add up to"
_DERIVATIVES = "futures, options and funding are no kind of fact here"
_PAIR = "one pair an answer: a call for each token and minute, where other exchanges tell all their pairs in one"
_TOTALS = "totals of the whole market, which the market overview makes of its own quotes"
_OTHER_API = "another API of the same exchange with the facts of the one that we read"
_VENUES = "which exchange trades what: no kind of fact here"
_PRICES = "a price alone, without time, volume or rank: quotes need them to be compared and to grow old"
_PAST = "one price of one past day: price history comes from our own quotes and from imported files"
_ACCOUNT = "about one account or one contract: no kind of fact here"
_DEAD = "the service is closed for good"
_LOG = "a line of a client library's log, no answer of the service"
_WEB = "the backend of a website, without any promise that it stays; its own API is paid"
_OLD = "a version that was switched off; its successor is read"
_HEIGHT = "the number of the newest block through an explorer; the nodes tell it, and our adapters ask them"

EXCLUDED: dict[str, str] = {
    "binance/*exchangeInfo*": _LISTS,
    "binance/api_v1_ping__01.json": _ALIVE,
    "binance/api_v[13]_time__01.json": _ALIVE,
    "binance/sapi_v1_system_status__01.json": _ALIVE,
    "binance/wapi_v3_systemStatus_html__01.json": _ALIVE,
    "binance/api_v1_ticker_allPrices__02.json": _PRICES,
    "binance/api_v3_ticker_price__01.json": _PRICES,
    "binance/api_v1_trades__*": _TRADES,
    "binance/[df]api_v1_[opt]*": _DERIVATIVES,
    "bitfinex/v1_book_OMGETH__01.json": _OLD,
    "bitfinex/v1_pubticker_OMGETH__01.json": _PAIR,
    "bitstamp/api_v2_ticker_btcusd__01.json": _PAIR,
    "blockchain-info/haskoin_store_bch_health__01.json": _ALIVE,
    "blockstream/api_address_addr__*": _ACCOUNT,
    "coinbase/api_v3_brokerage_*": _OTHER_API,
    "coinbase/v1_currencies_exchange_rates__01.json": _OLD,
    "coinbase/products_btc_usd_ticker__01.json": _PAIR,
    "coinbase/products_btc_usd_trades__01.json": _TRADES,
    "coinbase/products_id_*t*s__01.json": _PAIR,
    "coinbase/products_id_ticker__01.json": _PAIR,
    "coindesk/v1_bpi_historical_close_json__01.json": _DEAD,
    "coingecko/api_v3_asset_platforms__01.json": "names of chains; which of them are ours is written down in shared/records/platforms.py",
    "coingecko/api_v3_coins_*_history__*": _PAST,
    "coingecko/api_v3_coins_*_tickers__*": _VENUES,
    "coingecko/api_v3_derivatives_*": _DERIVATIVES,
    "coingecko/api_v3_indexes_cme_futures_btc__01.json": _DERIVATIVES,
    "coingecko/api_v3_events_*": "events, switched off since; no kind of fact here",
    "coingecko/api_v3_exchanges_[!b_]*": _VENUES,
    "coingecko/api_v3_exchanges__01.json": _VENUES,
    "coingecko/api_v3_exchanges_binance__01.json": _VENUES,
    "coingecko/api_v3_exchanges_binance_[st]*": _VENUES,
    "coingecko/api_v3_exchanges_binance_volume_chart__01.json": _VENUES,
    "coingecko/api_v3_finance_platforms__01.json": _VENUES,
    "coingecko/api_v3_global__*": _TOTALS,
    "coingecko/api_v3_global_decentralized_finance_defi__01.json": "totals of all chains together: value locked is told by chain here",
    "coingecko/api_v3_ping__01.json": _ALIVE,
    "coingecko/api_v3_search__01.json": "a search by name, which /tokens/resolve is over our own catalogue",
    "coingecko/api_v3_simple_price__*": _PRICES,
    "coinmarketcap/web_*": _WEB,
    "coinmarketcap/v1_cryptocurrency_info__01.json": "paid by the call; CoinGecko and CoinPaprika tell the same of every token",
    "coinpaprika/v1_global__01.json": _TOTALS,
    "cryptocompare/data_price*": _PRICES,
    "cryptocompare/data_top_totalvolfull__01.json": "a page of ten by volume, by symbols alone; symbols collide",
    "defillama/prices_*": _PRICES,
    "ethereum-rpc/eth_getBalance__*": _ACCOUNT,
    "ethereum-rpc/web3_clientVersion__*": _ALIVE,
    "etherscan*/*txlistinternal*": "what contracts move within a transaction is not followed (decision 0012)",
    "etherscan*/*_balance__*": _ACCOUNT,
    "etherscan/*_log_of_cl__*": _LOG,
    "etherscan/*eth_last_price*": _LOG,
    "etherscan/*eth_nodes_size*": _LOG,
    "etherscan/*proxy_block_number*": _LOG,
    "etherscan/*proxy_gas_price*": _LOG,
    "etherscan/*paginated_l__*": _LOG,
    "etherscan/*est_block_countdown*": _LOG,
    "etherscan/*getblocknobytime__0[12].json": "the block at a time: blocks are asked for by their number here",
    "etherscan/*getblockreward*": "what a miner got: no kind of fact here",
    "etherscan/*contract_action*__0[123].json": _ACCOUNT,
    "etherscan/*getLogs*": _ACCOUNT,
    "etherscan*/*eth_call__0[123].json": _ACCOUNT,
    "etherscan*/*eth_getTransactionReceipt*": _ACCOUNT,
    "etherscan/*proxy_action_eth_blockNumber*": _HEIGHT,
    "etherscan/*proxy_action_eth_getBlockByNumber__02.json": _HEIGHT,
    "ftx/*": _DEAD,
    "gemini/v1_pubticker_BTCUSD__01.json": _PAIR,
    "gemini/v1_trades_BTCUSD__01.json": _TRADES,
    "kraken/0_public_Assets__01.json": "names of assets; pairs name theirs themselves",
    "kraken/0_public_Time__01.json": _ALIVE,
    "kraken/0_public_Trades__01.json": _TRADES,
    "kucoin/api_v1_market_stats__01.json": _PAIR,
    "mempool-space/api_v1_fees_mempool_blocks__01.json": "what waits, block by block; the recommendation is made of it",
    "mempool-space/api_v1_mining_pools_1w__01.json": "who mined: no kind of fact here",
    "mempool-space/websocket_live_2h_chart__01.json": "a stream for its own page",
    "okx/*trades*": _TRADES,
    "okx/api_v1_ticker_do__01.json": "one pair, which the answer does not name; switched off since",
    "whale-alert/v1_status__01.json": _ALIVE,
}
