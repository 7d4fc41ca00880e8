"""Roads: whose a file is, what its lines are called, which are used, and every other one counted."""

from __future__ import annotations

import math
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import gpkg_files as make
import pandas as pd
import pytest
import shapely

from pipelines.config.road_settings import Vagar
from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Entry, Ledger, load
from pipelines.read.vagar import read_roads

BOX = shapely.box
A, B = BOX(400e3, 6400e3, 402e3, 6404e3), BOX(402e3, 6400e3, 404e3, 6404e3)
LAN = [("1480", "Göteborg", A), ("1407", "Öckerö", B)]
WIDE = {"marginal_m": 1000.0}
"""The box is then E 399 000–405 000, N 6 399 000–6 405 000."""


def line(*xy: tuple[float, float]) -> Any:
    """A line by kilometres east and north of the län's corner."""
    return shapely.LineString([(400e3 + 1e3 * x, 6400e3 + 1e3 * y) for x, y in xy])


MAIN, SIDE, EAST = line((0, 0.5), (1, 0.5)), line((1, 0.5), (1, 2)), line((1, 2), (3, 2))
FAR = line((90, 0), (91, 0))


def topografi(tmp: Path, rows: Any = (), name: str = "kommunikation.gpkg", **tables: Any) -> Path:
    """Write ``vaglinje``, with a row (type, bridge, line) or with street and number; other tables by name."""
    path = tmp / "raw/vagar" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [(*r, "", "")[:5] if len(r) < 5 else r for r in rows]
    columns = {
        "objektidentitet": [str(i) for i in range(len(rows))],
        "objekttyp": [r[0] for r in rows],
        "bro_och_tunnel": [r[1] for r in rows],
        "gatunamn": [r[3] for r in rows],
        "vardvagnummer": [r[4] for r in rows],
    }
    if rows:
        make.gpkg(path, columns, [r[2] for r in rows], "vaglinje", geometry_name="geometri")
    for table, more in tables.items():
        columns = {"objekttyp": [r[0] for r in more], "vagutforande": [r[1] for r in more]}
        make.gpkg(path, columns, [r[2] for r in more], table)
    return path


def run(tmp: Path, **settings: Any) -> pd.DataFrame:
    """Run the step in the two kommuner, and return the table."""
    where = make.paths(tmp)
    if not (tmp / "raw/granser").exists():
        make.kommuner(tmp / "raw/granser/kommuner.gpkg", LAN)
    region = make.region().model_copy(update={"vagar": Vagar(**WIDE | settings)})
    read_roads.run(region, where)
    table = files.read_polygons(where.table("vagar"))
    assert table.crs.to_epsg() == 3006
    assert set(table.geom_type) <= {"LineString"} and not table.has_z.any()
    return table


def told(tmp: Path) -> Ledger:
    """Return the step's ledger; its rows must add up as the law says."""
    said = load(make.paths(tmp).ledger("vagar"))
    for name, count in said.facts["rader"].items():
        dropped = [e.count for e in said.entries if e.kind == "bortfall" and e.source.rpartition("/")[2] == name]
        assert count["lasta"] == count["anvanda"] + sum(dropped)  # type: ignore[index]
    return said


def entry(tmp: Path, words: str) -> Entry:
    """Return the only entry whose reason has these words."""
    (found,) = [e for e in told(tmp).entries if words in e.reason]
    return found


def fails(tmp: Path, *words: str, **settings: Any) -> None:
    with pytest.raises(DataError) as e:
        run(tmp, **settings)
    for text in words:
        assert text in str(e.value), str(e.value)
    assert not make.paths(tmp).table("vagar").exists()


def rows_of(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(r) for r in table[["klass", "niva", "namn", "vagnummer"]].to_numpy()]


def test_without_roads_the_table_is_empty_and_says_so(tmp_path: Path) -> None:
    table = run(tmp_path)
    assert len(table) == 0 and list(table.columns) == ["klass", "niva", "namn", "vagnummer", "geometry"]
    said = told(tmp_path)
    assert (said.facts["vagunderlag"], said.facts["filer"]) == ("saknas", [])
    assert entry(tmp_path, "inga vägar").kind == "upplysning"


def test_a_demos_file_in_a_zip_that_does_not_say_so_stops(tmp_path: Path) -> None:
    path = topografi(tmp_path, [("Landsväg", None, MAIN)])
    with closing(sqlite3.connect(path)) as con, con:
        con.execute("UPDATE gpkg_contents SET description = 'DEMO – påhittat'")
    assert not run(tmp_path).empty
    make.paths(tmp_path).table("vagar").unlink()
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as z:
        z.write(path, path.name)
    path.unlink()
    fails(tmp_path, "märkt DEMO inuti men inte utanpå", "kommunikation.zip")


def test_topografi_by_class_and_level(tmp_path: Path) -> None:
    topografi(
        tmp_path,
        [("Landsväg", None, MAIN, "", "168"), ("Lokalgata liten", "överfart", SIDE, "Ågatan", "")],
        ovrig_vag=[("Traktorväg", "Bro", EAST), ("Gångstig", "Normal", line((0, 1), (1, 1)))],
        farjeled=[("Bilfärja", None, line((3, 2), (4, 3)))],
    )
    table = run(tmp_path)
    assert rows_of(table) == [  # from west to east by where they begin
        ("landsvag", "mark", "", "168"),
        ("lokalgata", "bro", "Ågatan", ""),
        ("traktorvag", "bro", "", ""),
        ("farjeled", "mark", "", ""),
    ]
    assert [g.equals(h) for g, h in zip(table.geometry, [MAIN, SIDE, EAST, line((3, 2), (4, 3))], strict=True)]
    said = told(tmp_path)
    assert said.facts["vagunderlag"] == "topografi"
    assert said.facts["rader"] == {"kommunikation.gpkg": {"lasta": 5, "anvanda": 4}}
    assert said.facts["vagtyper"]["vagar/kommunikation.gpkg"] == {
        "anvanda": {"Bilfärja": 1, "Landsväg": 1, "Lokalgata liten": 1, "Traktorväg": 1},
        "ovriga": {"Gångstig": 1},
    }
    assert entry(tmp_path, "schakt inte följer").examples == ("Gångstig: 1",)


@pytest.mark.parametrize(
    ("kind", "klass"),
    [
        *[("Motorväg", "motorvag"), ("Motortrafikled", "motorvag"), ("Mötesfri väg", "landsvag")],
        *[("Landsväg", "landsvag"), ("Övergripande länk", "landsvag"), ("Landsväg liten", "landsvag_liten")],
        *[("Småväg", "smavag"), ("Småväg enkel standard", "smavag"), ("Huvudgata", "huvudgata")],
        *[("Lokalgata stor", "lokalgata"), ("LOKALGATA LITEN ", "lokalgata"), ("Smavag", "smavag")],
    ],
)
def test_each_type_has_its_class(tmp_path: Path, kind: str, klass: str) -> None:
    topografi(tmp_path, [(kind, None, MAIN)])
    assert run(tmp_path)["klass"].tolist() == [klass]


@pytest.mark.parametrize(
    ("said", "niva"),
    [
        *[(None, "mark"), ("överfart", "bro"), ("Underfart", "underfart"), ("tunnel", "tunnel")],
        ("överfart och underfart", "bro_och_underfart"),
    ],
)
def test_each_bridge_and_tunnel_has_its_level(tmp_path: Path, said: str | None, niva: str) -> None:
    topografi(tmp_path, [("Landsväg", said, MAIN)])
    assert run(tmp_path)["niva"].tolist() == [niva]


def test_only_what_touches_the_box_is_read(tmp_path: Path) -> None:
    corner = line((-1, -2), (-2, -1))  # its own box meets the län's, the line does not
    touching = line((-1, 1), (-3, 1))
    topografi(tmp_path, [("Landsväg", None, g) for g in (MAIN, FAR, corner, touching)])
    assert sorted(run(tmp_path).bounds["minx"]) == [397e3, 400e3]
    assert told(tmp_path).facts["rader"] == {"kommunikation.gpkg": {"lasta": 2, "anvanda": 2}}


def test_in_a_large_file_the_index_is_used_and_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [(x / 10, y / 10) for x in range(90) for y in range(9)]
    many = [("Småväg", None, line((x, y), (x + 0.05, y + 0.05))) for x, y in places]
    topografi(tmp_path, many, ovrig_vag=[("Traktorväg", "", EAST)])
    whole = run(tmp_path)
    monkeypatch.setattr("pipelines.formats.spatial_index.READ_WHOLE_BYTES", 0)
    asked = {}
    kept = read_roads.read_file.__globals__["gpkg"].batches

    def batches(layer: Any, wanted: Any, **more: Any) -> Any:
        asked[layer.name] = sum(t.num_rows for t in kept(layer, {}, **more))
        return kept(layer, wanted, **more)

    monkeypatch.setattr("pipelines.formats.gpkg.batches", batches)
    pd.testing.assert_frame_equal(pd.DataFrame(run(tmp_path)), pd.DataFrame(whole))
    assert asked["vaglinje"] == 51 * 9 < len(many)  # from the län's corner, 0–5 km lie within the box


def test_lines_that_are_mended_or_dropped_are_counted(tmp_path: Path) -> None:
    both = shapely.MultiLineString([MAIN, SIDE])
    high = shapely.LineString([(400e3, 6401e3, 7), (401e3, 6401e3, 9)])
    dot = line((0, 0), (0, 0))
    rows = [("Landsväg", None, g) for g in (both, high, dot, None, MAIN, shapely.reverse(MAIN), dot)]
    topografi(tmp_path, rows)
    table = run(tmp_path)
    assert sorted(table.length) == [1000, 1000, 1500]
    assert told(tmp_path).facts["rader"] == {"kommunikation.gpkg": {"lasta": 7, "anvanda": 4}}
    counts = {"utan geometri": 1, "utan längd": 2, "i flera delar": 1, "står flera gånger": 2}
    assert {words: entry(tmp_path, words).count for words in counts} == counts


def test_the_same_line_of_another_class_or_level_stays(tmp_path: Path) -> None:
    topografi(tmp_path, [("Landsväg", None, MAIN), ("Småväg", None, MAIN), ("Landsväg", "tunnel", MAIN)])
    assert len(run(tmp_path)) == 3


@pytest.mark.parametrize(("known", "kind"), [(99, "varning"), (98, "allvarlig")])
def test_an_unknown_type_is_named_and_counted(tmp_path: Path, known: int, kind: str) -> None:
    """One in a hundred is no more than the configuration's one per cent; one in 99 is."""
    rows = [("Landsväg", None, line((0, i / 50), (1, i / 50))) for i in range(known)]
    topografi(tmp_path, [*rows, ("Rymdväg", None, EAST)])
    assert len(run(tmp_path)) == known
    assert entry(tmp_path, "har en okänd vägtyp").kind == kind
    dropped = entry(tmp_path, "linjer av okänd vägtyp")
    assert (dropped.kind, dropped.count, dropped.examples) == ("bortfall", 1, ("Rymdväg: 1",))


def test_types_in_another_coding_stop(tmp_path: Path) -> None:
    topografi(tmp_path, [("Landsv?g", None, MAIN)])
    fails(tmp_path, "inga vägtyper som programmet känner", "kommunikation.gpkg", "objekttyp", "teckenkodning")


def test_names_in_another_coding_are_told(tmp_path: Path) -> None:
    wrong = "Ågatan".encode().decode("latin-1")
    topografi(tmp_path, [("Landsväg", None, MAIN, wrong, ""), ("Landsväg", None, SIDE, "Ågatan", "")])
    run(tmp_path)
    assert entry(tmp_path, "teckenkodning").count == 1


def test_an_unknown_level_counts_as_ground(tmp_path: Path) -> None:
    topografi(tmp_path, [("Landsväg", "hängbro", MAIN)])
    assert run(tmp_path)["niva"].tolist() == ["mark"]
    assert entry(tmp_path, "bro och tunnel").examples == ("hängbro: 1",)


def test_what_the_files_lack_is_told(tmp_path: Path) -> None:
    make.sql(topografi(tmp_path, [("Landsväg", None, MAIN)]), "ALTER TABLE vaglinje DROP COLUMN bro_och_tunnel")
    run(tmp_path)
    assert entry(tmp_path, "saknas: kolumnen bro_och_tunnel i vaglinje").kind == "allvarlig"
    assert entry(tmp_path, "saknas: tabellen ovrig_vag").kind == "varning"
    assert "öar" in entry(tmp_path, "saknas: tabellen farjeled").action


def test_a_kommun_without_roads_is_named(tmp_path: Path) -> None:
    topografi(tmp_path, [("Landsväg", None, MAIN)])
    run(tmp_path)
    assert entry(tmp_path, "utan en enda väg").examples == ("1407 Öckerö",)


def test_several_files_are_used_together_and_a_copy_counts_once(tmp_path: Path) -> None:
    path = topografi(tmp_path, [("Landsväg", None, MAIN), ("Småväg", None, SIDE)])
    make.copy(path, path.with_name("kommunikation (1).gpkg"))
    topografi(tmp_path, [("Landsväg", None, EAST)], "kommunikation_kn1407.gpkg")
    assert len(run(tmp_path)) == 3
    assert entry(tmp_path, "står flera gånger").count == 2
    assert [f["anvand"] for f in told(tmp_path).facts["filer"]] == [True] * 3


def test_two_drawings_of_the_same_roads_stop(tmp_path: Path) -> None:
    rows = [("Landsväg", None, line((x, y), (x + 0.9, y))) for x in (0.05, 1.05, 2.05) for y in (0.5, 1.5)]
    topografi(tmp_path, rows, "topografi50.gpkg")
    moved = [(a, b, shapely.affinity.translate(g, 3, 2)) for a, b, g in rows]
    topografi(tmp_path, moved, "topografi10.gpkg")
    fails(tmp_path, "samma vägar", "topografi50.gpkg och topografi10.gpkg", "6 av 6 kilometerrutor")


def test_a_zip_with_the_geopackage_inside(tmp_path: Path) -> None:
    path = topografi(tmp_path, [("Landsväg", None, MAIN)])
    make.zipped(path, path.with_name("kommunikation_sverige.zip"))
    assert len(run(tmp_path)) == 1
    assert told(tmp_path).facts["rader"] == {"kommunikation_sverige.zip": {"lasta": 1, "anvanda": 1}}


@pytest.mark.parametrize(("product", "licence"), [("50", "CC0"), ("10", "Lantmäteriets villkor")])
def test_the_licence_is_the_configured_products(tmp_path: Path, product: str, licence: str) -> None:
    topografi(tmp_path, [("Landsväg", None, MAIN)])
    run(tmp_path, topografi=product)
    (file,) = told(tmp_path).facts["filer"]
    assert (file["utgivare"], file["licens"], file["roll"]) == ("Lantmäteriet", licence, "vagar")
    assert licence in entry(tmp_path, "licensen antas").reason


def test_roads_elsewhere_stop_and_say_where(tmp_path: Path) -> None:
    topografi(tmp_path, [("Landsväg", None, FAR)])
    fails(tmp_path, "inga vägar i länet", "Länet enligt gränserna: E 400000–404000", "Filen: E 490000–491000")


def test_a_file_of_another_place_beside_one_that_fits_is_named(tmp_path: Path) -> None:
    topografi(tmp_path, [("Landsväg", None, MAIN)])
    topografi(tmp_path, [("Landsväg", None, FAR)], "kommunikation_kn0180.gpkg")
    run(tmp_path)
    assert entry(tmp_path, "inga vägar i närheten").source == "vagar/kommunikation_kn0180.gpkg"


def test_another_system_under_the_right_name_is_recognised(tmp_path: Path) -> None:
    from pyproj import Transformer

    change = Transformer.from_crs(3006, 3021, always_xy=True)
    old = [shapely.transform(g, change.transform, interleaved=False) for g in (MAIN, SIDE, EAST)]
    topografi(tmp_path, [("Landsväg", None, g) for g in old])
    fails(tmp_path, "inga vägar i länet", "skulle ligga rätt som RT 90 2,5 gon V (EPSG:3021)")


@pytest.mark.parametrize("epsg", [3007, 4326, 3021])
def test_another_declared_system_stops(tmp_path: Path, epsg: int) -> None:
    path = tmp_path / "raw/vagar/kommunikation.gpkg"
    make.gpkg(path, {"objekttyp": ["Landsväg"]}, [MAIN], "vaglinje", crs=epsg)
    fails(tmp_path, "Fel koordinatsystem", f"EPSG:{epsg}")


def test_heights_in_the_system_are_no_other_system(tmp_path: Path) -> None:
    path = tmp_path / "raw/vagar/kommunikation.gpkg"
    make.gpkg(path, {"objekttyp": ["Landsväg"]}, [shapely.force_3d(MAIN, 5)], "vaglinje", crs=5845)
    assert run(tmp_path).length.tolist() == [1000]


def test_a_table_without_its_type_stops(tmp_path: Path) -> None:
    make.gpkg(tmp_path / "raw/vagar/a.gpkg", {"typ": ["Landsväg"]}, [MAIN], "vaglinje")
    fails(tmp_path, "saknar kolumnen objekttyp", "a.gpkg")


def test_no_roads_in_any_file_stops_and_names_the_tables(tmp_path: Path) -> None:
    make.gpkg(tmp_path / "raw/vagar/a.gpkg", {"objekttyp": ["Sjö"]}, [A], "mark")
    fails(tmp_path, "Ingen fil i mappen vagar har vägar", "a.gpkg: mark")


def test_tracks_without_roads_stop(tmp_path: Path) -> None:
    topografi(tmp_path, ovrig_vag=[("Traktorväg", "", MAIN)])
    fails(tmp_path, "inga bilvägar", "tabellen vaglinje")


def test_tracks_in_a_file_of_their_own(tmp_path: Path) -> None:
    topografi(tmp_path, [("Landsväg", None, MAIN)], "vaglinje.gpkg")
    topografi(tmp_path, name="ovrig_vag.gpkg", ovrig_vag=[("Traktorväg", "", SIDE)])
    assert run(tmp_path)["klass"].tolist() == ["landsvag", "traktorvag"]


def test_an_empty_table_stops(tmp_path: Path) -> None:
    make.sql(topografi(tmp_path, [("Landsväg", None, MAIN)]), "DELETE FROM vaglinje")
    fails(tmp_path, "vaglinje", "är tom")


def test_arcs_become_chords_and_are_counted(tmp_path: Path) -> None:
    """A half circle of radius 100 m is 314.16 m; a chain of a stretch of 100 m and that is 414.16; both in a pair."""
    path = topografi(tmp_path, [("Landsväg", "tunnel", g) for g in (MAIN, SIDE, EAST)])
    half = [(400_100.0, 6_400_000.0), (400_200.0, 6_400_100.0), (400_300.0, 6_400_000.0)]
    arc, straight = curve(8, half), curve(2, [(400e3, 6_400e3), half[0]])
    chain = struct.pack("<BII", 1, 9, 2) + straight + arc
    pair = struct.pack("<BII", 1, 11, 2) + straight + arc
    with closing(sqlite3.connect(make.sql(path))) as db, db:
        for i, body in enumerate((arc, chain, pair)):
            blob = b"GP\0\x01" + struct.pack("<i", 3006) + body
            db.execute("UPDATE vaglinje SET geometri = ? WHERE fid = ?", (blob, i + 1))
    lengths = sorted(run(tmp_path).length)
    assert lengths == pytest.approx([100, 100 * math.pi, 100 + 100 * math.pi], abs=0.05)  # the pair's arc is the first
    assert entry(tmp_path, "cirkelbågar").count == 3


def curve(kind: int, points: list[tuple[float, float]]) -> bytes:
    return struct.pack("<BII", 1, kind, len(points)) + b"".join(struct.pack("<dd", *p) for p in points)


@pytest.mark.parametrize("wrong", [A, shapely.Point(400e3, 6400e3)])
def test_something_else_than_lines_stops(tmp_path: Path, wrong: Any) -> None:
    topografi(tmp_path, [("Landsväg", None, MAIN), ("Landsväg", None, wrong)])
    fails(tmp_path, "Fel sorts geometri", "LineString")


def test_a_coordinate_that_is_no_number_stops(tmp_path: Path) -> None:
    topografi(tmp_path, [("Landsväg", None, shapely.LineString([(400e3, 6400e3), (float("inf"), 6401e3)]))])
    fails(tmp_path, "inte är ett tal")


def test_half_a_zip_stops(tmp_path: Path) -> None:
    path = topografi(tmp_path, [("Landsväg", None, MAIN)])
    packed = make.zipped(path, path.with_suffix(".zip"))
    packed.write_bytes(packed.read_bytes()[:-400])
    fails(tmp_path, "kommunikation.zip", "Hämta filen på nytt")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [("Landsväg", None, line((x / 7, 1), (x / 7, 2))) for x in range(20)]
    topografi(tmp_path, rows)
    run(tmp_path)
    table = make.paths(tmp_path).table("vagar")
    first = table.read_bytes()
    run(tmp_path)
    assert table.read_bytes() == first


def test_a_table_that_gives_nothing_is_named(tmp_path: Path) -> None:
    """One that is empty, and one whose lines lie elsewhere (degrees that say they are metres)."""
    path = topografi(
        tmp_path, [("Landsväg", None, MAIN)], ovrig_vag=[("Traktorväg", "", SIDE)], farjeled=[("Bilfärja", None, EAST)]
    )
    make.sql(path, "DELETE FROM farjeled")
    topografi(
        tmp_path,
        [("Landsväg", None, EAST)],
        "b.gpkg",
        ovrig_vag=[("Traktorväg", "", line((-400, -6400), (-399, -6400)))],
    )
    run(tmp_path)
    words = "tabeller utan en enda linje"
    found = {e.source: e.examples for e in told(tmp_path).entries if words in e.reason}
    assert found == {"vagar/kommunikation.gpkg": ("farjeled",), "vagar/b.gpkg": ("ovrig_vag",)}


def test_an_empty_table_of_roads_beside_tracks_stops(tmp_path: Path) -> None:
    path = topografi(tmp_path, [("Landsväg", None, MAIN)], ovrig_vag=[("Traktorväg", "", SIDE)])
    make.sql(path, "DELETE FROM vaglinje")
    fails(tmp_path, "inga bilvägar i länet", "bara traktorvag i kommunikation.gpkg")


def test_roads_of_unknown_types_beside_known_tracks_stop(tmp_path: Path) -> None:
    topografi(tmp_path, [("1801", None, MAIN)], ovrig_vag=[("Traktorväg", "", SIDE)])
    fails(tmp_path, "inga vägtyper som programmet känner", "objekttyp", "1801")


def test_text_that_is_not_utf8_stops(tmp_path: Path) -> None:
    path = topografi(tmp_path, [("Landsväg", None, MAIN), ("Landsväg", None, SIDE)])
    make.sql(path, "UPDATE vaglinje SET gatunamn = CAST(X'C5676174616E' AS TEXT) WHERE fid = 2")
    fails(tmp_path, "går inte att läsa", "kommunikation.gpkg")


@pytest.mark.parametrize("wrong", [(0.0, 0.0), (1e12, 6.4e6)])
def test_a_vertex_outside_europe_stops(tmp_path: Path, wrong: tuple[float, float]) -> None:
    topografi(tmp_path, [("Landsväg", None, shapely.LineString([(400e3, 6401e3), wrong, (401e3, 6401e3)]))])
    fails(tmp_path, "utanför Europa", "kommunikation.gpkg")


def test_a_road_straight_as_none_is_told_and_a_ferry_is_not(tmp_path: Path) -> None:
    """The limit is 25 km for one stretch without a bend."""
    rows = [("Landsväg", "tunnel", line((0, 0), (0, 26))), ("Landsväg", None, line((1, 0), (1, 24), (1, 48)))]
    topografi(tmp_path, rows, farjeled=[("Bilfärja", None, line((2, 0), (2, 90)))])
    assert len(run(tmp_path)) == 3
    assert entry(tmp_path, "25 km rakt fram").count == 1


def test_roads_without_any_bridge_are_told(tmp_path: Path) -> None:
    topografi(tmp_path, [("Landsväg", None, MAIN)])
    run(tmp_path)
    assert entry(tmp_path, "bro eller tunnel").source == "vagar/kommunikation.gpkg"
    topografi(tmp_path, ovrig_vag=[("Traktorväg", "Bro", SIDE)])  # a track's bridge says nothing of the roads' column
    run(tmp_path)
    assert entry(tmp_path, "bro eller tunnel").count == 1
    topografi(tmp_path, [("Landsväg", "tunnel", EAST)], "b.gpkg")
    (tmp_path / "raw/vagar/kommunikation.gpkg").unlink()
    run(tmp_path)
    assert not [e for e in told(tmp_path).entries if "bro eller tunnel" in e.reason]


# --- Trafikverket's NVDB -------------------------------------------------------------------------------


def put(tmp: Path, name: str, table: str, columns: dict[str, Any], shapes: Any, **options: Any) -> Path:
    return make.gpkg(tmp / "raw/vagar" / name, columns, shapes, table, **options)


def test_nvdb_a_table_of_all_themes(tmp_path: Path) -> None:
    """Functional class, with bridges, ferries, nets and European numbers; a motorway where its theme says so."""
    shapes = [line((0, i / 8), (3, i / 8)) for i in range(8)]
    columns = {
        "ROUTE_ID": [str(i) for i in range(8)],
        "FunkVagklass_Klass": [0, 3, 5, 7, 9, 4, 8, None],
        "Bro_och_tunnel_Konstruktion": ["överfart", None, None, "tunnel", None, None, None, None],
        "Gatunamn_Namn": [None, None, "Ågatan", None, None, None, None, None],
        "Ovrigt_vagnamn_Namn": [None, None, "Annat", "Skogsvägen", None, None, None, None],
        "Vagnummer_Huvudnummer_Vard": [6, 168, None, None, None, None, None, None],
        "Vagnummer_Europavag": [-1, 0, None, None, None, None, None, None],
        "Vagtrafiknat_Nattyp": [1, 1, 1, 1, 1, 1, 2, 4],
        "Motorvag_Motorvag": [-1, 0, None, None, None, None, None, None],
        "Farjeled_Farjeledsnamn": [None, None, None, None, None, "Ö-leden", None, None],
    }
    put(tmp_path, "SverigepaketTP.gpkg", "SverigepaketTP", columns, shapes)
    table = run(tmp_path)
    assert rows_of(table) == [
        ("motorvag", "bro", "", "E6"),
        ("landsvag", "mark", "", "168"),
        ("landsvag_liten", "mark", "Ågatan", ""),
        ("smavag", "tunnel", "Skogsvägen", ""),
        ("smavag", "mark", "", ""),
        ("farjeled", "mark", "", ""),
        ("cykelvag", "mark", "", ""),
    ]
    said = told(tmp_path)
    (file,) = said.facts["filer"]
    assert (said.facts["vagunderlag"], file["utgivare"], file["licens"]) == ("nvdb", "Trafikverket", "CC0")
    assert not [e for e in said.entries if e.reason.startswith("saknas")]


def test_nvdb_a_table_a_theme(tmp_path: Path) -> None:
    """The compiled one has what is needed; functional class beside it is not used."""
    name = "Provlan.gpkg"
    columns = {"Typ": ["Motorväg", "Småväg"], "Bro_och_tunnel": ["underfart", None], "Vardvaghuvudnummer": ["20", None]}
    put(tmp_path, name, "AGGREGAT_O_67_Vagslag", columns, [MAIN, SIDE])
    put(tmp_path, name, "NVDB_DK_O_9_FunkVagklass", {"Klass": [1, 7]}, [MAIN, SIDE])
    put(tmp_path, name, "NVDB_DK_O_20_Farjeled", {"Farjeledsnamn": ["Ö-leden"]}, [EAST])
    assert rows_of(run(tmp_path)) == [
        ("motorvag", "underfart", "", "20"),
        ("smavag", "mark", "", ""),
        ("farjeled", "mark", "Ö-leden", ""),
    ]


def test_nvdb_by_functional_class_alone(tmp_path: Path) -> None:
    put(tmp_path, "a.gpkg", "NVDB_DKFunkVagklass", {"KLASS": ["2", "6", "8"]}, [MAIN, SIDE, EAST])
    assert run(tmp_path)["klass"].tolist() == ["landsvag", "landsvag_liten", "smavag"]
    severe = [e.reason for e in told(tmp_path).entries if e.kind == "allvarlig"]
    assert severe == ["saknas: kolumnen Bro_och_tunnel", "saknas: uppgift om motorväg"]


def test_nvdb_without_any_class_is_no_roads(tmp_path: Path) -> None:
    put(tmp_path, "a.gpkg", "NVDB_DKVagtrafiknat", {"Nattyp": [1]}, [MAIN])
    fails(tmp_path, "Ingen fil i mappen vagar har vägar", "a.gpkg: NVDB_DKVagtrafiknat", "FunkVagklass")


# --- OpenStreetMap -------------------------------------------------------------------------------------


def degrees(*shapes: Any) -> list[Any]:
    from pyproj import Transformer

    change = Transformer.from_crs(3006, 4326, always_xy=True)
    return [shapely.transform(g, change.transform, interleaved=False) for g in shapes]


def test_osm_as_ogr2ogr_writes_it(tmp_path: Path) -> None:
    shapes = [line((0, i / 8), (3, i / 8)) for i in range(8)]
    columns = {
        "osm_id": [str(i) for i in range(8)],
        "name": ["Storgatan", None, None, None, None, None, None, None],
        "highway": ["residential", "motorway_link", "trunk", "track", "footway", None, None, "moonwalk"],
        "waterway": [None, None, None, None, None, "river", None, None],
        "other_tags": [
            None,
            '"bridge"=>"yes","layer"=>"1","ref"=>"E 6"',
            '"motorroad"=>"yes","tunnel"=>"yes"',
            '"bridge:name"=>"nej","layer"=>"-1"',
            None,
            None,
            '"name:en"=>"x","route"=>"ferry"',
            None,
        ],
    }
    put(tmp_path, "sweden.gpkg", "lines", columns, degrees(*shapes), crs=4326)
    put(tmp_path, "sweden.gpkg", "points", {"highway": ["crossing"]}, degrees(shapely.Point(400e3, 6401e3)), crs=4326)
    table = run(tmp_path)
    assert rows_of(table) == [
        ("lokalgata", "mark", "Storgatan", ""),
        ("motorvag", "bro", "", "E 6"),
        ("motorvag", "tunnel", "", ""),
        ("traktorvag", "underfart", "", ""),
        ("farjeled", "mark", "", ""),
    ]
    assert table.length.to_numpy() == pytest.approx(3000, abs=0.01)
    assert entry(tmp_path, "schakt inte följer").examples == ("annat än vägar: 1", "footway: 1")
    assert entry(tmp_path, "linjer av okänd").examples == ("moonwalk: 1",)
    (file,) = told(tmp_path).facts["filer"]
    assert (file["utgivare"], file["licens"]) == ("OpenStreetMaps bidragsgivare", "ODbL 1.0")


def test_osm_tags_as_json(tmp_path: Path) -> None:
    """As ``ogr2ogr -oo TAGS_FORMAT=JSON`` writes them; one whose name ends so is another."""
    tags = ['{"bridge":"yes","layer":"1"}', '{"lanes":"2","tunnel":"yes"}', '{"old_bridge":"yes"}']
    columns = {"highway": ["service"] * 3, "other_tags": tags}
    put(tmp_path, "vg.gpkg", "lines", columns, degrees(MAIN, SIDE, EAST), crs=4326)
    assert sorted(run(tmp_path)["niva"]) == ["bro", "mark", "tunnel"]


def test_osm_as_geofabrik_writes_it(tmp_path: Path) -> None:
    columns = {
        "fclass": ["primary", "track_grade3"],
        "ref": ["168", None],
        "bridge": ["T", "F"],
        "tunnel": ["F", "F"],
        "layer": [1, 0],
    }
    put(tmp_path, "vg.gpkg", "gis_osm_roads_free_1", columns, degrees(MAIN, SIDE), crs=4326)
    put(tmp_path, "vg.gpkg", "gis_osm_railways_free_1", {"fclass": ["rail"]}, degrees(EAST), crs=4326)
    assert rows_of(run(tmp_path)) == [("landsvag", "bro", "", "168"), ("traktorvag", "mark", "", "")]
    assert entry(tmp_path, "saknas: färjor").kind == "varning"


def test_osm_as_osm2pgsql_writes_it(tmp_path: Path) -> None:
    from pyproj import Transformer

    web = Transformer.from_crs(3006, 3857, always_xy=True)
    shapes = [shapely.transform(g, web.transform, interleaved=False) for g in (MAIN, SIDE)]
    columns = {"highway": ["service", "tertiary"], "bridge": [None, "viaduct"], "tunnel": None, "route": None}
    put(tmp_path, "osm.gpkg", "planet_osm_line", columns, shapes, crs=3857)
    put(tmp_path, "osm.gpkg", "planet_osm_roads", columns, shapes, crs=3857)
    table = run(tmp_path)
    assert [r[:2] for r in rows_of(table)] == [("smavag", "mark"), ("landsvag_liten", "bro")]
    assert table.length.to_numpy() == pytest.approx([1000, 1500], abs=0.01)


def test_publishers_are_never_mixed_and_the_others_are_named(tmp_path: Path) -> None:
    put(tmp_path, "a_osm.gpkg", "lines", {"highway": ["residential"]}, degrees(SIDE), crs=4326)
    put(tmp_path, "b_nvdb.gpkg", "Vagslag", {"Typ": ["Småväg"]}, [EAST])
    topografi(tmp_path, [("Landsväg", None, MAIN)], "c_topografi.gpkg")
    assert run(tmp_path)["klass"].tolist() == ["landsvag"]
    assert [(f["anvand"], f["varfor"]) for f in told(tmp_path).facts["filer"]] == [
        (False, "Topografi används framför OpenStreetMap; de blandas aldrig"),
        (False, "Topografi används framför NVDB; de blandas aldrig"),
        (True, "vägar (Topografi)"),
    ]
    (tmp_path / "raw/vagar/c_topografi.gpkg").unlink()
    assert run(tmp_path)["klass"].tolist() == ["smavag"]
