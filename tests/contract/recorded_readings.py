"""How each recorded answer is read: the adapter that reduces it, and what it is asked for. Patterns are of files."""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.domain.flows.catalogue import coins, tokens
from shared.domain.history.asking import Ask
from shared.domain.history.files import head_of, opened
from shared.domain.history.formats import Source, detected
from shared.domain.history.refusals import Tally
from shared.providers import numbers
from shared.providers.adapters.alternative_me_sentiment import AlternativeMe, SentimentRequest
from shared.providers.adapters.binance import BINANCE, Binance
from shared.providers.adapters.binance_candles import BinanceCandles
from shared.providers.adapters.binance_depth import BinanceDepth
from shared.providers.adapters.bitfinex_depth import BITFINEX
from shared.providers.adapters.bitfinex_tickers import BITFINEX as BITFINEX_TICKERS
from shared.providers.adapters.bitstamp_depth import BITSTAMP
from shared.providers.adapters.blockcypher_chains import BLOCKCYPHER, BlockCypher
from shared.providers.adapters.blockcypher_gas import BlockCypherGas
from shared.providers.adapters.coinbase import CoinbaseCandles, CoinbaseMarkets
from shared.providers.adapters.coinbase_depth import CoinbaseDepth
from shared.providers.adapters.coincap import COINCAP, CoinCap
from shared.providers.adapters.coingecko import FREE, CoinGecko
from shared.providers.adapters.coingecko_candles import FREE_CANDLES, CoinGeckoCandles
from shared.providers.adapters.coingecko_categories import CATEGORIES_FREE, CoinGeckoCategories, CoinGeckoTrending
from shared.providers.adapters.coingecko_tokens import TOKENS_FREE, CoinGeckoDetails, CoinGeckoList
from shared.providers.adapters.coinmarketcap import COINMARKETCAP, CoinMarketCap
from shared.providers.adapters.cryptocompare_candles import CryptoCompareCandles
from shared.providers.adapters.cryptopanic_news import CryptoPanic
from shared.providers.adapters.defillama_chains import DEFILLAMA, DefiLlama
from shared.providers.adapters.etherscan_chains import supply_of
from shared.providers.adapters.etherscan_flows import EtherscanFlows
from shared.providers.adapters.etherscan_gas import ETHERSCAN_GAS, EtherscanGas
from shared.providers.adapters.evm_rpc_chains import between
from shared.providers.adapters.evm_rpc_gas import EVM_RPC_GAS, EvmRpcGas
from shared.providers.adapters.gemini_depth import GEMINI
from shared.providers.adapters.kraken import KrakenCandles, KrakenMarkets
from shared.providers.adapters.kraken_depth import KrakenDepth
from shared.providers.adapters.kraken_tickers import KRAKEN as KRAKEN_TICKERS
from shared.providers.adapters.kucoin_depth import KUCOIN
from shared.providers.adapters.kucoin_tickers import KUCOIN as KUCOIN_TICKERS
from shared.providers.adapters.mempool_space_gas import MempoolSpaceGas
from shared.providers.adapters.newsapi_news import NewsApi
from shared.providers.adapters.okx_depth import OKX
from shared.providers.adapters.okx_tickers import OKX as OKX_TICKERS
from shared.providers.adapters.venue_books import Venue, VenueBooks, VenueMarkets
from shared.providers.adapters.venue_tickers import TickerList, VenueTickers
from shared.providers.adapters.whale_alert_flows import WhaleAlertFlows
from shared.providers.candle_requests import CandleRequest, Market, MarketsRequest
from shared.providers.chain_frame import ChainRequest
from shared.providers.contract import AnyAdapter, GasRequest, Page, Payload, QuoteRequest
from shared.providers.depth_requests import BookRequest
from shared.providers.json_rpc import quantity
from shared.providers.numbers import JsonValue, parsed
from shared.providers.token_requests import CategoriesRequest, DetailsRequest, ListRequest, TrendingRequest
from shared.records.candles import Interval
from shared.records.flows import FlowRequest, WatchedToken
from shared.records.news import NewsRequest
from tests.recordings import PAYLOADS

URL = "https://provider.example"
LATER = datetime(2027, 1, 1, tzinfo=UTC)
GECKO = CoinGeckoDetails(URL, TOKENS_FREE)
_PANIC, _API = CryptoPanic(URL), NewsApi(URL)


@dataclass(frozen=True, slots=True)
class Reading:
    """Files that one adapter reads; each brings at least `least` records."""

    pattern: str
    read: Callable[[str], Sequence[Any]]
    least: int = 1


def body_of(file: str) -> bytes:
    raw = (PAYLOADS / file).read_bytes()
    return gzip.decompress(raw) if file.endswith(".gz") else raw


def by(adapter: AnyAdapter, request: Any) -> Callable[[str], Sequence[Any]]:
    return lambda file: adapter.normalise(Payload((Page(parsed(body_of(file)), None),)), request, fetched_at=LATER)


def candles(adapter: AnyAdapter, interval: Interval) -> Callable[[str], Sequence[Any]]:
    market = {adapter.descriptor.id: Market("x", "usd")}
    return by(adapter, CandleRequest("x", interval, datetime(2009, 1, 3, tzinfo=UTC), LATER, LATER, market))


def gecko_candles(asked_at: datetime) -> Callable[[str], Sequence[Any]]:
    market = {"coingecko": Market("x", "usd")}
    request = CandleRequest("x", "4h", asked_at - timedelta(days=29), LATER, asked_at, market)
    return by(CoinGeckoCandles(URL, FREE_CANDLES), request)


def book(adapter: AnyAdapter) -> Callable[[str], Sequence[Any]]:
    return by(adapter, BookRequest("x", {adapter.descriptor.id: "BTC-USD"}, None, 500))


def venue_book(venue: Venue) -> Callable[[str], Sequence[Any]]:
    return book(VenueBooks(URL, venue.descriptor, venue))


def venue_markets(venue: Venue) -> Callable[[str], Sequence[Any]]:
    return by(VenueMarkets(URL, venue.descriptor, venue), MarketsRequest())


def tickers(venue: TickerList) -> Callable[[str], Sequence[Any]]:
    return by(VenueTickers(URL, venue.descriptor, venue), QuoteRequest(1))


def details(token_id: str) -> Callable[[str], Sequence[Any]]:
    return by(GECKO, DetailsRequest("coingecko", token_id))


def chain(topic: Any, name: str | None = None) -> Callable[[str], Sequence[Any]]:
    return by(DefiLlama(URL, DEFILLAMA), ChainRequest(topic, "now", name))


def head(file: str) -> Sequence[Any]:
    """Both kinds that read the head of a chain."""
    metrics = by(BlockCypher(URL, BLOCKCYPHER), ChainRequest("network", "now", "ethereum"))(file)
    fees = by(BlockCypherGas(URL), GasRequest("ethereum"))(file) if "gas_price" in body_of(file).decode() else []
    return [*metrics, *fees]


def transfers(file: str) -> Sequence[Any]:
    rows = json.loads(body_of(file))["result"]
    contracts = {row["contractAddress"]: int(row["tokenDecimal"]) for row in rows if row.get("tokenDecimal")}
    watched = {("ethereum", address): WatchedToken(address, "any", digits) for address, digits in contracts.items()}
    return by(EtherscanFlows(URL), _flows("ethereum", watched, dict.fromkeys(["ethereum", *contracts], Decimal(0))))(
        file
    )


def whales(file: str) -> Sequence[Any]:
    least = {each.token_id: Decimal(0) for each in (*coins().values(), *tokens().values())}
    asked = (_flows(name, tokens(), least) for name in ("bitcoin", "ethereum"))
    return [each for request in asked for each in by(WhaleAlertFlows(URL), request)(file)]


def _flows(name: str, watched: Mapping[tuple[str, str], WatchedToken], least: Mapping[str, Decimal]) -> FlowRequest:
    return FlowRequest(
        chains=(name,),
        assets="all",
        coins=coins(),
        tokens=watched,
        watched=(),
        least=least,
        since=datetime(2015, 1, 1, tzinfo=UTC),
        until=LATER,
        scanned={},
    )


def oracle(file: str) -> Sequence[Any]:
    """A log of a client library has the result alone."""
    body = numbers.mapping(parsed(body_of(file)))
    page = Page({"status": "1", "message": "OK", "result": body.get("res") or body.get("result")}, None)
    return EtherscanGas(URL, ETHERSCAN_GAS).normalise(Payload((page,)), GasRequest("ethereum"), fetched_at=LATER)


def fee_history(file: str) -> Sequence[Any]:
    answers: JsonValue = [
        {"jsonrpc": "2.0", "id": 1, "result": parsed(body_of(file))},
        {"jsonrpc": "2.0", "id": 2, "result": "0x12dbf9ea00"},
    ]
    adapter = EvmRpcGas.of(URL, EVM_RPC_GAS[0])
    return adapter.normalise(Payload((Page(answers, None),)), GasRequest("ethereum"), fetched_at=LATER)


def number(file: str) -> Sequence[Any]:
    return [quantity(numbers.mapping(parsed(body_of(file))).get("result"))]


def block(file: str) -> Sequence[Any]:
    """A block and the one before it, made of it: the later one is what is read."""
    found = dict(numbers.mapping(numbers.mapping(parsed(body_of(file))).get("result")))
    earlier = found | {
        "number": hex(quantity(found["number"]) - 1),
        "timestamp": hex(quantity(found["timestamp"]) - 12),
    }
    return [between(found, earlier)]


def recommended(file: str) -> Sequence[Any]:
    """The message with which its page begins holds what the endpoint tells."""
    page = Page(numbers.mapping(parsed(body_of(file))).get("fees"), None)
    return MempoolSpaceGas(URL).normalise(Payload((page,)), GasRequest("bitcoin"), fetched_at=LATER)


def imported(file: str) -> Sequence[Any]:
    """A chart that a user saved and imports."""
    path = PAYLOADS / file
    tally = Tally(path.name, skip_bad=False)
    with opened(path, limit=2**31) as (stream, _):
        return list(
            detected(head_of(path), path.name).read(Source(path, stream), Ask(known_at=LATER, token="x"), tally)
        )


def ether_supply(file: str) -> Sequence[Any]:
    found = supply_of(numbers.mapping(parsed(body_of(file))).get("res"))
    return [] if found is None else [found]


READINGS: tuple[Reading, ...] = (
    Reading("alternative-me/fng__*", by(AlternativeMe(URL), SentimentRequest(0))),
    Reading("binance/api_v1_depth__*", book(BinanceDepth(URL))),
    # Futures have another market, and books of the same form.
    Reading("binance/fapi_v1_depth__01.json", book(BinanceDepth(URL))),
    Reading("binance/api_v3_depth__*", book(BinanceDepth(URL))),
    Reading("binance/api_v1_ticker_24hr__02.json", by(Binance(URL, BINANCE), QuoteRequest(1)), 7),
    # Single pairs in neither dollars nor tethers: read, and nothing of ours.
    Reading("binance/api_v1_ticker_24hr__05.json", by(Binance(URL, BINANCE), QuoteRequest(1)), 0),
    Reading("binance/api_v3_ticker_24hr__0[23].json", by(Binance(URL, BINANCE), QuoteRequest(1)), 0),
    Reading("binance/api_v3_klines__03.json", candles(BinanceCandles(URL), "1m")),
    Reading("bitfinex/v2_book_*", venue_book(BITFINEX)),
    Reading("bitfinex/v2_tickers__01.json", tickers(BITFINEX_TICKERS), 150),
    Reading("bitfinex/v1_symbols__01.json", venue_markets(BITFINEX), 10),
    Reading("bitstamp/api_v2_order_book_*", venue_book(BITSTAMP)),
    Reading("blockcypher/v1_eth_main__*", head, 2),
    Reading("coinbase/products__01.json", by(CoinbaseMarkets(URL), MarketsRequest())),
    # Euros alone: read, and nothing of ours.
    Reading("coinbase/products__03.json", by(CoinbaseMarkets(URL), MarketsRequest()), 0),
    Reading("cryptocompare/index_cc_v1_historical_days__0[14].json", candles(CryptoCompareCandles(URL), "1d")),
    # Of 401 hours of 2010 the index moved in 108.
    Reading("cryptocompare/index_cc_v1_historical_hours__03.json", candles(CryptoCompareCandles(URL), "1h"), 108),
    Reading("coinbase/products_BTC_EUR_candles__02.json", candles(CoinbaseCandles(URL), "1d")),
    Reading("coinbase/products_id_candles__01.json", candles(CoinbaseCandles(URL), "1m")),
    Reading("coinbase/products_[Bb]*_book__01.json", book(CoinbaseDepth(URL))),
    Reading("coincap/v2_assets__01.json", by(CoinCap(URL, COINCAP), QuoteRequest(1))),
    Reading("coingecko/api_v3_coins_markets__*", by(CoinGecko(URL, FREE), QuoteRequest(1))),
    Reading("coingecko/api_v3_coins_bitcoin_ohlc__03.json", gecko_candles(datetime(2021, 5, 15, 15, 34, tzinfo=UTC))),
    Reading("coingecko/api_v3_coins_ethereum_ohlc__01.json", gecko_candles(datetime(2024, 3, 3, tzinfo=UTC))),
    Reading("coingecko/api_v3_coins_bitcoin_market_chart__*", imported, 80),
    Reading("coingecko/api_v3_coins_ethereum_market_chart_range__01.json", imported),
    Reading("coingecko/api_v3_coins_list__*", by(CoinGeckoList(URL, TOKENS_FREE), ListRequest("coingecko"))),
    Reading("coingecko/api_v3_coins_bitcoin__*", details("bitcoin")),
    # Recorded under ethereum's address, it is bitcoin's answer.
    Reading("coingecko/api_v3_coins_ethereum__01.json", details("bitcoin")),
    Reading("coingecko/api_v3_coins_ethereum_contract_*", details("tether")),
    Reading("coingecko/api_v3_coins_yearn_finance__01.json", details("yearn-finance")),
    Reading("coingecko/api_v3_coins_zksync__01.json", details("zksync")),
    Reading(
        "coingecko/api_v3_coins_categories_*",
        by(CoinGeckoCategories(URL, CATEGORIES_FREE), CategoriesRequest("coingecko")),
    ),
    Reading("coingecko/api_v3_search_trending__*", by(CoinGeckoTrending(URL, CATEGORIES_FREE), TrendingRequest()), 7),
    Reading(
        "coinmarketcap/v1_cryptocurrency_listings_latest__01.json",
        by(CoinMarketCap(URL, COINMARKETCAP), QuoteRequest(1)),
        3,
    ),
    Reading("cryptopanic/*", by(_PANIC, NewsRequest()), 20),
    Reading("defillama/overview_dexs__01.json.gz", chain("dex_volume", "ethereum")),
    Reading("defillama/overview_fees__01.json.gz", chain("fees"), 16),
    Reading("defillama/stablecoins__01.json", chain("stablecoins"), 10),
    Reading("defillama/v2_chains__01.json", chain("tvl"), 5),
    Reading("ethereum-rpc/eth_blockNumber__*", number),
    Reading("ethereum-rpc/eth_feeHistory__01.json", fee_history),
    Reading("ethereum-rpc/eth_getBlockByNumber__*", block),
    Reading("etherscan/*_tokentx__0[12].json", transfers),
    Reading("etherscan/api_module_account_action_txlist__01.json", transfers),
    Reading("etherscan/v2_api_module_account_action_txlist__03.json", transfers),
    # "No transactions found" is an answer.
    Reading("etherscan-compatible/api_module_account_action_tokentx__01.json", transfers, 0),
    Reading("etherscan-compatible/api_module_account_action_txlist__01.json", transfers, 0),
    Reading("etherscan/*gas_oracle*", oracle),
    Reading("etherscan/*gasoracle*", oracle),
    Reading("etherscan/*total_eth_supply*", ether_supply),
    Reading("gemini/v1_book_BTCUSD__01.json", venue_book(GEMINI)),
    Reading("gemini/v1_symbols__01.json", venue_markets(GEMINI), 2),
    Reading("kraken/0_public_AssetPairs__01.json", by(KrakenMarkets(URL), MarketsRequest()), 5),
    Reading("kraken/0_public_Depth__01.json", book(KrakenDepth(URL))),
    Reading("kraken/0_public_Ticker__0[34].json", tickers(KRAKEN_TICKERS), 500),
    # Euros alone: read, and nothing of ours.
    Reading("kraken/0_public_Ticker__0[56].json", tickers(KRAKEN_TICKERS), 0),
    Reading("kraken/0_public_OHLC__01.json", candles(KrakenCandles(URL), "1m"), 720),
    Reading("kucoin/api_v1_market_allTickers__01.json", tickers(KUCOIN_TICKERS), 20),
    Reading("kucoin/api_v1_market_orderbook_level2__01.json", venue_book(KUCOIN)),
    Reading("kucoin/api_v1_symbols__01.json", venue_markets(KUCOIN), 10),
    Reading("mempool-space/websocket_init_message_*", recommended),
    Reading("newsapi/v2_everything__02.json", by(_API, NewsRequest()), 20),
    Reading("newsapi/v2_everything_articles_array__01.json", by(_API, NewsRequest()), 200),
    Reading("newsapi/v2_top_headlines__01.json", by(_API, NewsRequest()), 10),
    Reading("okx/api_v1_depth_do__01.json", venue_book(OKX)),
    Reading("okx/api_spot_v3_instruments_ticker__01.json", tickers(OKX_TICKERS), 100),
    Reading("okx/*_tickers_*", tickers(OKX_TICKERS), 100),
    Reading("okx/api_spot_v3_instruments_BTC_USDT_book__01.json", venue_book(OKX)),
    Reading("whale-alert/v1_transactions__01.json", whales),
)
