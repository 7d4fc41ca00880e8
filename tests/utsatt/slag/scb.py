"""SCB: population squares, tätorter and småorter, lists per kommun."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

from tests.utsatt import grids
from tests.utsatt.county import KOMMUNER, PEOPLE, YEARS
from tests.utsatt.grids import Grid, layer_grid, list_grid
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
    csv_table,
    database,
    layer,
    text_of,
)

KM, KVART = Collection("scb 1 km"), Collection("scb 250 m")
ORTER, LISTOR = Collection("scb orter"), Collection("scb kommunlistor")
COLLECTIONS = [KM, KVART, ORTER, LISTOR]
ONE_MORE = "en person mer eller mindre i en ruta går inte att veta (SCB stör själv talen)"
km, kvart = layer_grid("km"), layer_grid("kvart")
tatorter, smaorter = layer_grid("tatorter"), layer_grid("smaorter")


def inside(row: list[Any], grid: Grid) -> bool:
    """Tell whether a square is well inside the län, and has people."""
    e, n = int(row[grid.column("rutid_scb")][:6]), int(row[grid.column("rutid_scb")][6:])
    return 400_000 <= e < 408_000 and 6_400_000 <= n < 6_403_000 and row[grid.column("beftotalt")] > 2


for to, give, short in ((KM, km, "km"), (KVART, kvart, "kvart")):
    grids.cells(
        to, "bef", give, "beftotalt", "antal", inside if short == "km" else lambda r, g: r[g.column("beftotalt")] > 2
    )
    grids.columns(to, "bef", give, "beftotalt", "antal", right={"delat_med_1000": (FEL,)})
    for header in ("beftotalt", "rutid_scb"):
        grids.headers(
            to,
            header,
            give,
            header,
            right={
                "blanksteg": (SAMMA, FEL),
                "dubblerad": (FEL, SAMMA, RAKNAD),
                "dubblerad_olika": (FEL, SAMMA, RAKNAD),
                "namnlos": (FEL,),
                **(dict.fromkeys(("annat_namn", "borttagen"), (SAMMA,)) if header == "rutid_scb" else {}),
            },  # rutid_inspire says the same square, and is read where there is no rutid_scb
        )
    for header in ("rutstorl", "referenstid", "rutid_inspire"):
        grids.headers(
            to,
            header,
            give,
            header,
            needed=False,
            right={
                "blanksteg": (SAMMA, FEL),
                "dubblerad": (FEL, SAMMA, RAKNAD),
                "dubblerad_olika": (FEL, SAMMA, RAKNAD),
            },
        )
    grids.damages(to, short, checksum=False)


# A layer's columns of one name twice cannot be written: those slips are made in lists and workbooks.
for to in (KM, KVART):
    to.mutations = [m for m in to.mutations if "dubblerad" not in m.name and "namnlos" not in m.name]


def squares(
    to: Collection, give: grids.Open, name: str, *right: str, **more: Any
) -> Callable[[Callable[[Case, Grid], None]], None]:
    """Add a function that changes the squares."""

    def put(do: Callable[[Case, Grid], None]) -> None:
        def change(case: Case) -> None:
            with give(case) as grid:
                do(case, grid)

        to.add(name, change, *right, what=do.__doc__ or "", **more)

    return put


def every(to_add: str, *right: str, **more: Any) -> Callable[[Callable[[Case, Grid, int], None]], None]:
    """Add a function for the 1 km and for the 250 m squares; it is given their side."""

    def put(do: Callable[[Case, Grid, int], None]) -> None:
        for to, give, side in ((KM, km, 1000), (KVART, kvart, 250)):

            def change(case: Case, give: grids.Open = give, side: int = side) -> None:
                with give(case) as grid:
                    do(case, grid, side)

            to.add(to_add, change, *right, what=do.__doc__ or "", **more)

    return put


@every("rader/omkastade", SAMMA)
def _(case: Case, g: Grid, side: int) -> None:
    """rutorna i annan ordning"""
    case.random.shuffle(g.rows)


@every("rader/en_dubblerad", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """en ruta två gånger"""
    g.rows.append(list(case.random.choice(g.rows)))


@every("rader/en_dubblerad_olika", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """en ruta två gånger med olika folkmängd"""
    g.rows.append(list(g.rows[0]))
    g.rows[-1][g.column("beftotalt")] += 5


@every("rader/alla_borta", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """inga rutor"""
    g.rows.clear()


@every("rader/tomma_rutor_med", SAMMA)
def _(case: Case, g: Grid, side: int) -> None:
    """rutor med noll personer står med"""
    from shapely.geometry import box

    e, n = (403000, 6_399_000) if side == 1000 else (401000, 6_400_000)
    row = [f"SE_CRS3006RES{side}mN{n}E{e}", f"{e}{n}", side, 0, 0, 0, "2024-12-31", box(e, n, e + side, n + side)]
    g.rows.append(row)


KVART.mutations = [m for m in KVART.mutations if m.name != "rader/tomma_rutor_med"]


@squares(KM, km, "rader/en_borta", ANDRAD, FEL, RAKNAD, why="SCB utelämnar rutor utan folk: en som saknas kan vara tom")
def _(case: Case, g: Grid) -> None:
    """en ruta saknas"""
    g.rows.remove(case.random.choice([r for r in g.rows if inside(r, g)]))


@squares(KM, km, "rader/halva_lanet", FEL, VARNAD)
def _(case: Case, g: Grid) -> None:
    """bara rutorna väster om E 404 000: hälften av länet har inget folk"""
    g.rows[:] = [r for r in g.rows if int(r[g.column("rutid_scb")][:6]) < 404_000]


@squares(KM, km, "rader/annat_lan", FEL)
def _(case: Case, g: Grid) -> None:
    """bara rutor i ett annat län"""
    g.rows[:] = [r for r in g.rows if int(r[g.column("rutid_scb")][:6]) >= 430_000]


@every("bef/en_person_till", ANDRAD, why=ONE_MORE)
def _(case: Case, g: Grid, side: int) -> None:
    """en person mer i en ruta"""
    case.random.choice([r for r in g.rows if r[g.column("beftotalt")] > 2])[g.column("beftotalt")] += 1


@every("bef/tiotusen_i_en_ruta", FEL, VARNAD)
def _(case: Case, g: Grid, side: int) -> None:
    """tio tusen personer i en ruta med några adresser"""
    at = g.column("beftotalt")
    next(r for r in g.rows if r[at] > 2 and (side == 250 or inside(r, g)))[at] = 10_000


@every("bef/miljard_i_en_ruta", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """10⁹ personer i en ruta"""
    at = g.column("beftotalt")
    next(r for r in g.rows if r[at] > 2)[at] = 10**9


@every("bef/gånger_10", FEL, VARNAD)
def _(case: Case, g: Grid, side: int) -> None:
    """alla rutors folk gånger tio"""
    for r in g.rows:
        r[g.column("beftotalt")] *= 10


@every("bef/text_som_tal", SAMMA)
def _(case: Case, g: Grid, side: int) -> None:
    """folkmängden som text"""
    for r in g.rows:
        r[g.column("beftotalt")] = str(r[g.column("beftotalt")])


@every("bef/alla_text_abc", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """folkmängden «abc» på alla rader"""
    for r in g.rows:
        r[g.column("beftotalt")] = "abc"


@every("bef/flyttal", SAMMA)
def _(case: Case, g: Grid, side: int) -> None:
    """folkmängden som decimaltal: 12.0"""
    for r in g.rows:
        r[g.column("beftotalt")] = float(r[g.column("beftotalt")])


@every("bef/halva_personer", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """3,5 personer på alla rader"""
    for r in g.rows:
        r[g.column("beftotalt")] += 0.5


@every("bef/sekretess_prickar", FEL, RAKNAD)
def _(case: Case, g: Grid, side: int) -> None:
    """«..» där SCB inte lämnar ut talet"""
    for r in g.rows:
        r[g.column("beftotalt")] = ".." if r[g.column("beftotalt")] == 4 else str(r[g.column("beftotalt")])


KVART.mutations = [m for m in KVART.mutations if m.name != "bef/sekretess_prickar"]


@every("bef/man_i_beftotalt", FEL, RAKNAD)
def _(case: Case, g: Grid, side: int) -> None:
    """kolumnerna man och beftotalt har bytt plats: män fler än alla"""
    a, b = g.column("beftotalt"), g.column("man")
    for r in g.rows:
        r[a], r[b] = r[b], r[a]


@every("id/som_tal", SAMMA)
def _(case: Case, g: Grid, side: int) -> None:
    """rut-id som tal"""
    for r in g.rows:
        r[g.column("rutid_scb")] = int(r[g.column("rutid_scb")])


@every("id/excel_exponent", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """rut-id som 4,01E+12"""
    for r in g.rows:
        r[g.column("rutid_scb")] = f"{int(r[g.column('rutid_scb')]):.2E}".replace(".", ",")


@every("id/avrundade", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """rut-id avrundade till tio siffror"""
    for r in g.rows:
        r[g.column("rutid_scb")] = str(int(float(f"{int(r[g.column('rutid_scb')]):.9e}")) // 10_000 * 10_000)


@every("id/n_forst", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """rut-id med N före E"""
    for r in g.rows:
        text = r[g.column("rutid_scb")]
        r[g.column("rutid_scb")] = text[6:] + text[:6]


@every("id/mittpunkt", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """rut-id av rutans mitt"""
    for r in g.rows:
        text = r[g.column("rutid_scb")]
        r[g.column("rutid_scb")] = f"{int(text[:6]) + side // 2}{int(text[6:]) + side // 2}"


@every("id/en_forskjuten", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """ett rut-id en ruta fel"""
    row = case.random.choice(g.rows)
    row[g.column("rutid_scb")] = f"{int(row[g.column('rutid_scb')][:6]) + side}{row[g.column('rutid_scb')][6:]}"


@every("id/tomt", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """ett rut-id tomt"""
    g.rows[0][g.column("rutid_scb")] = None


@every("storlek/annan", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """rutstorl säger 500"""
    for r in g.rows:
        r[g.column("rutstorl")] = 500


@every("storlek/text", SAMMA)
def _(case: Case, g: Grid, side: int) -> None:
    """rutstorl som text: «1000 m»"""
    for r in g.rows:
        r[g.column("rutstorl")] = f"{side} m"


@every("storlek/km", FEL, SAMMA)
def _(case: Case, g: Grid, side: int) -> None:
    """rutstorl i kilometer"""
    for r in g.rows:
        r[g.column("rutstorl")] = side / 1000


@every("storlek/en_rad_annan", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """en rad säger en annan storlek än sin geometri"""
    g.rows[0][g.column("rutstorl")] = 1250 - side


@every("tid/tva_ar", FEL)
def _(case: Case, g: Grid, side: int) -> None:
    """två års rutor i samma fil"""
    g.rows[0][g.column("referenstid")] = "2019-12-31"


@every("tid/bara_ar", SAMMA)
def _(case: Case, g: Grid, side: int) -> None:
    """referenstid 2024"""
    for r in g.rows:
        r[g.column("referenstid")] = "2024"


@every("tid/skrap", FEL, SAMMA)
def _(case: Case, g: Grid, side: int) -> None:
    """referenstid går inte att läsa; filens namn säger året"""
    for r in g.rows:
        r[g.column("referenstid")] = "31/12"


@every("tid/framtid", FEL, VARNAD)
def _(case: Case, g: Grid, side: int) -> None:
    """referenstid 2099"""
    for r in g.rows:
        r[g.column("referenstid")] = "2099-12-31"


def geometries(name: str, *right: str, **more: Any) -> Callable[[Callable[[Any, int], Any]], None]:
    """Add a function from a layer's frame and the side to another frame, for both sizes."""

    def put(do: Callable[[Any, int], Any]) -> None:
        for to, short, side in ((KM, "km", 1000), (KVART, "kvart", 250)):

            def change(case: Case, short: str = short, side: int = side) -> None:
                with layer(case.path(short)) as held:
                    held.frame = do(held.frame, side)

            to.add(name, change, *right, what=do.__doc__ or "", **more)

    return put


@geometries("geometri/skrivs_om", SAMMA)
def _(frame: Any, side: int) -> Any:
    """sparad om av GDAL"""
    return frame.assign(extra=1)


@geometries("geometri/wgs84", FEL)
def _(frame: Any, side: int) -> Any:
    """omräknad till WGS 84"""
    return frame.to_crs(4326)


@geometries("geometri/rt90", FEL)
def _(frame: Any, side: int) -> Any:
    """RT 90 2,5 gon V"""
    return frame.to_crs(3021)


@geometries("geometri/lokal_zon", FEL)
def _(frame: Any, side: int) -> Any:
    """SWEREF 99 13 30 (EPSG:3008)"""
    return frame.to_crs(3008)


@geometries("geometri/lokal_zon_utan_ord", FEL)
def _(frame: Any, side: int) -> Any:
    """tal i SWEREF 99 13 30 men märkt EPSG:3006"""
    return frame.to_crs(3008).set_crs(3006, allow_override=True)


@geometries("geometri/utan_crs", FEL)
def _(frame: Any, side: int) -> Any:
    """inget koordinatsystem"""
    return frame.set_crs(None, allow_override=True)


@geometries("geometri/3006_plus_hojd", SAMMA)
def _(frame: Any, side: int) -> Any:
    """EPSG:5845 (3006 + RH 2000)"""
    return frame.set_crs(5845, allow_override=True)


@geometries("geometri/forskjuten", FEL)
def _(frame: Any, side: int) -> Any:
    """geometrin 100 m österut"""
    return frame.set_geometry(frame.geometry.translate(100, 0))


@geometries("geometri/axlar_ombytta", FEL)
def _(frame: Any, side: int) -> Any:
    """N och E ombytta"""
    from shapely import transform

    return frame.set_geometry(transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=frame.crs)


@geometries("geometri/punkter", FEL, SAMMA)
def _(frame: Any, side: int) -> Any:
    """mittpunkter i stället för rutor"""
    return frame.set_geometry(frame.geometry.centroid)


@geometries("geometri/en_saknas", FEL, SAMMA, RAKNAD)
def _(frame: Any, side: int) -> Any:
    """en ruta utan geometri"""
    shapes = frame.geometry.to_numpy().copy()
    shapes[0] = None
    return frame.set_geometry(shapes, crs=frame.crs)


@geometries("geometri/halverad_sida", FEL)
def _(frame: Any, side: int) -> Any:
    """geometrin är hälften så stor som id säger"""
    return frame.set_geometry(frame.geometry.scale(0.5, 0.5))


@geometries("geometri/multipolygon", SAMMA)
def _(frame: Any, side: int) -> Any:
    """MultiPolygon i stället för Polygon"""
    from shapely.geometry import MultiPolygon

    return frame.set_geometry([MultiPolygon([g]) for g in frame.geometry], crs=frame.crs)


@geometries("geometri/andra_hallet", SAMMA)
def _(frame: Any, side: int) -> Any:
    """hörnen medurs i stället för moturs, och ett hörn till på en sida"""
    return frame.set_geometry(frame.geometry.segmentize(side / 2).reverse())


@KVART.case(
    "blandad/1km_och_250m",
    FEL,
    SAMMA,
    RAKNAD,
    ANDRAD,
    why="samma folk på ett annat sätt: rutorna är finare",
    figures=lambda a, b: people_kept(a, b, 0.15),
)
def _(case: Case) -> None:
    """blandat rutnät i en fil: 250 m i tätort, 1 km i övrigt, rutstorl säger vilken"""
    import pandas as pd

    with layer(case.path("kvart")) as fine:
        quarter = fine.frame
    with layer(case.path("km")) as coarse:
        both = coarse.frame
        parents = {f"{int(i[:6]) // 1000 * 1000:06d}{int(i[6:]) // 1000 * 1000:07d}" for i in quarter["rutid_scb"]}
        for parent in parents:  # a 1 km square of a mixed grid holds those outside its 250 m squares
            inner = quarter.loc[
                [
                    f"{int(i[:6]) // 1000 * 1000:06d}{int(i[6:]) // 1000 * 1000:07d}" == parent
                    for i in quarter["rutid_scb"]
                ],
                "beftotalt",
            ].sum()
            at = both["rutid_scb"] == parent
            both.loc[at, "beftotalt"] = (both.loc[at, "beftotalt"] - inner).clip(lower=0)
        coarse.frame = pd.concat([both, quarter], ignore_index=True)
    case.path("kvart").unlink()


def people_kept(before: Figures, after: Figures, share: float) -> str:
    """Return what is wrong when the län's people are too few or too many."""
    a, b = before["lan"]["befolkning"][0], after["lan"]["befolkning"][0]
    return "" if abs(a - b) <= share * a else f"länets befolkning {a:.1f} → {b:.1f}"


@KVART.case(
    "del_av_en_ruta",
    FEL,
    RAKNAD,
    SAMMA,
    ANDRAD,
    why="vem som flyttar inom rutan är modell; ingen får försvinna",
    figures=lambda a, b: people_kept(a, b, 0.02),
)
def _(case: Case) -> None:
    """köpta rutor för bara en del av en 1 km-ruta: resten av rutans folk får inte försvinna"""
    with kvart(case) as g:
        g.rows[:] = g.rows[:1]


@KVART.case("summan_over_1km", FEL, VARNAD)
def _(case: Case) -> None:
    """250 m-rutornas folk är fem gånger 1 km-rutans"""
    with kvart(case) as g:
        for r in g.rows:
            r[g.column("beftotalt")] *= 8


@KVART.case(
    "saknas",
    ANDRAD,
    FEL,
    RAKNAD,
    why="250 m-rutor är frivilliga: folket sprids i 1 km-rutan",
    figures=lambda a, b: people_kept(a, b, 0.1),
)
def _(case: Case) -> None:
    """inga köpta rutor"""
    case.path("kvart").unlink()


@KVART.case("innehall_ombytt", FEL, SAMMA)
def _(case: Case) -> None:
    """filerna 1 km och 250 m har bytt namn"""
    a, b = case.path("km"), case.path("kvart")
    aside = a.with_name("x")
    a.rename(aside)
    b.rename(a)
    aside.rename(b)


@KM.case("aldre_utgava_bredvid", SAMMA)
def _(case: Case) -> None:
    """2023 års rutor ligger kvar bredvid"""
    older = case.path("km").with_name("befolkning_1km_2023.gpkg")
    copy(case.path("km"), older)
    with layer(older) as held:
        held.frame = held.frame.assign(referenstid="2023-12-31", beftotalt=held.frame["beftotalt"] * 2)
        held.name = "befolkning_1km_2023"


@KM.case("kopia", FEL)
def _(case: Case) -> None:
    """samma fil två gånger"""
    copy(case.path("km"), case.path("km").with_name("befolkning_1km_2024 (1).gpkg"))


@KM.case("saknas", FEL)
def _(case: Case) -> None:
    """filen är borta"""
    case.path("km").unlink()
    case.also.append("befolkning i rutor om 1 km")


@KM.case("vy_i_stallet_for_tabell", FEL, SAMMA)
def _(case: Case) -> None:
    """lagret är en vy"""
    with database(case.path("km")) as db:
        db.execute("ALTER TABLE befolkning_1km_2024 RENAME TO bas")
        db.execute("CREATE VIEW befolkning_1km_2024 AS SELECT * FROM bas")


@KM.case("tva_lager", FEL, SAMMA)
def _(case: Case) -> None:
    """två lager som båda passar i samma fil"""
    import pyogrio

    frame = pyogrio.read_dataframe(case.path("km"))
    frame["beftotalt"] *= 2
    pyogrio.write_dataframe(frame, case.path("km"), layer="befolkning_kopia", driver="GPKG", append=False)


# tätorter, småorter -----------------------------------------------------------------------------------------------


def places(short: str, name: str, *right: str, **more: Any) -> Callable[[Callable[[Any], Any]], None]:
    """Add a function from the localities' frame to another."""

    def put(do: Callable[[Any], Any]) -> None:
        def change(case: Case) -> None:
            with layer(case.path(short)) as held:
                held.frame = do(held.frame)

        ORTER.add(f"{short}/{name}", change, *right, what=do.__doc__ or "", **more)

    return put


for short in ("tatorter", "smaorter"):
    grids.damages(ORTER, short, checksum=False, flips=1)

    @places(short, "skrivs_om", SAMMA)
    def _(frame: Any) -> Any:
        """sparad om av GDAL, med en kolumn till"""
        return frame.assign(extra=1)

    @places(short, "omkastade", SAMMA)
    def _(frame: Any) -> Any:
        """raderna omkastade"""
        return frame.iloc[::-1].reset_index(drop=True)

    @places(short, "wgs84", FEL)
    def _(frame: Any) -> Any:
        """WGS 84"""
        return frame.to_crs(4326)

    @places(short, "lokal_zon_utan_ord", FEL)
    def _(frame: Any) -> Any:
        """tal i SWEREF 99 13 30 märkta EPSG:3006"""
        return frame.to_crs(3008).set_crs(3006, allow_override=True)

    @places(short, "utan_crs", FEL)
    def _(frame: Any) -> Any:
        """inget koordinatsystem"""
        return frame.set_crs(None, allow_override=True)

    @places(short, "rosett", FEL, RAKNAD)
    def _(frame: Any) -> Any:
        """en ort vars kant korsar sig själv"""
        from shapely.geometry import Polygon

        shapes = list(frame.geometry)
        a, b, c, d, *_ = (
            shapes[0].geoms[0].exterior.coords if hasattr(shapes[0], "geoms") else shapes[0].exterior.coords
        )
        shapes[0] = Polygon([a, c, b, d])
        return frame.set_geometry(shapes, crs=frame.crs)

    @places(short, "en_utan_yta", FEL, RAKNAD)
    def _(frame: Any) -> Any:
        """en ort utan geometri"""
        shapes = frame.geometry.to_numpy().copy()
        shapes[0] = None
        return frame.set_geometry(shapes, crs=frame.crs)

    @places(short, "punkter", FEL)
    def _(frame: Any) -> Any:
        """orternas mittpunkter"""
        return frame.set_geometry(frame.geometry.centroid)

    @places(short, "linjer", FEL)
    def _(frame: Any) -> Any:
        """orternas kanter som linjer"""
        return frame.set_geometry(frame.geometry.boundary)

    @places(short, "en_dubblerad", SAMMA, FEL, RAKNAD)
    def _(frame: Any) -> Any:
        """en ort två gånger"""
        import pandas as pd

        return pd.concat([frame, frame.iloc[:1]], ignore_index=True)

    @places(short, "ar_blandat", SAMMA, FEL)
    def _(frame: Any) -> Any:
        """olika år i kolumnen ar"""
        return frame.assign(ar=[2020, *[2023] * (len(frame) - 1)])

    @places(short, "ar_skrap", SAMMA, FEL)
    def _(frame: Any) -> Any:
        """kolumnen ar säger «okänt»"""
        return frame.assign(ar="okänt")

    @places(short, "utan_namnkolumner", FEL, SAMMA)
    def _(frame: Any) -> Any:
        """kolumnerna med kod och namn borta"""
        return frame[["geometry", "bef"]]

    @places(short, "alla_borta", FEL)
    def _(frame: Any) -> Any:
        """inga rader"""
        return frame.iloc[:0]

    @places(short, "annat_lan", FEL, VARNAD)
    def _(frame: Any) -> Any:
        """bara orter i en annan del av landet"""
        return frame.set_geometry(frame.geometry.translate(150_000, 300_000))

    def _(case: Case, short: str = short) -> None:
        case.path(short).unlink()

    ORTER.add(f"{short}/saknas", _, FEL, VARNAD, what="filen borta")

    def _(case: Case, short: str = short) -> None:
        path = case.path(short)
        copy(path, path.with_name(f"{path.stem} (1).gpkg"))

    ORTER.add(f"{short}/kopia", _, FEL, what="samma fil två gånger")


@places("tatorter", "3006_plus_hojd", SAMMA)
def _(frame: Any) -> Any:
    """EPSG:5845"""
    return frame.set_crs(5845, allow_override=True)


@places("tatorter", "med_hojd", SAMMA)
def _(frame: Any) -> Any:
    """geometrier med Z"""
    from shapely import force_3d

    return frame.set_geometry(force_3d(frame.geometry.to_numpy(), 12.0), crs=frame.crs)


@places("tatorter", "delad_i_tva_rader", SAMMA, RAKNAD)
def _(frame: Any) -> Any:
    """en tätort i två rader, en per kommun"""
    import pandas as pd
    from shapely.geometry import box

    first, rest = frame.iloc[:1], frame.iloc[1:]
    west, south, east, north = first.geometry.iloc[0].bounds
    middle = (west + east) / 2
    halves = [box(west, south, middle, north), box(middle, south, east, north)]
    parts = [first.set_geometry(first.geometry.intersection(h)) for h in halves]
    return pd.concat([*parts, rest], ignore_index=True)


@ORTER.case("ombytta", FEL)
def _(case: Case) -> None:
    """filerna tätorter och småorter har bytt namn"""
    a, b = case.path("tatorter"), case.path("smaorter")
    aside = a.with_name("x")
    a.rename(aside)
    b.rename(a)
    aside.rename(b)


# lists per kommun -------------------------------------------------------------------------------------------------

BESIDE = "listan är till för avstämning: vår folkmängd räknas inte ur den"


def only_beside(before: Figures, after: Figures) -> str:
    """Return which tables other than the comparison are others: the lists must never come into them."""
    off = [n for n in before if n != "avstamning_kallor" and before[n] != after.get(n)]
    return f"ändrade: {', '.join(off)}" if off else ""


for short, column in (("folkmangd", "folkmangd"), ("hushall", "hushall")):
    give = list_grid(short)
    grids.cells(
        LISTOR,
        short,
        give,
        column,
        "antal",
        lambda r, g: r[g.column("ar")] == "2024",
        right={"tom": (FEL, RAKNAD, SAMMA), "flyttal": (FEL, SAMMA)},  # SCB writes none of them so: may stop
    )
    for header in ("kommunkod", "ar", column):
        grids.headers(LISTOR, f"{short}/{header}", give, header)
    grids.damages(LISTOR, short, checksum=False, flips=1)


# Numbers this small have no thousands.
LISTOR.mutations = [m for m in LISTOR.mutations if "tusenavgransad" not in m.name]


def lists(name: str, *right: str, **more: Any) -> Callable[[Callable[[Case, Any], None]], None]:
    """Add a function that changes the list of people as a table."""

    def put(do: Callable[[Case, Any], None]) -> None:
        def change(case: Case) -> None:
            with csv_table(case.path("folkmangd")) as table:
                do(case, table)

        LISTOR.add(name, change, *right, what=do.__doc__ or "", **more)

    return put


for name, right, what, settings in (
    ("semikolon", (SAMMA,), "semikolon", {"delimiter": ";"}),
    ("tabb", (SAMMA,), "tabb", {"delimiter": "\t"}),
    ("latin1", (SAMMA,), "Latin-1", {"encoding": "latin-1"}),
    ("bom", (SAMMA,), "UTF-8 med BOM", {"encoding": "utf-8-sig"}),
    ("utf16", (SAMMA,), "UTF-16", {"encoding": "utf-16"}),
    ("crlf", (SAMMA,), "radslut som i Windows", {"newline": "\r\n"}),
    ("cr", (SAMMA,), "radslut som i gamla Mac OS", {"newline": "\r"}),
    ("allt_citerat", (SAMMA,), "allt inom citattecken", {"quoting": csv.QUOTE_ALL}),
    ("sep_rad", (SAMMA,), "Excels «sep=,» först", {"before": "sep=,\n"}),
    ("titelrad", (SAMMA, FEL), "PxWebs titelrad först", {"before": '"Folkmängd efter region och år"\n\n'}),
    ("not_sist", (FEL, SAMMA), "en not sist", {"after": "\nKälla: SCB\n"}),
):

    def _(case: Case, settings: dict[str, Any] = settings) -> None:
        with csv_table(case.path("folkmangd")) as table:
            for key, value in settings.items():
                setattr(table, key, value)

    LISTOR.add(f"text/{name}", _, *right, what=what)


@lists("omkastade", SAMMA)
def _(case: Case, t: Any) -> None:
    """raderna omkastade"""
    body = t.rows[1:]
    case.random.shuffle(body)
    t.rows[1:] = body


@lists("kod_och_namn", SAMMA)
def _(case: Case, t: Any) -> None:
    """«9901 Östby» i kolumnen region, som PxWeb skriver"""
    t.rows[0][0] = "region"
    for r in t.rows[1:]:
        r[0] = f"{r[0]} {r[1]}"


@lists("riket_och_lan_med", SAMMA)
def _(case: Case, t: Any) -> None:
    """rader om riket (00) och länet (99)"""
    t.rows.append(["00", "Riket", "2024", "10587710"])
    t.rows.append(["99", "Östvikens län", "2024", "225"])


@lists("utan_kod", SAMMA, FEL)
def _(case: Case, t: Any) -> None:
    """bara kommunens namn, som PxWeb kan skriva: länets kommuner känns igen på sina namn"""
    for r in t.rows:
        del r[0]
    t.rows[0][0] = "region"


@lists("ar_i_bredd", FEL, SAMMA)
def _(case: Case, t: Any) -> None:
    """ett år per kolumn"""
    t.rows[:] = [["region", "kommun", *map(str, YEARS)], *([k, n, *[str(PEOPLE[k])] * len(YEARS)] for k, n in KOMMUNER)]


def pxweb(
    name: str, header: list[str], cells: list[list[str]], *right: str, short: str = "folkmangd", what: str, **more: Any
) -> None:
    """Add an export from PxWeb in the place of a list."""

    def do(case: Case) -> None:
        with csv_table(case.path(short)) as t:
            t.rows[:] = [header, *[[k, *more] for k, _ in KOMMUNER for more in cells]]

    LISTOR.add(f"pxweb/{name}", do, *right, what=what, **more)


head = ["region", "ålder", "kön", "år", "Folkmängd"]
pxweb("en_alder", head, [["0-4 år", "totalt", "2024", "9"]], FEL, what="bara en ålder")
pxweb("ett_kon", head, [["totalt ålder", "män", "2024", "60"]], FEL, what="bara män")
pxweb("en_alder_ett_kon", head, [["0-4 år", "män", "2024", "4"]], FEL, what="en ålder och ett kön")
pxweb(
    "flera_aldrar",
    head,
    [[a, "totalt", "2024", "9"] for a in ("0-4 år", "5-9 år")],
    FEL,
    what="flera åldrar, ingen total",
)
pxweb(
    "koder",
    ["Region", "Alder", "Kon", "Tid", "BE0101N1"],
    [["tot", "1+2", "2024", "120"]],
    FEL,
    ANDRAD,
    what="koder: en riktig lista med andra tal",
    why=BESIDE,
    figures=only_beside,
)
pxweb("civilstand", ["region", "civilstånd", "år", "Folkmängd"], [["ogifta", "2024", "44"]], FEL, what="bara ogifta")
pxweb("antal_i_tusental", ["region", "år", "Folkmängd (tusental)"], [["2024", "0.13"]], FEL, what="tusental")
pxweb("prickar", ["region", "år", "Folkmängd"], [["2024", ".."]], FEL, VARNAD, what="«..» i alla rader")
pxweb("kvartal", ["region", "kvartal", "Folkmängd"], [["2024K1", "120"]], FEL, what="kvartal i stället för år")
pxweb("fodda", ["region", "år", "Födda"], [["2024", "2"]], FEL, what="födda, inte folkmängd")
home = ["region", "hushållstyp", "år", "Antal"]
pxweb("en_hushallstyp", home, [["ensamstående utan barn", "2024", "20"]], FEL, short="hushall", what="en hushållstyp")
pxweb(
    "flera_hushallstyper",
    home,
    [[t, "2024", "20"] for t in ("ensamstående", "sammanboende")],
    FEL,
    short="hushall",
    what="flera hushållstyper, ingen total",
)
pxweb(
    "personer_i_hushall",
    ["region", "år", "Antal personer per hushåll"],
    [["2024", "2.1"]],
    FEL,
    short="hushall",
    what="medeltal",
)
pxweb(
    "upplatelseform",
    ["region", "upplåtelseform", "år", "Antal"],
    [["hyresrätt", "2024", "20"]],
    FEL,
    short="hushall",
    what="bara hyresrätter",
)


@LISTOR.case("pxweb/totalen", SAMMA, ANDRAD, RAKNAD, why=BESIDE, figures=only_beside)
def _(case: Case) -> None:
    """bara totalen, med kolumnerna ålder och kön: ska läsas"""
    with csv_table(case.path("folkmangd")) as t:
        t.rows[:] = [head, *[[r[0], "totalt ålder", "totalt", r[2], r[3]] for r in t.rows[1:]]]


@LISTOR.case("gånger_1000", FEL, RAKNAD, ANDRAD, why=BESIDE, figures=only_beside)
def _(case: Case) -> None:
    """tusen gånger för många"""
    with csv_table(case.path("folkmangd")) as t:
        for r in t.rows[1:]:
            r[3] += "000"


@LISTOR.case("folkmangd_i_hushallens_fil", FEL)
def _(case: Case) -> None:
    """folkmängden sparad i hushållens fil"""
    copy(case.path("folkmangd"), case.path("hushall"))


@LISTOR.case("kommunkoder_ombytta", FEL, RAKNAD, ANDRAD, why=BESIDE, figures=only_beside)
def _(case: Case) -> None:
    """två kommuners koder ombytta, namnen inte"""
    text_of(case.path("folkmangd"), lambda t: t.replace("9901,", "X,").replace("9902,", "9901,").replace("X,", "9902,"))


@LISTOR.case("kommun_saknas", FEL, VARNAD)
def _(case: Case) -> None:
    """en kommun saknas"""
    with csv_table(case.path("folkmangd")) as t:
        t.rows[:] = [r for r in t.rows if r[0] != "9902"]


@LISTOR.case("samma_ar_tva_ganger", FEL)
def _(case: Case) -> None:
    """en kommun och ett år två gånger med olika tal"""
    with csv_table(case.path("folkmangd")) as t:
        t.rows.append(["9901", "Östby", "2024", "99"])


@LISTOR.case("bara_rubrik", FEL)
def _(case: Case) -> None:
    """bara rubrikraden"""
    with csv_table(case.path("folkmangd")) as t:
        del t.rows[1:]


@LISTOR.case("saknas", ANDRAD, FEL, RAKNAD, why=BESIDE, figures=only_beside)
def _(case: Case) -> None:
    """ingen lista"""
    case.path("folkmangd").unlink()


@LISTOR.case("excel_tappade_nollan", SAMMA, FEL)
def _(case: Case) -> None:
    """kommunkod som decimaltal: 9901.0"""
    with csv_table(case.path("folkmangd")) as t:
        for r in t.rows[1:]:
            r[0] += ".0"
