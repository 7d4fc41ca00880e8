"""What is wanted: one file, from one place, known to be good by one check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core.errors import printable
from pipelines.core.redact import redacted

if TYPE_CHECKING:
    from requests.auth import AuthBase

    from pipelines.fetch.web import Web

Check = Callable[[Path], str]
"""File → its reference date (may be empty); raises DataError when the file is not what it should be."""
Make = Callable[["Web", Path], None]
"""Writes the file itself, where a client library fetches it piece by piece."""


@dataclass(frozen=True)
class Wanted:
    """One file to have in RAW.

    Attributes
    ----------
    target : str
        Path under RAW, with ``/``.
    url : str
        What is asked for, as it is shown and kept.
    asked : str
        The address that is really asked, where it has secrets in it that ``url`` leaves out; else empty.
    publisher, licence : as the receipt says
    check : Check
    version : str
        What the listing says of this content. The same version as in the receipt: nothing is asked.
    immutable : bool
        The address itself names an edition that never changes.
    sha256 : str
        Announced checksum, hexadecimal, or empty.
    length : int
        Announced size in bytes; 0: none.
    auth : AuthBase, optional
    order : str
        What must be ordered to get it, for the explanation of a 403.
    page : str
        Where a person finds the file when the site refuses a program.
    make : Make, optional
    """

    target: str
    url: str
    publisher: str
    licence: str
    check: Check
    version: str = ""
    immutable: bool = False
    sha256: str = ""
    auth: AuthBase | None = None
    order: str = ""
    page: str = ""
    make: Make | None = None
    length: int = 0
    asked: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Keep of what a listing says only what can be shown, and not without end."""
        object.__setattr__(self, "version", printable(redacted(self.version), 2000))
