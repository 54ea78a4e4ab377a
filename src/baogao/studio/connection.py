"""The way to a Label Studio server: the key, patience with a shaky line, and errors that say what to do."""

from __future__ import annotations

import os
import ssl
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from baogao.errors import BaogaoError, MissingExtraError
from baogao.progress import console

try:
    import httpx
    from label_studio_sdk import LabelStudio
    from label_studio_sdk.core.api_error import ApiError
except ImportError as missing:
    raise MissingExtraError(missing.name or "label-studio-sdk", "studio", "baogao studio") from missing

if TYPE_CHECKING:
    from httpx import Request, Response

KEY_VARIABLE: Final = "LABEL_STUDIO_API_KEY"
URL_VARIABLE: Final = "LABEL_STUDIO_URL"
PAUSES: Final = (0.3, 1.0, 3.0, 6.0)
"""Seconds before each further try of a request that may be repeated."""

_PASSING: Final = (429, 500, 502, 503, 504)
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class LostConnectionError(BaogaoError):
    """The server could not be reached or broke off: what it did with the last request is not known."""


class _Client(httpx.Client):
    """Repeats what may be repeated. A POST is not: whether it was done is for its sender to find out."""

    reached = False

    def send(self, request: Request, **options: Any) -> Response:
        repeatable = request.method != "POST" or request.url.path.endswith("/api/token/refresh/")
        for pause in PAUSES:
            try:
                response = super().send(request, **options)
            except httpx.TransportError as error:
                # A server that never answered is told at once to be down; nothing was sent, so POST may try again.
                refused = isinstance(error, httpx.ConnectError)
                if (refused and not self.reached) or not (refused or repeatable):
                    raise
            else:
                self.reached = True
                if not repeatable or response.status_code not in _PASSING:
                    return response
                response.close()
            time.sleep(pause)
        return super().send(request, **options)


def connect(url: str, key: str) -> LabelStudio:
    """A client of the server at ``url``; BaogaoError where it does not answer or refuses the key."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise BaogaoError(f"{url!r} is no server's address", remedy="give one like https://studio.example.org")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        console().print(f"warning: {url} is not encrypted: the key and the texts travel in the clear")
    with talking(url):
        # The SDK repeats POST requests as well, so its own retries are off.
        client = LabelStudio(  # type: ignore[no-untyped-call]
            base_url=url.rstrip("/"),
            api_key=key,
            httpx_client=_Client(timeout=60.0, follow_redirects=True),
            max_retries=0,
        )
        client.users.whoami()
    return client


@contextmanager
def talking(url: str) -> Iterator[None]:
    """Make what can go wrong between us and the server a BaogaoError; keys are in none of them."""
    try:
        yield
    except httpx.TransportError as error:
        raise _unreachable(url, error) from error
    except ApiError as error:
        raise _refusal(url, error) from error


def _unreachable(url: str, error: httpx.TransportError) -> BaogaoError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return BaogaoError(
                f"{url}: no secure connection: {getattr(cause, 'verify_message', '') or cause.reason or cause}",
                remedy="where the certificate is your own, name its authority in SSL_CERT_FILE; check http/https",
            )
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError):
        what, remedy = "nothing answers", "start it (baogao studio up), or check the address"
    elif isinstance(error, httpx.TimeoutException):
        what, remedy = "no answer in time", "try again; what was done stays done"
    else:
        what, remedy = f"the connection broke off ({type(error).__name__})", "try again; what was done stays done"
    return LostConnectionError(f"{url}: {what}", remedy=remedy)


def _refusal(url: str, error: ApiError) -> BaogaoError:
    status = error.status_code or 0
    detail = _detail(error.body)
    if 0 < status < 400:
        return BaogaoError(f"{url}: what answers there is no Label Studio", remedy="check the address")
    if status == 401:
        return BaogaoError(
            f"{url}: the server refuses the key: {detail}",
            remedy="it is wrong, expired or revoked: take a new one from Account & Settings there "
            f"and put it into {KEY_VARIABLE}",
        )
    if status == 403:
        return BaogaoError(f"{url}: this account may not do that: {detail}", remedy="use an administrator's key")
    if status == 404:
        return BaogaoError(f"{url}: not found: {detail}", remedy="check the address and the project's number")
    if status >= 500 or status == 429:
        return LostConnectionError(
            f"{url}: the server failed ({status}): {detail}",
            remedy="see its log, then try again: nothing is done twice",
        )
    return BaogaoError(f"{url}: the server refused a request ({status}): {detail}", remedy="see docs/studio.md")


def _detail(body: Any) -> str:
    """What a server's answer says, short; pages of HTML say nothing."""
    if isinstance(body, dict):
        body = body.get("validation_errors") or body.get("detail") or body
    text = " ".join(str(body).split())
    return "no reason given" if text.startswith("<") or not text else text[:300]


def read_key(path: Path) -> str:
    """The key in a file that its owner alone can read; BaogaoError for any other file."""
    try:
        status = path.stat()
        key = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BaogaoError("cannot read the key's file", path=path, remedy="check the path") from error
    if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise BaogaoError("others can read this key", path=path, remedy=f"chmod 600 {path}; better, take a new key")
    if not key or len(key.split()) != 1:
        raise BaogaoError("the file does not hold one key", path=path, remedy="put the key alone into it")
    return key
