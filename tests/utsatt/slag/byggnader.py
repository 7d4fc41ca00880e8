"""Buildings in the place of addresses: the county without its address files, and its buildings spoilt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shapely.geometry import Point

from tests.small_county import inputs
from tests.utsatt import county, grids
from tests.utsatt.mutation import FEL, SAMMA, VARNAD, Case, Collection, Figures, copy, layer, write_curve


def _in_county(point: Point) -> bool:
    """Tell whether a point is in the county's kommuner, or within 300 m of them and of no other."""
    near = min((shape.distance(point), kod) for kod, _, shape in inputs.KOMMUNER)
    return near[0] <= 300 and near[1] in ("9901", "9902")


BYGGNADER = Collection("byggnader", "byggnader")
COLLECTIONS = [BYGGNADER]
ALL = sum(_in_county(Point(p)) for p in county.building_points(inputs.county("full")))
"""Buildings that stand for an address in the unspoilt file."""


def left(expected: int) -> Callable[[Figures, Figures], str]:
    """Return what tells whether so many addresses are left: figures differ anyhow from those of the addresses."""

    def wrong(_: Figures, now: Figures) -> str:
        (found,) = now["lan"]["adresser"]
        return "" if found == expected else f"{found} adresser, inte {expected}"

    return wrong


def frames(name: str, *right: str, count: int | None = None, **more: Any) -> Callable[[Callable[[Any], Any]], None]:
    """Add a function from the file's frame to another; ``count`` addresses are then right, where it runs."""

    def put(do: Callable[[Any], Any]) -> None:
        def change(case: Case) -> None:
            with layer(case.path("byggnader")) as held:
                held.frame = do(held.frame)

        BYGGNADER.add(
            name, change, *right, what=do.__doc__ or "", figures=None if count is None else left(count), **more
        )

    return put


def _one(frame: Any, column: str, value: Any, row: int = 3) -> Any:
    frame = frame.copy()
    frame.loc[row, column] = value
    return frame


def _shape(frame: Any, change: Callable[[Any], Any], row: int = 3) -> Any:
    shapes = frame.geometry.to_numpy().copy()
    shapes[row] = change(shapes[row])
    return frame.set_geometry(shapes, crs=frame.crs)


grids.damages(BYGGNADER, "byggnader")


@frames("orord", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """adresserna borta, byggnaderna hela: allt räknas på dem, och det sägs först"""
    return frame


@frames("skrivs_om", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """sparad om av GDAL, omkastade rader, kolumner till, namn med versaler"""
    frame = frame.iloc[::-1].reset_index(drop=True).assign(extra=1)
    return frame.rename(columns={c: c.upper() for c in frame if c != "geometry"})


@frames("med_hojd", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """EPSG:5845 och geometrier med Z"""
    from shapely import force_3d

    return frame.set_geometry(force_3d(frame.geometry.to_numpy(), 12.0), crs=5845)


@frames("typer_som_tal", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """objekttypnr 2061 och 2066 i stället för namn"""
    return frame.assign(objekttyp=frame["objekttyp"].map({"Bostad": 2061, "Komplementbyggnad": 2066}))


@frames("typer_versaler", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """objekttypen med versaler och mellanslag"""
    return frame.assign(objekttyp=" " + frame["objekttyp"].str.upper())


@frames("en_okand_typ", VARNAD, count=ALL - 1)
def _(frame: Any) -> Any:
    """en byggnad av en typ som ingen känner"""
    return _one(frame, "objekttyp", "Fyrtorn")


@frames("en_tom_typ", VARNAD, count=ALL - 1)
def _(frame: Any) -> Any:
    """en byggnad utan typ"""
    return _one(frame, "objekttyp", None)


@frames("alla_okanda_typer", FEL)
def _(frame: Any) -> Any:
    """en ny kodlista: ingen typ känns igen"""
    return frame.assign(objekttyp="B:1")


@frames("inga_bostader", FEL)
def _(frame: Any) -> Any:
    """bara komplementbyggnader"""
    return frame.assign(objekttyp="Komplementbyggnad")


@frames("samma_id_tva_rader", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """en byggnad i två rader med samma identitet"""
    import pandas as pd

    return pd.concat([frame, frame.iloc[[3]].set_geometry(frame.geometry.iloc[[3]].translate(8, 0))], ignore_index=True)


@frames("samma_hus_tva_id", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """samma yta under två identiteter"""
    import pandas as pd

    return pd.concat([frame, frame.iloc[[3]].assign(objektidentitet="annan")], ignore_index=True)


@frames("alla_dubbla", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """alla rader två gånger"""
    import pandas as pd

    return pd.concat([frame, frame], ignore_index=True)


@frames("utan_id", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """ingen byggnad har identitet"""
    return frame.assign(objektidentitet=None)


@frames("id_utan_kolumn", FEL)
def _(frame: Any) -> Any:
    """kolumnen objektidentitet saknas"""
    return frame.drop(columns="objektidentitet")


@frames("typ_utan_kolumn", FEL)
def _(frame: Any) -> Any:
    """kolumnen objekttyp saknas"""
    return frame.drop(columns="objekttyp")


@frames("en_utan_geometri", VARNAD, count=ALL - 1)
def _(frame: Any) -> Any:
    """en rad utan geometri"""
    return _shape(frame, lambda g: None)


@frames("en_tom_geometri", VARNAD, count=ALL - 1)
def _(frame: Any) -> Any:
    """en rad med tom geometri"""
    from shapely.geometry import Polygon

    return _shape(frame, lambda g: Polygon())


@frames("oandlig_koordinat", FEL, VARNAD)
def _(frame: Any) -> Any:
    """en koordinat är oändlig"""
    from shapely import transform

    return _shape(frame, lambda g: transform(g, lambda xy: xy + float("inf")))


@frames("korsar_sig", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """en yta som skär sig själv"""
    from shapely.geometry import Polygon

    def bow(g: Any) -> Any:
        w, s, e, n = g.bounds
        return Polygon([(w, s), (e, n), (e, s), (w, n)])

    return _shape(frame, bow)


@frames("flera_delar", VARNAD, count=ALL)
def _(frame: Any) -> Any:
    """en byggnad i två delar på var sin sida av gården"""
    from shapely.affinity import translate
    from shapely.geometry import MultiPolygon

    return _shape(frame, lambda g: MultiPolygon([g, translate(g.buffer(-1), 12, 0)]))


@frames("punkter", FEL)
def _(frame: Any) -> Any:
    """byggnadspunkter i stället för ytor"""
    return frame.set_geometry(frame.geometry.centroid)


@frames("alla_borta", FEL)
def _(frame: Any) -> Any:
    """inga rader"""
    return frame.iloc[:0]


@frames("halva_lanet", FEL)
def _(frame: Any) -> Any:
    """bara byggnaderna i väster: en kommun har inga"""
    return frame[frame.geometry.centroid.x < 402_500].reset_index(drop=True)


@frames("wgs84", FEL)
def _(frame: Any) -> Any:
    """WGS 84"""
    return frame.to_crs(4326)


@frames("rt90_utan_ord", FEL)
def _(frame: Any) -> Any:
    """tal i RT 90 märkta EPSG:3006"""
    return frame.to_crs(3021).set_crs(3006, allow_override=True)


@frames("lokal_zon_utan_ord", FEL)
def _(frame: Any) -> Any:
    """tal i SWEREF 99 13 30 märkta EPSG:3006"""
    return frame.to_crs(3008).set_crs(3006, allow_override=True)


@frames("utan_crs", FEL)
def _(frame: Any) -> Any:
    """inget koordinatsystem"""
    return frame.set_crs(None, allow_override=True)


@frames("flyttad_360_km", FEL)
def _(frame: Any) -> Any:
    """allt 360 km norrut, fortfarande i Sverige"""
    return frame.set_geometry(frame.geometry.translate(0, 360_000))


@frames("axlar_ombytta", FEL)
def _(frame: Any) -> Any:
    """N och E ombytta"""
    from shapely import transform

    return frame.set_geometry(transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=frame.crs)


@BYGGNADER.case("cirkel", VARNAD, figures=left(ALL))
def _(case: Case) -> None:
    """en byggnad som en cirkelbåge"""
    write_curve(case.path("byggnader"))


@BYGGNADER.case("tva_leveranser", FEL)
def _(case: Case) -> None:
    """samma leverans en gång till under ett annat namn"""
    copy(case.path("byggnader"), case.path("byggnader").with_name("byggnader.zip"))


@BYGGNADER.case("bara_kommunens", FEL)
def _(case: Case) -> None:
    """filen heter som en kommuns, två gånger om"""
    path = case.path("byggnader")
    copy(path, path.with_name("byggnader_kn9901.zip"))
    copy(path, path.with_name("byggnader_2026_kn9901.zip"))
    path.unlink()


def _without_addresses(do: Callable[[Case], None]) -> Callable[[Case], None]:
    def change(case: Case) -> None:
        for name in ("adresser", "adresser_2"):
            case.path(name).unlink()
        do(case)

    return change


BYGGNADER.mutations = [replace(m, do=_without_addresses(m.do)) for m in BYGGNADER.mutations]


@BYGGNADER.case("bredvid_adresserna", SAMMA)
def _(case: Case) -> None:
    """adresserna finns också: byggnaderna används inte, hur trasiga de än är"""
    case.path("byggnader").write_bytes(b"trasig")


@BYGGNADER.case("varken_eller", FEL)
def _(case: Case) -> None:
    """varken adresser eller byggnader"""
    for name in ("adresser", "adresser_2", "byggnader"):
        case.path(name).unlink()
    case.also.append("lantmateriet")
