"""Addresses of services: only those that are safe to send a token to."""

from __future__ import annotations

import pytest

from shared.gateway.outbound import Origin
from shared.gateway.refusals import Refusal
from shared.gateway.upstreams import Upstreams


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://127.0.0.1:8031", "127.0.0.1:8031"),
        ("http://[::1]:8031/", "[::1]:8031"),
        ("https://search-abc.a.run.app", "search-abc.a.run.app"),
        ("https://search.example:8443", "search.example:8443"),
    ],
)
def test_an_address_is_read_from_a_url(url, authority) -> None:
    assert Origin.parse(url).authority == authority
    assert Origin.parse(url).url == url.rstrip("/")


@pytest.mark.parametrize("url", ["http://search.example", "ftp://127.0.0.1", "127.0.0.1:80", ""])
def test_a_token_never_leaves_the_machine_unencrypted(url) -> None:
    with pytest.raises(ValueError, match=r"URL|https"):
        Origin.parse(url)


def test_addresses_take_turns_and_one_that_refused_is_left_out() -> None:
    urls = [f"http://127.0.0.1:{port}" for port in (1, 2, 3)]
    upstreams = Upstreams({"things": urls, "one": urls[0]})
    assert [upstreams.pick("things").port for _ in range(4)] == [1, 2, 3, 1]
    upstreams.skip(Origin.parse(urls[1]))
    assert {upstreams.pick("things").port for _ in range(6)} == {1, 3}
    upstreams.skip(Origin.parse(urls[0]))
    assert upstreams.pick("one").port == 1  # better than none
    with pytest.raises(Refusal):
        upstreams.pick("nothing")
