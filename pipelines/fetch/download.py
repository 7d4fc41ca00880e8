"""One file over HTTP, piece by piece: taken up again where it was cut, never larger or longer than allowed."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from tqdm import tqdm

from pipelines.core.errors import DataError
from pipelines.core.redact import clean_url
from pipelines.fetch import sniff
from pipelines.fetch.web import LATER, pieces, told

if TYPE_CHECKING:
    from pipelines.core.redact import Redactor
    from pipelines.fetch.wanted import Wanted
    from pipelines.fetch.web import Web

PART = ".del"
"""Ending of a file that is not yet whole."""
CHUNK = 1 << 16
"""Bytes read at a time: no more than this is lost when a connection is cut."""
SPARE = 256 << 20
"""Bytes of disk that are always left free."""


class Unchanged(Exception):
    """The server has nothing newer."""


@dataclass
class Downloader:
    """A downloader as :func:`pooch.retrieve` takes it: called with address and goal, leaves a whole file there.

    Attributes
    ----------
    web, wanted, raw : Web, Wanted, Path
    part : Path
        The part file, kept between runs; beside it what the server called the version it is of.
    known : dict
        ``etag``, ``senast_andrad`` of the file that lies in place: the server is asked for a newer one only.
    """

    web: Web
    wanted: Wanted
    raw: Path
    part: Path
    known: dict[str, str]
    etag: str = ""
    modified: str = ""

    def __call__(self, url: str, output_file: Any, pooch: Any) -> None:
        """Fetch ``url`` to ``output_file``, going on with the part file where the server can."""
        tries = self.web.settings.forsok
        for i in range(tries):
            try:
                with enough_disk(self.part):
                    self._fetch(url)
                break
            except requests.exceptions.RequestException as e:
                if i == tries - 1:
                    with told(url, self.web.redact):
                        raise
                del e
                time.sleep(2.0**i)
        self._forget()
        shutil.move(self.part, output_file)

    def _fetch(self, url: str) -> None:
        start, headers = self._resumed()
        headers |= {"Accept-Encoding": "identity"}
        with self.web.get(url, headers, self.wanted.auth) as answer:
            if answer.status_code == 304 and self.known:
                raise Unchanged
            if start and (answer.status_code == 416 or (answer.status_code == 206 and _start(answer) != start)):
                self._drop()  # the part is no part of what is there now
                return self._fetch(url)
            sniff.refused(answer, self.wanted, self.raw)
            if answer.status_code != 206:
                start = 0
            self.etag, self.modified = version(answer, self.web.redact)
            self._write(answer, start)
        return None

    def _write(self, answer: requests.Response, start: int) -> None:
        length = answer.headers.get("Content-Length", "")
        plain = answer.headers.get("Content-Encoding", "identity") == "identity"
        expected = start + int(length) if re.fullmatch(r"[0-9]{1,15}", length) and plain else None
        self._bounded(expected or 0)
        chunks = pieces(answer, CHUNK, self.web.patience)
        if start == 0:
            first = next(chunks, b"")
            sniff.require_kind(answer, first, self.wanted, self.raw, self.web.redact)
            self._remember()
            chunks = _with(first, chunks)
        require_disk(self.part.parent, (expected or 0) - start)
        name = self.wanted.target.rpartition("/")[2]
        size = start
        with (
            self.part.open("ab" if start else "wb") as f,
            tqdm(total=expected, initial=start, unit="B", unit_scale=True, desc=name, disable=None) as bar,
        ):
            for chunk in chunks:
                size += len(chunk)
                self._bounded(size)
                f.write(chunk)
                bar.update(len(chunk))
            f.flush()
            os.fsync(f.fileno())
        if expected is not None and size < expected:
            raise requests.exceptions.ChunkedEncodingError(f"{size} of {expected} bytes")
        if size == 0:
            self._drop()
            raise DataError("Servern skickade en tom fil.", file=clean_url(self.wanted.url), action=LATER)

    def _bounded(self, size: int) -> None:
        limit = self.web.settings.storsta_mb << 20
        if size > limit:
            self._drop()
            raise DataError(
                "Filen är större än den får vara.",
                file=clean_url(self.wanted.url),
                expected=f"högst {limit >> 20} MB",
                found=f"minst {size >> 20} MB",
                action="Kontrollera adressen, eller höj hamta.storsta_mb i konfigurationen om filen ska vara så stor.",
            )

    # --- what the part file is a part of ---------------------------------------------------------------

    @property
    def _note(self) -> Path:
        return self.part.with_name(self.part.name + ".json")

    def _resumed(self) -> tuple[int, dict[str, str]]:
        """Return how much there is, and the headers that ask for the rest, or for a newer version."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            size = self.part.stat().st_size
            if size and note["url"] == clean_url(self.wanted.url) and note["version"] == self.wanted.version:
                return size, {"Range": f"bytes={size}-", "If-Range": str(note["if_range"])}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            pass
        self._drop()
        headers = {}
        if self.known.get("etag"):
            headers["If-None-Match"] = self.known["etag"]
        elif self.known.get("senast_andrad"):
            headers["If-Modified-Since"] = self.known["senast_andrad"]
        return 0, headers

    def _remember(self) -> None:
        """Note what the part is of; without a strong name for it, it cannot be gone on with."""
        strong = self.etag if self.etag and not self.etag.startswith("W/") else self.modified
        self._note.unlink(missing_ok=True)
        if strong:
            body = {"url": clean_url(self.wanted.url), "if_range": strong, "version": self.wanted.version}
            self._note.write_text(json.dumps(body), encoding="utf-8")

    def _forget(self) -> None:
        self._note.unlink(missing_ok=True)

    def _drop(self) -> None:
        self.part.unlink(missing_ok=True)
        self._forget()


def version(answer: requests.Response, redact: Redactor) -> tuple[str, str]:
    """Return ETag and Last-Modified, to be kept and asked with: only in the form they have, and holding no secret.

    A server can put anything in them, what we sent it for one.
    """
    etag = answer.headers.get("ETag", "")
    if not re.fullmatch(r'(?:W/)?"[!#-~]{1,128}"', etag) or redact.holds(etag):
        etag = ""
    try:
        modified = format_datetime(parsedate_to_datetime(answer.headers.get("Last-Modified", "")), usegmt=True)
    except (ValueError, TypeError, IndexError, OverflowError):
        modified = ""
    return etag, modified


def _start(answer: requests.Response) -> int:
    found = re.match(r"bytes ([0-9]{1,15})-", answer.headers.get("Content-Range", ""))
    return int(found[1]) if found else -1


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def require_disk(folder: Path, size: int) -> None:
    """Check that a file of ``size`` bytes leaves room on the disk.

    Raises
    ------
    DataError
        When it would not.
    """
    free = shutil.disk_usage(folder).free
    if size + SPARE > free:
        raise _full(folder, f"{free >> 20} MB ledigt", f"{(size + SPARE) >> 20} MB")


@contextmanager
def enough_disk(part: Path) -> Iterator[None]:
    """Tell of a disk that gets full inside the block; the part file is removed, it would only fill it more."""
    try:
        yield
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            part.unlink(missing_ok=True)
            raise _full(part.parent, "disken är full", "plats för filen") from None
        raise


def _full(folder: Path, found: str, expected: str) -> DataError:
    return DataError(
        "Det finns inte plats på disken.",
        file=folder,
        expected=expected,
        found=found,
        action="Frigör plats och kör make fetch igen. Det som redan är hämtat är kvar.",
    )
