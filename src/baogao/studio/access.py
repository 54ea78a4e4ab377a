"""Which server a command talks to, and with which key: named, from the environment, or the local one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from label_studio_sdk import LabelStudio

from baogao.errors import BaogaoError
from baogao.studio.connection import KEY_VARIABLE, URL_VARIABLE, connect, read_key
from baogao.studio.project import find_project
from baogao.studio.server import LocalServer


@dataclass(frozen=True, slots=True)
class Access:
    """A connected client and the server's address."""

    client: LabelStudio
    url: str

    def project(self, title: str, number: int | None) -> int:
        """The number of a project that must be there."""
        found = find_project(self.client, self.url, title=title, number=number)
        if found is None:
            raise BaogaoError(
                f"{self.url} has no project called {title!r}",
                remedy="push reports first, or name the project: --title TITLE or --project NUMBER",
            )
        return found


def open_access(url: str | None, key_file: Path | None) -> Access:
    """Connect to ``url``, LABEL_STUDIO_URL or the local server, with the key of ``key_file``, LABEL_STUDIO_API_KEY or,
    for the local server alone, its own."""
    local = LocalServer()
    running = local.running()
    address = url or os.environ.get(URL_VARIABLE) or (running.url if running else None)
    if address is None:
        raise BaogaoError(
            "no server is running here and none is named",
            remedy=f"start one: baogao studio up; or name one: --url ADDRESS, or the variable {URL_VARIABLE}",
        )
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if key_file is not None:
        key = read_key(key_file)
    elif not key and running is not None and address.rstrip("/") == running.url:
        key = read_key(local.key_file)
    if not key:
        raise BaogaoError(
            f"no key for {address}",
            remedy=f"take one from Account & Settings there; put it into the variable {KEY_VARIABLE}, or into a file "
            "of yours that others cannot read: --key-file FILE",
        )
    return Access(connect(address, key), address.rstrip("/"))
