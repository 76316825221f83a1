"""Where a request comes from: the one answer for sign-ins, tokens, sockets and logs."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.requests import HTTPConnection

from feedback_app.core.settings import get_settings

_V6_PREFIX = 64
"""The smallest network an IPv6 subscriber gets: all of it counts as one place."""


def client_address(connection: HTTPConnection) -> str:
    """The client's IP address; empty if the server does not know it.

    With `TRUSTED_PROXY_HOPS` it is read from the right end of `X-Forwarded-For`, where our own
    proxies write: anything a client put there is further left. If the value is not an address, the
    address of the connection is used instead.
    """
    peer = connection.client.host if connection.client else ""
    hops = get_settings().TRUSTED_PROXY_HOPS
    if not hops:
        return peer
    forwarded = ",".join(connection.headers.getlist("x-forwarded-for")).split(",")
    if len(forwarded) < hops:
        return peer
    address = _parsed(forwarded[-hops])
    return peer if address is None else str(address)


def place_of(address: str) -> str:
    """The key by which failures are counted: an IPv4 address, or the network of an IPv6 address."""
    parsed = _parsed(address)
    if parsed is None:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((int(parsed), _V6_PREFIX), strict=False))
    return str(parsed)


def _parsed(written: str) -> IPv4Address | IPv6Address | None:
    """The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`."""
    written = written.strip()
    if written.startswith("["):
        written = written[1:].partition("]")[0]
    elif written.count(":") == 1:
        written = written.partition(":")[0]
    try:
        address = ip_address(written.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
