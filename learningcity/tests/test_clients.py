import pytest

from learningcity.clients import client_address
from learningcity.services.accounts import StaffAccountAdapter

PROXY, VISITOR, LIE = "10.0.0.1", "41.140.1.2", "1.1.1.1"


@pytest.fixture
def asked(rf, settings):
    """The address of a request from the proxy with this X-Forwarded-For."""

    def ask(forwarded=None, *, trusted=1, remote=PROXY):
        settings.TRUSTED_PROXIES = trusted
        headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
        return client_address(rf.get("/", REMOTE_ADDR=remote, **headers))

    return ask


@pytest.mark.parametrize(
    ("forwarded", "trusted", "address"),
    [
        (VISITOR, 1, VISITOR),
        (f"{LIE}, {VISITOR}", 1, VISITOR),
        (f"{LIE},{LIE} , {VISITOR} ", 1, VISITOR),
        (f"{LIE}, {VISITOR}, 10.0.0.2", 2, VISITOR),
        (VISITOR, 2, PROXY),
        (LIE, 0, PROXY),
        (None, 1, PROXY),
    ],
    ids=["one proxy", "a lie in front", "lies and spaces", "two proxies", "round a proxy", "no proxy", "not said"],
)
def test_what_trusted_proxies_say_counts_and_nothing_else(asked, forwarded, trusted, address):
    assert asked(forwarded, trusted=trusted) == address


@pytest.mark.parametrize(
    "garbage", ["", "unknown", f"{VISITOR}, ", f"{VISITOR}, x\x00", "999.1.1.1", ",,,", "é" * 5000]
)
def test_garbage_counts_as_the_proxy(asked, garbage):
    assert asked(garbage) == PROXY


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:DB8:1:2::ffff", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:41.140.1.2", VISITOR),
        ("fe80::1%eth0", "fe80::"),
    ],
)
def test_a_household_of_ipv6_is_one_client(asked, written, address):
    assert asked(written) == asked(trusted=0, remote=written) == address


def test_a_server_behind_a_socket_knows_nobody(asked):
    assert asked(remote="") == ""


def test_tries_to_sign_in_are_counted_by_the_same_address(rf, settings):
    settings.TRUSTED_PROXIES = 1
    request = rf.post("/", HTTP_X_FORWARDED_FOR=f"{LIE}, {VISITOR}", REMOTE_ADDR=PROXY)

    assert StaffAccountAdapter(request).get_client_ip(request) == VISITOR
