"""Whether what lies in a package is what the package itself says: XML as its schemas, CSV as its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.errors import DataError
from pipelines.orders.archive import contents
from pipelines.orders.archive.checks import csv_rows, schemas

if TYPE_CHECKING:
    from pathlib import Path

MOST = 50
"""Faults that are told."""


def check(root: Path, package: Path | None = None) -> tuple[int, int]:
    """Hold every XML file against its schema, every CSV file against its description; return how many of each.

    Checksums show what has changed since a package was made; this shows what was wrong when it was.

    Parameters
    ----------
    root : Path
        The payload: a folder, every file in it readable as what its name says.
    package : Path, optional
        What was given to be checked; none while it is being made.

    Raises
    ------
    DataError
        Naming file, row, column, what stood there and what was expected.
    """
    names = contents.names(root)
    broken_xml, documents = schemas.faults(root, names)
    broken_csv, tables = csv_rows.faults(root, names)
    if wrong := broken_xml + broken_csv:
        more = [f"… och {len(wrong) - MOST} till"] if len(wrong) > MOST else []
        raise DataError(
            "Paketets filer följer inte sina egna beskrivningar.",
            file=package,
            details=[*wrong[:MOST], *more],
            expected="GML och metadata som sina XML-scheman, CSV som datapackage.json",
            action="Hämta en annan kopia av paketet, eller gör om det med make arkiv ur en ny make coverage. Kvarstår "
            "felet: rapportera det.",
        )
    return documents, tables
