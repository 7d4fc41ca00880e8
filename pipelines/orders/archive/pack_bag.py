"""The bag and its zip: the ``bagit`` library's work, made the same from run to run.

Three things in a bag would differ between two runs: its date (taken from the inputs), the order of the tag
manifests (the file system's own, sorted here), and the times in the zip (the inputs' date again). The library
writes version 0.97; what it writes also fulfils 1.0 (RFC 8493), so the bag says so.
"""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import bagit

from pipelines.core import files

if TYPE_CHECKING:
    from pipelines.orders.archive.archive_order import Order

ALGORITHMS = ("sha256", "sha512")
LEVEL = 6
"""Deflate level."""
CHUNK = 1 << 20
PERSONAL = "INTERN. Innehåller personuppgifter (adresspunkter) och exakta antal. Får inte publiceras."
PUBLIC = "ÖPPEN. Får publiceras som den är."

# The library tells everything twice, in English, on stderr; what went wrong is told in Swedish instead.
logging.getLogger("bagit").setLevel(logging.CRITICAL + 1)


def bag(order: Order, folder: Path) -> None:
    """Make a bag of the folder: its files become the payload, ``data/``."""
    bagit.make_bag(str(folder), bag_info=bag_info(order), processes=1, checksums=list(ALGORITHMS))


def bag_info(order: Order) -> dict[str, str]:
    """Return what ``bag-info.txt`` says, in the names BagIt reserves and three of our own."""
    publishing, facts = order.region.publicering, order.facts
    return {
        "Source-Organization": publishing.utgivare,
        "Contact-Email": publishing.kontakt_epost,
        "External-Description": f"{order.title}: bristanalys av bredband i {facts['lan']}, "
        f"PTS {facts['pts_datum']}, SCB {facts['scb_ar']}.",
        "External-Identifier": order.name,
        "Internal-Sender-Identifier": facts["korning_id"],
        "Bagging-Date": order.date,
        "Bag-Count": "1 of 1",
        "Informationsklass": PERSONAL if order.internal else PUBLIC,
        "Demo": "DEMO" if facts["demo"] else "nej",
        "Program-Version": f"{facts['version']} ({order.code})",
    }


def seal(folder: Path) -> None:
    """Let the tag manifests cover every tag file, sorted, spaced as ``sha256sum --check`` wants them."""
    files.write_text(folder / "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    bagit.Bag(str(folder)).save()
    for algorithm in ALGORITHMS:
        path = folder / f"tagmanifest-{algorithm}.txt"
        entries = [line.split(None, 1) for line in path.read_text(encoding="utf-8").splitlines()]
        lines = [f"{digest}  {name}\n" for digest, name in sorted(entries, key=lambda entry: entry[1])]
        files.write_text(path, "".join(lines))


def zipped(order: Order, folder: Path, goal: Path) -> Path:
    """Zip the bag under one top folder, and write the zip's own checksum beside it."""
    year, month, day = map(int, order.date.split("-"))
    package = goal / f"{order.name}.zip"
    with files.replacing(package) as beside:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                name = f"{order.name}/{path.relative_to(folder).as_posix()}"
                entry = zipfile.ZipInfo(name, (year, month, day, 0, 0, 0))
                entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
                entry.external_attr = 0o100644 << 16
                entry.file_size = path.stat().st_size
                with path.open("rb") as source, archive.open(entry, "w") as target:
                    while chunk := source.read(CHUNK):
                        target.write(chunk)
        digest = files.sha256(beside)
        # The checksum is never that of an earlier package: it goes before the package comes.
        checksum(package).unlink(missing_ok=True)
    files.write_text(checksum(package), f"{digest}  {package.name}\n")
    return package


def checksum(package: Path) -> Path:
    """Return where the checksum of a zip stands, in the form ``sha256sum --check`` reads."""
    return package.with_name(f"{package.name}.sha256")
