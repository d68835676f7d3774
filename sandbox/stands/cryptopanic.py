"""CryptoPanic's wire format, version 1: /posts/ by twenty, the caller's token in `next`.

Source: recorded answers of 2023, and https://cryptopanic.com/developers/api/
"""

from typing import Any
from urllib.parse import urlencode

from sandbox.stand import Scene, Stand
from sandbox.stands.headlines import Story, stories
from sandbox.timeline import iso_seconds
from sandbox.wire import Answer, Asked, answer_json

_PER_PAGE, _MOST_PAGES = 20, 10
_NO_TOKEN = {"status": "Incomplete", "info": "Token not found"}
_LIMITED = {"status": "api_error", "info": "Rate limit exceeded"}


def posts(scene: Scene, asked: Asked) -> Answer:
    """Answer /posts/: the newest first; `count` is always 200."""
    token = asked.query.get("auth_token", "")
    if not token.startswith("sandbox"):
        return answer_json(_NO_TOKEN, 401)
    page = asked.integer("page", 1)
    shown = stories(scene.market, scene.seconds, hours=60)[: _PER_PAGE * _MOST_PAGES]
    rows = [_row(story, scene) for story in shown[(page - 1) * _PER_PAGE : page * _PER_PAGE]]
    return answer_json(
        {
            "count": _PER_PAGE * _MOST_PAGES,
            "next": _link(asked, page + 1) if page * _PER_PAGE < len(shown) else None,
            "previous": _link(asked, page - 1) if page > 1 else None,
            "results": rows,
        }
    )


def _link(asked: Asked, page: int) -> str:
    query = {name: value for name, value in asked.query.items() if name != "page"} | {"page": str(page)}
    return f"https://cryptopanic.com/api/v1/posts/?{urlencode(query)}"


def _row(story: Story, scene: Scene) -> dict[str, Any]:
    domain = f"{story.publisher}.example"
    at = iso_seconds(story.at + scene.said_at - scene.seconds)
    row: dict[str, Any] = {
        "kind": "news",
        "domain": domain,
        "source": {"title": story.publisher.title(), "region": "en", "domain": domain, "path": None},
        "title": story.title if not _is_nulled(story, scene) else None,
        "published_at": at,
        "slug": story.slug,
        "id": story.number,
        "url": f"https://cryptopanic.com/news/{story.number}/{story.slug}",
        "created_at": at,
        "votes": dict.fromkeys(
            ("negative", "positive", "important", "liked", "disliked", "lol", "toxic", "saved", "comments"), 0
        ),
    }
    if story.tagged and story.tokens:
        row["currencies"] = [
            {
                "code": token.symbol.upper(),
                "title": token.name,
                "slug": token.id,
                "url": f"https://cryptopanic.com/news/{token.id}/",
            }
            for token in story.tokens
        ]
    return row


def _is_nulled(story: Story, scene: Scene) -> bool:
    return scene.fault is not None and scene.fault.kind == "nulls" and story.number % 3 == 0


CRYPTOPANIC = Stand(
    name="cryptopanic",
    routes={"/api/v1/posts/": posts},
    limited=_LIMITED,
    broken={"status": "api_error", "info": "Something went wrong"},
    missing={"detail": "Not found."},
)
