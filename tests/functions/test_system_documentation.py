"""Catalogue, changelog and documentation, asked over HTTP."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from functions.system.documentation import Documentation
from functions.system.models import Catalog, Release
from functions.system.page import documentation_page
from shared.http.envelope import Envelope
from tools import changelog

from .systems import API, LLMS, System

FOLDER = Path(__file__).parents[2] / "functions" / "system"
MARKDOWN = """# Changelog

Kept for callers.

## [Unreleased]

### Added

- `/market/movers`: gainers
  and losers.
- `/status`.

## [0.1.0] - 2026-03-01

### Fixed
* Times are UTC.

[Unreleased]: compare
"""


async def test_the_catalogue_lists_groups_with_operations_and_limits() -> None:
    answer = await System().get("/api/v1/catalog")

    catalog = Envelope[Catalog].model_validate(answer.json()).data
    assert (catalog.version, [group.name for group in catalog.groups]) == ("0.1.0", ["prices", "other"])
    live = catalog.groups[0].operations[0]
    assert (live.method, live.path, live.fresh_s, live.sign_in) == ("GET", "/api/v1/prices/live", 60, False)
    assert live.formats == ["application/json", "text/csv"]
    assert live.errors == {"422": "A parameter was refused"}
    limit, currency, snapshot = live.parameters
    assert (limit.type, limit.minimum, limit.maximum, limit.default) == ("integer", 1, 250, 50)
    assert (currency.allowed, currency.default) == (["usd"], "usd")
    assert (snapshot.type, snapshot.required) == ("date-time", False)


async def test_the_catalogue_tells_what_needs_a_token_and_is_never_kept() -> None:
    groups = (await System().get("/api/v1/catalog")).json()["data"]["groups"]

    operation = groups[1]["operations"][0]
    assert (operation["sign_in"], operation["fresh_s"], operation["method"]) == (True, None, "POST")


async def test_the_catalogue_tells_providers_and_counts_tokens() -> None:
    answer = await System().get("/api/v1/catalog")

    coverage = answer.json()["data"]["coverage"]
    assert {"kind": "quotes", "id": "coingecko_pro", "family": "coingecko"} in coverage["providers"]
    assert coverage["tokens"] == 250
    assert answer.headers["cache-control"].startswith("public, max-age=3600,")


async def test_without_postgresql_the_number_of_tokens_is_unknown_and_soon_asked_for_again() -> None:
    system = System()
    system.database.away = True

    answer = await system.get("/api/v1/catalog")

    assert (answer.status_code, answer.json()["data"]["coverage"]["tokens"]) == (200, None)
    assert answer.headers["cache-control"].startswith("public, max-age=15,")


async def test_the_changelog_is_answered_as_packaged() -> None:
    answer = await System().get("/api/v1/changelog")

    releases = Envelope[list[Release]].model_validate(answer.json()).data
    assert releases[0].changes == {"added": ["`/prices`: live quotes."]}
    assert answer.headers["cache-control"].startswith("public, max-age=3600,")


def test_releases_are_read_from_the_markdown() -> None:
    assert changelog.releases(MARKDOWN) == [
        {
            "version": "Unreleased",
            "date": None,
            "changes": {"added": ["`/market/movers`: gainers and losers.", "`/status`."]},
        },
        {"version": "0.1.0", "date": "2026-03-01", "changes": {"fixed": ["Times are UTC."]}},
    ]


def test_the_packaged_changelog_fits_its_model() -> None:
    packaged = json.loads((FOLDER / "changelog.json").read_text(encoding="utf-8"))

    assert [Release.model_validate(release) for release in packaged]


def test_the_packaged_changelog_is_the_markdown() -> None:
    assert changelog.main(["--check"]) == 0


async def test_the_openapi_document_is_answered_as_packaged() -> None:
    system = System()

    answer = await system.get("/api/v1/openapi.json")

    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == API


async def test_documentation_is_kept_and_asked_again_for_nothing() -> None:
    system = System()
    first = await system.get("/api/v1/docs")

    second = await system.get("/api/v1/docs", **{"if-none-match": first.headers["etag"]})

    assert (first.status_code, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (second.status_code, second.headers["x-cache"]) == (304, "hit-memory")


async def test_a_kept_page_still_carries_its_policy() -> None:
    system = System()
    first = await system.get("/api/v1/docs")

    second = await system.get("/api/v1/docs")

    assert second.headers["x-cache"] == "hit-memory"
    assert second.headers["content-security-policy"] == first.headers["content-security-policy"]


def test_the_page_refers_to_nothing_on_other_hosts() -> None:
    html = documentation_page().html

    references = re.findall(r"""(?:src|href|action|url)\s*[=(]\s*["']?([^"'\s>)]+)""", html)
    assert references
    assert not [reference for reference in references if re.match(r"(?:[a-z]+:)?//", reference)]
    assert not re.findall(r"https?://|@import|import\s*\(|\bfrom\s+[\"']", html)


def test_the_policy_admits_the_page_s_own_script_and_style_and_no_other() -> None:
    page = documentation_page()
    blocks = re.findall(r"<(?:script type=\"module\"|style)>(.*?)</(?:script|style)>", page.html, re.DOTALL)
    digests = {f"'sha256-{base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()}'" for block in blocks}

    directives = dict(part.split(" ", 1) for part in page.policy.split("; "))

    assert {directives["script-src"], directives["style-src"]} == digests
    assert directives["default-src"] == "'none'"
    assert directives["connect-src"] == "'self'"


def test_the_page_has_no_inline_handlers_or_styles_that_the_policy_would_stop() -> None:
    markup = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", documentation_page().html, flags=re.DOTALL)

    assert not re.findall(r"\s(?:on\w+|style)=", markup)


def test_text_of_the_document_never_becomes_markup() -> None:
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", documentation_page().html)


def test_a_bundle_without_its_document_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Documentation.packaged(tmp_path)


@pytest.mark.parametrize("path", ["/llms.txt", "/api/v1/llms.txt"])
async def test_the_page_for_agents_is_plain_text_and_kept(path: str) -> None:
    answer = await System().get(path)

    assert (answer.status_code, answer.text) == (200, LLMS)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"].startswith("public, max-age=3600,")
