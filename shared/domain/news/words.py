"""Words that are also names or symbols of tokens, and words that show that a text speaks of tokens. English, lower case."""

ORDINARY = frozenset(
    """
    a able about above access ace act action active add after again age agency air alert alice all alliance alpha alt amber american
    an anchor and angel ant any ape apex apple arc arch are area arena ark arm army arrow art as ash ask asset astro at atlas atom aurora auto
    avalanche avatar aware axis azure baby back badger bad bake balance ball band bank base basic bat battle beacon beam bear beer bell bench best
    beta beyond big bit black blast blaze blend bless block blue blur board boba bold bolt bond bone book boost boss bounce bounty box brain brave
    bread break breed bridge bright bubble bull burn burger bus but buy by cake call can cap carbon card care cargo cartel cash cat cell central
    century ceo chain change chart chat chess chief chill china choice circle city civic claim class clay clean clear clever cloud club coal coast code
    coin cold collab comet common compass compound concordium connect core corn cosmic cosmos cover cow crab credit crown cube current curve cut
    cyber daily dark dash data dawn day dead deal dear deep delta dent depth desk dew diamond dice diem digital dip direct divi do dodo dog
    dollar dome door dot double dove down dragon dream drift drip drive drop duck dusk dust eagle early earn earth east easy echo eclipse edge
    edu efforce ego eight elastic electron element elite email ember empire empower end energy engine enjoy ensure entangle equal era escape essential
    eternal etc ever every evil evolve exchange exit expand express extra eye fable face fact fair faith falcon fame family fantasy far farm fast fat
    father fear feather fed fee feed ferrum few field fight file finance find fine fire firm first fish five fix flame flare flash flex flip float
    floor flow fluid flux fly focus fold follow food foot for force forest forge form fort forth fortune forward four fox fractal frame free fresh friend
    frog from front frontier frost fuel full fun function fund fuse fusion future gala galaxy game gas gate gateway gem general genesis genius
    get ghost giant gift give glass glitch global glory glow go goal gold golden good grand grant grape graph grass gravity great green grid grow
    growth guard guild guy hack half hand happy harbor hard harmony has hash hat hawk he head heart heat heaven hedge held helium hello help here
    hero high hill hint hit hive hold hole holo home honest honey honor hook hop hope horizon horse host hot house how hub human hunt hunter hyper hype
    i ice icon id idea if illuminate image immutable impact in inc income index infinite infinity ink innovation insight instant int internet into
    invest investor iota iron is island it item jackpot jet job join joy judge juice jump jungle jupiter just kane keep kernel key kick kid kind king
    kiss kitchen knight know lab lamb land large last late latest launch lava law layer lead leader leaf league learn legacy legend lemon lend leo less
    let level liberty lido life lift light like lime line link lion liquid liquity lisk list lit little live lobster local lock log logic long
    look loom loop loopring lost lot love low luck lucky luna lunar machine made magic magnet main major make maker man mana manta mantle many
    map maple march mark market marlin mars mask mass master match matrix matter may maze me mean media meet melon meme memo memory merge merit
    mesh meta metal meteor metis metro micro mid might mile milk mind mine miner mint miracle mirror mission mist mix mobile mode model moment money
    monkey moon more morning most mother motion mountain move movement movie much multi muse music must my myth name nano nation native near neat
    neo neon nest net network neutral never new news next nexus nice night nine no node nomad noodle north not note nothing nova now null number
    oasis object ocean of off offer office oil ok old olympus omega omen omni on one online only onyx op open optimism option oracle orange orb
    orbit orca orchid order origin orion other our out over own oxygen pace pack paid panda paper paradox parallel part party pass past path
    pay peace peak pearl people pepper perk perpetual pet phantom phase phoenix phone photon pi pickle piece pig pilot pin pine pink pirate pixel pixels
    pizza place plan planet plasma platform play player plus pocket point polar poly polygon pool pop popcat portal position post pot potential
    power premium present press presto price pride prime print prism private pro project promise proof prosper protocol proton proud public pulse pump
    punk pure push quack quant quantum quark queen quest quick quiet race radar radiant radio radix rage rail rain rally ran rare rate rats raven
    ray reach ready real realm reason rebel record red reef reflex relay ren render rent request reserve resolve rest return rev revolution
    rich ride right ring rip rise risk river road robin robo rocket rocky roll root rose round route royal run rune rupee rush saber safe saga sage
    sand sandbox satellite saturn save say scale school score scout scream script scroll sea secret secure see seed seen self sell send sentinel serum
    set seven shadow shape share sharp shell shield shift shine ship shop short show shrimp side sigma sign signal silent silk silo silver simple single six
    size skill sky slam sleep slim slow small smart smooth snake snap snow so social soil solar sold solid solve some song sonic soul
    sound source south space spark special spectral speed spell sphere spice spin spirit splash sport spot spring square stack stacks stake staked staking
    stand standard star stargate start state status stay steam steel stellar step stock stone stop storage store storm story stream street strike
    strong structure style sub substance success such sugar summer sun super supply sure surge sushi swan swap swarm sweep sweet swift switch sword sync syntax
    syscoin system table tag take tale talent talk tang tank tap target task tau team tech ten tensor term terra test text thank that the theta
    they thing think this thor three threshold throne thunder tick tide tie tiger time tin tiny to toad today together token ton tool top torch total
    touch tower town toy track trade trader train transit travel treasure treasury treat tree trend tribe trident trip triumph trophy true trump trust truth try
    tulip turtle twelve twin two type ultra umbrella under unfed uni unibot union unique unit united unity universal universe up us usual utility vanguard
    value vault vector vega velas velo venom venture venus verge verse vertex very vet via vibe vice victory video view viper virtual virtue vision vital viva voice
    void volt volume vortex vote voyager vulcan walk wall wallet want war warp was wash watch water wave waves way we wealth web week well west whale what
    wheat wheel when white who why wild will win wind wing wink winner winter wise wish with wolf woman wonder wood woo word work world
    worth wow wrapped x yacht year yellow yes yield you young your zap zebra zen zenith zero zeta zone zoom
    bonk computer official turbo
    """.split()
)
"""A name or symbol that is one of these needs more than to be written: nearly everything written contains them."""

ABBREVIATIONS = frozenset(
    """
    abc ai aka aml amm api apr apy ar asic ath atl atm aum aws aud bbc bis boe boj brics btfd cad cbdc cbs ceo cfo cfpb cftc chf cia cmo cny coo cpi cto
    dao dca defi dex dj djia dm doj dtcc ecb edu ens eps esg esma etc etf etfs etn etp eu eur ev evm faq fasb fbi fca fdic fed fifa fincen finma fomc fomo forex
    fsb ftc fud fx fyi g20 g7 gbp gdp gmt gpu gst hkd hk hodl hsbc ibm icap icba ico id ido ieo imf inr io iot ip ipo iq irs it itc jp jpm jpy krw kyc la lan
    ledger llc llm lp ltd ma mas mev mica ml mou ms msci nasdaq nato nba nfa nfl nft nfts ngo nhl no nsa ny nyc nyse occ ofac ok op opec otc p2e p2p pac pbs pc pdf
    pm pmi poa pos pow pr ppi psa pwc qe qt qr r&d rba rbi rekt rip roi rwa rwas sbf sdk sec sgd snb soc spac sql svb swift tbd tcp tge tls tps tv tvl
    uae uk un us usa usd ux vc vcs vip vp vpn vr wef who wsj wto zk zkp yoy
    """.split()
)
"""Written in capitals in any newspaper, whether or not a token has them for a symbol."""

PROPER = frozenset(
    """
    alice amazon america apple brett casper dai elon gala google harmony jupiter kane leo luna mantle mars melania meta neo nvidia pepe phoenix render terra tesla toshi trump
    vulcan
    """.split()
)
"""Names of persons, firms and places too (and Render, which is a common verb), so that not even a capital within a sentence makes
them a token's."""

SUFFIXES = ("ing", "tion", "ness", "ment", "ism", "able", "ible", "ical", "ally", "ious")
"""A word that ends so is taken for an ordinary one."""

AFTER_A_NAME = frozenset("blockchain dao ecosystem foundation labs mainnet network protocol testnet validators".split())
"""Right after an ordinary word these make a token's name of it: `Render network`. (Not `price`: gas has one.)"""

OF_EVERY_TOKEN = AFTER_A_NAME | frozenset("coin finance hub money token".split())
"""What names end in without being told apart by it: `Near Protocol` is also `Near`."""

OF_MARKETS = frozenset(
    """
    airdrop altcoin altcoins bear bearish bitcoin blockchain bull bullish bulls bears buy buys cap chart coin coins crypto cryptocurrency cryptocurrencies
    defi delist delisted delists depegs dips drops dump dumps etf etfs ethereum exchange fork futures gains halving hodl holders jumps launch launches
    liquidation liquidations liquidity list listed listing lists long longs lose loses losses mainnet market markets mining nft nfts options outperforms plunges
    price prices pump pumps rallies rally resistance rises sell selloff sells shorts sinks slides slumps soars spikes spot stablecoin staking supply support surge
    surges tank tanks testnet token tokens tops trade traders trades trading upgrade validators volatility volume wallet wallets whale whales
    """.split()
)
"""Somewhere beside a symbol in capitals these show that it is a symbol."""

COINS = frozenset({"btc", "eth", "bnb"})
CURRENCIES = frozenset("usd usdt usdc fdusd busd tusd dai eur gbp jpy krw try brl aud".split()) | COINS
"""The other half of a pair: `NEAR/USDT`."""

ALIASES = {
    "ether": "ethereum",
    "ripple": "ripple",
    "binance coin": "binancecoin",
    "toncoin": "the-open-network",
    "dogecoin": "dogecoin",
    "matic": "polygon-ecosystem-token",
    "usd coin": "usd-coin",
    "avax": "avalanche-2",
}
"""What newspapers call tokens beside their names; only where the catalogue has the token."""


def is_ordinary(word: str) -> bool:
    """Return whether a word, in whatever case, is likely to be written without meaning a token."""
    small = word.lower()
    listed = small in ORDINARY or small in ABBREVIATIONS or small in PROPER
    return len(small) < 3 or listed or (len(small) > 6 and small.endswith(SUFFIXES))
