"""What answers about tokens look like. They document; PostgreSQL builds the answers, and the tests compare the two."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from shared.domain.market.models import Mover

_IMAGE = "https://assets.coingecko.com/coins/images/877/large/chainlink.png"
_LISTED: dict[str, JsonValue] = {
    "id": "chainlink",
    "symbol": "LINK",
    "name": "Chainlink",
    "image": _IMAGE,
    "rank": 21,
    "market_cap": 5977318768.28,
    "provisional": False,
    "contracts": [
        {"chain": "ethereum", "address": "0x514910771af9ca656af840dff83e8264ecf986ca", "decimals": 18},
    ],
    "categories": [{"id": "oracle", "name": "Oracle"}],
}
_TOKEN: dict[str, JsonValue] = _LISTED | {
    "description": "Chainlink connects smart contracts with data from outside.",
    "links": {"homepage": ["https://chain.link/"], "source_code": ["https://github.com/smartcontractkit"]},
    "genesis_date": None,
    "hashing_algorithm": None,
    "source": "coingecko",
    "known_at": "2026-03-01T11:07:02.000Z",
    "details_source": "coingecko",
    "details_observed_at": "2026-03-01T10:58:41.000Z",
    "details_checked_at": "2026-03-01T11:07:02.000Z",
}
_CANDIDATE: dict[str, JsonValue] = {
    "id": "uniswap",
    "symbol": "UNI",
    "name": "Uniswap",
    "image": "https://assets.coingecko.com/coins/images/12504/large/uniswap-logo.png",
    "rank": 33,
    "market_cap": 2162322129.5,
    "provisional": False,
    "matched_by": "symbol",
    "exact": True,
}
_CATEGORY: dict[str, JsonValue] = {
    "id": "oracle",
    "name": "Oracle",
    "description": "Tokens of networks that bring data to smart contracts.",
    "market_cap": 7812345678.9,
    "volume_24h": 512345678.1,
    "market_cap_change_24h": -1.234567,
    "basis": "computed",
    "source": "coingecko",
    "as_of": "2026-03-01T11:06:12.000Z",
    "members": 48,
    "members_counted": 44,
    "members_whole": True,
}
_TRENDING: dict[str, JsonValue] = {
    "position": 1,
    "id": "zano",
    "symbol": "ZANO",
    "name": "Zano",
    "image": "https://assets.coingecko.com/coins/images/8370/large/zano.png",
    "source": "coingecko",
    "score": None,
    "turnover_score": None,
    "movement_score": None,
    "told": {"price": 9.6502039360042, "market_cap": 148289648, "volume_24h": 1959129, "change_24h": 2.31},
    "quote": None,
}

MatchedBy = Literal["contract", "symbol", "id", "name", "symbol_prefix", "id_prefix", "name_prefix"]


class TokenContract(BaseModel):
    """Where a token lives on one chain."""

    chain: str = Field(
        description="`ethereum`, `bsc`, `polygon`, `solana` …; a chain without a name here keeps its provider's."
    )
    address: str = Field(description="EVM addresses in lower case, all others in their own case.")
    decimals: int | None = Field(description="Of its unit; null until its details were looked at.")


class CategoryName(BaseModel):
    """A category by its id and name."""

    id: str
    name: str


class ListedToken(BaseModel):
    """One token of the catalogue."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LISTED]})

    id: str = Field(description="Slug; stands for the token in every path and parameter.")
    symbol: str = Field(description="Upper case. Several tokens may share one.")
    name: str
    image: str | None = Field(description="Address of its logo.")
    rank: int | None = Field(description="By market cap, from 1; null without a quote.")
    market_cap: float | None = Field(description="In US dollars; null without a quote.")
    provisional: bool = Field(description="Whether the id is only a stand-in until CoinGecko has answered.")
    contracts: list[TokenContract] = Field(description="By chain; a coin on its own chain has none there.")
    categories: list[CategoryName] = Field(description="As far as known: categories are looked at one by one.")


class Token(ListedToken):
    """One token with what is known of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TOKEN]})

    description: str | None = Field(description="A few sentences of plain text.")
    links: dict[str, list[str]] = Field(
        description="Addresses by kind: `homepage`, `whitepaper`, `explorers`, `forum`, `chat`, `announcements`, "
        "`source_code`, `social`; a kind without any is absent."
    )
    genesis_date: date | None = Field(description="When its chain began.")
    hashing_algorithm: str | None = Field(description="Of its mining, as in `SHA-256`.")
    source: str = Field(description="Provider of its name and contracts.")
    known_at: datetime = Field(description="Since when it has been known under this name and symbol.")
    details_source: str | None = Field(description="Provider of description, links and genesis.")
    details_observed_at: datetime | None = Field(description="When the provider last changed them.")
    details_checked_at: datetime | None = Field(
        description="When we last looked: large tokens come round first, all others within days to weeks."
    )


class Candidate(BaseModel):
    """A token that a text may mean."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CANDIDATE]})

    id: str
    symbol: str
    name: str
    image: str | None
    rank: int | None
    market_cap: float | None = Field(description="In US dollars; null without a quote.")
    provisional: bool
    matched_by: MatchedBy = Field(description="What of the token the text is, or begins.")
    exact: bool = Field(description="Whether the text is the whole of it.")


class Category(BaseModel):
    """A category with its totals, in US dollars."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CATEGORY]})

    id: str
    name: str
    description: str | None
    market_cap: float | None = Field(description="Of its tokens together.")
    volume_24h: float | None = Field(description="Traded of them within 24 hours.")
    market_cap_change_24h: float | None = Field(description="Change of the market cap over 24 hours in percent.")
    basis: Literal["computed", "told"] | None = Field(
        description="`computed`: sums over `members_counted` quotes of ours of the last hour, the change against what each "
        "market cap was by its token's own change; `told`: as the source tells it; null when neither is known."
    )
    source: str = Field(description="Provider of the category, and of the totals that are `told`.")
    as_of: datetime | None = Field(description="The oldest quote that was counted, or when the totals were told.")
    members: int = Field(description="Tokens known to belong to it.", ge=0)
    members_counted: int = Field(description="How many of them have a quote of the last hour.", ge=0)
    members_whole: bool = Field(description="Whether all of its tokens are known; else the list is a beginning.")


class CategoryTokens(Category):
    """A category with a page of its tokens."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CATEGORY | {"tokens": []}]})

    tokens: list[Mover] = Field(description="Those with a quote, largest first; `meta.total` counts them.")


class Told(BaseModel):
    """What the source of a trending list says of a token."""

    price: float | None
    market_cap: float | None
    volume_24h: float | None
    change_24h: float | None = Field(description="In percent.")


class Trending(BaseModel):
    """One place of the trending list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TRENDING]})

    position: int = Field(description="From 1, trending most.", ge=1)
    id: str
    symbol: str
    name: str
    image: str | None
    source: str = Field(
        description="A provider whose visitors search for it, or `cryptoprism` for our own calculation."
    )
    score: float | None = Field(
        description="Only ours: √(turnover_score × movement_score).",
    )
    turnover_score: float | None = Field(
        description="Only ours: how far ln(volume ÷ market cap) is above the token's own mean of seven days (or, unknown, "
        "above the market's median), in scaled median absolute deviations of all tokens."
    )
    movement_score: float | None = Field(
        description="Only ours: how far |ln(1 + change over 24 h)| is above the median, in the same unit."
    )
    told: Told = Field(description="The source's own numbers.")
    quote: Mover | None = Field(description="Our own quote, where there is one.")
