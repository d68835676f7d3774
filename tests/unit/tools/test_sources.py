from shared.records.provider import PROVIDERS
from tools.sources import descriptors, sources_text

DESCRIPTORS = tuple(descriptors())


def test_every_provider_of_every_kind_is_described() -> None:
    described = {(each.kind, each.id) for each in DESCRIPTORS}

    assert described == {(kind, name) for kind, providers in PROVIDERS.items() for name in providers}


def test_every_provider_has_one_line() -> None:
    lines = [line for line in sources_text().splitlines() if line.startswith("| ")][1:]

    assert [line.split()[1] for line in lines] == sorted({each.id for each in DESCRIPTORS})


def test_a_line_tells_kinds_key_limits_and_address() -> None:
    assert (
        "| cryptocompare | candles | `CRYPTOCOMPARE_KEY`, if you have one |"
        " 300 / minute (free), 7,500 / day (free), 50,000 / 30 days (free) | `https://data-api.cryptocompare.com` |"
    ) in sources_text()
    assert "| koios | chains | – | 5,000 / day (public) |" in sources_text()
    assert "10 / 6 seconds (community)" in sources_text()
