"""``<file>.kalla.json`` beside each fetched file: where it came from, when, and what it was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.core.files import write_text
from pipelines.incoming.role_files import RECEIPT


@dataclass(frozen=True)
class Receipt:
    """What is kept about one fetched file. No field ever holds a login.

    Attributes
    ----------
    url : str
        Address, cleaned of login and signatures.
    hamtad : str
        Time of the fetch, UTC.
    sha256, bytes : of the file as it lies there
    utgivare, licens, referensdatum : publisher, licence, date the content is about (may be empty)
    etag, senast_andrad : what the server called this version, for a conditional request; only in the form such
        names have, and never with a secret in it
    version : str
        What the publisher's listing said of it (an edition, a time of change); same version: nothing is asked.
    """

    url: str
    hamtad: str
    sha256: str
    bytes: int
    utgivare: str
    licens: str
    referensdatum: str = ""
    etag: str = ""
    senast_andrad: str = ""
    version: str = ""


LARGEST = 1 << 20
"""Bytes; no receipt of ours is near it."""


def receipt_path(path: Path) -> Path:
    """Return where a file's receipt lies."""
    return path.with_name(path.name + RECEIPT)


def write_receipt(path: Path, receipt: Receipt) -> Path:
    """Write the receipt beside its file, and return where."""
    body = json.dumps(asdict(receipt), ensure_ascii=False, indent=1, sort_keys=True)
    write_text(receipt_path(path), body + "\n")
    return receipt_path(path)


def read_receipt(path: Path) -> Receipt | None:
    """Return a file's receipt; None without one, or with one that cannot be read."""
    note = receipt_path(path)
    try:
        if not note.is_file() or note.stat().st_size > LARGEST:
            return None
        return Receipt(**json.loads(note.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
