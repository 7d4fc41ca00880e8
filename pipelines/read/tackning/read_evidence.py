"""Evidence of coverage under ``tackning/``: per address, per 250 m cell, per area, and where it is from."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.config.region import Region
from pipelines.core.errors import DataError
from pipelines.core.facts import rows_by_file
from pipelines.core.files import EPSG, read_points, write_polygons, write_table
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.core.publishers import BY_AGREEMENT
from pipelines.formats import crs_guess
from pipelines.incoming import role_files
from pipelines.incoming.marks import demo_mark
from pipelines.read.tackning.evidence_rows import address_rows, area_rows, cell_rows
from pipelines.read.tackning.kallor import read_kallor
from pipelines.tables import contracts, source_tables

if TYPE_CHECKING:
    import geopandas as gpd

_KINDS = {"adresser*.csv": "adressuppgifter", "rutor*.csv": "rutuppgifter", "omraden*.gpkg": "områdesuppgifter"}


def run(region: Region, paths: Paths) -> None:
    """Read ``tackning/``; write kallor, evidens_adress, evidens_ruta, evidens_omrade and the ledger.

    Each table is written also when it is empty.

    Raises
    ------
    DataError
        When files and ``kallor.csv`` do not agree, or a value cannot be used.
    """
    ledger = Ledger("tackning", facts={"filer": [], "rader": {}})
    folder = paths.raw / "tackning"
    found = {pattern: role_files.matching(folder, pattern) for pattern in _KINDS}
    kallor = sources_table(folder, [p for files in found.values() for p in files], region, ledger)
    write_table(contracts.check(kallor, source_tables.KALLOR), paths.table("kallor"))
    near = at_addresses(paths, region)
    addresses = [address_rows(p, region, ledger, near) for p in found["adresser*.csv"]]
    write_table(_joined(addresses, source_tables.EVIDENS_ADRESS), paths.table("evidens_adress"))
    cells = [cell_rows(p, region, ledger) for p in found["rutor*.csv"]]
    write_table(_joined(cells, source_tables.EVIDENS_RUTA), paths.table("evidens_ruta"))
    areas = [area_rows(p, region, ledger) for p in found["omraden*.gpkg"]]
    write_polygons(_joined_areas(areas), paths.table("evidens_omrade"))
    require_rows(kallor, folder, ledger)
    note_files(found, kallor, paths.raw, ledger)
    ledger.save(paths.ledger("tackning"))


def at_addresses(paths: Paths, region: Region) -> crs_guess.Judge | None:
    """Return what tells which share of coordinates lies at the län's addresses, read when first asked.

    None before the addresses have been read: then an error about coordinates names no system.
    """
    table = paths.table("adresser_kalla")
    if not table.exists():
        return None

    @cache
    def judge() -> crs_guess.Judge:
        known = read_points(table, [])
        e, n = known["e_m"].to_numpy(), known["n_m"].to_numpy()
        return crs_guess.beside(e, n, region.evidens.matchningsradie_m)

    return lambda e_m, n_m: judge()(e_m, n_m)


def require_rows(kallor: pd.DataFrame, folder: Path, ledger: Ledger) -> None:
    """Check that every file that is complete for a kommun says something; count those that say nothing.

    Raises
    ------
    DataError
        A complete file without a usable row: all of its kommuner would lose their coverage.
    """
    for fil, count in rows_by_file(ledger.facts).items():
        if count["anvanda"]:
            continue
        complete = sorted(kallor.loc[(kallor["fil"] == fil) & kallor["fullstandig"], "kommunkod"])
        if complete:
            raise DataError(
                "En täckningsfil som sägs vara fullständig har inga användbara rader.",
                file=folder / fil,
                expected=f"rader för kommun {', '.join(complete)}: utan dem skulle ingen där ha täckning",
                found=f"{count['lasta']} rader, 0 användbara",
                action="Lägg in hela listan, eller skriv nej under fullstandig i kallor.csv.",
            )
        ledger.add("varning", f"tackning/{fil}", "filen har inga användbara rader", 1, "säger ingenting om täckning")


def sources_table(folder: Path, evidence: list[Path], region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return KALLOR; empty when there is neither ``kallor.csv`` nor any evidence.

    Raises
    ------
    DataError
        When there is evidence but no ``kallor.csv``.
    """
    named = role_files.matching(folder, "kallor.csv")
    if len(named) > 1:
        raise DataError(
            "Det finns flera kallor.csv.",
            file=folder,
            expected="en kallor.csv",
            found=", ".join(p.name for p in named),
            action="Behåll den som gäller.",
        )
    if named:
        return read_kallor(named[0], evidence, region, ledger)
    if evidence:
        raise DataError(
            "Det finns täckningsfiler men ingen kallor.csv.",
            file=folder / "kallor.csv",
            expected="kolumnerna fil, kommunkod, fullstandig, referensdatum, avtal, far_publiceras",
            found=", ".join(p.name for p in evidence),
            action="Skriv kallor.csv med en rad per fil och kommun: vad filen är fullständig för, och om den får "
            "publiceras under kommunnivå.",
        )
    return _typed(pd.DataFrame(columns=source_tables.KALLOR.names), source_tables.KALLOR)


def note_files(found: dict[str, list[Path]], kallor: pd.DataFrame, raw: Path, ledger: Ledger) -> None:
    """Write into the ledger what every file is: kallor.csv and the evidence it names."""
    facts = ledger.facts.setdefault("filer", [])
    newest = kallor.groupby("fil")["referensdatum"].max().to_dict()
    deals = {f: "; ".join(sorted(set(a) - {""})) for f, a in kallor.groupby("fil")["avtal"]}
    listed = [(p, role) for pattern, role in _KINDS.items() for p in found[pattern]]
    listed += [(p, "kallor") for p in role_files.matching(raw / "tackning", "kallor.csv")]
    for path, role in listed:
        day = newest.get(path.name) or ""
        facts.append(
            role_files.fact(
                path,
                raw,
                role,
                used=True,
                why="säger vad filerna gäller" if role == "kallor" else "står i kallor.csv",
                year=int(day[:4]) if day else None,
                date=day,
                publisher=BY_AGREEMENT,
                licence=deals.get(path.name) or BY_AGREEMENT,
                demo=demo_mark(path),
            )
        )


def _joined(parts: list[pd.DataFrame], contract: contracts.Table) -> pd.DataFrame:
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=contract.names)
    return contracts.check(_typed(frame, contract), contract)


def _joined_areas(parts: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    import geopandas as gpd

    contract = source_tables.EVIDENS_OMRADE
    if parts:
        frame = pd.concat(parts, ignore_index=True)
        return gpd.GeoDataFrame(contracts.check(frame, contract), geometry="geometry", crs=EPSG)
    empty = _typed(pd.DataFrame(columns=contract.names), contract)
    return gpd.GeoDataFrame(contracts.check(empty, contract), geometry=gpd.GeoSeries([], crs=EPSG))


def _typed(frame: pd.DataFrame, contract: contracts.Table) -> pd.DataFrame:
    kinds = {"text": "str", "heltal": "int64", "decimal": "float64", "ja_nej": "bool"}
    return frame[contract.names].astype({c.name: kinds[c.kind] for c in contract.columns})
