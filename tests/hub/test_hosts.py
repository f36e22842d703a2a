"""Which network a host is in, and which redirects are followed."""

from __future__ import annotations

import socket

import pytest

from desk_llm.hub.hosts import Zone, check_redirect, host_of, zone
from desk_llm.hub.problems import Refused


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", Zone.LOOPBACK),
        ("x.localhost", Zone.LOOPBACK),
        ("127.0.0.1", Zone.LOOPBACK),
        ("127.9.9.9", Zone.LOOPBACK),
        ("127.1", Zone.LOOPBACK),
        ("0x7f000001", Zone.LOOPBACK),
        ("2130706433", Zone.LOOPBACK),
        ("[::1]", Zone.LOOPBACK),
        ("::ffff:127.0.0.1", Zone.LOOPBACK),
        ("10.1.2.3", Zone.LOCAL),
        ("192.168.1.1", Zone.LOCAL),
        ("172.16.0.1", Zone.LOCAL),
        ("100.100.100.200", Zone.LOCAL),
        ("fd00:ec2::254", Zone.LOCAL),
        ("169.254.169.254", Zone.FORBIDDEN),
        ("2852039166", Zone.FORBIDDEN),
        ("::ffff:169.254.169.254", Zone.FORBIDDEN),
        ("64:ff9b::a9fe:a9fe", Zone.FORBIDDEN),
        ("fe80::1%eth0", Zone.FORBIDDEN),
        ("0.0.0.0", Zone.FORBIDDEN),
        ("224.0.0.1", Zone.FORBIDDEN),
        ("255.255.255.255", Zone.FORBIDDEN),
        ("8.8.8.8", Zone.PUBLIC),
        ("198.18.0.7", Zone.PUBLIC),
        ("2606:4700::1111", Zone.PUBLIC),
        ("64:ff9b::808:808", Zone.PUBLIC),
    ],
)
def test_zone_of_addresses(host: str, expected: Zone) -> None:
    assert zone(host) is expected
    assert zone(host, resolve=False) is expected


def test_a_name_is_where_its_addresses_are(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {
        "rebound.example": ["93.184.216.34", "169.254.169.254"],
        "inside.example": ["93.184.216.34", "10.0.0.5"],
        "outside.example": ["93.184.216.34"],
    }

    def look_up(host: str, *_rest: object, **_more: object) -> list[tuple[object, ...]]:
        if host not in table:
            raise socket.gaierror
        return [(2, 1, 6, "", (address, 0)) for address in table[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert zone("rebound.example") is Zone.FORBIDDEN
    assert zone("inside.example") is Zone.LOCAL
    assert zone("outside.example") is Zone.PUBLIC
    assert zone("unknown.example") is Zone.PUBLIC
    assert zone("rebound.example", resolve=False) is Zone.PUBLIC


def test_host_of() -> None:
    assert host_of("https://HF.co:443/x") == "hf.co"
    assert host_of("http://hf.co:443/x") == "hf.co:443"
    assert host_of("https://hf.co./x") == "hf.co"


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("https://8.8.8.8/a", "https://1.1.1.1/b"),
        ("https://8.8.8.8/a", "https://8.8.8.8:8443/b"),
        ("http://127.0.0.1:1/a", "http://localhost:1/b"),
        ("http://192.168.1.5/a", "http://192.168.1.6/b"),
        ("http://127.0.0.1/a", "https://8.8.8.8/b"),
        ("http://8.8.8.8/a", "http://8.8.8.8/b"),
    ],
)
def test_redirects_that_are_followed(source: str, target: str) -> None:
    check_redirect(source, target)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("https://8.8.8.8/a", "http://8.8.8.8/b"),
        ("https://8.8.8.8/a", "http://1.1.1.1/b"),
        ("http://127.0.0.1/a", "http://8.8.8.8/b"),
        ("https://8.8.8.8/a", "https://127.0.0.1/b"),
        ("https://8.8.8.8/a", "https://192.168.1.1/b"),
        ("https://8.8.8.8/a", "https://10.0.0.1/b"),
        ("https://8.8.8.8/a", "https://[::1]/b"),
        ("https://8.8.8.8/a", "https://169.254.169.254/latest/meta-data"),
        ("http://127.0.0.1/a", "http://169.254.169.254/latest/meta-data"),
        ("http://192.168.1.5/a", "http://[fe80::1]/b"),
        ("https://8.8.8.8/a", "file:///etc/passwd"),
        ("https://8.8.8.8/a", "ftp://8.8.8.8/x"),
        ("https://8.8.8.8/a", "https://user:word@1.1.1.1/x"),
        ("https://8.8.8.8/a", "https:///x"),
    ],
)
def test_redirects_that_are_not(source: str, target: str) -> None:
    with pytest.raises(Refused) as raised:
        check_redirect(source, target)
    assert host_of(source) in str(raised.value)
