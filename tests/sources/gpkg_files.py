"""Tiny files in the publishers' formats, made for one test each."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import shapely

from pipelines.config.region import Demo, Kommun, Lan, Publicering, Region, Scb
from pipelines.core.paths import Paths

KOMMUNER = (("1480", "Göteborg"), ("1407", "Öckerö"))


def region(kommuner: Any = KOMMUNER, scb_ar: int | None = None, land_ha: float = 10_000) -> Region:
    """A län of a few kommuner."""
    rows = tuple(Kommun(kod=k, namn=n, land_ha=land_ha) for k, n in kommuner)
    return Region(
        lan=Lan(kod=rows[0].kod[:2], namn="Provlän", kortnamn="Prov", kommuner=rows),
        scb=Scb(ar=scb_ar),
        publicering=Publicering(utgivare="Prov", kontakt_epost="a@example.org", bas_url="https://example.org"),
        demo=Demo(adresser=1, befolkning=1, hushall=1, orter_fil="a", kalibrering_fil="b"),
    )


def paths(tmp: Path) -> Paths:
    """Folders of a run under ``tmp``; RAW exists."""
    (tmp / "raw").mkdir(exist_ok=True)
    return Paths(tmp / "c.toml", tmp / "raw", tmp / "out", tmp / "maps")


def gpkg(path: Path, columns: dict[str, Any], shapes: Any, layer: str, **options: Any) -> Path:
    """Write one table; ``crs``, ``geometry_name``, ``description`` as options; an existing file gains it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    crs = options.pop("crs", 3006)
    settings = {"GEOMETRY_NAME": options.pop("geometry_name", "geom")}
    if description := options.pop("description", ""):
        settings["DESCRIPTION"] = description
    if shapes is None:
        import pandas as pd

        pyogrio.write_dataframe(
            pd.DataFrame(columns), path, layer=layer, driver="GPKG", append=path.exists(), layer_options=settings
        )
        return path
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)
    pyogrio.write_dataframe(
        frame, path, layer=layer, driver="GPKG", append=path.exists(), layer_options=settings, **options
    )
    return path


def zipped(source: Path, target: Path, names: tuple[str, ...] = (), comment: str = "") -> Path:
    """Pack a file in a zip, once per name (its own name unless told), and remove it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as z:
        for name in names or (source.name,):
            z.writestr(name, source.read_bytes())
        z.comment = comment.encode()
    source.unlink()
    return target


def sql(path: Path, *statements: str) -> Path:
    """Alter a GeoPackage by hand (triggers that need spatial functions are dropped first)."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA synchronous = OFF")  # each statement would wait for the disk
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            db.execute(f'DROP TRIGGER "{name}"')
        for s in statements:
            db.execute(s)
        db.commit()
    return path


def addresses(
    path: Path,
    rows: list[tuple[Any, Any, Any, Any]],
    *,
    id_name: str = "belagenhetsadress_objektidentitet",
    **options: Any,
) -> Path:
    """Write ``belagenhetsadress``; a row is id, kommunkod, status, (E, N) or geometry or None."""
    shapes = [shapely.Point(g) if isinstance(g, tuple) else g for *_, g in rows]
    columns = {
        id_name: [r[0] for r in rows],
        "adressplatstyp": "Gatuadressplats",
        "adressplatsnummer": [f"{i}" for i in range(len(rows))],
        "kommunkod": [r[1] for r in rows],
        "postnummer": 0,
        "statusforbelagenhetsadress": [r[2] for r in rows],
    }
    return gpkg(path, columns, shapes, options.pop("layer", "belagenhetsadress"), **options)


def square(e: float, n: float, side: float = 1000) -> Any:
    """One square by its lower-left corner."""
    return shapely.box(e, n, e + side, n + side)


def squares(path: Path, rows: list[tuple[int, int, Any]], side: int = 1000, **options: Any) -> Path:
    """Write SCB's squares; a row is E, N, people."""
    columns: dict[str, Any] = {
        "rutid_scb": options.pop("ids", [f"{e:06}{n:07}" for e, n, _ in rows]),
        "rutstorl": options.pop("rutstorl", side),
        "beftotalt": [p for *_, p in rows],
        "referenstid": options.pop("referenstid", "2024-12-31"),
    }
    rename = options.pop("rename", {})
    columns = {rename.get(k, k): v for k, v in columns.items() if v is not None}
    shapes = options.pop("shapes", [square(e, n, side) for e, n, _ in rows])
    return gpkg(path, columns, shapes, path.stem, **options)


def kommuner(path: Path, rows: list[tuple[Any, str, Any]], **options: Any) -> Path:
    """Write table ``kommun``; a row is code, name, geometry."""
    columns = {"kommunkod": [r[0] for r in rows], "kommunnamn": [r[1] for r in rows]}
    return gpkg(path, columns, [r[2] for r in rows], options.pop("layer", "kommun"), **options)


def snapshot(folder: Path) -> list[str]:
    """Every file under a folder, to see that nothing was added."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def copy(source: Path, target: Path) -> Path:
    """Copy a file, folders made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(source, target))
