"""Fetching a page and its site's files, when somebody asks for it: under licit's own name, slowly, and led nowhere it should not go.

Rules kept here:

- Only http and https. Every address that a name resolves to is looked at before anything is sent, at each redirect again, and one
  that is not public refuses all; the connection goes to the very address that was looked at. No proxy, no cookie, no credential.
- At most five redirects. Answers are read to a limit of size and time, and unpacked to one.
- What goes wrong is an answer with a fault, which reserves; never an empty answer.
- Answers are kept for a day at most and read again from there; what had a fault or a server's error is not kept.

- An address that is shunned (a site on a list of infringement) is asked for nothing, nor is one that leads there followed.

Law: SIG-02, SIG-12, PRV-08
"""

import base64
import contextlib
import hashlib
import json
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from licit.core.errors import InputError, SetupError
from licit.core.signals import Answer

from .stored import LARGEST, answer_from, headers_of
from .webhooks import Resolve, place_of, resolved

#: Under which name licit fetches; its token for robots.txt is the part before the slash.
TOKEN = "licit"  # noqa: S105  (a crawler's token)
REDIRECTS, DAY = 5, 24 * 3600


class Fetcher:
    """Fetches an address at a time."""

    def __init__(self, cache: Path | None = None, *, loopback: bool = False, resolve: Resolve = resolved, seconds: float = 15.0,
                 pause: float = 1.0) -> None:
        """Take where answers are kept, how names are resolved, and how long an answer and the pause between two may last.

        ``shunned`` says of an address that nothing may be asked there.
        """
        self.shunned: Callable[[str], bool] = lambda url: False
        self._cache, self._loopback, self._resolve, self._seconds, self._pause = cache, loopback, resolve, seconds, pause
        self._last: dict[str, float] = {}

    def get(self, url: str, largest: int = LARGEST, *, stay: bool = False) -> Answer:
        """Fetch an address, or give what was fetched within a day; with ``stay``, a redirect to another site is a fault.

        Raises:
            InputError: it is no address that may be fetched.
            SetupError: the library for it is not installed.
        """
        target(url)
        if (kept := self._kept(url)) is not None:
            return kept
        answer = self._followed(url, largest, stay)
        if not answer.fault and answer.status < 500 and answer.status != 429:
            self._keep(url, answer)
        return answer

    def _followed(self, url: str, largest: int, stay: bool) -> Answer:
        home = urlsplit(url).hostname
        for _ in range(REDIRECTS + 1):
            try:
                host, port = target(url)
            except InputError as error:
                return Answer(fault=error.reason)
            if self.shunned(url):
                return Answer(fault="infringing-site")
            if fault := self._stranger(found := self._addresses(host, port)):
                return Answer(fault=fault)
            self._wait(host)
            answer = self._once(url, host, found[0], largest)
            places = answer.headers.get("location", ())
            if answer.fault or not 300 <= answer.status < 400 or answer.status == 304 or not places:
                return answer
            try:
                url = urljoin(url, places[0]).partition("#")[0]
            except ValueError:
                return Answer(fault="redirect-unreadable")
            if stay and urlsplit(url).hostname != home:
                return Answer(status=answer.status, fault="redirected-to-another-site")
        return Answer(fault="too-many-redirects")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return list(dict.fromkeys(self._resolve(host, port)))
        except (OSError, UnicodeError):
            return []

    def _stranger(self, found: list[str]) -> str:
        if not found:
            return "name-not-found"
        allowed = {"public", "loopback"} if self._loopback else {"public"}
        return "" if all(place_of(address) in allowed for address in found) else "address-refused"

    def _wait(self, host: str) -> None:
        left = self._last.get(host, 0.0) + self._pause - time.monotonic()
        if left > 0:
            time.sleep(left)
        self._last[host] = time.monotonic()

    def _once(self, url: str, host: str, address: str, largest: int) -> Answer:
        try:
            import httpx
        except ImportError:
            raise SetupError("fetching needs httpx", remedy="Install licit[web], or give stored files.") from None
        until = time.monotonic() + self._seconds
        parts = urlsplit(url)
        place = f"[{address}]" if ":" in address else address
        headers = {"host": parts.netloc, "user-agent": f"{TOKEN}/{version('licit')} (reads reservation signals)", "accept-encoding": "gzip"}
        try:
            with httpx.Client(trust_env=False, follow_redirects=False, timeout=self._seconds) as client:
                request = client.build_request("GET", parts._replace(netloc=place + (f":{parts.port}" if parts.port else ""), fragment="").geturl(),
                                               headers=headers, extensions={"sni_hostname": host})
                sent = client.send(request, stream=True)
                with contextlib.closing(sent):
                    body = bytearray()
                    for piece in sent.iter_raw():
                        body += piece
                        if len(body) > largest or time.monotonic() > until:
                            return Answer(status=sent.status_code, fault="too-large" if len(body) > largest else "too-slow")
                    return answer_from(sent.status_code, headers_of(sent.headers.multi_items()), bytes(body), largest)
        except httpx.TimeoutException:
            return Answer(fault="too-slow")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return Answer(fault="no-connection")

    def _place(self, url: str) -> Path | None:
        return self._cache / f"{hashlib.sha256(url.encode()).hexdigest()}.json" if self._cache else None

    def _kept(self, url: str) -> Answer | None:
        place = self._place(url)
        if place is None or not place.is_file():
            return None
        try:
            stored: dict[str, Any] = json.loads(place.read_bytes())
            if stored["url"] != url or not 0 <= time.time() - float(stored["at"]) < DAY:
                return None
            return Answer(status=int(stored["status"]), headers={name: tuple(map(str, values)) for name, values in stored["headers"].items()},
                          body=base64.b64decode(stored["body"], validate=True))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _keep(self, url: str, answer: Answer) -> None:
        if (place := self._place(url)) is None:
            return
        written = {"url": url, "at": time.time(), "status": answer.status, "headers": answer.headers, "body": base64.b64encode(answer.body).decode()}
        with contextlib.suppress(OSError):  # What cannot be kept is fetched again.
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = place.with_suffix(".part")
            part.write_text(json.dumps(written), encoding="utf-8")
            part.replace(place)


def target(url: str) -> tuple[str, int]:
    """Give the host and port of an address that may be fetched, as far as it can be told without asking anybody.

    Raises:
        InputError: it is none, or holds a name and password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not plain or not parts.hostname or port == 0 or parts.username is not None or parts.scheme not in ("http", "https"):
        raise InputError("this is no address to fetch", reason="address-unreadable", remedy="Write it as https://host/path.")
    return parts.hostname, port or (443 if parts.scheme == "https" else 80)


