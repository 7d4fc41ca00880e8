"""From wanted to there: asked for only when needed, checked before it takes its place, with its receipt."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipelines.core import files
from pipelines.core.errors import DataError, by_library
from pipelines.core.redact import HIDDEN, clean_url, redacted
from pipelines.fetch import sniff
from pipelines.fetch.download import PART, Downloader, Unchanged, enough_disk, require_disk
from pipelines.fetch.fetch_checks import FolderError
from pipelines.fetch.receipt import Receipt, read_receipt, receipt_path, write_receipt
from pipelines.fetch.web import LATER

if TYPE_CHECKING:
    from pipelines.fetch.wanted import Wanted
    from pipelines.fetch.web import Web

STAGING = ".hamtas"
"""Folder beside the files where they are fetched; hidden, so that nothing reads what is not whole."""
Outcome = Literal["hämtad", "finns redan", "oförändrad hos utgivaren", "lagd för hand"]


def standing(wanted: Wanted, raw: Path, *, again: bool = False) -> Outcome | None:
    """Tell whether a file need not be asked for; None when it must.

    A file without a receipt was put there by a person: it stands when it is good. One with a receipt stands
    when it is what was fetched, of the version the publisher now lists.
    """
    path = raw / wanted.target
    if path.exists() and not path.is_file():
        raise DataError(
            "Där filen ska ligga finns något annat.",
            file=path,
            expected="en fil, eller inget",
            found="en mapp" if path.is_dir() else "ingen vanlig fil",
            action="Flytta bort det och kör make fetch igen.",
        )
    if not path.is_file():
        return None
    receipt = read_receipt(path)
    if receipt is None:
        try:
            wanted.check(path)
        except DataError:
            return None
        return "lagd för hand"
    fetched = receipt.url == clean_url(wanted.url) and intact(path, receipt)
    # Of an address with a signature only the rest is kept: it alone does not say that it is the same edition.
    current = receipt.version == wanted.version if wanted.version else wanted.immutable and HIDDEN not in receipt.url
    return "finns redan" if fetched and current and not again else None


def intact(path: Path, receipt: Receipt) -> bool:
    """Tell whether a file is what its receipt says, byte for byte."""
    return path.stat().st_size == receipt.bytes and files.sha256(path) == receipt.sha256


def bring(wanted: Wanted, raw: Path, web: Web, *, again: bool = False) -> Outcome:
    """Have one file in its place, whole and checked.

    Raises
    ------
    DataError
        When it cannot be had or is not what it should be; an earlier file is then untouched, and said to be.
    """
    stands = standing(wanted, raw, again=again)
    if stands:
        return stands
    path = raw / wanted.target
    staging = path.parent / STAGING
    try:
        staging.mkdir(parents=True, exist_ok=True)
        with earlier_kept(path):
            staged = staging / path.name
            try:
                staged.unlink(missing_ok=True)
                etag, modified = fetched(wanted, raw, web, staged)
                date = checked(wanted, staged)
                return put(wanted, staged, path, date, etag, modified)
            finally:
                staged.unlink(missing_ok=True)
                receipt_path(staged).unlink(missing_ok=True)
    except Unchanged:
        receipt = read_receipt(path)
        if receipt and receipt.version != wanted.version:
            write_receipt(path, Receipt(**{**vars(receipt), "version": wanted.version}))
        return "oförändrad hos utgivaren"
    finally:
        if staging.is_dir() and not any(staging.iterdir()):
            staging.rmdir()


def fetched(wanted: Wanted, raw: Path, web: Web, staged: Path) -> tuple[str, str]:
    """Fetch to the staging folder; return what the server calls the version (ETag, Last-Modified)."""
    if wanted.make is not None:
        try:
            with enough_disk(staged):
                require_disk(staged.parent, 0)
                wanted.make(web, staged)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
        return "", ""
    import pooch

    # Pooch tells of every file in English, and of its checksum; we tell in our own way.
    pooch.get_logger().setLevel(logging.CRITICAL)
    downloader = Downloader(web, wanted, raw, staged.with_name(staged.name + PART), _known(wanted, raw))
    try:
        pooch.retrieve(
            wanted.asked or wanted.url,
            f"sha256:{wanted.sha256}" if wanted.sha256 else None,
            fname=staged.name,
            path=staged.parent,
            downloader=downloader,
        )
    except ValueError:
        raise DataError(
            "Filens kontrollsumma stämmer inte med den som utgivaren anger.",
            file=clean_url(wanted.url),
            expected=f"sha256 {wanted.sha256}",
            found="en annan: filen ändrades eller skadades på vägen",
            action="Kör make fetch igen. Händer det flera gånger: vänta, utgivaren kan vara mitt i en ändring.",
        ) from None
    return downloader.etag, downloader.modified


def _known(wanted: Wanted, raw: Path) -> dict[str, str]:
    path = raw / wanted.target
    receipt = read_receipt(path) if path.is_file() else None
    url = clean_url(wanted.url)
    if receipt and receipt.url == url and HIDDEN not in url and intact(path, receipt):
        return {"etag": receipt.etag, "senast_andrad": receipt.senast_andrad}
    return {}


def checked(wanted: Wanted, staged: Path) -> str:
    """Return a fetched file's reference date; a bad file is told of."""
    try:
        _require_length(wanted, staged)
        sniff.require_whole(staged)
        return wanted.check(staged)
    except FolderError:
        raise
    except DataError as e:
        where = f"{clean_url(wanted.url)} (hämtad, inte använd)"
        raise DataError(
            f"Det hämtade duger inte: {e.problem}",
            where,
            e.row,
            e.column,
            e.expected,
            e.found,
            "Kör make fetch igen; blir det samma fel har utgivaren ändrat filen eller adressen ([hamta]).",
            e.details,
        ) from None
    except Exception as e:  # what comes from the net is hostile: whatever it does to a reader, it is not used
        raise DataError(
            "Det hämtade duger inte: det går inte att läsa.",
            file=f"{clean_url(wanted.url)} (hämtad, inte använd)",
            found=by_library("ett fel i filen", OSError(redacted(f"{type(e).__name__}: {e}"))),
            action=LATER,
        ) from None


def _require_length(wanted: Wanted, staged: Path) -> None:
    size = staged.stat().st_size
    if wanted.length and size != wanted.length:
        raise DataError(
            "Filen är inte så lång som utgivaren säger.", expected=f"{wanted.length} byte", found=f"{size} byte"
        )


def put(wanted: Wanted, staged: Path, path: Path, date: str, etag: str, modified: str) -> Outcome:
    """Move a checked file to its place and write its receipt; the same content again leaves it untouched."""
    receipt = Receipt(
        url=clean_url(wanted.url),
        hamtad=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        sha256=files.sha256(staged),
        bytes=staged.stat().st_size,
        utgivare=wanted.publisher,
        licens=wanted.licence,
        referensdatum=date,
        etag=etag,
        senast_andrad=modified,
        version=wanted.version,
    )
    same = path.is_file() and files.sha256(path) == receipt.sha256
    if same:
        staged.unlink()
        write_receipt(path, receipt)
    else:
        ready = write_receipt(staged, receipt)  # a disk that this fills has changed nothing yet
        # A receipt without its file, or of another, is not believed: so the old one goes first.
        receipt_path(path).unlink(missing_ok=True)
        staged.replace(path)
        ready.replace(receipt_path(path))
    return "oförändrad hos utgivaren" if same else "hämtad"


@contextmanager
def earlier_kept(path: Path) -> Iterator[None]:
    """Let an error inside the block say that the earlier file is still there, when it is."""
    try:
        yield
    except DataError as e:
        if path.is_file():
            e.details = [*e.details, f"Den tidigare filen är kvar, orörd: {path}"]
        raise
