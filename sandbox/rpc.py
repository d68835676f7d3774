"""JSON-RPC as nodes answer it: one question or a batch of them, errors as objects."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.stand import Render, Scene
from sandbox.wire import Answer, Asked, answer_json

Method = Callable[[Scene, Any], Any]
"""From the scene and the parameters to the result."""


def node(methods: Mapping[str, Method]) -> Render:
    """Return a route that answers these methods."""

    def render(scene: Scene, asked: Asked) -> Answer:
        try:
            said = json.loads(asked.body)
        except ValueError:
            return answer_json(failed(None, -32700, "Parse error"), 400)
        if isinstance(said, list):
            return answer_json([_answered(methods, scene, each) for each in said])
        return answer_json(_answered(methods, scene, said))

    return render


def failed(number: Any, code: int, message: str) -> dict[str, Any]:
    """Return an error."""
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def _answered(methods: Mapping[str, Method], scene: Scene, said: Any) -> dict[str, Any]:
    if not isinstance(said, dict) or not isinstance(said.get("method"), str):
        return failed(None, -32600, "Invalid Request")
    method = methods.get(said["method"])
    if method is None:
        return failed(said.get("id"), -32601, "Method not found")
    try:
        result = method(scene, said.get("params") or [])
    except (ValueError, IndexError, TypeError, KeyError):
        return failed(said.get("id"), -32602, "Invalid params")
    return {"jsonrpc": "2.0", "id": said.get("id"), "result": result}
