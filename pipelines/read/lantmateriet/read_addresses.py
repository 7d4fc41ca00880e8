"""Lantmäteriet's belägenhetsadresser: one zip per kommun, or GeoPackages of many kommuner, to one table.

Where there are none buildings stand for them (see :mod:`.stand_ins`); the fact ``adressunderlag`` says which it was.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.config.region import Region
from pipelines.core import files
from pipelines.core.errors import DataError, printable
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.core.publishers import LANTMATERIET
from pipelines.incoming import role_files
from pipelines.read.lantmateriet import stand_ins
from pipelines.read.lantmateriet.address_rows import Found, read_file
from pipelines.tables import contracts, source_tables

if TYPE_CHECKING:
    import pandas as pd

PATTERNS = ("belagenhetsadresser*.zip", "belagenhetsadresser*.gpkg")


def run(region: Region, paths: Paths) -> None:
    """Read every address file, or the buildings in their place, check it, and write ``adresser_kalla``."""
    ledger = Ledger("lantmateriet")
    given = role_files.matching(paths.raw / "lantmateriet", *PATTERNS)
    if not given and stand_ins.files_in(paths.raw):
        addresses = stand_ins.addresses(paths.raw, region, ledger)
    else:
        addresses = register(region, paths.raw, ledger)
    require_every_kommun(addresses, region, paths.raw, ledger.facts["adressunderlag"])
    areas = addresses.pop("adressomrade") if "adressomrade" in addresses else ""
    table = contracts.check(addresses, source_tables.ADRESSER_KALLA)
    files.write_points(table, paths.table("adresser_kalla"))
    names = contracts.check(table[["adress_id"]].assign(adressomrade=areas).astype("str"), source_tables.ADRESSOMRADEN)
    files.write_table(names, paths.table("adressomraden"))
    ledger.save(paths.ledger("lantmateriet"))


def register(region: Region, raw: Path, ledger: Ledger) -> pd.DataFrame:
    """Return the addresses of the register; files of buildings beside them are named (see :mod:`.read_buildings`)."""
    found = [read_file(path, region) for path in list_files(raw)]
    addresses = combine(found)
    require_unique(addresses, found)
    account(found, raw, ledger)
    ledger.facts["adressunderlag"] = "adresser"
    ledger.facts["filer"] += stand_ins.second_layer(raw, region)
    return addresses.drop(columns="fil")


def list_files(raw: Path) -> list[Path]:
    """Return the address files in ``raw``, by name.

    Raises
    ------
    DataError
        When there are none.
    """
    found = role_files.matching(raw / "lantmateriet", *PATTERNS)
    if not found:
        raise DataError(
            "Inga adresser från Lantmäteriet hittades.",
            file=raw / "lantmateriet",
            expected="belagenhetsadresser_kn<kommunkod>.zip för varje kommun",
            action="Hämta filerna från Lantmäteriet och lägg dem där.",
        )
    return found


def combine(found: list[Found]) -> pd.DataFrame:
    """Return all kept rows sorted by ``adress_id``, with ``fil`` (index into ``found``)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    tables = [
        t.append_column("fil", pa.array(np.full(t.num_rows, i, np.int32))) for i, f in enumerate(found) for t in f.kept
    ]
    whole = pa.concat_tables(tables).combine_chunks()
    order = pc.sort_indices(whole, sort_keys=[("adress_id", "ascending"), ("fil", "ascending")])
    return whole.take(order).to_pandas()


def require_unique(addresses: pd.DataFrame, found: list[Found]) -> None:
    """Check that no id stands twice, within a file or in two.

    Raises
    ------
    DataError
        Naming the files and how many ids they share.
    """
    ids = addresses["adress_id"].to_numpy()
    twice = np.flatnonzero(ids[1:] == ids[:-1])
    if not len(twice):
        return
    index = addresses["fil"].to_numpy()
    pairs = Counter(zip(index[twice].tolist(), index[twice + 1].tolist(), strict=True))
    raise DataError(
        f"{len(twice)} adresser förekommer två gånger.",
        file=found[index[twice[0]]].file,
        column="objektidentitet",
        expected="en rad per adress",
        found=str(ids[twice[0]]),
        details=[
            f"{n} i {found[a].file.name}" + ("" if a == b else f" och {found[b].file.name}")
            for (a, b), n in sorted(pairs.items())[:20]
        ],
        action="Behåll bara en leverans per kommun (den nyaste) i mappen lantmateriet.",
    )


def require_every_kommun(addresses: pd.DataFrame, region: Region, raw: Path, basis: str = "adresser") -> None:
    """Check that every kommun of the region has addresses, or buildings in their place.

    Raises
    ------
    DataError
        Naming each kommun without, and the file it should have come in.
    """
    missing = sorted(set(region.kommunkoder) - set(addresses["kommunkod"].unique()))
    if not missing:
        return
    total, of_register = len(region.kommunkoder), basis == "adresser"
    raise DataError(
        f"{'Adresser' if of_register else 'Byggnader'} saknas för {len(missing)} av länets {total} kommuner.",
        file=raw / "lantmateriet",
        expected=f"{'gällande adresser' if of_register else 'byggnader'} i alla {total} kommuner",
        details=[
            f"{k} {region.kommunnamn[k]}" + (f": belagenhetsadresser_kn{k}.zip" if of_register else "") for k in missing
        ],
        action="Hämta filerna ovan från Lantmäteriet och lägg dem i mappen lantmateriet."
        if of_register
        else "Hämta byggnader för hela länet, och kontrollera gränserna (mappen granser).",
    )


def account(found: list[Found], raw: Path, ledger: Ledger) -> None:
    """Tell the ledger: rows dropped by file and reason, files, and totals that add up."""
    for f in found:
        name = f.file.relative_to(raw).as_posix()
        for code, n in sorted(f.outside.items()):
            ledger.add("bortfall", name, f"kommun {code} utanför länet", n, "raderna används inte")
        for status, n in sorted(f.statuses.items()):
            reason = f"status {printable(status, 40)}"
            ledger.add("bortfall", name, reason, n, "bara gällande adresser används")
        lost = f.without_point
        ledger.add("bortfall", name, "gällande adress utan punkt", len(lost), "raderna används inte", lost)
        ledger.add(
            "bortfall",
            name,
            "gällande adress med punkt utanför Sverige",
            len(f.stray_ids),
            "raderna används inte",
            f.stray_ids,
        )
        _note_other_kommun(f, name, ledger)
    ledger.facts["filer"] = [
        role_files.fact(
            f.file,
            raw,
            "adresser",
            used=True,
            why="adresser",
            year=None,
            date=f.date,
            publisher=LANTMATERIET.publisher,
            licence=LANTMATERIET.licence,
            demo=f.demo,
        )
        for f in found
    ]
    ledger.facts["rader"] = {
        "lasta": sum(f.rows for f in found),
        "behallna": sum(f.kept_rows for f in found),
        "utanfor_lanet": sum(f.outside.total() for f in found),
        "annan_status": sum(f.statuses.total() for f in found),
        "utan_punkt": sum(len(f.without_point) + len(f.stray_ids) for f in found),
    }


def _note_other_kommun(f: Found, name: str, ledger: Ledger) -> None:
    """Warn when a file named for one kommun holds another's addresses; the rows' own code counts."""
    named = re.search(r"kn(\d{4})", f.file.name)
    if named:
        other = Counter[str]()
        for t in f.kept:
            other.update({v["values"]: v["counts"] for v in t["kommunkod"].value_counts().to_pylist()})
        del other[named[1]]
        reason = f"adresser i annan kommun än filnamnets {named[1]}"
        examples = [f"{k}: {n}" for k, n in sorted(other.items())]
        ledger.add("varning", name, reason, other.total(), "radens egen kommunkod gäller", examples)
