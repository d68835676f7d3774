"""The real names at the top of the market: one row per token, with the different names it has at each provider.

Prices and supplies are of realistic size, not of any date: they are where the seeded path is centred.
"""

from typing import NamedTuple

# id | symbol | name | CoinPaprika id | CoinCap id | Binance base | price | circulating | total | max | kind
# "-" is null (for an id: not listed there); kind is coin, stable, or the id of the token it follows.
_TABLE = """
bitcoin|btc|Bitcoin|btc-bitcoin|bitcoin|BTC|64159|20054793|20054809|21000000|coin
ethereum|eth|Ethereum|eth-ethereum|ethereum|ETH|1998.09|120683053.2394|120683053.2394|-|coin
tether|usdt|Tether|usdt-tether|tether|-|1.0003|184309681989.74|189776623766.97|-|stable
binancecoin|bnb|BNB|bnb-binance-coin|binance-coin|BNB|577.7|134782139.88|134782138.38|200000000|coin
usd-coin|usdc|USDC|usdc-usd-coin|usd-coin|USDC|0.99985|73309865202.94|73320121840.64|-|stable
ripple|xrp|XRP|xrp-xrp|xrp|XRP|1.11|62466503703|99985639695|100000000000|coin
solana|sol|Solana|sol-solana|solana|SOL|77.94|582156659.43|630102397.31|-|coin
tron|trx|TRON|trx-tron|tron|TRX|0.3294|94861477669.27|94862824990.5|-|coin
staked-ether|steth|Lido Staked Ether|steth-lido-staked-ether|steth|-|1998|8912345.6|8912345.6|-|ethereum
dogecoin|doge|Dogecoin|doge-dogecoin|dogecoin|DOGE|0.0943|155023176383.71|155024036383.71|-|coin
hyperliquid|hype|Hyperliquid|hype-hyperliquid|hyperliquid|-|66.68|222445714.07|955307079.43|1000000000|coin
usds|usds|USDS|usds-usds|usds|-|0.9997|10960407392.35|10960475756.15|-|stable
cardano|ada|Cardano|ada-cardano|cardano|ADA|0.268|37269855891.69|45000000000|45000000000|coin
wrapped-bitcoin|wbtc|Wrapped Bitcoin|wbtc-wrapped-bitcoin|wrapped-bitcoin|WBTC|64100|126789.3|126789.3|-|bitcoin
leo-token|leo|LEO Token|leo-leo-token|unus-sed-leo|-|9.55|920228579.9|985239504|-|coin
zcash|zec|Zcash|zec-zcash|zcash|ZEC|469.51|16791065.79|16792623.6|21000000|coin
bitcoin-cash|bch|Bitcoin Cash|bch-bitcoin-cash|bitcoin-cash|BCH|371.2|19953481|19953481|21000000|coin
wrapped-steth|wsteth|Wrapped stETH|wsteth-wrapped-liquid-staked-ether-20|wrapped-steth|-|2430|3512345.1|3512345.1|-|ethereum
stellar|xlm|Stellar|xlm-stellar|stellar|XLM|0.1904|34145179005.32|50001786839.91|-|coin
monero|xmr|Monero|xmr-monero|monero|-|322.7|18776432.26|18776432.26|-|coin
chainlink|link|Chainlink|link-chainlink|chainlink|LINK|7.99|748099970.42|1000000000|1000000000|coin
ethena-usde|usde|Ethena USDe|usde-ethena-usde|ethena-usde|USDE|0.9991|5800123456.7|5800123456.7|-|stable
the-open-network|ton|Toncoin|ton-toncoin|toncoin|TON|1.87|2580112345.6|5150012345.6|-|coin
litecoin|ltc|Litecoin|ltc-litecoin|litecoin|LTC|61.5|76612345.7|76612345.7|84000000|coin
dai|dai|Dai|dai-dai|multi-collateral-dai|-|0.9998|4400123456.1|4400123456.1|-|stable
avalanche-2|avax|Avalanche|avax-avalanche|avalanche|AVAX|9.4|429812345.2|460812345.2|715748719|coin
sui|sui|Sui|sui-sui|sui|SUI|0.98|3800112233|10000000000|10000000000|coin
hedera-hashgraph|hbar|Hedera|hbar-hedera|hedera-hashgraph|HBAR|0.0812|42912345678.1|50000000000|50000000000|coin
shiba-inu|shib|Shiba Inu|shib-shiba-inu|shiba-inu|SHIB|0.00000561|589243210987654|589500123456789|-|coin
weth|weth|WETH|weth-weth|weth|-|1998|1512345.9|1512345.9|-|ethereum
crypto-com-chain|cro|Cronos|cro-cryptocom-chain|crypto-com-coin|-|0.0712|38123456789|98123456789|100000000000|coin
polkadot|dot|Polkadot|dot-polkadot|polkadot|DOT|1.52|1660123456.7|1660123456.7|2100000000|coin
uniswap|uni|Uniswap|uni-uniswap|uniswap|UNI|3.41|634112345.6|899312345.6|1000000000|coin
mantle|mnt|Mantle|mnt-mantle|mantle|-|0.63|3252944056|6219316794.9|6219316795|coin
bittensor|tao|Bittensor|tao-bittensor|bittensor|TAO|198.2|10612345|21000000|21000000|coin
aave|aave|Aave|aave-new|aave|AAVE|96.3|15212345.6|16000000|16000000|coin
near|near|NEAR Protocol|near-near-protocol|near-protocol|NEAR|1.06|1285123456.7|1285123456.7|-|coin
paypal-usd|pyusd|PayPal USD|pyusd-paypal-usd|paypal-usd|-|0.9996|1290123456.2|1290123456.2|-|stable
internet-computer|icp|Internet Computer|icp-internet-computer|internet-computer|ICP|2.31|550123456.7|550123456.7|-|coin
okb|okb|OKB|okb-okb|okb|-|61.2|21000000|21000000|21000000|coin
pepe|pepe|Pepe|pepe-pepe|pepe|PEPE|0.00000271|420689899653542|420689899653542|420690000000000|coin
ethereum-classic|etc|Ethereum Classic|etc-ethereum-classic|ethereum-classic|ETC|7.12|155123456.7|210700000|210700000|coin
ondo-finance|ondo|Ondo|ondo-ondo|ondo-finance|ONDO|0.231|3159107529|10000000000|10000000000|coin
aptos|apt|Aptos|apt-aptos|aptos|APT|0.89|790123456.7|1205123456.7|-|coin
polygon-ecosystem-token|pol|POL (ex-MATIC)|pol-polygon-ecosystem-token|polygon-ecosystem-token|POL|0.0912|10595123456.7|10595123456.7|-|coin
worldcoin-wld|wld|Worldcoin|wld-worldcoin|worldcoin|WLD|0.31|2790123456.7|10000000000|10000000000|coin
kaspa|kas|Kaspa|kas-kaspa|kaspa|-|0.0301|27012345678|27020123456|28704026601|coin
cosmos|atom|Cosmos Hub|atom-cosmos|cosmos|ATOM|1.61|488123456.7|488123456.7|-|coin
vechain|vet|VeChain|vet-vechain|vechain|VET|0.0081|85985041177|85985041177|86712634466|coin
first-digital-usd|fdusd|First Digital USD|fdusd-first-digital-usd|first-digital-usd|FDUSD|0.9984|680123456.2|680123456.2|-|stable
arbitrum|arb|Arbitrum|arb-arbitrum|arbitrum|ARB|0.104|5901234567|10000000000|10000000000|coin
filecoin|fil|Filecoin|fil-filecoin|filecoin|FIL|0.81|742123456.7|1957123456.7|1957513172|coin
algorand|algo|Algorand|algo-algorand|algorand|ALGO|0.0653|8890123456.7|8890123456.7|10000000000|coin
render-token|render|Render|render-render-token|render-token|RENDER|1.12|518712345.6|533312345.6|644168762|coin
quant-network|qnt|Quant|qnt-quant|quant|QNT|41.2|14544176.2|14881364|14881364|coin
celestia|tia|Celestia|tia-celestia|celestia|TIA|0.43|870123456.7|1160123456.7|-|coin
bonk|bonk|Bonk|bonk-bonk|bonk|BONK|0.0000044|83123456789012|87995123456789|87995123456789|coin
true-usd|tusd|TrueUSD|tusd-trueusd|trueusd|TUSD|0.9981|494515082.8|494515082.8|-|stable
tezos|xtz|Tezos|xtz-tezos|tezos|XTZ|0.31|1071123456.7|1092123456.7|-|coin
maker|mkr|Maker|mkr-maker|maker|MKR|1340.5|251123.4|851123.4|1005577|coin
the-graph|grt|The Graph|grt-the-graph|the-graph|GRT|0.0251|10701234567|10800262823|10800262823|coin
optimism|op|Optimism|op-optimism|optimism|OP|0.122|2110123456.7|4294967296|4294967296|coin
""".strip()


class Known(NamedTuple):
    """One real name; supplies are in units of the token, the price in US dollars."""

    id: str
    symbol: str
    name: str
    coinpaprika: str | None
    coincap: str | None
    binance: str | None
    price: float
    circulating: float
    total: float | None
    maximum: float | None
    kind: str


def _read(line: str) -> Known:
    cells = [None if cell == "-" else cell for cell in line.split("|")]
    names, numbers, kind = cells[:6], [None if cell is None else float(cell) for cell in cells[6:10]], cells[10]
    return Known(*names, *numbers, kind)  # type: ignore[call-arg, arg-type]


KNOWN = tuple(_read(line) for line in _TABLE.splitlines())

# Pairs that Binance keeps in its 24 h list long after trading stopped: price 0, count 0.
_DEAD = """
BCCUSDT VENUSDT PAXUSDT BCHABCUSDT BCHSVUSDT USDSUSDT USDSBUSDT ERDUSDT NPXSUSDT STORMUSDT HCUSDT MCOUSDT BULLUSDT BEARUSDT
ETHBULLUSDT ETHBEARUSDT EOSBULLUSDT XRPBULLUSDT STRATUSDT XZCUSDT LENDUSDT BKRWUSDT DAIBUSD REPUSDT LUNBTC BCNBTC CHATBTC
"""
DEAD_PAIRS = tuple(_DEAD.split())
