"""The environment moves addresses, states limits and brings keys."""

import pytest

from shared.core.errors import SettingsError
from shared.core.settings import Settings
from shared.providers.contract import Limit
from shared.providers.quotes import quote_providers
from shared.records.provider import QUOTE_PROVIDERS


def settings(**environment: str) -> Settings:
    return Settings.from_environment(environment)


def test_every_named_provider_has_an_adapter_in_its_family() -> None:
    providers = quote_providers(settings())

    assert {each.id: each.family for each in providers} == dict(QUOTE_PROVIDERS)


def test_a_stand_in_is_asked_at_its_address() -> None:
    adapters = {
        each.id: each.adapter for each in quote_providers(settings(COINCAP_URL="http://127.0.0.1:9/coincap/v2/"))
    }

    assert getattr(adapters["coincap"], "base_url", None) == "http://127.0.0.1:9/coincap/v2"
    assert getattr(adapters["binance"], "base_url", None) == "https://api.binance.com"


def test_an_operator_states_his_own_limits() -> None:
    pro = quote_providers(settings(COINGECKO_PRO_LIMITS="1000/60,3000000/2592000"))[0]

    assert pro.adapter.descriptor.limits == (Limit(1000, 60, "stated"), Limit(3_000_000, 2_592_000, "stated"))


@pytest.mark.parametrize(
    ("name", "value"), [("BINANCE_URL", "file:///x"), ("BINANCE_LIMITS", "many"), ("BINANCE_LIMITS", "0/60")]
)
def test_an_unreadable_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        quote_providers(settings(**{name: value}))

    assert caught.value.name == name


def test_keys_are_not_shown() -> None:
    assert "tok-secret" not in repr(
        quote_providers(settings(COINGECKO_PRO_KEY="tok-secret", COINCAP_KEYS="tok-secret"))
    )
