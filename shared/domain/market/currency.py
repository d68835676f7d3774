"""Currencies that prices are shown in, each but the dollar a token of ours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Currency = Literal["usd", "btc", "eth"]

TOKEN_OF: Mapping[Currency, str] = MappingProxyType({"btc": "bitcoin", "eth": "ethereum"})
