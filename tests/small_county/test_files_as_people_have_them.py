"""Complete evidence of one kommun in the forms people have it in: every one says 100 %, or stops the run.

Each form is another spelling of the same fact: all of Östby's addresses (9901) have fibre at 1 Gbit/s, or copper
at 8 and 24 Mbit/s. What the pipeline makes of it is read in its own last table.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
from shapely.geometry import box

from pipelines.core.ledger import Entry, load

from . import inputs
from .test_small_county import stage

BEFORE = ("inventory", "lantmateriet", "scb", "pts", "granser", "buildings", "grid", "dwellings")
AFTER = ("inventory", "tackning", "evidence", "households", "coverage", "summaries")
KALLOR = "fil;kommunkod;fullstandig;referensdatum;avtal;far_publiceras\n"


def uuid_of(old: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, old))


COUNTY = inputs.county("bara_statistik")
COUNTY.addresses = [replace(a, id=uuid_of(a.id)) for a in COUNTY.addresses]
OSTBY = [a for a in COUNTY.addresses if a.kommun == "9901"]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the county's folder with everything read but evidence."""
    root = tmp_path_factory.mktemp("county")
    inputs.write(COUNTY, root)
    for name in BEFORE:
        assert stage(name, root) == ""
    return root


def with_evidence(ground: Path, tmp: Path, name: str, text: str, complete: str = "ja") -> Path:
    """Copy the county and give it one file of evidence for Östby."""
    root = tmp / "c"
    shutil.copytree(ground, root)
    folder = root / "raw/tackning"
    folder.mkdir()
    if text:
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "kallor.csv").write_text(f"{KALLOR}{name};9901;{complete};2025-10-01;A;ja\n", encoding="utf-8")
    return root


def shares(root: Path) -> tuple[float, float]:
    """Run the rest; return Östby's share of households with access at 30 and 1000 Mbit/s."""
    for name in AFTER:
        assert stage(name, root) == ""
    row = pd.read_parquet(root / "out/.steg/kommuner.parquet").set_index("kommunkod").loc["9901"]
    return float(row["andel_30_pct"]), float(row["andel_1000_pct"])


def stopped(root: Path, *told: str) -> None:
    fault = next(filter(None, (stage(name, root) for name in AFTER)), "")
    for text in told:
        assert text in fault, fault


def serious(root: Path) -> list[Entry]:
    return [e for e in load(root / "out/.steg/liggare/evidence.json").entries if e.kind == "allvarlig"]


HEAD, FIBRE = "adress_id;teknik;ned_mbit;status", "fiber;1000;tillgang"


def by_id(spell: Callable[[str], str] = str, head: str = HEAD, what: str = FIBRE) -> str:
    return head + "\n" + "".join(f"{spell(a.id)};{what}\n" for a in OSTBY)


FORMS = {
    "versaler": by_id(str.upper),
    "klamrar": by_id(lambda i: f"{{{i.upper()}}}"),
    "utan bindestreck": by_id(lambda i: i.replace("-", "")),
    "urn": by_id(lambda i: f"urn:uuid:{i}"),
    "uuidadrpl": by_id(lambda i: f'"{i}";"Gatan 1"', '"uuidadrpl";"gata";"teknik";"ned_mbit";"status"'),
    "Gbit/s": by_id(head="adress_id;teknik;hastighet_ned_gbit;status", what="fiber;1;tillgang"),
    "tusental": by_id(what='fiber;"1,000.0";tillgang'),
}


def test_fibre_everywhere_is_100_per_cent_in_every_form(ground: Path, tmp_path: Path) -> None:
    """Each form says so of addresses of its own, in a file of its own: all are told of only if every form is read."""
    root = with_evidence(ground, tmp_path, "", "")
    listed = [KALLOR]
    for number, form in enumerate(FORMS.values()):
        head, *rows = form.splitlines(keepends=True)
        name = f"adresser_{number}.csv"
        (root / "raw/tackning" / name).write_text("".join([head, *rows[number :: len(FORMS)]]), encoding="utf-8")
        listed.append(f"{name};9901;ja;2025-10-01;A;ja\n")
    (root / "raw/tackning/kallor.csv").write_text("".join(listed), encoding="utf-8")
    assert shares(root) == pytest.approx((100, 100)) and serious(root) == []


def test_copper_in_kbit_is_copper(ground: Path, tmp_path: Path) -> None:
    text = "adress_id;teknik;nedhastighet;status\n" + "".join(
        f"{a.id};adsl;{8000 if i % 2 else 24000};ansluten\n" for i, a in enumerate(OSTBY)
    )
    root = with_evidence(ground, tmp_path, "adresser_xdsl.csv", text)
    assert shares(root) == pytest.approx((0, 0))


def test_squares_of_500_m_cover_all_their_addresses(ground: Path, tmp_path: Path) -> None:
    corners = {(int(a.e // 500) * 500, int(a.n // 500) * 500) for a in OSTBY}
    text = "rutstorl;rutid;teknik;ned_mbit;status;andel\n" + "".join(
        f"500;{e}{n};fiber;1000;tillgang;1\n" for e, n in sorted(corners)
    )
    root = with_evidence(ground, tmp_path, "rutor_500.csv", text)
    assert shares(root) == pytest.approx((100, 100))


def by_point(epsg: int, swapped: bool = False, move_m: float = 0.0) -> str:
    to = pyproj.Transformer.from_crs(3006, epsg, always_xy=True).transform
    points = (to(a.e + move_m, a.n) for a in OSTBY)
    lines = (f"{p[swapped]:.6f};{p[not swapped]:.6f};fiber;1000;tillgang\n" for p in points)
    return "e;n;teknik;ned_mbit;status\n" + "".join(lines)


@pytest.mark.parametrize(
    ("epsg", "swapped", "told"),
    [
        (3009, False, "SWEREF 99 15 00 (EPSG:3009)"),  # half outside Sweden's box, half inside
        (3007, False, "SWEREF 99 12 00 (EPSG:3007)"),
        (3012, True, "SWEREF 99 14 15 (EPSG:3012) med E och N omkastade"),
        (3021, False, "RT 90 2,5 gon V (EPSG:3021)"),
        (32632, False, "UTM 32, WGS 84 (EPSG:32632)"),  # wholly inside the box
        (3857, False, "Web Mercator (EPSG:3857)"),
        (4326, False, "longitud och latitud, WGS 84 (EPSG:4326)"),
        (4326, True, "med latitud och longitud omkastade"),
        (3006, True, "SWEREF 99 TM (EPSG:3006) med E och N omkastade"),
    ],
)
@pytest.mark.parametrize("complete", ["ja", "nej"])
def test_points_in_another_system_stop_and_it_is_named(
    ground: Path, tmp_path: Path, epsg: int, swapped: bool, told: str, complete: str
) -> None:
    root = with_evidence(ground, tmp_path, "adresser_punkter.csv", by_point(epsg, swapped), complete)
    stopped(root, "adresser_punkter.csv", told, "EPSG:3006", "Gör så här")


def test_points_where_they_should_be_cover_all_but_the_second_of_two_at_one_point(ground: Path, tmp_path: Path) -> None:
    root = with_evidence(ground, tmp_path, "adresser_p.csv", by_point(3006))
    shares(root)
    row = pd.read_parquet(root / "out/.steg/kommuner.parquet").set_index("kommunkod").loc["9901"]
    assert row["adresser_utan_1000"] == 1 and serious(root) == []


def elsewhere() -> dict[str, str]:
    return {
        "adresser_annat.csv": by_id(lambda i: uuid_of(i + "x")),
        "adresser_flyttade.csv": by_point(3006, move_m=2000),
        "rutor_annat.csv": "rutid;teknik;ned_mbit;status;andel\n"
        + "".join(f"{500000 + 250 * i}6500250;fiber;1000;tillgang;1\n" for i in range(9)),
    }


@pytest.mark.parametrize("name", elsewhere())
def test_a_complete_file_that_matches_nothing_stops(ground: Path, tmp_path: Path, name: str) -> None:
    root = with_evidence(ground, tmp_path, name, elsewhere()[name])
    stopped(root, name, "9901", "fullständig", "Så ser länets ut", "minsta_matchade_andel", "Gör så här")


@pytest.mark.parametrize("name", elsewhere())
def test_a_partial_file_that_matches_nothing_is_told_first(ground: Path, tmp_path: Path, name: str) -> None:
    root = with_evidence(ground, tmp_path, name, elsewhere()[name], "nej")
    shares(root)
    (told,) = serious(root)
    assert told.source == name and told.examples


def test_polygons_that_touch_no_address_stop(ground: Path, tmp_path: Path) -> None:
    root = with_evidence(ground, tmp_path, "omraden_fel.gpkg", "")
    shapes = [box(500_000 + 100 * i, 6_500_000, 500_050 + 100 * i, 6_500_050) for i in range(3)]
    frame = gpd.GeoDataFrame(
        {"teknik": "fiber", "ned_mbit": 1000.0, "status": "tillgang"}, geometry=shapes, crs=3006, index=range(3)
    )
    frame.to_file(root / "raw/tackning/omraden_fel.gpkg", layer="omraden", driver="GPKG")
    stopped(root, "omraden_fel.gpkg", "9901", "0 av 3")


@pytest.mark.parametrize(("wrong", "kinds"), [(2, []), (10, ["allvarlig"]), (46, None), (24, None)])
def test_the_floor_of_a_complete_file(ground: Path, tmp_path: Path, wrong: int, kinds: list[str] | None) -> None:
    """Of 46 rows 2 wrong are everyday, 10 (22 %) are told first, 24 (52 %) and all stop."""
    bad = {a.id for a in OSTBY[:wrong]}
    root = with_evidence(ground, tmp_path, "adresser_op.csv", by_id(lambda i: uuid_of(i) if i in bad else i))
    if kinds is None:
        stopped(root, f"{46 - wrong} av 46")
    else:
        shares(root)
        assert [e.kind for e in serious(root)] == kinds


def test_a_complete_file_that_says_nothing_of_one_of_its_kommuner_stops(ground: Path, tmp_path: Path) -> None:
    root = with_evidence(ground, tmp_path, "adresser_op.csv", by_id())
    with (root / "raw/tackning/kallor.csv").open("a") as f:
        f.write("adresser_op.csv;9902;ja;2025-10-01;A;ja\n")
    stopped(root, "9902", "46 av 46 rader träffar, ingen i kommunen")


def test_rows_of_another_kommun_than_they_say_are_told_first(ground: Path, tmp_path: Path) -> None:
    head, what = "adress_id;teknik;ned_mbit;status;kommunkod", "fiber;1000;tillgang;9902"
    root = with_evidence(ground, tmp_path, "adresser_op.csv", by_id(head=head, what=what))
    assert shares(root)[1] == pytest.approx(100)  # the address's own kommun counts
    assert [(e.reason, e.count) for e in serious(root)] == [("rader vars kommunkod är en annan än adressens", 46)]


@pytest.mark.parametrize("what", ["fiber;1000;planerad", "lte;50;tillgang"])
def test_a_complete_file_of_no_fixed_coverage_is_told_first(ground: Path, tmp_path: Path, what: str) -> None:
    root = with_evidence(ground, tmp_path, "adresser_op.csv", by_id(what=what))
    assert shares(root) == (0, 0)
    assert [(e.source, "9901" in e.reason) for e in serious(root)] == [("adresser_op.csv", True)]
