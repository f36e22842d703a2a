"""Which network a host is in, and where a redirect may lead."""

from __future__ import annotations

import ipaddress
import socket
from enum import IntEnum
from urllib.parse import urlsplit

from desk_llm.errors import QT_TRANSLATE_NOOP
from desk_llm.hub.problems import Refused
from desk_llm.models.names import plain

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_DEFAULT_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_FAKE_IP = ipaddress.ip_network("198.18.0.0/15")  # proxies like Clash map every name into it


class Zone(IntEnum):
    """How far away a host is."""

    LOOPBACK = 0
    LOCAL = 1  # private networks
    PUBLIC = 2
    FORBIDDEN = 3  # link-local (cloud metadata), multicast, nothing at all


def host_of(url: str) -> str:
    """The host, with its port when it is not the scheme's own.

    >>> host_of("https://HuggingFace.co/x"), host_of("http://[::1]:8080/"), host_of("https://a:443")
    ('huggingface.co', '[::1]:8080', 'a')
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    return host if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"


def zone(host: str, *, resolve: bool = True) -> Zone:
    """The zone of a name or address; of a name with several addresses, the most suspicious.

    `resolve` False: names stay PUBLIC, as behind a proxy that resolves them itself.
    """
    host = host.strip("[]").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return Zone.LOOPBACK
    literal = _literal(host)
    if literal is not None:
        return _zone_of(literal)
    if not resolve:
        return Zone.PUBLIC
    found = {_zone_of(one) for one in _addresses(host)}
    if Zone.FORBIDDEN in found:
        return Zone.FORBIDDEN
    return min(found, default=Zone.PUBLIC)


def check_redirect(source: str, target: str, *, resolve: bool = True) -> None:
    """Raise Refused for a redirect that leads out of TLS or into the network around us.

    A server inside the local network, chosen by the person, may redirect within that network.
    """
    if not _is_address(target):
        message = QT_TRANSLATE_NOOP("errors", "{host} redirects to a bad address: {url}.")
        raise _refused(source, target, message)
    there = urlsplit(target)
    to_zone = zone(there.hostname or "", resolve=resolve)
    if to_zone is Zone.PUBLIC and there.scheme == "https":
        return
    here = urlsplit(source)
    is_at_home = zone(here.hostname or "", resolve=resolve) <= Zone.LOCAL
    if to_zone is Zone.FORBIDDEN or (to_zone <= Zone.LOCAL and not is_at_home):
        message = QT_TRANSLATE_NOOP(
            "errors", "{host} redirects into the network around you: {url}."
        )
        raise _refused(source, target, message)
    stays = (is_at_home and to_zone <= Zone.LOCAL) or host_of(source) == host_of(target)
    if there.scheme == "http" and (here.scheme != "http" or not stays):
        message = QT_TRANSLATE_NOOP("errors", "{host} redirects to an unprotected address: {url}.")
        raise _refused(source, target, message)


def _refused(source: str, target: str, message: str) -> Refused:
    return Refused(
        message,
        QT_TRANSLATE_NOOP("errors", "This was not followed. Choose another model server."),
        host=plain(host_of(source), 100),
        url=plain(target.partition("?")[0], 120),
    )


def _is_address(url: str) -> bool:
    try:
        parts, host = urlsplit(url), host_of(url)
    except ValueError:  # a port or an IPv6 address that cannot be
        return False
    return parts.scheme in _DEFAULT_PORTS and parts.username is None and host != ""


def _literal(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))  # 127.1, 0x7f000001, 2852039166
    except (OSError, UnicodeError):
        return None


def _addresses(host: str) -> list[_Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]


def _zone_of(address: _Address) -> Zone:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _zone_of(address.ipv4_mapped)
        if address in _NAT64:
            return _zone_of(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address.is_loopback:
        return Zone.LOOPBACK
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return Zone.FORBIDDEN
    if address in _FAKE_IP or address.is_global:
        return Zone.PUBLIC
    return Zone.FORBIDDEN if address.is_reserved else Zone.LOCAL
