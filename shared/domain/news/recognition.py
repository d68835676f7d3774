"""Which tokens an article is about, and what shows it.

A token is found by, strongest first:

- `cashtag`: `$NEAR`, in whatever case.
- `pair`: `NEAR/USDT`, `NEAR-USD`.
- `name`: its full name. One that is an ordinary word ("Near", "Render", "The Graph"), or a single word and the token not among the first
  300, counts only beside its symbol in capitals; that of one of the first 300 also right before a word that makes it a token's
  ("Render network") and, if it has six letters or more and no person or firm is called so, capitalised within a sentence that is not in
  title case.
- `symbol`: its symbol in capitals, three letters or more, if it is no ordinary word and no common abbreviation, the token is among
  the first 500, the title is not all capitals, and something beside it speaks of markets: a word, an amount, another token.
- `tag`: the provider says so, and the names agree. Where the symbol is an ordinary word or abbreviation (EPS, "earnings per share")
  the text has to hold the symbol in capitals or the name as well.

A longer name hides the shorter one in it: "Bitcoin Cash" is not Bitcoin. Where several tokens share a symbol or a name, `catalogue`
says which is meant, or that none is. Other scripts are passed over; what is Latin in them is read.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from shared.records.news import TokenTag

from .catalogue import KNOWN_BY_SYMBOL, LONGEST_NAME, Name, NewsToken, TokenCatalogue, is_heard_of
from .words import AFTER_A_NAME, COINS, CURRENCIES, OF_MARKETS, PROPER, is_ordinary

Evidence = Literal["cashtag", "pair", "name", "symbol", "tag"]

SHORTEST_PROPER = 6
"""Letters; shorter words are capitalised for too many reasons."""
_LATIN = "A-Za-z0-9\u00c0-\u024f"
_RUN = re.compile(rf"(?<![{_LATIN}])[A-Za-z0-9]+(?![{_LATIN}])")
_CASHTAG = re.compile(rf"(?<![{_LATIN}$])\$([A-Za-z][A-Za-z0-9]{{1,9}})(?![{_LATIN}])")
_PAIR = re.compile(rf"(?<![{_LATIN}])([A-Z][A-Z0-9]{{1,9}})[/-]([A-Z]{{3,5}})(?![{_LATIN}])")
_AMOUNT = re.compile(rf"(?<![{_LATIN}$€£])\d[\d,.]*[KMB]?\s+([A-Z][A-Z0-9]{{2,9}})(?![{_LATIN}])")
_BEGINS = re.compile(r"(?:^|[.?!:;|•–—-])\s*[\"'‘“«(\[]*\s*$")
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]{2,9}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A token and what showed it."""

    token_id: str
    symbol: str
    name: str
    evidence: Evidence


class Recogniser:
    """Finds the tokens of one catalogue in texts."""

    def __init__(self, catalogue: TokenCatalogue) -> None:
        self._catalogue = catalogue

    def mentions(self, title: str, summary: str | None = None, tags: Iterable[TokenTag] = ()) -> tuple[Mention, ...]:
        """Return the tokens of a text, those of the title first, each once with its strongest evidence."""
        found = _Found()
        texts = [_Text(text) for text in (title, summary or "") if text]
        named = frozenset(each.token_id for text in texts for each in self._names(text, found, said=texts))
        for text in texts:
            self._cashtags(text, found, named)
            self._pairs(text, found, named)
        for text in texts:
            self._symbols(text, texts, found, named)
        self._tags(tags, texts, found)
        return found.all()

    def _names(self, text: "_Text", found: "_Found", said: "list[_Text]") -> list[NewsToken]:
        """Take the names, longest first; return every token whose name is written, enough or not."""
        written: list[NewsToken] = []
        at = 0
        while at < len(text.words):
            name = self._longest(text, at)
            if name is None:
                at += 1
                continue
            written.append(name.token)
            if name.distinctive or _is_supported(name, text, at, said):
                found.add(name.token, "name")
                text.taken.update(range(at, at + len(name.words)))
            at += len(name.words)
        return written

    def _longest(self, text: "_Text", at: int) -> Name | None:
        for length in range(min(LONGEST_NAME, len(text.words) - at), 0, -1):
            name = self._catalogue.named(tuple(text.small[at : at + length]))
            if name is not None and (name.in_small or _is_capitalised(text.words[at : at + length])):
                return name
        return None

    def _cashtags(self, text: "_Text", found: "_Found", named: frozenset[str]) -> None:
        for match in _CASHTAG.finditer(text.text):
            token = self._catalogue.of_symbol(match[1], named)
            if token is not None:
                found.add(token, "cashtag")

    def _pairs(self, text: "_Text", found: "_Found", named: frozenset[str]) -> None:
        for match in _PAIR.finditer(text.text):
            base, quote = match[1], match[2].lower()
            if quote not in CURRENCIES or base.lower() in CURRENCIES - COINS:
                continue
            token = self._catalogue.of_symbol(base, named)
            if token is not None:
                text.quoted.add(match[2])
                found.add(token, "pair")

    def _symbols(self, text: "_Text", said: "list[_Text]", found: "_Found", named: frozenset[str]) -> None:
        if text.shouted:
            return
        for at, word in enumerate(text.words):
            if at in text.taken or word in text.quoted or not _SYMBOL.fullmatch(word) or is_ordinary(word):
                continue
            token = self._catalogue.of_symbol(word, named)
            if token is None or token.rank is None or token.rank > KNOWN_BY_SYMBOL:
                continue
            if any(other.speaks_of_markets for other in said) or text.mostly_other or found.others_than(token):
                found.add(token, "symbol")

    def _tags(self, tags: Iterable[TokenTag], said: "list[_Text]", found: "_Found") -> None:
        for tag in tags:
            token = self._catalogue.tagged(tag.symbol, tag.name, tag.slug)
            if token is not None and (not is_ordinary(tag.symbol) or any(_holds(text, token) for text in said)):
                found.add(token, "tag")


class _Text:
    """One text and its Latin words."""

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFKC", text)
        runs = list(_RUN.finditer(self.text))
        self.words = [run[0] for run in runs]
        self._begins = [run.start() for run in runs]
        self.small = [word.lower() for word in self.words]
        self.taken: set[int] = set()
        """Places of words that are part of a name."""
        letters = [each for each in self.text if each.isalpha()]
        latin = sum(each.isascii() for each in letters)
        self.mostly_other = latin * 2 < len(letters)
        """Whether it is written in another script; Latin capitals stand out in it."""
        self.quoted: set[str] = set()
        """Symbols that only say in what another one is priced."""
        small = sum(each.islower() for each in letters if each.isascii())
        self.shouted = not self.mostly_other and latin > 10 and small * 4 < latin
        """Whether it is all capitals, which then say nothing."""
        long = [word for word in self.words if len(word) > 3 and word.isalpha()]
        self._in_sentences = sum(word.islower() for word in long) * 2 > len(long)
        self.speaks_of_markets = bool(OF_MARKETS.intersection(self.small)) or bool(_AMOUNT.search(self.text))

    def is_proper(self, at: int) -> bool:
        """Whether a word has a capital that only a name has: in sentence case, not at a beginning, no part of a compound."""
        word, begins = self.words[at], self._begins[at]
        compound = self.text[begins + len(word) : begins + len(word) + 1] == "-"
        long = len(word) >= SHORTEST_PROPER and word[0].isupper()
        return long and self._in_sentences and not compound and _BEGINS.search(self.text[:begins]) is None


class _Found:
    """Mentions in the order in which they were found."""

    _STRENGTH: tuple[Evidence, ...] = ("cashtag", "pair", "name", "symbol", "tag")

    def __init__(self) -> None:
        self._mentions: dict[str, Mention] = {}

    def add(self, token: NewsToken, evidence: Evidence) -> None:
        known = self._mentions.get(token.token_id)
        if known is None or self._STRENGTH.index(evidence) < self._STRENGTH.index(known.evidence):
            self._mentions[token.token_id] = Mention(token.token_id, token.symbol, token.name, evidence)

    def others_than(self, token: NewsToken) -> bool:
        return bool(self._mentions.keys() - {token.token_id})

    def all(self) -> tuple[Mention, ...]:
        return tuple(self._mentions.values())


def _is_capitalised(words: list[str]) -> bool:
    return all(word[0].isupper() or word[0].isdigit() or len(word) < 4 for word in words) and not words[0].islower()


def _is_supported(name: Name, text: _Text, at: int, said: list[_Text]) -> bool:
    """Whether ordinary words are a token's name here."""
    end = at + len(name.words)
    if not text.shouted and is_heard_of(name.token):
        if end < len(text.small) and text.small[end] in AFTER_A_NAME:
            return True
        if text.is_proper(at) and name.words[0] not in PROPER:
            return True
    return any(
        word == name.token.symbol and len(word) > 1 and not (other is text and at <= place < end)
        for other in said
        if not other.shouted
        for place, word in enumerate(other.words)
    )


def _holds(text: _Text, token: NewsToken) -> bool:
    if text.shouted:
        return False
    name = tuple(token.name.lower().split())
    windows = (tuple(text.small[at : at + len(name)]) for at in range(len(text.small)))
    return token.symbol in text.words or any(window == name for window in windows)
