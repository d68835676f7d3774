"""Invented names for the tokens beyond the real ones, with the collisions that reality has."""

import re
from collections.abc import Iterator

from sandbox import noise


def _words(text: str) -> list[str]:
    return text.split(" ")


_STARTS = _words(
    "Zor Vex Lum Ari Kry Nov Qua Oxi Tel Mer Sol Pyr Hex Dra Fen Gal Ith Jun Kel Lyr Myr Nim Orb Pol Rax Syn Tor Ul Vel Wyn Xen Yor Zen"
)
_MIDDLES = _words("a e i o u an el in or ex il um ath ori ena ivo usk")
_ENDS = _words("ra ix on ia us do ka to nex ly va dex mo ty rim sha ble")
_KINDS = [
    *_words("Protocol Finance Network Token Inu AI Chain DAO Swap Labs Coin Games Pay Cash World"),
    "",
    "",
    "",
    "",
]


def invented(key: int) -> Iterator[tuple[str, str, str]]:
    """Yield (slug, symbol, name) without end; slugs differ, names and symbols may repeat.

    A second token of one name gets a numbered slug, as at CoinGecko.
    """
    seen: dict[str, int] = {}
    index = 0
    while True:
        name = _name(noise.mix(key, index))
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower())
        count = seen[slug] = seen.get(slug, 0) + 1
        yield (slug if count == 1 else f"{slug}-{count}"), _symbol(name, noise.mix(key, index, 1)), name
        index += 1


def _name(chance: int) -> str:
    word = _pick(_STARTS, chance) + _pick(_MIDDLES, chance >> 12) + _pick(_ENDS, chance >> 24)
    kind = _pick(_KINDS, chance >> 36)
    return f"{word} {kind}" if kind else word


def _symbol(name: str, chance: int) -> str:
    """Three to five letters out of the name, consonants first."""
    word, _, kind = name.lower().partition(" ")
    letters = word[0] + "".join(letter for letter in word[1:] if letter not in "aeiou") + word[-1] + kind[:1]
    return letters[: 3 + chance % 3]


def _pick(words: list[str], chance: int) -> str:
    return words[chance % len(words)]
