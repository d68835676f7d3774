"""The tokens there are, by symbol and by name, and which one is meant where several share one."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from .words import ALIASES, OF_EVERY_TOKEN, is_ordinary

DWARFED_BY = 100
"""Of several tokens with one name or symbol the largest is meant if the next is this many times smaller; else none is."""
KNOWN_BY_NAME = 300
"""Tokens ranked lower need more than their name, if it is one word."""
KNOWN_BY_SYMBOL = 500
LONGEST_NAME = 5
"""Words."""
_WORDS = re.compile(r"[^\W_]+")
_BRACKETED = re.compile(r"\s*[(\[][^)\]]*[)\]]")


@dataclass(frozen=True, slots=True)
class NewsToken:
    """What news need to know of a token."""

    token_id: str
    symbol: str
    """Upper case."""
    name: str
    rank: int | None = None
    market_cap_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """One way to write a token's name."""

    token: NewsToken
    words: tuple[str, ...]
    """Lower case."""
    distinctive: bool
    """Whether the name alone is enough."""
    in_small: bool = False
    """Whether it is even when written without capitals, as "bitcoin" is."""


class TokenCatalogue:
    """Tokens by symbol and by the words of their names."""

    def __init__(self, tokens: Iterable[NewsToken]) -> None:
        self._by_id: dict[str, NewsToken] = {}
        self._by_symbol: dict[str, list[NewsToken]] = defaultdict(list)
        named: dict[tuple[str, ...], list[Name]] = defaultdict(list)
        for token in tokens:
            self._by_id[token.token_id] = token
            self._by_symbol[token.symbol.upper()].append(token)
            for name in _names_of(token):
                named[name.words].append(name)
        for alias, token_id in ALIASES.items():
            if token_id in self._by_id:
                words = tuple(alias.split())
                named[words] = [Name(self._by_id[token_id], words, True, in_small=words[0] not in ("matic", "avax"))]
        self._named = {words: meant for words, names in named.items() if (meant := _meant(names)) is not None}

    def named(self, words: tuple[str, ...]) -> Name | None:
        """Return the name that these words, in lower case, are."""
        return self._named.get(words)

    def of_symbol(self, symbol: str, mentioned: frozenset[str] = frozenset()) -> NewsToken | None:
        """Return the token that a symbol means where the tokens `mentioned` are named beside it; `None` if that is not sure."""
        candidates = self._by_symbol.get(symbol.upper(), [])
        beside = [each for each in candidates if each.token_id in mentioned]
        return beside[0] if len(beside) == 1 else _largest(candidates)

    def tagged(self, symbol: str, name: str | None, slug: str | None) -> NewsToken | None:
        """Return the token that a provider means: the name has to agree where it tells one, for symbols collide."""
        candidates = self._by_symbol.get(symbol.upper(), [])
        if name is None and slug is None:
            return _largest(candidates)
        same = [each for each in candidates if _agrees(each, name, slug)]
        return _largest(same)


def _agrees(token: NewsToken, name: str | None, slug: str | None) -> bool:
    names = {each.words for each in _names_of(token)}
    return slug == token.token_id or (name is not None and _words(name) in names)


def _names_of(token: NewsToken) -> Iterator[Name]:
    """Yield the name, and the name without what is said of every token: `Near Protocol` is also `Near`."""
    words = _words(token.name)
    if not words or len(words) > LONGEST_NAME or not any(len(word) > 1 for word in words):
        return
    yield _name(token, words, alone=True)
    if len(words) > 1 and words[-1] in OF_EVERY_TOKEN:
        yield _name(token, words[:-1], alone=False)


def _name(token: NewsToken, words: tuple[str, ...], *, alone: bool) -> Name:
    """Return a name and whether it is enough: it has to have an own word, and to be of a token that one has heard of.

    Args:
        token: Whose name it is.
        words: The name.
        alone: Whether it is the whole name; a shortened one may be distinctive only if more than a word is left.
    """
    ordinary = [is_ordinary(word) for word in words]
    heard_of = is_heard_of(token) or len(words) > 1
    told_apart = not all(ordinary) or (words[-1] in OF_EVERY_TOKEN and words[0] == token.symbol.lower())
    distinctive = heard_of and told_apart and (alone or len(words) > 1)
    return Name(
        token, words, distinctive, in_small=distinctive and not any(ordinary) and words[0] != token.symbol.lower()
    )


def is_heard_of(token: NewsToken) -> bool:
    """Return whether a token is among those that news name without explaining."""
    return token.rank is not None and token.rank <= KNOWN_BY_NAME


def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORDS.findall(_BRACKETED.sub("", name)))


def _meant(names: list[Name]) -> Name | None:
    token = _largest([name.token for name in names])
    return next((name for name in names if token is not None and name.token.token_id == token.token_id), None)


def _largest(tokens: list[NewsToken]) -> NewsToken | None:
    """Return the only one, or the one that dwarfs the others."""
    ranked = sorted(tokens, key=lambda each: (each.market_cap_usd or Decimal(0), each.token_id), reverse=True)
    if len(ranked) > 1 and (ranked[0].market_cap_usd or 0) <= DWARFED_BY * (ranked[1].market_cap_usd or 0):
        return None
    return ranked[0] if ranked else None
