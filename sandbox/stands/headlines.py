"""News of the seeded market: what moved makes headlines, and phases set their tone. A pure function of seed and time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sandbox import noise
from sandbox.market import Market
from sandbox.snapshot import DAY, HOUR
from sandbox.tokens import Token

PUBLISHERS = (
    "coindesk",
    "cointelegraph",
    "decrypt",
    "theblock",
    "bitcoinmagazine",
    "cryptoslate",
    "thedefiant",
    "blockworks",
)
NEWSWORTHY = 100
"""Places in the ranking whose tokens make headlines."""
_KEY = 41

_UP = (
    "{name} ({symbol}) soars {move}% to a record as traders pile in",
    "{name} price rallies {move}% after exchange listing",
    "{symbol} surges {move}% as {name} mainnet upgrade wins approval",
)
_DOWN = (
    "{name} ({symbol}) plunges {move}% as liquidations mount",
    "{name} price crashes {move}% after exploit fears",
    "{symbol} tumbles {move}% as {name} faces lawsuit",
)
_FLAT = (
    "{name} ({symbol}) holds steady as traders wait",
    "What is next for {name}? {symbol} price analysis",
)
_TONE = {
    "bull": (
        "Crypto market gains as {count} institutional investors launch new funds",
        "Bitcoin ETF inflows hit record of ${count} million, analysts see further growth",
        "Major bank partners with exchange to offer bitcoin and ether custody in {count} cities",
    ),
    "neutral": (
        "Crypto market in review: {count} things that traders watch",
        "How {count} regulators think about stablecoin rules",
        "Bitcoin moves sideways as {count} exchanges see volumes thin out",
    ),
    "bear": (
        "Crypto market loses {count} billions as sell-off deepens",
        "Bitcoin slumps as regulators sue {count} exchanges",
        "Hackers steal ${count} million from lending protocol, users warned",
    ),
}
# Words that are symbols, none of them meant: a text of them mentions no token.
_TRAPS = (
    "Just the one near thing: {count} fun ways to win, whatever the gas price",
    "WHY THIS ONE LINK COULD BE A HOT ID FOR {count} SAND ARTISTS",
    "Optimism fades near the top as {count} makers mask their op costs",
    "A compound question: can {count} graphs render a flow of cash?",
)
_SCRIPTS = (
    "{name}（{symbol}）价格变动{move}%，市场关注",
    "Цена {name} изменилась на {move}%, трейдеры следят за ${symbol}",
    "{name}の価格が{move}%変動、${symbol}に注目",
    "تغير سعر {name} بنسبة {move}% والمتداولون يراقبون ${symbol}",
)


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, who published it first, and who took it over."""

    number: int
    at: int
    """Unix time."""
    title: str
    summary: str
    tokens: tuple[Token, ...]
    publisher: str
    syndicated_by: str | None
    """Who has the same article at the same address, with tracking parameters."""
    retold_by: str | None
    """Who has it with a title hardly changed at an address of its own."""
    dated: bool
    tagged: bool
    """Whether CryptoPanic names the tokens."""

    @property
    def slug(self) -> str:
        """The end of its address."""
        return f"story-{self.number:x}"

    @property
    def day(self) -> str:
        """The part of its address that tells the day."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y/%m/%d")


def stories(market: Market, seconds: int, *, hours: int = 30) -> list[Story]:
    """Return what was published up to a Unix time, newest first."""
    last = seconds // HOUR
    made = [story for hour in range(last - hours, last + 1) for story in _of_hour(market, hour) if story.at <= seconds]
    return sorted(made, key=lambda story: (-story.at, story.number))


def address_of(story: Story, publisher: str) -> str:
    """Return where a publisher has a story; nobody's real host, for nobody really wrote it."""
    return f"https://www.{publisher}.example/{story.day}/{story.slug}"


@lru_cache(maxsize=4_096)
def _of_hour(market: Market, hour: int) -> tuple[Story, ...]:
    seconds = hour * HOUR
    tokens, changes = _movers(market, seconds)
    kind = market.phase_at(datetime.fromtimestamp(seconds, UTC)).kind
    key = noise.mix(market.seed, _KEY, hour)
    loudest = int(np.argmax(np.abs(changes)))
    another = int(noise.unit(key, 1) * len(tokens))
    told = [
        _about(key, 0, tokens[loudest], float(changes[loudest])),
        _about(key, 1, tokens[another], float(changes[another])),
        (_counted(_TONE[kind], key, 2), "What it means for the market as a whole.", ()),
        _other(key, tokens[another], float(changes[another])),
    ]
    return tuple(_story(key, place, seconds, *each) for place, each in enumerate(told))


def _movers(market: Market, seconds: int) -> tuple[list[Token], NDArray[np.float64]]:
    """Return the newsworthy tokens and how their prices changed within a day, in percent."""
    change = (market.prices_at(seconds)[:NEWSWORTHY] / market.prices_at(seconds - DAY)[:NEWSWORTHY] - 1.0) * 100.0
    known = [place for place in range(len(change)) if np.isfinite(change[place]) and not market.tokens[place].stable]
    return [market.tokens[place] for place in known], change[known]


def _about(key: int, place: int, token: Token, change: float) -> tuple[str, str, tuple[Token, ...]]:
    forms = _UP if change > 2.0 else _DOWN if change < -2.0 else _FLAT
    said = {"name": token.name, "symbol": token.symbol.upper(), "move": f"{abs(change):.1f}"}
    title = _pick(forms, key, 10 + place).format(**said)
    return title, f"{token.name} moved by {change:+.1f}% within a day.", (token,)


def _other(key: int, token: Token, change: float) -> tuple[str, str, tuple[Token, ...]]:
    if noise.unit(key, 3) < 0.5:
        return _counted(_TRAPS, key, 4), "Nothing in here is about a token.", ()
    said = {"name": token.name, "symbol": token.symbol.upper(), "move": f"{abs(change):.1f}"}
    return _pick(_SCRIPTS, key, 4).format(**said), "", (token,)


def _story(key: int, place: int, seconds: int, title: str, summary: str, tokens: tuple[Token, ...]) -> Story:
    chance = [noise.unit(key, 20 + place, field) for field in range(7)]
    publisher = PUBLISHERS[int(chance[0] * len(PUBLISHERS))]
    others = [each for each in PUBLISHERS if each != publisher]
    return Story(
        number=noise.mix(key, place) & 0xFFFFFFFF,
        at=seconds + int(chance[1] * HOUR),
        title=title,
        summary=summary,
        tokens=tokens,
        publisher=publisher,
        syndicated_by=others[int(chance[2] * len(others))] if chance[3] < 0.25 else None,
        retold_by=others[int(chance[4] * len(others))] if 0.25 <= chance[3] < 0.5 else None,
        dated=chance[5] > 0.06,
        tagged=chance[6] > 0.5,
    )


def _counted(forms: tuple[str, ...], *key: int) -> str:
    """Return a form with a number of its hour, so that no two hours have the same news."""
    return _pick(forms, *key).format(count=2 + int(noise.unit(*key, 1) * 900))


def _pick(forms: tuple[str, ...], *key: int) -> str:
    return forms[int(noise.unit(*key) * len(forms))]
