"""Roads that trenches follow: Topografi's file spoilt, and files of NVDB and OpenStreetMap in its place."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np

from tests.utsatt import grids, roads
from tests.utsatt.mutation import ANDRAD, FEL, RAKNAD, SAMMA, VARNAD, Case, Collection, Figures, copy, unpacked

VAGAR = Collection("vägar", "vagar")
NVDB, OSM = Collection("vägar nvdb", "vagar"), Collection("vägar osm", "vagar")
COLLECTIONS = [VAGAR, NVDB, OSM]
Frames = dict[str, Any]
MAIN = 3
"""A row of ``vaglinje`` on the ground that trenches follow."""
FOOT_M = 0.3048


def _lengths(figures: Figures) -> Counter[tuple[Any, ...]]:
    """Return metres of trench by area, threshold, measure and sort."""
    out: Counter[tuple[Any, ...]] = Counter()
    s = figures["schakt"]
    keys = zip(s["bristomrade_id"], s["troskel_mbit"], s["matt"], s["slag"], strict=True)
    for key, m in zip(keys, s["langd_m"], strict=True):
        out[key] += m
    return out


def same_trenches(before: Figures, after: Figures) -> str:
    """Return what is wrong when trenches are others by more than what rounding to millimetres gives."""
    a, b = _lengths(before), _lengths(after)
    off = max(abs(a[k] - b[k]) for k in {*a, *b})
    return f"schakt skiljer {off:.3f} m" if off > 0.1 else ""


def other_trenches(before: Figures, after: Figures) -> str:
    """Return what is wrong when trenches are the same: the mutation would test nothing."""
    return "" if same_trenches(before, after) else "schakten är desamma"


def tables(
    name: str, *right: str, to: Collection = VAGAR, give: Callable[[], Frames] = roads.tables, **more: Any
) -> Callable[[Callable[[Frames], Frames | None]], None]:
    """Add a function that changes the file's tables, or returns others."""

    def put(do: Callable[[Frames], Frames | None]) -> None:
        def change(case: Case) -> None:
            frames = give()
            write(case, to, do(frames) or frames)

        to.add(name, change, *right, what=do.__doc__ or "", **more)

    return put


def write(case: Case, to: Collection, frames: Frames, **options: Any) -> None:
    """Write tables in the place of the county's file: another publisher's file has a name of its own."""
    path = case.path("vagar")
    path.unlink()
    name = {"vägar nvdb": "Sverige_vagnat.gpkg", "vägar osm": "sweden-latest.gpkg"}.get(to.kind)
    roads.write(path.with_name(name) if name else path, frames, **options)


def each(name: str, *right: str, to: Collection = VAGAR, **more: Any) -> Callable[[Callable[[Any], Any]], None]:
    """Add a function from a table's frame to another, done to every table."""
    give = {"vägar": roads.tables, "vägar nvdb": roads.as_vagslag, "vägar osm": roads.as_osm}[to.kind]

    def put(do: Callable[[Any], Any]) -> None:
        def change(frames: Frames) -> Frames:
            return {name: do(frame) for name, frame in frames.items()}

        change.__doc__ = do.__doc__
        tables(name, *right, to=to, give=give, **more)(change)

    return put


def column(name: str, which: str, change: Callable[[Any], Any], *right: str, what: str, **more: Any) -> None:
    """Add what is done to every cell of a column in ``vaglinje``."""

    def do(frames: Frames) -> None:
        frame = frames["vaglinje"]
        frame[which] = [change(v) for v in frame[which]]

    do.__doc__ = what
    tables(name, *right, **more)(do)


def _shape(frames: Frames, change: Callable[[Any], Any], row: int = MAIN) -> None:
    frame = frames["vaglinje"]
    shapes = frame.geometry.to_numpy().copy()
    shapes[row] = change(shapes[row])
    frames["vaglinje"] = frame.set_geometry(shapes, crs=frame.crs)


def _moved(frame: Any, change: Callable[[Any], Any], crs: Any = None) -> Any:
    from shapely import transform

    return frame.set_geometry(transform(frame.geometry.to_numpy(), change), crs=crs or frame.crs)


def _more(frame: Any, *others: Any) -> Any:
    import pandas as pd

    return pd.concat([frame, *others], ignore_index=True)


# The file as such -------------------------------------------------------------------------------------------------

grids.damages(VAGAR, "vagar")


@VAGAR.case("uppackad", SAMMA)
def _(case: Case) -> None:
    """GeoPackage i stället för zip"""
    with unpacked(case.path("vagar")) as inside:
        copy(inside, case.path("vagar").with_suffix(".gpkg"))
    case.path("vagar").unlink()


def _zip(case: Case, *names: str, compress: int = zipfile.ZIP_DEFLATED) -> None:
    with unpacked(case.path("vagar")) as inside:
        data = inside.read_bytes()
    with zipfile.ZipFile(case.path("vagar"), "w", compress) as z:
        for name in names:
            z.writestr(name, data if name.endswith("gpkg") else b"LICENS: CC0")


@VAGAR.case("zip_med_mapp", SAMMA, FEL)
def _(case: Case) -> None:
    """filen ligger i en mapp i zip-filen, med en läs mig-fil bredvid"""
    _zip(case, "leverans/kommunikation_sverige.gpkg", "leverans/LICENS.txt")


@VAGAR.case("zip_tva", FEL)
def _(case: Case) -> None:
    """två GeoPackage i samma zip"""
    _zip(case, "a.gpkg", "b.gpkg")


@VAGAR.case("zip_shape", FEL)
def _(case: Case) -> None:
    """zip med shapefil i stället för GeoPackage"""
    _zip(case, "vaglinje.shp", "vaglinje.dbf")


@VAGAR.case("zip_i_zip", FEL)
def _(case: Case) -> None:
    """en zip i en zip"""
    data = case.path("vagar").read_bytes()
    with zipfile.ZipFile(case.path("vagar"), "w") as z:
        z.writestr("kommunikation_sverige.zip", data)


@VAGAR.case("annat_format", FEL, VARNAD)
def _(case: Case) -> None:
    """GeoJSON och .osm.pbf i stället för GeoPackage"""
    folder = case.path("vagar").parent
    case.path("vagar").unlink()
    roads.tables()["vaglinje"].to_file(folder / "vaglinje.geojson", driver="GeoJSON")
    (folder / "sweden-latest.osm.pbf").write_bytes(bytes(4096))


@VAGAR.case("utan_rumsindex", SAMMA)
def _(case: Case) -> None:
    """inget R-träd"""
    write(case, VAGAR, roads.tables(), index="NO")


def _sql(name: str, what: str, *right: str, **more: Any) -> Callable[[Callable[[Any], None]], None]:
    """Add a change of the file as a database; triggers that need a GIS are dropped first."""
    import sqlite3

    def put(do: Callable[[Any], None]) -> None:
        def change(case: Case) -> None:
            with unpacked(case.path("vagar")) as inside, closing(sqlite3.connect(inside)) as db:
                for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
                    db.execute(f'DROP TRIGGER "{trigger}"')
                do(db)
                db.commit()

        VAGAR.add(name, change, *right, what=what, **more)

    return put


@_sql("rumsindex_ofullstandigt", "R-trädet saknar rader: en redigering som avbröts", SAMMA, RAKNAD)
def _(db: Any) -> None:
    db.execute("DELETE FROM rtree_vaglinje_geometri WHERE id > 2")


@_sql("rumsindex_gammalt", "R-trädet har rutorna där vägarna låg förr", SAMMA, RAKNAD)
def _(db: Any) -> None:
    db.execute("UPDATE rtree_vaglinje_geometri SET minx = minx + 50000, maxx = maxx + 50000")


@_sql("gpkg_contents_tom", "gpkg_contents är tom", FEL)
def _(db: Any) -> None:
    db.execute("DELETE FROM gpkg_contents")


@_sql("markt_attribut", "gpkg_contents säger attributes", SAMMA, FEL)
def _(db: Any) -> None:
    db.execute("UPDATE gpkg_contents SET data_type = 'attributes'")


@_sql("en_geometri_skrap", "en geometri är skräp", FEL)
def _(db: Any) -> None:
    db.execute("UPDATE vaglinje SET geometri = ? WHERE rowid = 4", (b"GP\0\x01\xbe\x0b\0\0skrap",))


@_sql("latin1_klass", "vägtyperna som Latin-1-byte i en UTF-8-databas", FEL)
def _(db: Any) -> None:
    db.execute("UPDATE vaglinje SET objekttyp = CAST(X'4C616E647376E467' AS TEXT) WHERE objekttyp = 'Landsväg'")


@_sql("latin1_namn", "gatunamnen som Latin-1-byte i en UTF-8-databas", FEL, VARNAD)
def _(db: Any) -> None:
    db.execute("UPDATE vaglinje SET gatunamn = CAST(X'C5676174616E' AS TEXT) WHERE gatunamn = 'Ågatan'")


@_sql("cirkelbage", "en väg som cirkelbåge (CIRCULARSTRING)", RAKNAD, figures=other_trenches)
def _(db: Any) -> None:
    import struct

    (e, n), r = (404_950.0, 6_400_650.0), 120.0
    points = [(e, n), (e + r, n + r), (e + 2 * r, n)]
    head = b"GP\0\x01" + struct.pack("<iBII", 3006, 1, 8, len(points))
    blob = head + b"".join(struct.pack("<dd", *p) for p in points)
    db.execute("UPDATE vaglinje SET geometri = ? WHERE rowid = 4", (blob,))


# Where the roads lie ----------------------------------------------------------------------------------------------

LABELLED = {"wgs84": 4326, "rt90": 3021, "lokal_zon": 3008}
for to in (VAGAR, NVDB):
    for name, epsg in LABELLED.items():

        @each(name, FEL, to=to)
        def _(frame: Any, epsg: int = epsg) -> Any:
            """ett annat koordinatsystem, märkt så"""
            return frame.to_crs(epsg)

        @each(f"{name}_utan_ord", FEL, to=to)
        def _(frame: Any, epsg: int = epsg) -> Any:
            """tal i ett annat koordinatsystem märkta EPSG:3006"""
            return frame.to_crs(epsg).set_crs(3006, allow_override=True)


@each("utm33", FEL, SAMMA)
def _(frame: Any) -> Any:
    """UTM 33 på WGS 84 (EPSG:32633): samma tal till några decimeter"""
    return frame.to_crs(32633)


@each("utan_crs", FEL)
def _(frame: Any) -> Any:
    """inget koordinatsystem"""
    return frame.set_crs(None, allow_override=True)


@tables("en_tabell_annat_system", FEL)
def _(frames: Frames) -> None:
    """farjeled i WGS 84, de andra i SWEREF 99 TM"""
    frames["farjeled"] = frames["farjeled"].to_crs(4326)


@tables("en_tabell_grader_utan_ord", FEL, VARNAD)
def _(frames: Frames) -> None:
    """ovrig_vag i grader märkta EPSG:3006, de andra rätt"""
    frames["ovrig_vag"] = frames["ovrig_vag"].to_crs(4326).set_crs(3006, allow_override=True)


@each("axlar_ombytta", FEL)
def _(frame: Any) -> Any:
    """N och E ombytta"""
    return _moved(frame, lambda xy: xy[:, ::-1])


@each("annat_lan", FEL)
def _(frame: Any) -> Any:
    """ett annat läns vägar: allt 360 km norrut"""
    return _moved(frame, lambda xy: xy + np.array([0, 360_000]))


@each("fot", FEL)
def _(frame: Any) -> Any:
    """koordinater i fot"""
    return _moved(frame, lambda xy: xy / FOOT_M)


@each("kilometer", FEL)
def _(frame: Any) -> Any:
    """koordinater i kilometer"""
    return _moved(frame, lambda xy: xy / 1000)


@each("forskjuten_150_m", ANDRAD, VARNAD, why="linjer 150 m fel är vägar på riktigt för den som inte har fler källor")
def _(frame: Any) -> Any:
    """alla vägar 150 m fel: ett datum som ingen räknade om"""
    return _moved(frame, lambda xy: xy + np.array([120, 90]))


@tables("halva_lanet", VARNAD, figures=other_trenches)
def _(frames: Frames) -> Frames:
    """bara vägarna i öster: en kommun har inga"""
    return {n: f[f.geometry.bounds["minx"] > 404_700].reset_index(drop=True) for n, f in frames.items()}


@tables("en_punkt_i_origo", FEL, VARNAD)
def _(frames: Frames) -> None:
    """en brytpunkt i 0, 0 mitt i en väg"""
    _shape(frames, lambda g: _with_middle(g, (0.0, 0.0)))


@tables("jattekoordinat", FEL, VARNAD)
def _(frames: Frames) -> None:
    """en brytpunkt 10^12 meter bort"""
    _shape(frames, lambda g: _with_middle(g, (1e12, 6.4e6)))


@tables("en_punkt_100_km_bort", FEL, VARNAD, SAMMA)
def _(frames: Frames) -> None:
    """en brytpunkt 100 km bort, fram och tillbaka"""
    _shape(frames, lambda g: _with_middle(g, (404_900.0, 6_500_600.0)))


def _with_middle(line: Any, point: tuple[float, float]) -> Any:
    from shapely import LineString

    xy = [tuple(p) for p in line.coords]
    return LineString([*xy[:2], point, *xy[1:]])


@tables("oandlig_koordinat", FEL)
def _(frames: Frames) -> None:
    """en koordinat är oändlig"""
    from shapely import transform

    _shape(frames, lambda g: transform(g, lambda xy: xy + float("inf")))


# Geometries -------------------------------------------------------------------------------------------------------


@each("med_hojd", SAMMA)
def _(frame: Any) -> Any:
    """EPSG:5845 och geometrier med Z"""
    from shapely import force_3d

    return frame.set_geometry(force_3d(frame.geometry.to_numpy(), 12.0), crs=5845)


@each("en_del_multi", SAMMA)
def _(frame: Any) -> Any:
    """MultiLineString med en linje"""
    from shapely import MultiLineString

    return frame.set_geometry([MultiLineString([g]) for g in frame.geometry], crs=frame.crs)


@tables("hoplagda_multi", SAMMA, figures=same_trenches)
def _(frames: Frames) -> None:
    """alla vägar av samma typ och läge i en MultiLineString"""
    keys = ["objekttyp", "bro_och_tunnel", "gatunamn", "vardvagnummer"]
    frame = frames["vaglinje"].dissolve(by=keys, as_index=False, dropna=False)
    frames["vaglinje"] = frame.assign(bro_och_tunnel=[None if v != v else v for v in frame["bro_och_tunnel"]])


@tables("klippt_i_bitar", SAMMA, figures=same_trenches)
def _(frames: Frames) -> None:
    """varje väg delad i sina raka stycken"""
    from shapely import LineString

    frame = frames["vaglinje"]
    pieces = [
        (i, LineString(p)) for i, g in enumerate(frame.geometry) for p in zip(g.coords[:-1], g.coords[1:], strict=True)
    ]
    rows = frame.iloc[[i for i, _ in pieces]].reset_index(drop=True)
    frames["vaglinje"] = rows.set_geometry([g for _, g in pieces], crs=frame.crs)


@tables("en_utan_geometri", VARNAD, figures=other_trenches)
def _(frames: Frames) -> None:
    """en rad utan geometri"""
    _shape(frames, lambda g: None)


@tables("en_tom_geometri", VARNAD, figures=other_trenches)
def _(frames: Frames) -> None:
    """en rad med tom geometri"""
    from shapely import LineString

    _shape(frames, lambda g: LineString())


@tables("noll_langd", SAMMA)
def _(frames: Frames) -> None:
    """en väg till, utan längd"""
    from shapely import LineString

    frames["vaglinje"] = _more(frames["vaglinje"], frames["vaglinje"].iloc[[MAIN]])
    _shape(frames, lambda g: LineString([g.coords[0]] * 2), row=-1)


@tables("dubbla_punkter", SAMMA)
def _(frames: Frames) -> None:
    """varje brytpunkt två gånger"""
    from shapely import LineString

    _shape(frames, lambda g: LineString([p for p in g.coords for _ in (1, 2)]))


@tables("ytor", FEL)
def _(frames: Frames) -> None:
    """vägytor i stället för linjer"""
    frames["vaglinje"] = frames["vaglinje"].set_geometry(frames["vaglinje"].geometry.buffer(4))


@tables("punkter", FEL)
def _(frames: Frames) -> None:
    """vägarnas mittpunkter"""
    frames["vaglinje"] = frames["vaglinje"].set_geometry(frames["vaglinje"].geometry.interpolate(0.5, normalized=True))


# Rows and tables --------------------------------------------------------------------------------------------------


@each("skrivs_om", SAMMA)
def _(frame: Any) -> Any:
    """sparad om av GDAL, omkastade rader, kolumner till, namn med versaler"""
    frame = frame.iloc[::-1].reset_index(drop=True).assign(extra=1, notering="å ä ö")
    return frame.rename(columns={c: c.upper() for c in frame if c != "geometry"})


@each("alla_dubbla", SAMMA)
def _(frame: Any) -> Any:
    """alla rader två gånger, andra gången åt andra hållet"""
    return _more(frame, frame.set_geometry(frame.geometry.reverse()))


@each("alla_borta", FEL)
def _(frame: Any) -> Any:
    """inga rader"""
    return frame.iloc[:0]


for table in ("vaglinje", "ovrig_vag", "farjeled"):
    right = (FEL,) if table == "vaglinje" else (VARNAD,)

    @tables(f"tom_tabell/{table}", *right)
    def _(frames: Frames, table: str = table) -> None:
        """en tabell utan rader"""
        frames[table] = frames[table].iloc[:0]

    @tables(f"tabell_borta/{table}", *right)
    def _(frames: Frames, table: str = table) -> None:
        """en tabell saknas"""
        del frames[table]

    @tables(f"tabell_annat_namn/{table}", *right)
    def _(frames: Frames, table: str = table) -> Frames:
        """en tabell heter annat"""
        return {("lager_1" if n == table else n): f for n, f in frames.items()}


@tables("tabellnamn_versaler", SAMMA)
def _(frames: Frames) -> Frames:
    """tabellnamn med versaler och å ä ö"""
    new = {"vaglinje": "Väglinje", "ovrig_vag": "ÖVRIG_VÄG", "farjeled": "Färjeled"}
    return {new[n]: f for n, f in frames.items()}


@VAGAR.case("samma_fil_tva_namn", SAMMA)
def _(case: Case) -> None:
    """samma fil hämtad två gånger"""
    copy(case.path("vagar"), case.path("vagar").with_name("kommunikation_sverige (1).zip"))


@VAGAR.case("tva_ritningar", FEL)
def _(case: Case) -> None:
    """samma vägar en gång till, ritade tre meter bort: Topografi 50 och 10"""
    other = {n: _moved(f, lambda xy: xy + np.array([3, 2])) for n, f in roads.tables().items()}
    roads.write(case.path("vagar").with_name("topografi10.gpkg"), other)


@VAGAR.case("fil_per_kommun", SAMMA)
def _(case: Case) -> None:
    """en fil per kommun, med vägarna över gränsen i båda"""
    path = case.path("vagar")
    path.unlink()
    for name, west, east in (("kn9901", 0, 404_300), ("kn9902", 403_900, 999_999)):
        frames = roads.tables()
        kept = {n: f[(f.bounds["maxx"] > west) & (f.bounds["minx"] < east)] for n, f in frames.items()}
        roads.write(path.with_name(f"kommunikation_{name}.gpkg"), kept)


@VAGAR.case("nvdb_bredvid", SAMMA)
def _(case: Case) -> None:
    """NVDB och OpenStreetMap i samma mapp: de blandas aldrig"""
    roads.write(case.path("vagar").with_name("a_nvdb.gpkg"), roads.as_vagslag())
    roads.write(case.path("vagar").with_name("b_osm.gpkg"), roads.as_osm())


@VAGAR.case("trasig_bredvid", FEL)
def _(case: Case) -> None:
    """en trasig fil bredvid den rätta"""
    case.path("vagar").with_name("aldre.gpkg").write_bytes(b"SQLite format 3\0" + bytes(100))
    case.also.append("aldre.gpkg")


# Columns and what they say ----------------------------------------------------------------------------------------

GARBLED, ASKED = lambda v: v and v.encode().decode("latin-1"), lambda v: v and v.replace("ä", "?").replace("å", "?")
PLAIN = str.maketrans("åäöÅÄÖ", "aaoAAO")
for name, change, right, what in (
    ("klass/versaler", str.upper, (SAMMA,), "vägtyper med versaler"),
    ("klass/utan_prickar", lambda v: v.translate(PLAIN), (SAMMA,), "vägtyper utan prickar"),
    ("klass/blanksteg", lambda v: f"  {v} ", (SAMMA,), "vägtyper med blanksteg"),
    ("klass/understreck", lambda v: v.lower().replace(" ", "_"), (SAMMA,), "vägtyper med understreck"),
    ("klass/koder", lambda v: str(1800 + len(v)), (FEL,), "nummer i stället för vägtyper"),
    ("klass/engelska", lambda v: "Road", (FEL,), "engelska vägtyper"),
    ("klass/tomma", lambda v: None, (FEL,), "inga vägtyper"),
    ("klass/felavkodad", GARBLED, (SAMMA,), "vägtyper som UTF-8 läst som Latin-1: de känns igen ändå"),
    ("klass/fragetecken", ASKED, (FEL, VARNAD), "? i stället för å och ä"),
    ("klass/en_ny", lambda v: v.replace("Huvudgata", "Stadsgata"), (VARNAD,), "en vägtyp har bytt namn"),
    ("klass/en_tom", lambda v: None if v == "Huvudgata" else v, (VARNAD,), "en rad utan vägtyp"),
):
    column(name, "objekttyp", change, *right, what=what)
for name, swap, right, what in (
    ("bro/versaler", {"överfart": "ÖVERFART", "tunnel": "Tunnel "}, (SAMMA,), "läget med versaler och blanksteg"),
    ("bro/som_bro", {"överfart": "Bro", "underfart": "Undergång"}, (SAMMA,), "som vagutforande skriver"),
    ("bro/utan_prickar", {"överfart": "overfart"}, (SAMMA,), "läget utan prickar"),
    ("bro/normal", {None: "Normal"}, (SAMMA,), "«Normal» i stället för tomt"),
    ("bro/koder", {None: "0", "överfart": "1", "underfart": "2", "tunnel": "3"}, (VARNAD,), "koder i stället för ord"),
    ("bro/engelska", {"överfart": "bridge"}, (VARNAD,), "engelska ord"),
    ("bro/felavkodad", {"överfart": "Ã¶verfart"}, (VARNAD,), "läget i fel teckenkodning"),
    ("bro/alla_tomma", dict.fromkeys(("överfart", "underfart", "tunnel")), (VARNAD,), "ingen väg är bro eller tunnel"),
):
    column(name, "bro_och_tunnel", lambda v, swap=swap: swap.get(v, v), *right, what=what)
column("namn/felavkodade", "gatunamn", GARBLED, SAMMA, what="gatunamn i fel teckenkodning")
column("nummer/som_tal", "vardvagnummer", lambda v: float(v) if v.isdigit() else None, SAMMA, what="vägnummer som tal")
for which, right in (
    ("objekttyp", (FEL,)),
    ("bro_och_tunnel", (VARNAD,)),
    ("gatunamn", (SAMMA,)),
    ("vardvagnummer", (SAMMA,)),
):

    @tables(f"kolumn_borta/{which}", *right)
    def _(frames: Frames, which: str = which) -> None:
        """en kolumn borta"""
        frames["vaglinje"] = frames["vaglinje"].drop(columns=which)

    @tables(f"kolumn_annat_namn/{which}", *right)
    def _(frames: Frames, which: str = which) -> None:
        """en kolumn heter annat"""
        frames["vaglinje"] = frames["vaglinje"].rename(columns={which: "kol_7"})


@tables("bada_hojdkolumnerna", SAMMA)
def _(frames: Frames) -> None:
    """vagutforande bredvid bro_och_tunnel, tom"""
    frames["vaglinje"]["vagutforande"] = None


@VAGAR.case("mappen_tom", VARNAD, RAKNAD)
def _(case: Case) -> None:
    """ingen vägfil: schakten blir raka linjer"""
    case.path("vagar").unlink()


# NVDB -------------------------------------------------------------------------------------------------------------


def nvdb(name: str, *right: str, **more: Any) -> Callable[[Callable[[Frames], Frames | None]], None]:
    return tables(name, *right, to=NVDB, give=roads.as_vagslag, **more)


@nvdb("vagslag", VARNAD, RAKNAD, figures=same_trenches)
def _(frames: Frames) -> None:
    """NVDB:s sammanställda vägslag i stället för Topografi: samma vägar, samma schakt"""


@tables("funktionell_vagklass", VARNAD, to=NVDB, give=roads.as_functional_class, figures=other_trenches)
def _(frames: Frames) -> None:
    """bara funktionell vägklass: inga broar, inga motorvägar"""


@tables("vagklass_okand", VARNAD, to=NVDB, give=roads.as_functional_class)
def _(frames: Frames) -> None:
    """en vägklass utanför 0–9"""
    (frame,) = frames.values()
    frame.loc[0, "Klass"] = 99


@tables("vagklass_alla_okanda", FEL, to=NVDB, give=roads.as_functional_class)
def _(frames: Frames) -> None:
    """ingen vägklass inom 0–9"""
    (frame,) = frames.values()
    frame["Klass"] = 99


@nvdb("bara_vagtrafiknat", FEL)
def _(frames: Frames) -> Frames:
    """vägtrafiknätet utan vägtyper"""
    frame = frames["AGGREGAT_O_67_Vagslag"][["geometry"]].assign(Nattyp=1)
    return {"NVDB_DKVagtrafiknat": frame}


@nvdb("tva_vagslag", FEL)
def _(frames: Frames) -> None:
    """två tabeller med vägslag"""
    frames["AGGREGAT_O_68_Vagslag"] = frames["AGGREGAT_O_67_Vagslag"]


@nvdb("utan_broar", VARNAD)
def _(frames: Frames) -> None:
    """kolumnen Bro_och_tunnel saknas"""
    name = "AGGREGAT_O_67_Vagslag"
    frames[name] = frames[name].drop(columns="Bro_och_tunnel")


@nvdb("utan_farjor", VARNAD)
def _(frames: Frames) -> None:
    """tabellen Farjeled saknas"""
    del frames["NVDB_DK_O_20_Farjeled"]


# OpenStreetMap ----------------------------------------------------------------------------------------------------


def osm(name: str, *right: str, **more: Any) -> Callable[[Callable[[Frames], Frames | None]], None]:
    return tables(name, *right, to=OSM, give=roads.as_osm, **more)


@osm("ogr2ogr", VARNAD, RAKNAD, figures=same_trenches)
def _(frames: Frames) -> None:
    """OpenStreetMap i stället för Topografi: samma vägar, samma schakt"""


@osm("taggar_som_json", VARNAD, RAKNAD, figures=same_trenches)
def _(frames: Frames) -> Frames:
    """andra taggar som JSON i stället för hstore (ogr2ogr -oo TAGS_FORMAT=JSON)"""
    return roads.as_osm('"{}":"{}"', "{{{}}}")


@osm("webbens_projektion", VARNAD, RAKNAD, figures=same_trenches)
def _(frames: Frames) -> Frames:
    """EPSG:3857, som osm2pgsql skriver"""
    return {"planet_osm_line": frames["lines"].to_crs(3857)}


@osm("i_3006", VARNAD, RAKNAD, figures=same_trenches)
def _(frames: Frames) -> Frames:
    """omräknad till EPSG:3006"""
    return {"lines": frames["lines"].to_crs(3006)}


@osm("inga_andra_taggar", VARNAD)
def _(frames: Frames) -> None:
    """other_tags tom: inga broar, inga färjor"""
    frames["lines"]["other_tags"] = None


@each("axlar_ombytta", FEL, to=OSM)
def _(frame: Any) -> Any:
    """latitud och longitud ombytta"""
    return _moved(frame, lambda xy: xy[:, ::-1])


@each("grader_utan_ord", FEL, to=OSM)
def _(frame: Any) -> Any:
    """grader märkta EPSG:3006"""
    return frame.set_crs(3006, allow_override=True)


@each("meter_markta_grader", FEL, to=OSM)
def _(frame: Any) -> Any:
    """meter märkta EPSG:4326"""
    return frame.to_crs(3006).set_crs(4326, allow_override=True)


@each("rt90", FEL, to=OSM)
def _(frame: Any) -> Any:
    """RT 90, märkt så"""
    return frame.to_crs(3021)


@osm("annan_varldsdel", FEL)
def _(frames: Frames) -> None:
    """ett annat lands utdrag"""
    frames["lines"] = _moved(frames["lines"], lambda xy: xy + np.array([20, -30]))


@osm("utan_highway", FEL)
def _(frames: Frames) -> None:
    """kolumnen highway saknas"""
    frames["lines"] = frames["lines"].drop(columns="highway")


@osm("en_okand_typ", VARNAD)
def _(frames: Frames) -> None:
    """en väg av en typ som ingen känner"""
    frames["lines"].loc[MAIN, "highway"] = "moonwalk"


@osm("punkt_i_noll", FEL, VARNAD)
def _(frames: Frames) -> None:
    """en brytpunkt i 0, 0 mitt i en väg"""
    frame = frames["lines"]
    shapes = frame.geometry.to_numpy().copy()
    shapes[MAIN] = _with_middle(shapes[MAIN], (0.0, 0.0))
    frames["lines"] = frame.set_geometry(shapes, crs=frame.crs)
