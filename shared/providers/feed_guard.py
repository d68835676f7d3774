"""Lets a feed through to the parser only when it is XML that cannot do harm: text of known encoding, no entities, not deep.

The parser forgives a lot (feeds are often broken), so what must not be forgiven is refused here.
"""

import codecs
import re
from xml.parsers import expat

from .numbers import Unreadable

DEEPEST = 64
"""Elements inside one another; a feed with XHTML in it has about 20."""
MOST_ELEMENTS = 200_000
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
)
# Those that news are written in. Python knows stranger ones, in which "<" is written otherwise (UTF-7).
_ENCODINGS = frozenset(
    [
        "ascii",
        "iso8859-1",
        "iso8859-2",
        "iso8859-5",
        "iso8859-9",
        "iso8859-15",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "koi8-r",
        "koi8-u",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "shift_jis",
        "euc_jp",
        "euc_kr",
        "utf-8",
    ]
)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,300}\?>")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_ENDING = 1_000
"""Characters among which the root has to end; some servers put comments after it."""
_ROOTS = frozenset({"rss", "feed", "rdf"})
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.I)
_SUBSET = re.compile(r"<!ENTITY\b|<!DOCTYPE[^>]*\[", re.I)
# Whole articles are in some feeds; they are the larger part of them, and nothing here reads them.
_WHOLE_ARTICLE = re.compile(r"<content:encoded\b[^>]*>.*?</content:encoded\s*>", re.S | re.I)


def guarded(body: bytes) -> bytes:
    """Return the feed as UTF-8 without XML declaration, document type and whole articles.

    Raises:
        Unreadable: it is no feed, declares entities, or is nested or split beyond reason.
    """
    text = _DECLARATION.sub("", decoded(body), count=1).strip()
    root = _ROOT.search(text)
    if root is None or root[1].rpartition(":")[2].lower() not in _ROOTS:
        raise Unreadable(f"no feed in {len(body)} bytes")
    if f"</{root[1]}" not in text[-_ENDING:]:
        raise Unreadable(f"a feed cut off after {len(body)} bytes")
    prolog = text[: root.start()]
    if _SUBSET.search(prolog):
        raise Unreadable("a feed that declares entities")
    if _DOCTYPE.search(prolog):
        text = text[root.start() :]
    safe = _WHOLE_ARTICLE.sub("", text).encode("utf-8", "replace")
    _measure(safe)
    return safe


def decoded(body: bytes) -> str:
    """Return the text: by its byte order mark, else as UTF-8 if it is, else as it says, else as Windows' Latin.

    Feeds often declare another encoding than they have, and hardly any other text passes for UTF-8.
    """
    marked = next((name for mark, name in _BOMS if body.startswith(mark)), None)
    if marked is not None:
        return body.decode(marked, "replace")
    for name in ("utf-8", _declared(body)):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode("cp1252", "replace")


def _declared(body: bytes) -> str:
    found = _DECLARED.search(body[:400])
    try:
        name = codecs.lookup(found[1].decode()).name if found else "utf-8"
    except LookupError:
        return "utf-8"
    return name if name in _ENCODINGS else "utf-8"


def _measure(xml: bytes) -> None:
    """Read up to the first error that makes it no XML; the parser goes on there, but no deeper."""
    depth = elements = 0

    def opened(_name: str, _attributes: object) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > DEEPEST or elements > MOST_ELEMENTS:
            raise Unreadable("a feed nested or split beyond reason")

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> None:
        raise Unreadable("a feed that declares entities")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        return
