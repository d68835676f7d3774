"""Texts and addresses as providers of token details write them: HTML, blanks, nulls, bare hosts."""

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from shared.providers.numbers import JsonValue, Row, Unreadable, optional_text
from shared.records.platforms import LONGEST_ADDRESS, address_of, chain_of
from shared.records.tokens import Contract

LONGEST_DESCRIPTION = 600
MOST_LINKS = 5
_LONGEST_LINK = 500
_TAG = re.compile(r"<[^<>]*>")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T.*)?")
_SENTENCE_END = re.compile(r"[.!?](?=\s)")


def plain(text: str | None) -> str | None:
    """Return the first sentences of a text without its markup, `None` when nothing is left."""
    if not text:
        return None
    words = " ".join(html.unescape(_TAG.sub(" ", text)).replace("\x00", "").split())
    if len(words) <= LONGEST_DESCRIPTION:
        return words or None
    cut = words[:LONGEST_DESCRIPTION]
    ends = [found.end() for found in _SENTENCE_END.finditer(cut)]
    return cut[: ends[-1]] if ends else cut.rpartition(" ")[0] + " …"


def links(values: JsonValue) -> tuple[str, ...]:
    """Return the web addresses in a text or a list of texts, each once, without blanks, nulls and bare hosts of networks."""
    listed = values if isinstance(values, list) else [values]
    found = (value.strip() for value in listed if isinstance(value, str))
    return tuple(dict.fromkeys(link for link in found if _is_link(link)))[:MOST_LINKS]


def texts(values: JsonValue) -> tuple[str, ...]:
    """Return the texts of a list, each once, without blanks and nulls.

    Raises:
        Unreadable: it is no list.
    """
    if not isinstance(values, list):
        raise Unreadable("a list of texts was expected")
    return tuple(dict.fromkeys(value.strip() for value in values if isinstance(value, str) and value.strip()))


def date_in(row: Row, name: str) -> str | None:
    """Return a field's ISO date, without a time that may follow; `None` for what is no date."""
    found = _DATE.fullmatch(optional_text(row, name) or "")
    return found[1] if found else None


def contracts(pairs: Iterable[tuple[str, str | None, int | None]]) -> tuple[Contract, ...]:
    """Return contracts of (platform, address, decimals), each address once; a coin's own chain comes without an address."""
    found: dict[tuple[str, str], Contract] = {}
    for platform, written, decimals in pairs:
        address = address_of(written or "")
        if platform.strip() and address and len(address) <= LONGEST_ADDRESS:
            contract = Contract(chain=chain_of(platform), address=address, decimals=decimals)
            found.setdefault((contract.chain, address), contract)
    return tuple(found.values())


def _is_link(link: str) -> bool:
    if len(link) > _LONGEST_LINK or not link.startswith(("http://", "https://")):
        return False
    parts = urlsplit(link)
    # CoinGecko fills in `https://www.reddit.com` where a token has no subreddit.
    bare = parts.netloc in ("www.reddit.com", "reddit.com") and parts.path in ("", "/", "/r/")
    return bool(parts.netloc) and not bare
