"""Texts and addresses out of strangers' hands: plain, bounded, and of kinds that are safe to show and to follow."""

import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import urlsplit

LONGEST_TITLE = 300
LONGEST_SUMMARY = 500
LONGEST_URL = 2_000
_MOST_LAYERS = 3
"""Markup is found escaped inside markup; what is left after so many layers loses its brackets."""
_LONGEST_READ = 20_000
"""Characters of a text that are looked at: the beginning is enough for a title or a summary."""
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# Marks that turn the direction of writing can make an address or a title read as another one.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b\u2060")
_BRACKET = re.compile(r"<(?=[A-Za-z/!?])")
_NOT_IN_ADDRESSES = re.compile(r"[\s\x00-\x1f\x7f\"'<>\\^`{|}]")
_SPOKEN_IN = frozenset({"script", "style", "template", "noscript", "svg"})


class _Text(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _SPOKEN_IN
        self.parts.append(" " if tag in {"p", "br", "div", "li", "td"} else "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _SPOKEN_IN))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def plain(text: str, *, longest: int) -> str:
    """Return the text without markup, control characters and marks of direction, in one line of at most `longest`."""
    text = text[:_LONGEST_READ]
    for _ in range(_MOST_LAYERS):
        before, text = text, _stripped(text)
        if text == before:
            break
    text = unicodedata.normalize("NFC", _BRACKET.sub("", text))
    seen = (" " if unicodedata.category(each) in _UNSEEN else each for each in text if each not in _TURNING)
    line = " ".join("".join(seen).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def safe_url(text: str) -> str | None:
    """Return an http or https address as it may be handed on, or `None`: another scheme, credentials, no host, too long."""
    text = text.strip()
    if not text or len(text) > LONGEST_URL or _NOT_IN_ADDRESSES.search(text):
        return None
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or parts.password is not None:
        return None
    return text


def host_of(url: str) -> str:
    """Return an address's host in lower case without `www.`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _stripped(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    parser = _Text()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts)
