"""`python -m sandbox`: stand in for the upstream providers on one port."""

import argparse
from collections.abc import Sequence

from sandbox.app import Sandbox
from sandbox.clock import SandboxClock, read_moment
from sandbox.market import Market
from sandbox.serving import run


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and serve until told to stop."""
    asked = _parser().parse_args(arguments)
    market = Market(asked.seed, asked.tokens)
    app = Sandbox(
        market,
        clock=SandboxClock(asked.clock),
        pro_keys=_keys(asked.pro_keys),
        coincap_keys=_keys(asked.coincap_keys),
        limits=asked.limits,
    )
    run(app, asked.port, f"sandbox: {asked.tokens} tokens of seed {asked.seed}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--tokens", type=int, default=6000, help="how many tokens are listed at any time")
    parser.add_argument("--seed", type=int, default=1, help="which market")
    parser.add_argument("--pro-keys", default="", help="comma list of keys that CoinGecko Pro accepts; none without it")
    parser.add_argument("--coincap-keys", default="", help="comma list of keys that CoinCap 3 accepts; none without it")
    parser.add_argument("--clock", type=read_moment, default=None, help="ISO time at which the market stands still")
    parser.add_argument("--limits", action="store_true", help="enforce the providers' published request limits")
    return parser


def _keys(text: str) -> list[str]:
    return [key.strip() for key in text.split(",") if key.strip()]


if __name__ == "__main__":
    main()
