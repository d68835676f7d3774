"""The replay as one ASGI application: a prefix per recorded provider, and /admin/recordings."""

from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from typing import Any

from sandbox.asgi import Receive, Scope, Send, send_answer
from sandbox.counting import Requests
from sandbox.replay.choosing import choose
from sandbox.replay.recordings import Recording, Skipped
from sandbox.wire import Answer, Asked, answer_json


class Replay:
    """Answers with recorded bodies byte for byte, under the time they were recorded at."""

    def __init__(self, recordings: Sequence[Recording], skipped: Sequence[Skipped] = ()) -> None:
        self._recordings = tuple(recordings)
        self._skipped = tuple(skipped)
        self.requests = Requests()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        provider, _, rest = scope["path"].removeprefix("/").partition("/")
        asked = Asked(provider, f"/{rest}", scope["query_string"].decode("latin-1"))
        if scope["method"] != "GET":
            await send_answer(send, answer_json({"detail": "only GET was recorded"}, 405))
        elif provider == "admin":
            await send_answer(send, self._admin(asked.path))
        else:
            answer = self._replay(asked)
            self.requests.count(provider, asked.path, answer.status)
            await send_answer(send, answer)

    def _replay(self, asked: Asked) -> Answer:
        recording = choose(self._recordings, asked.provider, asked.path, asked.query)
        if recording is None:
            detail = f"no recording answers GET /{asked.provider}{asked.path}" + (
                f"?{asked.query_string}" if asked.query_string else ""
            )
            near = [
                _described(one) for one in self._recordings if one.provider == asked.provider and one.path == asked.path
            ]
            return answer_json({"detail": detail, "recorded_of_this_path": near}, 404)
        headers = dict(recording.headers)
        content_type = headers.pop("content-type")
        dated = (("date", format_datetime(recording.recorded_at, usegmt=True)), *headers.items())
        return Answer(recording.body, recording.status, dated, content_type)

    def _admin(self, path: str) -> Answer:
        reports: Mapping[str, Any] = {
            "/recordings": {
                "served": [_described(one) for one in self._recordings],
                "not_served": [{"file": one.file, "reason": one.reason} for one in self._skipped],
            },
            "/requests": self.requests.report(),
            "/health": {"status": "ok"},
        }
        if path not in reports:
            return answer_json({"detail": f"GET /admin{path} is not known"}, 404)
        return answer_json(reports[path])


def _described(recording: Recording) -> dict[str, Any]:
    return {
        "file": recording.file,
        "url": f"/{recording.provider}{recording.path}",
        "params": dict(recording.params),
        "status": recording.status,
        "recorded_at": recording.recorded_at.isoformat(),
        "fidelity": recording.fidelity,
        "bytes": len(recording.body),
    }
