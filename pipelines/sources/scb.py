"""SCB: population squares (1 km; 250 m where bought), tätorter and småorter, cut to the län."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines import contracts, files, grid
from pipelines.errors import DataError
from pipelines.ledger import Ledger
from pipelines.paths import Paths
from pipelines.region import Region
from pipelines.sources import gpkg, incoming, marks, outlines, scb_kommun, wkb
from pipelines.sources.squares import Edition, edition, read_squares

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

NEAR_M = 2000.0
"""Squares and localities this close to the län's bounding box are kept."""
PUBLISHER, LICENCE = "SCB", "CC0"
BOUGHT = "köpt av SCB; avtalets villkor gäller"
PATTERNS = ("befolkning_1km*.gpkg", "befolkning_250m*.gpkg")
LOCALITIES = {
    "tatort": {
        "kod": ("tatortskod", "tatort_kod", "tatortkod", "kod"),
        "namn": ("tatort", "tatortsnamn", "namn"),
    },
    "smaort": {
        "kod": ("smaortskod", "smaort_kod", "smaortkod", "kod", "smaort"),
        "namn": ("smaortsnamn", "namn", "smaort", "smaortskod"),
    },
}
_FOLDER_NAMES = {"tatort": "tatorter*.gpkg", "smaort": "smaorter*.gpkg"}

Bounds = tuple[float, float, float, float]


def run(region: Region, paths: Paths) -> None:
    """Make ``befolkning`` and ``orter``."""
    ledger = Ledger("scb")
    facts: list[dict[str, object]] = []
    near = widened(outlines.lan_bounds(paths.raw, region))
    editions = [edition(p) for p in incoming.matching(paths.raw / "scb", *PATTERNS)]
    km = choose(editions, 1000, region, paths.raw, facts)
    fine = choose(editions, 250, region, paths.raw, facts)
    squares = replace_squares(near_squares(km, near, ledger), near_squares(fine, near, ledger), ledger)
    note_years(km, fine, ledger)
    localities = read_localities(paths.raw, near, ledger, facts)
    scb_kommun.run_kommun(region, paths, ledger, facts)
    ledger.facts["filer"] = facts
    files.write_table(contracts.check(squares, contracts.BEFOLKNING), paths.table("befolkning"))
    files.write_polygons(contracts.check(localities, contracts.ORTER), paths.table("orter"))
    ledger.save(paths.ledger("scb"))


def widened(bounds: Bounds) -> Bounds:
    """Return bounds with a margin of ``NEAR_M``."""
    w, s, e, n = bounds
    return w - NEAR_M, s - NEAR_M, e + NEAR_M, n + NEAR_M


def choose(
    editions: list[Edition], size_m: int, region: Region, raw: Path, facts: list[dict[str, object]]
) -> Edition | None:
    """Return the edition to use: the configured year's, else the newest; the others are named in ``facts``.

    Raises
    ------
    DataError
        When two files claim the same size and year, or there is no 1 km file (of the configured year).
    """
    fits = sorted((e for e in editions if e.size_m == size_m), key=lambda e: (e.year, e.file.name))
    for a, b in pairwise(fits):
        if a.year == b.year:
            raise DataError(
                f"Två filer är SCB:s befolkning i rutor om {size_m} m för {a.year}.", file=a.file.parent,
                expected="en fil per storlek och år", found=f"{a.file.name} och {b.file.name}",
                action="Behåll en av dem.",
            )  # fmt: skip
    of_year = [e for e in fits if e.year == region.scb.ar]
    # Bought squares are rarely of the open grid's year: the newest serves when the year has none.
    used = (of_year or (fits if region.scb.ar is None or size_m != 1000 else []))[-1:]
    if not used and size_m == 1000:
        wanted = "" if region.scb.ar is None else f" för {region.scb.ar}"
        raise DataError(
            f"SCB:s befolkning i rutor om 1 km{wanted} saknas.", file=raw / "scb",
            expected=f"befolkning_1km_{region.scb.ar or '<år>'}.gpkg",
            found=", ".join(e.file.name for e in fits) or "ingen sådan fil",
            action="Hämta filen hos SCB, eller ändra scb.ar i konfigurationen.",
        )  # fmt: skip
    for e in fits:
        why = "konfigurationens år" if e.year == region.scb.ar else "nyaste året"
        facts.append(
            incoming.fact(
                e.file, raw, "befolkning_1km" if size_m == 1000 else "befolkning_250m", used=e in used,
                why=why if e in used else "en annan utgåva används", year=e.year, date=e.date,
                publisher=PUBLISHER, licence=LICENCE if size_m == 1000 else BOUGHT, demo=e.demo,
            )
        )  # fmt: skip
    return used[0] if used else None


def near_squares(e: Edition | None, near: Bounds, ledger: Ledger) -> pd.DataFrame:
    """Return an edition's squares that touch the bounds; the rest are counted. Empty without edition."""
    import pandas as pd

    if e is None:
        return pd.DataFrame({k: np.zeros(0, np.int64) for k in ("rutid", "storlek_m", "befolkning")})
    squares = read_squares(e)
    rows: dict[str, int] = ledger.facts.setdefault("rader", {"lasta": 0, "behallna": 0})  # type: ignore[assignment]
    rows["lasta"] += len(squares)
    east, north = grid.corner(squares["rutid"])
    w, s, e_max, n_max = near
    inside = (east + e.size_m >= w) & (east <= e_max) & (north + e.size_m >= s) & (north <= n_max)
    name = f"scb/{e.file.name}"
    out = squares[~inside]
    ledger.add(
        "upplysning", name, f"rutor utanför länet ({int(out['befolkning'].sum())} personer)", len(out),
        "används inte",
    )  # fmt: skip
    if not inside.any():
        raise DataError(
            "Inga rutor i närheten av länet.", file=e.file, expected="rutor i konfigurationens län",
            found=f"{len(squares)} rutor utanför",
            action="Hämta hela Sveriges fil, eller rätt läns; eller rätta gränserna.",
            details=outlines.places(near, east.astype(float), north.astype(float), sure=True),
        )  # fmt: skip
    return squares[inside].reset_index(drop=True)


def replace_squares(km: pd.DataFrame, fine: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Return 1 km squares, each replaced by its 250 m squares where there are any; empty squares left out.

    A 250 m square replaces its 1 km square even when it holds nobody: the buyer's order covers it.
    """
    import pandas as pd

    covered = np.unique(grid.parent(fine["rutid"]))
    replaced = km["rutid"].isin(covered)
    ledger.add(
        "upplysning", "scb", f"1 km-rutor ersatta av 250 m-rutor ({int(km['befolkning'][replaced].sum())} personer "
        f"mot {int(fine['befolkning'].sum())})", int(replaced.sum()), "250 m-rutorna gäller",
    )  # fmt: skip
    alone = ~np.isin(covered, km["rutid"])
    ledger.add(
        "upplysning", "scb", "250 m-rutor vars 1 km-ruta saknas i 1 km-filen", int(alone.sum()),
        "250 m-rutorna används", covered[alone],
    )  # fmt: skip
    both = pd.concat([km[~replaced], fine], ignore_index=True)
    nobody = both["befolkning"] == 0
    ledger.add("upplysning", "scb", "rutor med 0 personer", int(nobody.sum()), "utelämnas")
    ledger.facts["befolkning"] = int(both["befolkning"].sum())
    ledger.facts["rutor"] = {str(m): int(n) for m, n in both["storlek_m"][~nobody].value_counts().items()}
    ledger.facts.setdefault("rader", {})["behallna"] = int((~nobody).sum())  # type: ignore[index]
    return both[~nobody].sort_values(["rutid", "storlek_m"], ignore_index=True)


def note_years(km: Edition | None, fine: Edition | None, ledger: Ledger) -> None:
    """Warn when the two grids are of different years."""
    if km and fine and km.year != fine.year:
        ledger.add(
            "varning", f"scb/{fine.file.name}", f"250 m-rutorna gäller {fine.year}, 1 km-rutorna {km.year}", 1,
            "båda används; summan blandar två år",
        )  # fmt: skip


def read_localities(
    raw: Path, near: Bounds, ledger: Ledger, facts: list[dict[str, object]]
) -> gpd.GeoDataFrame:
    """Return tätorter and småorter that touch the bounds: ``typ, kod, namn``, geometry; maybe empty."""
    import geopandas as gpd
    import pandas as pd

    empty = {c: pd.Series(dtype="str") for c in ("typ", "kod", "namn")}
    parts: list[gpd.GeoDataFrame] = [gpd.GeoDataFrame(empty, geometry=[], crs=files.EPSG)]
    for kind, pattern in _FOLDER_NAMES.items():
        found = incoming.matching(raw / "scb", pattern)
        if found:
            parts.append(_newest(kind, found, raw, near, ledger, facts))
    both = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    have = set(both["typ"])
    if have and have != set(LOCALITIES):
        lacking = "småorter" if "smaort" not in have else "tätorter"
        ledger.add("varning", "scb", f"{lacking} saknas", 1, "områdestypen bygger bara på det som finns")
    both = both.sort_values(["typ", "kod"], kind="stable", ignore_index=True)
    return both.set_geometry(wkb.multi(both.geometry.to_numpy()), crs=files.EPSG)


def _newest(
    kind: str, found: list[Path], raw: Path, near: Bounds, ledger: Ledger, facts: list[dict[str, object]]
) -> gpd.GeoDataFrame:
    """Read the newest of several locality files; name the others."""
    years = {p: _locality_year(p) for p in found}
    newest = max(found, key=lambda p: (years[p], p.name))
    same = [p.name for p in found if years[p] == years[newest]]
    if len(same) > 1:
        raise DataError(
            f"Två filer är SCB:s {'tätorter' if kind == 'tatort' else 'småorter'} för {years[newest] or 'okänt år'}.",
            file=newest.parent, expected="en fil per år", found=" och ".join(same), action="Behåll en av dem.",
        )  # fmt: skip
    for p in found:
        facts.append(
            incoming.fact(
                p, raw, _FOLDER_NAMES[kind].split("*")[0], used=p == newest,
                why="nyaste året" if p == newest else "en nyare utgåva används", year=years[p] or None,
                date=f"{years[p]}-12-31" if years[p] else None, publisher=PUBLISHER, licence=LICENCE,
                demo=marks.demo_mark(p),
            )
        )  # fmt: skip
    return _read_localities(kind, newest, near, ledger)


def _locality_year(path: Path) -> int:
    """Return the year in column ``ar``, else in the name, else 0."""
    layers = [x for x in gpkg.layers(path) if gpkg.actual(x, ("ar",))]
    if layers:
        years = (
            gpkg.texts(gpkg.read(layers[0], {"ar": ("ar",)}, geometry=False)["ar"]).drop_null().to_pylist()
        )
        return max((int(y[:4]) for y in years if re.match(r"(19|20)\d\d", y)), default=0)
    named = re.search(r"(?:19|20)\d\d", path.stem)
    return int(named[0]) if named else 0


def _read_localities(kind: str, path: Path, near: Bounds, ledger: Ledger) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    wanted = LOCALITIES[kind]
    layer = gpkg.require_geometry(gpkg.find(path, gpkg.layers(path), wanted, names=(path.stem,)))
    table = gpkg.read(layer, wanted)
    texts = {c: gpkg.texts(table[c]).to_pandas().fillna("").astype("str") for c in wanted}
    name = f"scb/{path.name}"
    shapes = wkb.polygons(table["wkb"], path, ledger=ledger, source=name, names=texts["namn"].tolist())
    frame = gpd.GeoDataFrame({"typ": kind, **texts}, geometry=shapes, crs=files.EPSG)
    missing = frame.geometry.isna()
    ledger.add(
        "bortfall", name, "ort utan yta", int(missing.sum()), "raderna används inte", frame["namn"][missing]
    )
    frame = frame[~missing].astype({"typ": "str"})
    middle = frame.geometry.representative_point()
    wkb.require_sweden(middle.x.to_numpy(), middle.y.to_numpy(), path)
    inside = shapely.intersects(frame.geometry.to_numpy(), shapely.box(*near))
    ledger.add("upplysning", name, "orter utanför länet", int((~inside).sum()), "används inte")
    if len(frame) and not inside.any():
        raise DataError(
            "Inga orter i närheten av länet.", file=path, expected="orter i konfigurationens län",
            found=f"{len(frame)} orter utanför",
            details=outlines.places(near, middle.x.to_numpy(), middle.y.to_numpy()),
            action="Hämta hela Sveriges fil, eller ta bort filen om länet inga sådana orter har.",
        )  # fmt: skip
    return frame[inside]
