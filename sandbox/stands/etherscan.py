"""Etherscan's second version: one path, told apart by module and action; errors with HTTP 200, a key wanted, a chain refused.

What stands at each module and action is in modules of their own, `etherscan_<what>.py`, whose ROUTES are merged here.
"""

from collections.abc import Mapping

from sandbox.limits import Limit
from sandbox.stand import Render, Scene, Stand
from sandbox.stands import etherscan_gas, etherscan_stats, etherscan_transfers
from sandbox.wire import Answer, Asked, answer_json

KEYS = ("sandbox-primary", "sandbox-backup")
NOT_FREE = "56"
"""The chain that the free plan leaves out."""

ACTIONS: Mapping[tuple[str, str], Render] = {
    **etherscan_gas.ROUTES,
    **etherscan_stats.ROUTES,
    **etherscan_transfers.ROUTES,
}
"""{(module, action): render}."""


def api(scene: Scene, asked: Asked) -> Answer:
    """Answer /v2/api."""
    if asked.query.get("apikey") not in KEYS:
        given = "apikey" in asked.query
        return answer_json(refusal("Invalid API Key (#err2)|" if given else "Missing/Invalid API Key"))
    if asked.query.get("chainid") == NOT_FREE:
        return answer_json(
            refusal(
                "Free API access is not supported for this chain. Please upgrade your api plan for full chain coverage. "
                "https://etherscan.io/apis"
            )
        )
    render = ACTIONS.get((asked.query.get("module", ""), asked.query.get("action", "")))
    return answer_json(refusal("Error! Missing Or invalid Action name")) if render is None else render(scene, asked)


def refusal(result: str) -> dict[str, str]:
    """Return an error as Etherscan words it, with HTTP 200."""
    return {"status": "0", "message": "NOTOK", "result": result}


STAND = Stand(
    name="etherscan",
    routes={"/v2/api": api},
    limited=refusal("Max calls per sec rate limit reached (3/sec)"),
    broken="Internal Server Error",
    missing=refusal("Error! Missing Or invalid Module name"),
    limit=Limit(180, 60),
)
