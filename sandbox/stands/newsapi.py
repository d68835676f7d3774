"""NewsAPI's wire format: /everything.

Source: recorded answers, and https://newsapi.org/docs/endpoints/everything and https://newsapi.org/docs/errors
"""

from typing import Any

from sandbox.stand import Scene, Stand
from sandbox.stands.headlines import Story, address_of, stories
from sandbox.timeline import iso_seconds
from sandbox.wire import Answer, Asked, answer_json

_MOST = 100
_DESCRIPTION, _REMOVED = 0.8, 37


def everything(scene: Scene, asked: Asked) -> Answer:
    """Answer /everything: what publishers wrote, with the marks of tracking that they put on their addresses."""
    key = asked.headers.get("x-api-key") or asked.query.get("apiKey", "")
    if not key:
        return _error(401, "apiKeyMissing", "Your API key is missing. Append this to the URL with the apiKey param.")
    if not key.startswith("sandbox"):
        return _error(401, "apiKeyInvalid", "Your API key is invalid or incorrect. Check your key, or go to our site.")
    if not asked.query.get("q"):
        return _error(
            400, "parametersMissing", "Required parameters are missing, the scope of your search is too broad."
        )
    size = min(_MOST, asked.integer("pageSize", 100))
    first = (asked.integer("page", 1) - 1) * size
    if first >= _MOST:
        return _error(
            426,
            "maximumResultsReached",
            "You have requested too many results. Developer accounts are limited to a max of 100 results.",
        )
    told = [story for story in stories(scene.market, scene.seconds) if story.number % 5 < 3 and story.title.isascii()]
    rows = [_row(story, scene) for story in told[first : first + size]]
    return answer_json({"status": "ok", "totalResults": len(told), "articles": rows})


def _row(story: Story, scene: Scene) -> dict[str, Any]:
    name = story.publisher.title()
    at = iso_seconds(story.at + scene.said_at - scene.seconds)
    if story.number % _REMOVED == 0:
        gone = dict.fromkeys(("title", "description", "content"), "[Removed]")
        return _article("[Removed]", None, "https://removed.com", at) | gone
    nulled = scene.fault is not None and scene.fault.kind == "nulls" and story.number % 3 == 0
    url = f"{address_of(story, story.publisher)}?utm_source=newsapi&utm_medium=api#top"
    return _article(name, f"{name} staff", url, at) | {
        "title": None if nulled else story.title,
        "description": story.summary or None,
        "content": f"{story.title}\r\n{story.summary}… [+2143 chars]",
    }


def _article(name: str, author: str | None, url: str, at: str) -> dict[str, Any]:
    return {
        "source": {"id": None, "name": name},
        "author": author,
        "title": None,
        "description": None,
        "url": url,
        "urlToImage": None if author is None else f"{url.partition('?')[0]}.jpg",
        "publishedAt": at,
        "content": None,
    }


def _error(status: int, code: str, message: str) -> Answer:
    return answer_json({"status": "error", "code": code, "message": message}, status)


NEWSAPI = Stand(
    name="newsapi",
    routes={"/v2/everything": everything},
    limited={
        "status": "error",
        "code": "rateLimited",
        "message": "You have made too many requests recently. Developer accounts are limited to 100 requests over a 24 hour period.",
    },
    broken={"status": "error", "code": "unexpectedError", "message": "Something went wrong on our side."},
    missing={"status": "error", "code": "endpointNotFound", "message": "This endpoint does not exist."},
)
