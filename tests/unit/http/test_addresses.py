"""Where requests on behalf of callers may go."""

import ipaddress

import pytest

from shared.http.addresses import AddressRefusedError, check_url, is_public, target_of

REFUSED = [
    "http://hooks.example.org/",
    "ftp://hooks.example.org/",
    "file:///etc/passwd",
    "https://",
    "https:///path",
    "not a url",
    "https://hooks.example.org/with blank",
    "https://hooks.example.org/\r\nHost: inside",
    "https://ann:secret@hooks.example.org/",
    "https://hooks.example.org@127.0.0.1/",
    "https://hooks.example.org/#fragment",
    "https://hooks.example.org:notaport/",
    "https://hooks.example.org:70000/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://metadata/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://printer.local/",
    "https://app.localhost/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.5.4/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.2.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[fe80::1]/",
    "https://[fd00:ec2::254]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://" + "a" * 2_000 + ".example.org/",
]
PUBLIC = "93.184.215.14"


@pytest.mark.parametrize("url", REFUSED)
def test_url_that_is_no_place_on_the_internet_is_refused(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        check_url(url)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://hooks.example.org/prism?key=1", ("hooks.example.org", 443)),
        ("https://hooks.example.org:8443/", ("hooks.example.org", 8443)),
        (f"https://{PUBLIC}/", (PUBLIC, 443)),
        ("https://[2606:4700::1111]/", ("2606:4700::1111", 443)),
    ],
)
def test_url_on_the_internet_is_taken(url: str, place: tuple[str, int]) -> None:
    assert check_url(url) == place


def test_an_operators_own_receiver_is_let_through_and_no_other_port_of_it() -> None:
    allowed = frozenset({"127.0.0.1:9000"})

    assert check_url("http://127.0.0.1:9000/hook", allowed=allowed) == ("127.0.0.1", 9000)
    with pytest.raises(AddressRefusedError):
        check_url("http://127.0.0.1:9001/hook", allowed=allowed)


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"])
async def test_a_name_that_points_inside_is_refused_even_if_another_address_of_it_is_public(inside: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return [PUBLIC, inside]

    with pytest.raises(AddressRefusedError, match="points to"):
        await target_of("https://hooks.example.org/", resolve=resolve)


async def test_the_address_that_was_looked_at_is_the_one_that_is_gone_to() -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop(0)

    target = await target_of("https://hooks.example.org/a?b=c", resolve=rebinding)

    assert target == (PUBLIC, "hooks.example.org", 443, "/a?b=c", True)
    with pytest.raises(AddressRefusedError):
        await target_of("https://hooks.example.org/", resolve=rebinding)


def test_transition_addresses_count_as_what_they_carry() -> None:
    assert is_public(ipaddress.ip_address(f"64:ff9b::{ipaddress.IPv4Address(PUBLIC)}"))
    assert not is_public(ipaddress.ip_address("64:ff9b::10.0.0.1"))
