"""Posting to an address that somebody else named, without being led anywhere else by it.

Rules kept here:

- https only. With ``loopback`` set, and then for this machine alone, http as well.
- Every address that the name resolves to is looked at before anything is sent, and one that is not public refuses all; the
  connection goes to the very address that was looked at, never to a second answer of the resolver.
- No redirect is followed, no proxy asked, no credential of an address used. An answer is read to a limit of size and time.
- What went wrong is told by a name, never by anything that the other side said.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from licit.core.errors import InputError

LARGEST = 64 * 1024
_WRAPPING = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))

Resolve = Callable[[str, int], list[str]]


def resolved(host: str, port: int) -> list[str]:
    """Give the addresses that a name has now."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def place_of(address: str) -> Literal["public", "loopback", ""]:
    """Say whether an address is a public one, this machine's own, or one that nobody is to be led to (``""``)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.sixtofour or found.teredo or any(found in network for network in _WRAPPING):
            return ""
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return "loopback"
    return "public" if found.is_global and not found.is_multicast and not found.is_reserved and not found.is_unspecified else ""


class Poster:
    """Posts a body once and says what came of it."""

    def __init__(self, *, loopback: bool = False, resolve: Resolve = resolved, seconds: float = 10.0,
                 trusted: ssl.SSLContext | None = None) -> None:
        """Take how names are resolved, how long all of one post may last, and whose certificates count (the system's)."""
        self._loopback, self._resolve, self._seconds = loopback, resolve, seconds
        self._trusted = trusted or ssl.create_default_context()

    def check(self, url: str) -> SplitResult:
        """Insist that an address may be posted to, as far as it can be told without asking anybody.

        Raises:
            InputError: it may not.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
        if not plain or not parts.hostname or port == 0 or parts.fragment or parts.username is not None or parts.password is not None:
            raise InputError("this is no address to post to", reason="webhook-unreadable", remedy="Write it as https://host/path.")
        if parts.scheme != "https" and not (self._loopback and parts.scheme == "http"):
            raise InputError("a webhook's address begins with https", reason="webhook-not-https")
        return parts

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        """Post a body; give "" when it was taken with success, else the name of what went wrong."""
        try:
            parts = self.check(url)
        except InputError as error:
            return error.reason
        host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = list(dict.fromkeys(self._resolve(host, port)))
        except (OSError, UnicodeError):
            return "name-not-found"
        if not found:
            return "name-not-found"
        if not all(self._allowed(address, parts.scheme) for address in found):
            return "address-refused"
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self._sent(_Pinned(host, port, found[0], self._seconds, self._trusted if parts.scheme == "https" else None),
                          target, headers, body)

    def _allowed(self, address: str, scheme: str) -> bool:
        where = place_of(address)
        return self._loopback if where == "loopback" else scheme == "https" and where == "public"

    def _sent(self, link: "_Pinned", target: str, headers: Mapping[str, str], body: bytes) -> str:
        cut = threading.Timer(self._seconds, link.cut)
        cut.daemon = True
        cut.start()
        try:
            link.request("POST", target, body, {**headers, "connection": "close"})
            answer = link.getresponse()
            if len(answer.read(LARGEST + 1)) > LARGEST:
                return "answer-too-large"
            if 300 <= answer.status < 400:
                return "redirect-refused"
            if link.late:
                return "too-slow"
            if answer.length:  # less came than it said
                return "no-connection"
            return "" if 200 <= answer.status < 300 else f"status-{answer.status}"
        except TimeoutError:
            return "too-slow"
        except ssl.SSLError:
            return "certificate-refused"
        except (OSError, http.client.HTTPException, ValueError):
            return "too-slow" if link.late else "no-connection"
        finally:
            cut.cancel()
            link.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to one address that was looked at, in the name of a host."""

    def __init__(self, host: str, port: int, address: str, seconds: float, trusted: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address, self._trusted, self.late = address, trusted, False
        self._link: socket.socket | None = None
        self.default_port = 443 if trusted else 80

    def connect(self) -> None:
        """Connect to that address and no other."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        try:
            self.sock = self._trusted.wrap_socket(plain, server_hostname=self.host) if self._trusted else plain
            self._link = self.sock
        except BaseException:
            plain.close()
            raise

    def cut(self) -> None:
        """End it: all of it took too long. The answer may be read after the library let go of the socket; it is ended here."""
        self.late = True
        if self._link is not None:
            with contextlib.suppress(OSError):
                self._link.shutdown(socket.SHUT_RDWR)
