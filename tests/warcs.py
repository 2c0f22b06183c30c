"""Web archives as bytes, written by hand so that a test decides on every one of them."""

import gzip

Header = tuple[str, str]


def warc(*records: tuple[str, bytes, tuple[Header, ...]], packed: bool = True) -> bytes:
    """Write an archive of responses: address, body, headers."""
    return b"".join(gzip.compress(one, mtime=0) if packed else one for one in (_record(*record) for record in records))


def _record(url: str, body: bytes, headers: tuple[Header, ...] = ()) -> bytes:
    http = "HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    block = http.encode() + body
    head = (f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2025-01-01T00:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n")
    return head.encode() + block + b"\r\n\r\n"
