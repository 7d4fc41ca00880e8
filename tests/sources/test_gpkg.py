"""GeoPackages from outside: found by content, refused when something that matters is wrong."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import gpkg_files as make
import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import DataError
from pipelines.formats import gpkg, gpkg_contents, spatial_index, wkb, zips

POINTS = [shapely.Point(320_000.5, 6_400_000.25), shapely.Point(321_000, 6_401_000)]
WANTED = {"kod": ("kommunkod", "kod"), "id": ("objektidentitet",)}


def table(path: Path, **options: object) -> Path:
    columns = {"KommunKod": ["1480", "1407"], "objektIdentitet": ["a", "b"], "övrigt": [1, 2]}
    return make.gpkg(path, columns, POINTS, "Adresser", **options)


def one(path: Path) -> gpkg.Layer:
    return gpkg.find(path, gpkg.layers(path), WANTED)


def test_columns_are_found_whatever_their_case_and_order(tmp_path: Path) -> None:
    rows = gpkg.read(one(table(tmp_path / "a.gpkg")), WANTED)
    assert rows["kod"].to_pylist() == ["1480", "1407"]
    assert rows["id"].to_pylist() == ["a", "b"]
    assert set(rows.column_names) == {"kod", "id", "wkb"}


@pytest.mark.parametrize("name", ["geom", "adressplatspunkt", "SHAPE"])
def test_geometry_column_is_the_one_the_file_names(tmp_path: Path, name: str) -> None:
    path = table(tmp_path / "a.gpkg", geometry_name=name)
    layer = gpkg.require_geometry(one(path))
    assert layer.geometry == name
    assert name not in layer.columns
    e_m, n_m = wkb.points(gpkg.read(layer, WANTED)["wkb"], path)
    assert e_m.tolist() == [320_000.5, 321_000.0]
    assert n_m.tolist() == [6_400_000.25, 6_401_000.0]


def test_the_same_inside_a_zip_and_nothing_is_written_beside(tmp_path: Path) -> None:
    path = make.zipped(table(tmp_path / "a.gpkg"), tmp_path / "b.zip", ("mapp/a.GPKG",))
    before = make.snapshot(tmp_path)
    assert gpkg.read(one(path), WANTED)["id"].to_pylist() == ["a", "b"]
    assert make.snapshot(tmp_path) == before


def test_write_ahead_files_are_read_and_raw_is_never_written_to(tmp_path: Path) -> None:
    path = make.sql(table(tmp_path / "a.gpkg"))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    assert path.read_bytes()[18:20] == b"\x02\x02"
    before = path.read_bytes(), make.snapshot(tmp_path)
    assert gpkg.read(one(path), WANTED)["id"].to_pylist() == ["a", "b"]
    assert (path.read_bytes(), make.snapshot(tmp_path)) == before
    inside = make.zipped(path, tmp_path / "b.zip")
    assert gpkg.read(one(inside), WANTED)["id"].to_pylist() == ["a", "b"]


def test_a_zip_made_on_a_mac(tmp_path: Path) -> None:
    source = table(tmp_path / "a.gpkg")
    path = make.zipped(source, tmp_path / "b.zip", ("a.gpkg", "__MACOSX/._a.gpkg"))
    assert one(path).name == "Adresser"


@pytest.mark.parametrize("names", [("a.txt",), ("a.gpkg", "b.gpkg")])
def test_a_zip_without_exactly_one_geopackage(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = make.zipped(table(tmp_path / "a.gpkg"), tmp_path / "b.zip", names)
    with pytest.raises(DataError, match="exakt en GeoPackage-fil") as e:
        gpkg.layers(path)
    assert "b.zip" in str(e.value)
    assert f"Fick: {len(names) if len(names) > 1 else 0}" in str(e.value)


@pytest.mark.parametrize("name", ["../a.gpkg", "/etc/a.gpkg", "..\\a.gpkg", "C:\\a.gpkg", "x/../../a.gpkg"])
def test_a_zip_that_points_outside_itself(tmp_path: Path, name: str) -> None:
    path = make.zipped(table(tmp_path / "a.gpkg"), tmp_path / "b.zip", (name,))
    with pytest.raises(DataError, match="pekar utanför"):
        gpkg.layers(path)


def test_absurd_sizes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make.zipped(table(tmp_path / "a.gpkg"), tmp_path / "b.zip")
    monkeypatch.setattr(zips, "MAX_MEMBER_BYTES", 1000)
    with pytest.raises(DataError, match="orimligt stor"):
        gpkg.layers(path)
    monkeypatch.setattr(zips, "MAX_MEMBERS", 0)
    with pytest.raises(DataError, match="orimligt många"):
        gpkg.layers(path)
    plain = table(tmp_path / "c.gpkg")
    monkeypatch.setattr(gpkg_contents, "MAX_FILE_BYTES", 1000)
    with pytest.raises(DataError, match="orimligt stor"):
        gpkg.layers(plain)


def test_a_large_file_in_a_zip_is_read_out_of_a_private_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make.zipped(table(tmp_path / "a.gpkg"), tmp_path / "b.zip")
    small = gpkg.read(one(path), WANTED)
    monkeypatch.setattr(zips, "MEMORY_BYTES", 1000)
    before = make.snapshot(tmp_path)
    layer = one(path)
    assert isinstance(layer.data, Path) and tmp_path not in layer.data.parents
    assert gpkg.read(layer, WANTED).equals(small)
    assert one(path).data == layer.data, "unpacked once"
    assert (layer.file, make.snapshot(tmp_path)) == (path, before)
    make.zipped(table(tmp_path / "c.gpkg"), path, ("other.gpkg",))
    monkeypatch.setattr(zips, "SPARE_BYTES", 1 << 60)
    with pytest.raises(DataError, match="får inte plats"):
        gpkg.layers(path)


def test_a_zip_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path: Path) -> None:
    path = make.zipped(table(tmp_path / "a.gpkg"), tmp_path / "b.zip")
    body = bytearray(path.read_bytes())
    head = body.rindex(b"PK\x01\x02")
    body[head + 24 : head + 28] = (5000).to_bytes(4, "little")
    path.write_bytes(bytes(body))
    with pytest.raises(DataError, match="går inte att läsa"):
        gpkg.layers(path)


@pytest.mark.parametrize("body", [b"", b"PK", b"<html>403</html>", b"SQLite format 3\x00" + b"x" * 200])
@pytest.mark.parametrize("name", ["a.gpkg", "a.zip"])
def test_a_file_that_is_something_else(tmp_path: Path, body: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(DataError, match=r"Zip-filen går inte|inget GeoPackage|inget läsbart GeoPackage") as e:
        gpkg.layers(tmp_path / name)
    assert name in str(e.value)


def test_an_encrypted_zip(tmp_path: Path) -> None:
    path = make.zipped(table(tmp_path / "a.gpkg"), tmp_path / "b.zip")
    body = bytearray(path.read_bytes())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.rindex(magic) + at] |= 1
    path.write_bytes(bytes(body))
    with pytest.raises(DataError, match="går inte att läsa"):
        gpkg.layers(path)


def test_a_truncated_geopackage_names_the_file(tmp_path: Path) -> None:
    path = table(tmp_path / "a.gpkg")
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(DataError, match=r"a\.gpkg"):
        gpkg.read(one(path), WANTED)


def test_a_missing_column_is_told_with_those_there_are(tmp_path: Path) -> None:
    path = make.gpkg(tmp_path / "a.gpkg", {"objektidentitet": ["a"]}, POINTS[:1], "x")
    with pytest.raises(DataError, match="saknar kolumnen kod") as e:
        one(path)
    for part in ("a.gpkg", "kommunkod, kod", "fid, objektidentitet", "Tabeller i filen: x"):
        assert part in str(e.value)


def test_the_named_table_wins_over_others_that_fit(tmp_path: Path) -> None:
    columns = {"kommunkod": ["1480"], "objektidentitet": ["a"]}
    path = make.gpkg(tmp_path / "a.gpkg", columns, POINTS[:1], "kopia")
    make.gpkg(path, columns, POINTS[:1], "Belägenhetsadress")
    with pytest.raises(DataError, match="Flera tabeller") as e:
        one(path)
    assert "Belägenhetsadress, kopia" in str(e.value)
    found = gpkg.find(path, gpkg.layers(path), WANTED, names=("belagenhetsadress",))
    assert found.name == "Belägenhetsadress"


def test_a_view_is_no_table(tmp_path: Path) -> None:
    path = make.sql(
        table(tmp_path / "a.gpkg"),
        'CREATE VIEW vy AS SELECT * FROM "Adresser"',
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('vy', 'features', 'vy')",
    )
    assert [x.name for x in gpkg.layers(path)] == ["Adresser"]


@pytest.mark.parametrize(("crs", "told"), [(3021, "EPSG:3021"), (4326, "EPSG:4326"), (None, "inget känt")])
def test_another_crs_is_refused(tmp_path: Path, crs: int | None, told: str) -> None:
    with pytest.raises(DataError, match="Fel koordinatsystem") as e:
        gpkg.require_geometry(one(table(tmp_path / "a.gpkg", crs=crs)))
    assert told in str(e.value)
    assert "EPSG:3006" in str(e.value)


@pytest.mark.parametrize("code", [3007, 3018, 3012])
def test_a_local_zone_is_named(tmp_path: Path, code: int) -> None:
    with pytest.raises(DataError, match="Fel koordinatsystem") as e:
        gpkg.require_geometry(one(table(tmp_path / "a.gpkg", crs=code)))
    zone = {3007: "SWEREF99 12 00", 3018: "SWEREF99 23 15", 3012: "SWEREF99 14 15"}[code]
    assert f"EPSG:{code} ({zone})" in str(e.value)
    assert "EPSG:3006" in str(e.value).split("Gör så här")[1]


@pytest.mark.parametrize("srs_id", [0, -1, 99999])
def test_an_undefined_crs_is_refused(tmp_path: Path, srs_id: int) -> None:
    path = make.sql(
        table(tmp_path / "a.gpkg"),
        f"UPDATE gpkg_geometry_columns SET srs_id = {srs_id}",
        f"UPDATE gpkg_contents SET srs_id = {srs_id}",
    )
    with pytest.raises(DataError, match="Fel koordinatsystem") as e:
        gpkg.require_geometry(one(path))
    assert "inget känt koordinatsystem" in str(e.value)


def with_crs(path: Path, organization: str, code: int, wkt: str) -> Path:
    """Give a table a coordinate system under a number of the maker's own."""
    with closing(sqlite3.connect(make.sql(table(path)))) as db:
        db.execute(
            "INSERT INTO gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, definition) "
            "VALUES ('eget', 900001, ?, ?, ?)",
            (organization, code, wkt),
        )
        db.execute("UPDATE gpkg_geometry_columns SET srs_id = 900001")
        db.execute("UPDATE gpkg_contents SET srs_id = 900001")
        db.commit()
    return path


@pytest.mark.parametrize(
    ("organization", "code"), [("EPSG", 5845), ("NONE", 5845), ("EPSG", 3006), ("NONE", 3006), ("ESRI", 3006)]
)
def test_heights_and_numbers_of_ones_own_do_not_hide_3006(tmp_path: Path, organization: str, code: int) -> None:
    wkt = pyproj.CRS.from_epsg(code).to_wkt("WKT1_ESRI" if organization == "ESRI" else "WKT1_GDAL")
    path = with_crs(tmp_path / "a.gpkg", organization, code if organization == "EPSG" else 7, wkt)
    layer = gpkg.require_geometry(one(path))
    assert gpkg.read(layer, WANTED).num_rows == 2


def test_a_name_alone_makes_no_system(tmp_path: Path) -> None:
    """Called SWEREF99 TM, but 350 km to the west of it."""
    wkt = pyproj.CRS.from_epsg(3006).to_wkt("WKT1_GDAL").replace('"false_easting",500000', '"false_easting",150000')
    with pytest.raises(DataError, match="Fel koordinatsystem"):
        gpkg.require_geometry(one(with_crs(tmp_path / "a.gpkg", "NONE", 7, wkt)))


@pytest.mark.parametrize(("code", "told"), [(5846, "EPSG:3007"), (5850, "EPSG:3011"), (25833, "EPSG:25833")])
def test_heights_do_not_make_another_system_3006(tmp_path: Path, code: int, told: str) -> None:
    with pytest.raises(DataError, match="Fel koordinatsystem") as e:
        gpkg.require_geometry(one(with_crs(tmp_path / "a.gpkg", "EPSG", code, "undefined")))
    assert told in str(e.value)


def lakes(path: Path) -> Path:
    boxes = [shapely.box(320_000 + i * 100, 6_400_000, 320_050 + i * 100, 6_400_050) for i in range(40)]
    return make.gpkg(path, {"kod": [str(i) for i in range(40)]}, boxes, "Sjöar")


BBOX = (320_000, 6_400_000, 320_450, 6_400_100)
_INDEX = '"rtree_Sjöar_geom"'


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ([f"DELETE FROM {_INDEX} WHERE id = 3"], "har 39 av 40 rader"),
        ([f"DELETE FROM {_INDEX}"], "har 0 av 40 rader"),
        ([f"DROP TABLE {_INDEX}"], "saknas"),
        ([f"DROP TABLE {_INDEX}", "DELETE FROM gpkg_extensions"], "saknas"),
        ([f"UPDATE {_INDEX} SET minx = 1, maxx = 2, miny = 1, maxy = 2 WHERE id = 3"], "har fel läge för 1 av"),
        ([f"UPDATE {_INDEX} SET maxx = maxx + 500 WHERE id = 3"], "har fel läge för 1 av"),
        (["UPDATE \"rtree_Sjöar_geom_node\" SET data = x'00'"], "går inte att läsa"),
        ([f"UPDATE {_INDEX} SET id = 99 WHERE id = 3"], "har fel läge för 1 av"),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_no_row_is_lost_to_the_spatial_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: list[str], told: str, large: bool
) -> None:
    if large:
        monkeypatch.setattr(spatial_index, "READ_WHOLE_BYTES", 0)
    path = lakes(tmp_path / "a.gpkg")
    (layer,) = gpkg.layers(path)
    whole = gpkg.read(layer, {"kod": ("kod",)}, bbox=BBOX)["kod"].to_pylist()
    assert whole == ["0", "1", "2", "3", "4"]
    assert spatial_index.fault(layer) == ""
    assert spatial_index.trusted(layer) is large
    make.sql(path, *change)
    (layer,) = gpkg.layers(path)
    assert spatial_index.fault(layer).startswith(told)
    assert not spatial_index.trusted(layer)
    assert gpkg.read(layer, {"kod": ("kod",)}, bbox=BBOX)["kod"].to_pylist() == whole


def test_only_what_touches_the_box_itself(tmp_path: Path) -> None:
    """A triangle whose bounding box touches, but not itself: as GDAL answers through an index."""
    triangle = shapely.Polygon([(0, 0), (10, 0), (0, 10)])
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    path = make.gpkg(tmp_path / "a.gpkg", {"kod": list("abcd")}, [triangle, shapely.box(8, 8, 9, 9), bow, None], "t")
    (layer,) = gpkg.layers(path)
    assert gpkg.read(layer, {"kod": ("kod",)}, bbox=(8, 8, 20, 20))["kod"].to_pylist() == ["b", "c", "d"]


@pytest.mark.parametrize("organization", ["NONE", "Lantmäteriet"])
def test_a_crs_without_its_number_is_known_by_its_definition(tmp_path: Path, organization: str) -> None:
    path = make.sql(
        table(tmp_path / "a.gpkg"),
        f"UPDATE gpkg_spatial_ref_sys SET organization = '{organization}', organization_coordsys_id = 1 "
        "WHERE srs_id = 3006",
    )
    assert gpkg.require_geometry(one(path)).epsg == 3006


def test_organization_is_known_in_any_case(tmp_path: Path) -> None:
    path = make.sql(table(tmp_path / "a.gpkg"), "UPDATE gpkg_spatial_ref_sys SET organization = 'epsg'")
    assert one(path).epsg == 3006


def test_a_table_without_geometry(tmp_path: Path) -> None:
    path = make.gpkg(tmp_path / "a.gpkg", {"kommunkod": ["1480"], "objektidentitet": ["a"]}, None, "x")
    layer = one(path)
    assert gpkg.read(layer, WANTED, geometry=False)["kod"].to_pylist() == ["1480"]
    with pytest.raises(DataError, match="ingen geometri"):
        gpkg.require_geometry(layer)


def test_an_empty_table(tmp_path: Path) -> None:
    path = make.sql(table(tmp_path / "a.gpkg"), 'DELETE FROM "Adresser"')
    with pytest.raises(DataError, match=r"«Adresser» är tom") as e:
        gpkg.read(one(path), WANTED)
    assert "a.gpkg" in str(e.value)


def test_a_geopackage_without_tables(tmp_path: Path) -> None:
    path = make.sql(table(tmp_path / "a.gpkg"), "DELETE FROM gpkg_contents")
    with pytest.raises(DataError, match="inga tabeller"):
        one(path)


def test_bbox_keeps_what_touches_it(tmp_path: Path) -> None:
    layer = one(table(tmp_path / "a.gpkg"))
    assert gpkg.read(layer, WANTED, bbox=(319e3, 6399e3, 320.9e3, 6400.9e3))["id"].to_pylist() == ["a"]
    assert gpkg.read(layer, WANTED, bbox=(0, 0, 1, 1)).num_rows == 0


def test_demo_mark_is_the_head_of_the_description(tmp_path: Path) -> None:
    assert one(table(tmp_path / "a.gpkg", description="DEMO: påhittad")).demo
    assert not one(table(tmp_path / "b.gpkg", description="Ingen DEMO")).demo


def test_a_hostile_table_name_is_only_a_name(tmp_path: Path) -> None:
    name = 'x"; DROP TABLE gpkg_contents; --'
    path = make.gpkg(tmp_path / "a.gpkg", {"kommunkod": ["1"], "objektidentitet": ["a"]}, POINTS[:1], name)
    assert gpkg.read(one(path), WANTED)["kod"].to_pylist() == ["1"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (pa.array([1480, None]), ["1480", None]),
        (pa.array([1480.0, None]), ["1480", None]),
        (pa.array([" 1480\t", ""]), ["1480", ""]),
        (pa.array([1.5]), ["1.5"]),
    ],
)
def test_ids_and_codes_as_text(values: pa.Array, told: list[str | None]) -> None:
    assert gpkg.texts(values).to_pylist() == told


def test_points_in_every_dress() -> None:
    dressed = [
        shapely.to_wkb(shapely.Point(1, 2)),
        None,
        shapely.to_wkb(shapely.Point(3, 4, 5), flavor="iso"),
        shapely.to_wkb(shapely.MultiPoint([(6, 7)])),
        shapely.to_wkb(shapely.Point()),
        shapely.to_wkb(shapely.Point(8, 9), byte_order=0),
    ]
    e_m, n_m = wkb.points(pa.array(dressed, pa.binary()), Path("x"))
    np.testing.assert_array_equal(e_m, [1, np.nan, 3, 6, np.nan, 8])
    np.testing.assert_array_equal(n_m, [2, np.nan, 4, 7, np.nan, 9])


@given(st.lists(st.none() | st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7))), st.integers(0, 5))
def test_fast_points_are_shapelys(points: list[tuple[float, float] | None], skip: int) -> None:
    geometries = [None if p is None else shapely.Point(p) for p in points]
    column = pa.array([None if g is None else g.wkb for g in geometries], pa.binary()).slice(skip)
    e_m, n_m = wkb.points(column, Path("x"))
    want = [(np.nan, np.nan) if g is None else (g.x, g.y) for g in geometries[skip:]]
    np.testing.assert_array_equal(np.column_stack([e_m, n_m]), np.array(want).reshape(-1, 2))


def test_other_geometries_than_points_are_refused() -> None:
    lines = pa.array([shapely.LineString([(0, 0), (1, 1)]).wkb], pa.binary())
    with pytest.raises(DataError, match="Fel sorts geometri") as e:
        wkb.points(lines, Path("x"))
    assert "LineString" in str(e.value)
    with pytest.raises(DataError, match="ytor"):
        wkb.polygons(lines, Path("x"))
    many = pa.array([shapely.MultiPoint([(0, 0), (1, 1)]).wkb], pa.binary())
    with pytest.raises(DataError, match="en per rad"):
        wkb.points(many, Path("x"))
    with pytest.raises(DataError, match="går inte att läsa"):
        wkb.polygons(pa.array([b"\x01\x02"], pa.binary()), Path("x"))


def test_polygons_are_mended_and_lines_dropped() -> None:
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])  # two triangles of area 1
    flat = shapely.Polygon([(0, 0), (1, 0), (2, 0)])
    spike = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (-3, 0), (0, 0)])
    z = shapely.Polygon([(0, 0, 9), (1, 0, 9), (1, 1, 9)])
    column = pa.array([g.wkb for g in (bow, flat, spike, z)] + [None], pa.binary())
    shapes = wkb.polygons(column, Path("x"))
    assert shapes[1] is None
    assert shapes[4] is None
    assert [g.area for g in shapes[[0, 2, 3]]] == [2.0, 1.0, 0.5]
    assert all(g.is_valid and not g.has_z for g in shapes[[0, 2, 3]])
    assert {g.geom_type for g in wkb.multi(shapes[[0, 2, 3]])} == {"MultiPolygon"}


def test_points_outside_sweden() -> None:
    inside = (np.array([200e3, 1000e3, np.nan]), np.array([6100e3, 7700e3, np.nan]))
    wkb.require_sweden(*inside, Path("x"))
    half = pa.array([shapely.to_wkb(shapely.Point(4e5, 6.4e6))], pa.binary())
    one_nan = pa.array([half[0].as_py()[:13] + np.float64(np.nan).tobytes()], pa.binary())
    assert np.isnan(wkb.points(one_nan, Path("x"))).all()
    assert wkb.outside_sweden(np.array([np.inf]), np.array([6.4e6])).all()
    with pytest.raises(DataError, match="2 punkter ligger utanför Sverige") as e:
        wkb.require_sweden(np.array([3e5, 6.4e6, 0]), np.array([6.4e6, 3e5, 0]), Path("x"), first_row=11)
    assert "bytt plats" in str(e.value)
    assert "Rad: 12" in str(e.value)


def test_a_zip_without_gpkg_is_not_unpacked_to_disk(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as z:
        z.writestr("läsmig.txt", "hej")
    with pytest.raises(DataError, match="exakt en"):
        gpkg.layers(tmp_path / "a.zip")
    assert make.snapshot(tmp_path) == ["a.zip"]


@pytest.mark.parametrize("stated", [6, 2, 4, None])
@pytest.mark.parametrize("zipped", [False, True])
def test_every_row_is_read_once_whatever_count_the_file_states(
    tmp_path: Path, stated: int | None, zipped: bool
) -> None:
    """GDAL's Arrow stream gives the last rows twice where its own count is stale."""
    path = make.gpkg(tmp_path / "a.gpkg", {"kod": list("abcdef")}, [POINTS[0]] * 6, "t")
    make.sql(path, "DELETE FROM t WHERE kod IN ('b', 'd')")
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE gpkg_ogr_contents SET feature_count = ?", (stated,))
        db.commit()
    path = make.zipped(path, tmp_path / "a.zip") if zipped else path
    (layer,) = gpkg.layers(path)
    assert gpkg.read(layer, {"kod": ("kod",)})["kod"].to_pylist() == list("acef")
    assert gpkg.read(layer, {}, geometry=True).num_rows == 4


@pytest.mark.parametrize(("other", "stops"), [(["1480", "1407"], False), (["1480", "1402"], True)])
def test_two_columns_for_one_thing_must_say_the_same(tmp_path: Path, other: list[str], stops: bool) -> None:
    path = make.gpkg(tmp_path / "a.gpkg", {"kommunkod": ["1480", "1407"], "KOD ": other}, POINTS, "t")
    wanted = {"kod": ("kommunkod", "kod")}
    assert gpkg.find(path, gpkg.layers(path), wanted, first=("kod",)).name == "t"
    if stops:
        with pytest.raises(DataError, match="säger olika") as e:
            gpkg.find(path, gpkg.layers(path), wanted)
        assert e.value.row == 2 and "kommunkod och KOD" in str(e.value)
    else:
        assert gpkg.find(path, gpkg.layers(path), wanted).name == "t"
