"""One form for all the ways in which the same article is addressed, and an address that tells nobody who sent the reader."""

import hashlib
import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_HOST_PREFIXES = ("www.", "m.", "mobile.", "amp.")
_PORTS = {"http": 80, "https": 443}
_FOLLOWS_READERS = re.compile(
    r"(?:utm_|mtm_|pk_|piwik_|hsa_|_hs|mc_|ga_|oly_|vero_|wt_).*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|twclid|ttclid",
    re.I,
)
# These may mean something to the server, but no two articles differ in them.
_TRACKING = re.compile(
    _FOLLOWS_READERS.pattern
    + r"|ref|refsrc|ref_src|referrer|cmpid|cmp|ocid|spm|smid|share|source|src|sref|amp|outputtype|oc|hl|gl|ceid",
    re.I,
)
# The words at the end are the title, which is corrected now and then; the number stays.
_CRYPTOPANIC = re.compile(r"(/news/(?:click/)?\d+)(?:/.*)?")


def canonical(url: str) -> str:
    """Return the address without what does not tell articles apart; for comparing, never for following.

    Left out are the scheme's kind, `www.`, `m.` and `amp.` before the host, default ports, AMP's marks in the path, double and
    closing slashes, the fragment, parameters of tracking; the others are sorted.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    host = next((host.removeprefix(each) for each in _HOST_PREFIXES if host.startswith(each)), host)
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    query = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0]))
    return f"{host}{port}{_path(host, parts.path)}" + (f"?{urlencode(query)}" if query else "")


def untracked(url: str) -> str:
    """Return an address to follow, without parameters of tracking and fragment; the others keep their order and form."""
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and not _FOLLOWS_READERS.fullmatch(pair.partition("=")[0])]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), ""))


def article_id(address: str) -> str:
    """Return the name of the article that was first seen at a canonical address."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _path(host: str, path: str) -> str:
    segments = [quote(unquote(each), safe="!$&'()*+,;=:@~") for each in path.split("/") if each]
    if segments and segments[0].lower() == "amp":
        segments = segments[1:]
    if segments and segments[-1].lower() in ("amp", "index.html", "index.php"):
        segments = segments[:-1]
    if segments:
        segments[-1] = re.sub(r"(?:\.amp)(\.html?)?$", r"\1", segments[-1], flags=re.I)
    joined = "".join(f"/{each}" for each in segments)
    found = _CRYPTOPANIC.fullmatch(joined) if host == "cryptopanic.com" else None
    return found[1] if found else joined
