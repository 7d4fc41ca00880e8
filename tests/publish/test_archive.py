"""The archive package of the small county: what it holds, what it says, and that nobody can change it unseen."""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from pathlib import Path

import bagit
import geopandas as gpd
import pyogrio
import pytest
import shapely
from pyproj import CRS

from pipelines.config.region import load_region
from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.install import installed
from pipelines.orders.archive import archive_metadata, archive_order, contents, longterm, verify, write_archive
from pipelines.orders.archive.checks import archive_formats, schemas
from tests.conftest import clean_environment, copied, make_command

GML = "{http://www.opengis.net/gml/3.2}"


def paths_of(folder: Path) -> Paths:
    return Paths(folder / "county.toml", folder / "raw", folder / "out", folder / "maps")


def archive(folder: Path, edition: str = "") -> Path:
    """Write a package and return it; there is one of each kind."""
    paths = paths_of(folder)
    write_archive.run(load_region(paths.config), paths, edition)
    return newest(folder, "OPPEN" if edition.startswith(("o", "ö")) else "INTERN")


def newest(folder: Path, mark: str) -> Path:
    (package,) = (folder / "out/arkiv").glob(f"*{mark}*.zip")
    return package


def check(folder: Path, package: Path) -> None:
    paths = paths_of(folder)
    verify.run(load_region(paths.config), paths, str(package))


def unzip(package: Path, goal: Path) -> Path:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(goal)
    (top,) = goal.iterdir()
    return top


@pytest.fixture(scope="module")
def county(archived_edition, tmp_path_factory) -> Path:
    """The small county's edition with both packages written."""
    return copied(archived_edition, tmp_path_factory.mktemp("arkiv") / "lan")


@pytest.fixture(scope="module")
def internal(county, tmp_path_factory) -> Path:
    """The internal package, unpacked by Python's own zip module."""
    return unzip(newest(county, "INTERN"), tmp_path_factory.mktemp("intern"))


@pytest.fixture
def own(county, tmp_path) -> Path:
    """An edition of the test's own, to spoil."""
    shutil.copytree(county, tmp_path / "lan", copy_function=shutil.copy2)
    return tmp_path / "lan"


@pytest.fixture(scope="module")
def small(internal, tmp_path_factory) -> Path:
    """The internal package without the program's own text and the schemas' copies: three files of four, a bag still."""
    small = tmp_path_factory.mktemp("liten") / "bag"
    left_out = {internal / "data" / name for name in ("program", "dokumentation/scheman")}
    shutil.copytree(internal, small, ignore=lambda folder, names: [n for n in names if Path(folder, n) in left_out])
    return hidden(small)


@pytest.fixture
def bag(small, tmp_path) -> Path:
    """An unpacked package of the test's own, to spoil."""
    shutil.copytree(small, tmp_path / "bag")
    return tmp_path / "bag"


# --- what it holds ------------------------------------------------------------------------------------


def test_the_name_has_lan_date_run_and_kind(county):
    facts = json.loads((county / "out/.steg/korning.json").read_text())
    about = json.loads((county / "maps/data/datapackage.json").read_text(encoding="utf-8"))
    assert about["version"] != facts["korning_id"]  # the open edition's own
    start = f"bredband_99_{facts['senaste_indatadatum']}"
    runs = {"INTERN": facts["korning_id"], "OPPEN": about["version"]}
    names = {p.name for p in (county / "out/arkiv").iterdir()}
    assert names == {f"{start}_{run}_{k}.zip{e}" for k, run in runs.items() for e in ("", ".sha256")}


def test_the_bag_is_a_bag_to_others(county, internal):
    bagit.Bag(str(internal)).validate()
    assert (internal / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    info = bagit.Bag(str(internal)).info
    facts = json.loads((county / "out/.steg/korning.json").read_text())
    assert info["Bagging-Date"] == facts["senaste_indatadatum"]
    assert info["Informationsklass"].startswith("INTERN")
    lists = [p.name for p in internal.glob("*manifest-sha256.txt")]
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", *lists], cwd=internal, check=True)
    subprocess.run(
        [
            "sha256sum",
            "--check",
            "--strict",
            "--quiet",
            *(p.name for p in newest(county, "INTERN").parent.glob("*.sha256")),
        ],
        cwd=county / "out/arkiv",
        check=True,
    )


def test_every_product_is_in_it_as_it_stands(county, internal):
    for part, goal in (("out", "intern"), ("maps", "oppen")):
        built = county / "out/.steg/produkter" / part
        names = [p.relative_to(built) for p in built.rglob("*") if p.is_file()]
        assert names
        for name in names:
            packed = internal / "data/produkter" / goal / name
            assert packed.read_bytes() == (county / part / name).read_bytes()
    assert (internal / "data/konfiguration/county.toml").read_bytes() == (county / "county.toml").read_bytes()
    assert (internal / "data/program/pipelines/core/cell_grid.py").exists()
    assert (internal / "data/program/requirements.lock").exists()
    assert not list(internal.rglob("*.pyc"))


def test_every_layer_is_there_as_csv_with_the_same_rows(internal):
    gpkg = internal / "data/produkter/intern/bredband.gpkg"
    with sqlite3.connect(gpkg) as db:
        layers = [n for (n,) in db.execute("SELECT table_name FROM gpkg_contents") if n != "layer_styles"]
        assert len(layers) >= 6
        for layer in layers:
            path = internal / f"data/langtid/bredband/{layer}.csv"
            with path.open(encoding="utf-8", newline="") as f:
                rows = list(csv.DictReader(f))
            (count,) = db.execute(f"SELECT count(*) FROM {layer}").fetchone()
            assert len(rows) == count, layer


def test_a_value_in_csv_is_the_value_of_the_layer(internal):
    with sqlite3.connect(internal / "data/produkter/intern/bredband.gpkg") as db:
        db.row_factory = sqlite3.Row
        want = {r["rutid_scb"]: dict(r) for r in db.execute("SELECT * FROM rutnat_250m")}
    with (internal / "data/langtid/bredband/rutnat_250m.csv").open(encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            expected = want[row["rutid_scb"]]
            for name, text in row.items():
                value = expected[name]
                if name == "planerad":
                    assert text == ("ja" if value else "nej")
                elif value is None:
                    assert text == ""
                elif isinstance(value, str):
                    assert text == value
                else:
                    assert float(text) == value


def test_an_address_has_its_coordinates(internal):
    with (internal / "data/langtid/bredband/adresser.csv").open(encoding="utf-8", newline="") as f:
        rows = {r["adress_id"]: (float(r["e_m"]), float(r["n_m"])) for r in csv.DictReader(f)}
    # By hand, from tests/small_county/inputs.py.
    assert rows["9901-001"] == (400812.5, 6400812.5)
    assert rows["9901-020"] == (401500, 6401249.999)


def test_gml_puts_northing_first_as_epsg_does(internal):
    assert [a.direction for a in CRS.from_epsg(3006).axis_info] == ["north", "east"]
    path = internal / "data/langtid/bredband/kommuner.gml"
    root = ET.parse(path).getroot()
    names = {e.get("srsName") for e in root.iter() if e.get("srsName")}
    assert names == {"urn:ogc:def:crs:EPSG::3006"}
    numbers = [float(x) for e in root.iter(f"{GML}posList") for x in e.text.split()]
    pairs = set(zip(numbers[::2], numbers[1::2], strict=True))
    # The corner where the two kommuner meet in the south lies at E 404110, N 6400085, by hand.
    assert (6400085.0, 404110.0) in pairs
    assert (404110.0, 6400085.0) not in pairs


@pytest.mark.parametrize(
    "layer", ["kommuner", "lan", "bristomraden", "schakt", "grund_vatten", "grund_vagar", "grund_granser"]
)
def test_gml_read_back_is_the_layer(internal, layer):
    ours = pyogrio.read_dataframe(internal / "data/produkter/intern/bredband.gpkg", layer=layer)
    path = internal / f"data/langtid/bredband/{layer}.gml"
    back = pyogrio.read_dataframe(path)
    assert back.crs.to_epsg() == 3006
    assert len(back) == len(ours)
    keys = {
        "lan": "lanskod",
        "kommuner": "kommunkod",
        "grund_vatten": "steg_m",
        "grund_vagar": "klass",
        "grund_granser": "niva",
    }
    key = keys.get(layer, "bristomrade_id")
    assert back[key].astype(str).tolist() == ours[key].astype(str).tolist()
    shapes, expected = back.geometry.to_numpy(), ours.geometry.to_numpy()
    lacking = shapely.is_missing(expected)
    assert (shapely.is_missing(shapes) == lacking).all()
    # GML holds 15 digits: far below a micrometre.
    assert shapely.equals_exact(shapes[~lacking], expected[~lacking], tolerance=1e-6).all()
    numbers = {"bristomraden": "hushall_utan", "schakt": "langd_m", "grund_vatten": "steg_m", "grund_vagar": "steg_m"}
    number = numbers.get(layer, "hushall_utan_100")
    assert layer == "grund_granser" or back[number].tolist() == ours[number].tolist()
    schema = path.with_suffix(".xsd").read_text(encoding="utf-8")
    assert all(f'name="{c}"' in schema for c in ours.columns if c != "geometry")


def test_the_readme_explains_it_in_swedish(internal):
    text = (internal / "README.txt").read_text(encoding="utf-8")
    for words in (
        "INTERN",
        "SWEREF 99 TM",
        "NORD, ÖST",
        "Östviken",
        "personuppgifter",
        "sha256sum",
        "FGS",
        "© Lantmäteriet",
        "data/langtid/bredband/kommuner.gml",
    ):
        assert words in text
    assert "DEMO" not in text
    assert max(len(line) for line in text.split("\nFILER\n")[0].splitlines()) <= 100


def test_premis_has_every_file_with_its_checksum(internal):
    space = {"p": archive_metadata.PREMIS}
    root = ET.parse(internal / "metadata/premis.xml").getroot()
    found = {
        o.findtext(".//p:objectIdentifierValue", namespaces=space): (
            o.findtext(".//p:messageDigest", namespaces=space),
            int(o.findtext(".//p:size", namespaces=space) or -1),
        )
        for o in root.findall("p:object", space)
    }
    there = {p.relative_to(internal).as_posix(): p for p in (internal / "data").rglob("*") if p.is_file()}
    assert found == {n: (files.sha256(p), p.stat().st_size) for n, p in there.items()}
    core = ET.parse(internal / "metadata/dublincore.xml").getroot()
    assert core.findtext(f"{{{archive_metadata.DC}}}publisher") == "Region Östviken"


def test_the_open_package_holds_only_what_is_published(county, tmp_path):
    package = newest(county, "OPPEN")
    opened = unzip(package, tmp_path)
    names = {p.relative_to(opened).as_posix() for p in opened.rglob("*") if p.is_file()}
    payload = {n for n in names if n.startswith("data/")}
    allowed = (
        "data/produkter/oppen/",
        "data/dokumentation/",
        "data/langtid/",
        "data/innehall.json",
        "data/datapackage.json",
    )
    assert all(n.startswith(allowed) for n in payload)
    ours = {p.relative_to(county / "maps").as_posix() for p in (county / "maps").rglob("*") if p.is_file()}
    ours.remove(installed.NAME)  # the folder's own list of what a run put there: no product, not published
    assert {n for n in payload if n.startswith("data/produkter/")} == {f"data/produkter/oppen/{n}" for n in ours}
    for layer in ("kommuner", "bristomraden"):
        assert f"data/langtid/bredband_oppen/{layer}.gml" in payload
    body = b"".join((opened / n).read_bytes() for n in names)
    assert b"9901-001" not in body, "an address id"
    assert "Avtal Ö1".encode() not in body, "the name of an agreement"
    assert "ÖPPEN" in (opened / "README.txt").read_text(encoding="utf-8")
    check(county, package)


def test_a_demo_says_so_in_name_bag_and_readme(own, tmp_path):
    for name in ("out/.steg/korning.json", "out/manifest.json", "out/.steg/produkter/out/manifest.json"):
        body = json.loads((own / name).read_text(encoding="utf-8"))
        (own / name).write_text(json.dumps(body | {"demo": True}), encoding="utf-8")
    for table in [*(own / "out").glob("*.csv"), *(own / "out/tabeller").glob("*.csv")]:
        marked = table.read_bytes().replace(b",nej\r\n", b",DEMO\r\n")
        for path in (table, own / "out/.steg/produkter/out" / table.relative_to(own / "out")):
            path.unlink()
            path.write_bytes(marked)
    shutil.rmtree(own / "out/arkiv")
    package = archive(own)
    assert package.stem.endswith("_INTERN_DEMO")
    opened = unzip(package, tmp_path / "x")
    assert opened.name == package.stem
    info = bagit.Bag(str(opened)).info
    assert info["Demo"] == "DEMO"
    assert "DEMO" in info["External-Description"]
    assert "DEMO. ALLT I PAKETET ÄR PÅHITTAT" in (opened / "README.txt").read_text(encoding="utf-8")
    check(own, package)


# --- what is not archived ------------------------------------------------------------------------------


def refused(folder: Path, edition: str = "") -> str:
    before = sorted((folder / "out/arkiv").iterdir())
    with pytest.raises(DataError) as error:
        archive(folder, edition)
    assert sorted((folder / "out/arkiv").iterdir()) == before
    return str(error.value)


def test_an_unknown_edition_is_told(own):
    assert "intern eller oppen" in refused(own, "hemlig")


def test_without_a_finished_edition_it_says_what_to_do(own):
    (own / "out/manifest.json").unlink()
    assert "make coverage" in refused(own)


def test_a_newer_run_that_is_begun_stops_it(own):
    path = own / "out/.steg/korning.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"korning_id": "0" * 12}))
    assert "nyare körning" in refused(own)


def test_another_configuration_stops_it(own):
    config = own / "county.toml"
    config.write_text(config.read_text(encoding="utf-8") + "\n# ändrad\n", encoding="utf-8")
    assert "Konfigurationen har ändrats" in refused(own)


@pytest.mark.parametrize("change", ["edit", "remove"])
def test_a_product_that_is_not_the_runs_stops_it(own, change):
    product = own / "maps/bredbandskarta.html"
    page = product.read_text(encoding="utf-8")
    product.unlink()
    if change == "edit":
        product.write_text(page.replace("</html>", "<!-- --></html>"), encoding="utf-8")
    assert "bredbandskarta.html" in refused(own)
    assert "bredbandskarta.html" in refused(own, "oppen")


def test_a_strangers_file_in_maps_stays_outside(own, capsys):
    (own / "maps/hemligt.csv").write_text("adress_id\n9901-001\n", encoding="utf-8")
    package = archive(own, "oppen")
    assert "hemligt.csv" in capsys.readouterr().out
    with zipfile.ZipFile(package) as opened:
        assert not [n for n in opened.namelist() if "hemligt" in n]


# --- verifying -------------------------------------------------------------------------------------------


def test_a_whole_package_is_told_to_be_whole(county, internal, small, capsys):
    check(county, newest(county, "INTERN"))
    check(county, internal)
    check(county, small)
    said = capsys.readouterr().out
    assert said.count("helt och oförändrat") == 3
    assert "går" not in said
    assert not list((county / "out/arkiv").glob(".*")), "nothing is left behind"


def broken(folder: Path, package: Path) -> str:
    with pytest.raises(DataError) as error:
        check(folder, package)
    assert not list((folder / "out/arkiv").glob(".*"))
    return str(error.value)


def flip(path: Path, at: int) -> None:
    body = bytearray(path.read_bytes())
    body[at % len(body)] ^= 1
    path.write_bytes(body)


def test_a_changed_byte_anywhere_in_the_zip_is_seen(county, tmp_path):
    package = newest(county, "INTERN")
    size = package.stat().st_size
    for at in (0, 10, size // 3, size // 2, size - 30, size - 1):
        for name in (package.name, f"{package.name}.sha256"):
            shutil.copyfile(package.with_name(name), tmp_path / name)
        flip(tmp_path / package.name, at)
        assert "ändrat" in broken(county, tmp_path / package.name)


def test_a_changed_byte_in_a_zip_without_its_checksum_is_seen(county, tmp_path):
    package = newest(county, "INTERN")
    copy = tmp_path / package.name
    for share in (0.1, 0.5, 0.9):
        shutil.copyfile(package, copy)
        flip(copy, int(package.stat().st_size * share))
        assert "FEL:" in broken(county, copy)


CHANGED = [
    "README.txt",
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-sha512.txt",
    "metadata/premis.xml",
    "data/innehall.json",
    "data/produkter/intern/bredband.gpkg",
    "data/produkter/intern/manifest.json",
    "data/produkter/oppen/kartor/lan_100.pdf",
    "data/langtid/bredband/kommuner.gml",
    "data/konfiguration/county.toml",
]


def test_a_changed_byte_in_a_file_is_seen(county, bag):
    for i, name in enumerate(CHANGED):
        size = (bag / name).stat().st_size
        places = (0, size // 2, size - 1)
        # What is read before any checksum is taken at each place; to a checksum every byte is alike.
        for at in places if name.endswith(".txt") else (places[i % 3],):
            flip(bag / name, at)
            assert "FEL:" in broken(county, bag), (name, at)
            flip(bag / name, at)
    check(county, bag)  # nothing else was wrong with it


def test_a_changed_file_is_named(county, bag):
    path = bag / "data/langtid/bredband/kommuner.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("9901", "99011"), encoding="utf-8")
    assert "ändrad: data/langtid/bredband/kommuner.csv" in broken(county, bag)


def test_capitals_in_a_checksum_are_seen(county, bag):
    path = bag / "tagmanifest-sha256.txt"
    path.write_text(re.sub("[a-f]", lambda m: m[0].upper(), path.read_text(), count=1))
    assert "förteckning är skadad" in broken(county, bag)


@pytest.mark.parametrize(
    "name",
    ["README.txt", "data/innehall.json", "tagmanifest-sha512.txt", "bagit.txt", "data/produkter/intern/rapport.md"],
)
def test_a_missing_file_is_named(county, bag, name):
    (bag / name).unlink()
    assert f"saknas: {name}" in broken(county, bag)


@pytest.mark.parametrize(
    "name",
    ["data/ny.txt", "ny.txt", "metadata/ny.xml", "data/produkter/oppen/ny.html", "fetch.txt", "manifest-md5.txt"],
)
def test_an_added_file_is_named(county, bag, name):
    (bag / name).write_text("x")
    assert f"tillagd: {name}" in broken(county, bag)


def rebagged(bag: Path) -> Path:
    """Give a spoilt bag new checksums, as one who wants to hide it would."""
    bagit.Bag(str(bag)).save(manifests=True)
    return bag


def test_a_lost_row_is_seen_though_all_checksums_are_right(county, bag):
    path = bag / "data/langtid/bredband/rutnat_250m.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    said = broken(county, rebagged(bag))
    assert f"rutnat_250m.csv: {len(lines) - 2} rader, lagret i produkter/intern/bredband.gpkg har" in said


@pytest.mark.parametrize(
    "name",
    [
        "produkter/intern/bredband.gpkg",
        "produkter/intern/tackning_250m.tif",
        "produkter/oppen/kartor/lan_100.png",
        "langtid/bredband/lan.gml",
        "produkter/intern/kommuner.xlsx",
    ],
)
def test_a_file_that_cannot_be_read_is_seen_though_all_checksums_are_right(county, bag, name):
    path = bag / "data" / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert f"{name}: går inte att läsa" in broken(county, rebagged(bag))


def test_parts_of_another_run_are_seen_though_all_checksums_are_right(county, bag):
    path = bag / "data/produkter/intern/manifest.json"
    text = path.read_text(encoding="utf-8")
    run_id = json.loads(text)["korning_id"]
    path.write_text(text.replace(run_id, "0" * 12), encoding="utf-8")
    assert "inte av samma körning" in broken(county, rebagged(bag))


def test_a_bag_of_somebody_else_is_told(county, tmp_path):
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag/a.txt").write_text("a")
    bagit.make_bag(str(tmp_path / "bag"))
    assert "inte en av make arkiv" in broken(county, tmp_path / "bag")


@pytest.mark.parametrize("given", ["", "finns/inte.zip"])
def test_without_a_package_it_says_what_to_give(county, given):
    paths = paths_of(county)
    with pytest.raises(DataError, match="PAKET"):
        verify.run(load_region(paths.config), paths, given)


def test_make_gives_the_verdict_as_exit_code(own):
    def run(*given: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            make_command(own, *given), capture_output=True, text=True, env=clean_environment(), timeout=100
        )

    package = newest(own, "INTERN")  # written by make
    good = run("verifiera", f"PAKET={package}")
    assert good.returncode == 0
    assert "helt och oförändrat" in good.stdout
    flip(package, package.stat().st_size // 2)
    bad = run("verifiera", f"PAKET={package}")
    assert bad.returncode != 0
    assert "FEL: Paketet är ändrat" in bad.stderr
    assert "Traceback" not in bad.stderr


# --- files against their own descriptions ------------------------------------------------------------------


def hidden(bag: Path, *names: str) -> Path:
    """Give a spoilt bag new sizes, counts and checksums everywhere, as one who wants to hide it would."""
    path = bag / "data/innehall.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    there = [r for r in body["filer"] if (bag / "data" / r["fil"]).exists()]
    body["filer"] = [contents.row(bag / "data", r["fil"]) if r["fil"] in names else r for r in there]
    path.write_text(json.dumps(body), encoding="utf-8")
    return rebagged(bag)


def spoil(bag: Path, name: str, old: str, new: str) -> Path:
    path = bag / "data" / name
    text = path.read_bytes().decode("utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode("utf-8"))
    return hidden(bag, name)


KOMMUNER = "langtid/bredband/kommuner"
RUTOR = "langtid/bredband/rutnat_250m.csv"
BREAKS = {
    "an exponent in a decimal": (
        f"{KOMMUNER}.gml",
        "<bb:pts_andel_30_pct>59.100000<",
        "<bb:pts_andel_30_pct>2.1e-05<",
        ("rad ", "schema", "2.1e-05"),
    ),
    "more decimals than the schema has": (
        f"{KOMMUNER}.gml",
        "<bb:pts_andel_30_pct>59.100000<",
        "<bb:pts_andel_30_pct>59.1000001<",
        ("fractionDigits",),
    ),
    "an element that is not in the schema": (
        f"{KOMMUNER}.gml",
        "<bb:pts_andel_30_pct>59.100000</bb:pts_andel_30_pct>",
        "<bb:x>1</bb:x>",
        ("andel_30_pct",),
    ),
    "GML that breaks GML": (f"{KOMMUNER}.gml", "<gml:posList>", "<gml:posList>nord ", ("nord",)),
    "a record without its abstract": ("produkter/oppen/metadata/kommuner.xml", "gmd:abstract>", "gmd:purpose>", None),
    "a schema that reads a file of this machine": (
        f"{KOMMUNER}.xsd",
        "http://schemas.opengis.net/gml/3.2.1/gml.xsd",
        "file:///etc/passwd",
        ("schemat går inte",),
    ),
    "a schema that asks the network": (
        f"{KOMMUNER}.xsd",
        "http://schemas.opengis.net/gml/3.2.1/gml.xsd",
        "http://example.org/x.xsd",
        ("schemat går inte",),
    ),
    "an exponent in a CSV": (
        RUTOR,
        ",6.25,",
        ",6.25e+00,",
        ("kolumnen land_ha, rad 13", "«6.25e+00»", "utan exponent"),
    ),
    "a code that is none": (
        RUTOR,
        '"glesbebyggt"',
        '"landsbygd"',
        ("kolumnen omradestyp", "«landsbygd»", "tatbebyggt"),
    ),
    "an id that is none": (RUTOR, '"4', '"x', ("kolumnen rutid_scb, rad 2", "mönstret")),
    "a column of another name": (
        RUTOR,
        "kommunnamn",
        "kommun",
        ("kolumnerna är inte de som beskrivs, först kommunnamn",),
    ),
    "a value below the least": (RUTOR, ",6.25,", ",-6.25,", ("kolumnen land_ha", "minst 0")),
    "lines that end otherwise": (RUTOR, "\r\n", "\n", ("raderna slutar inte",)),
    "yes in another language": (RUTOR, ',"nej",', ',"no",', ("kolumnen planerad", "ja eller nej")),
    "a description that leads elsewhere": (
        "datapackage.json",
        '"path": "langtid',
        '"path": "../../langtid',
        ("går inte att läsa som beskrivning",),
    ),
    "a table that nobody describes": (
        "datapackage.json",
        '"path": "langtid/bredband/lan.csv"',
        '"path": "langtid/bredband/borta.csv"',
        ("langtid/bredband/lan.csv: beskrivs inte", "borta.csv: saknas"),
    ),
    "a pattern without end": (
        "datapackage.json",
        '"pattern": "^\\\\d{13}$"',
        '"pattern": "((a*)*)*(?=b"',
        ("går inte att hålla mot",),
    ),
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_file_that_breaks_its_description_is_told_though_everything_else_agrees(county, bag, how):
    name, old, new, words = BREAKS[how]
    if words is None:  # both ends of the element
        path = bag / "data" / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        words = ("kommuner.xml, rad ", "följer inte sitt schema")
    said = broken(county, spoil(bag, name, old, new))
    assert "följer inte sina egna beskrivningar" in said
    for word in words:
        assert word in said, said
    assert "Traceback" not in said


def test_a_key_that_stands_twice_is_told(county, bag):
    path = bag / "data" / RUTOR
    lines = path.read_bytes().split(b"\r\n")
    lines[2] = lines[1]
    path.write_bytes(b"\r\n".join(lines))
    said = broken(county, hidden(bag, RUTOR))
    assert "nyckeln rutid_scb står på flera rader: " + lines[1].decode().split(",")[0].strip('"') in said


def test_a_package_from_before_there_were_descriptions_is_still_whole(county, bag, capsys):
    (bag / "data/datapackage.json").unlink()
    check(county, hidden(bag))
    assert "helt och oförändrat" in capsys.readouterr().out


def test_frictionless_finds_nothing_in_the_packages_description(internal):
    import frictionless

    for name in ("datapackage.json", "produkter/oppen/data/datapackage.json"):
        report = frictionless.validate(str(internal / "data" / name))
        assert report.valid, report.flatten(["fieldName", "rowNumber", "message"])[:5]


def test_every_table_of_the_package_is_described(internal):
    listed = set()
    for name in ("datapackage.json", "produkter/oppen/data/datapackage.json"):
        path = internal / "data" / name
        body = json.loads(path.read_text(encoding="utf-8"))
        listed |= {(path.parent / r["path"]).resolve() for r in body["resources"]}
    there = {p.resolve() for p in (internal / "data").rglob("*.csv") if "program" not in p.parts}
    assert listed == there


def test_gml_and_csv_hold_the_smallest_and_the_largest_numbers_without_exponent(tmp_path):
    """2.1e-05, as a share of land came out, is no ``xs:decimal``; kronor of a county came out as 1.5e+10."""
    given = gpd.GeoDataFrame(
        {"liten": [2.1e-05, 0.000001, None], "stor": [15_000_000_000.5, 1.0, 0.0], "namn": ["a", "=1", None]},
        geometry=[shapely.multipolygons([shapely.box(320000, 6400000, 320250, 6400250)])] * 3,
        crs=3006,
    )
    pyogrio.write_dataframe(given, tmp_path / "x.gpkg", layer="ytor", geometry_type="MultiPolygon")
    longterm.write_gml(tmp_path / "x.gpkg", "ytor", tmp_path / "ytor.gml", "https://data.example.org")
    longterm.write_csv(tmp_path / "x.gpkg", "ytor", tmp_path / "ytor.csv")
    assert schemas.faults(tmp_path, ["ytor.gml"]) == ([], 1)
    back = pyogrio.read_dataframe(tmp_path / "ytor.gml")
    assert back["liten"].tolist()[:2] == given["liten"].tolist()[:2]
    assert back["stor"].tolist() == given["stor"].tolist()
    with (tmp_path / "ytor.csv").open(encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    assert [float(r["liten"] or "nan") for r in rows][:2] == [2.1e-05, 0.000001]
    assert [float(r["stor"]) for r in rows] == given["stor"].tolist()
    for name in ("ytor.gml", "ytor.csv"):
        assert not re.search(r"\d[eE][-+]?\d", (tmp_path / name).read_text(encoding="utf-8"))
    # The same with the number as a float would have been written: the check sees it.
    text = (tmp_path / "ytor.gml").read_text(encoding="utf-8").replace("0.000021", "2.1e-05")
    (tmp_path / "ytor.gml").write_text(text, encoding="utf-8")
    (told,), _ = schemas.faults(tmp_path, ["ytor.gml"])
    assert "2.1e-05" in told


def test_arkiv_stops_rather_than_write_what_verifiera_would_refuse(own, monkeypatch):
    given = longterm.write_csv

    def wrong(package: Path, layer: str, path: Path) -> None:
        given(package, layer, path)
        path.write_bytes(path.read_bytes().replace(b",6.25,", b",6.25e+00,"))

    monkeypatch.setattr(longterm, "write_csv", wrong)
    said = refused(own)
    assert "rutnat_250m.csv: kolumnen land_ha, rad 13: fick «6.25e+00»" in said
    assert "make coverage" in said


def test_the_schemas_come_with_the_package_and_are_enough(internal):
    """lxml with the package's own catalogue of schemas, and nothing else: not the program's, not the network."""
    from lxml import etree

    home = internal / "data/dokumentation/scheman"
    catalogue = ET.parse(home / "catalog.xml").getroot()
    known = {e.get("uriStartString"): e.get("rewritePrefix") for e in catalogue if e.get("uriStartString")}
    asked = []

    class Resolver(etree.Resolver):
        def resolve(self, address, public, context):
            asked.append(address)
            start = next((s for s in known if address.startswith(s)), None)
            if start is None:
                assert Path(address).resolve().is_relative_to(internal), address
                return None
            return self.resolve_filename(str(home / known[start] / address.removeprefix(start)), context)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Resolver())
    schema = etree.XMLSchema(etree.parse(internal / f"data/{KOMMUNER}.xsd", parser))
    schema.assertValid(etree.parse(internal / f"data/{KOMMUNER}.gml"))
    assert any("gml.xsd" in a for a in asked)
    text = (home / "LICENS.txt").read_text(encoding="utf-8")
    assert "Open Geospatial Consortium" in text and "W3C" in text


# --- names and formats -----------------------------------------------------------------------------------


def test_a_formula_in_a_text_gets_an_apostrophe():
    import pyarrow as pa

    from pipelines.orders.archive.longterm import _plain
    from pipelines.publish.workbook.safe import FORMULA_STARTS

    given = [*(f"{c}1" for c in FORMULA_STARTS), "Östby", "", None, "a=b"]
    expected = [*(f"'{c}1" for c in FORMULA_STARTS), "Östby", "", None, "a=b"]
    assert _plain(pa.array(given)).to_pylist() == expected
    assert _plain(pa.array([True, False, None])).to_pylist() == ["ja", "nej", None]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.csv", b"a,b\n1,2\n3\n"),
        ("a.csv", b"a\n\xff\n"),
        ("a.csv", b""),
        ("a.json", b"{"),
        ("a.json", b"[" * 100_000),
        ("a.xml", b"<a><b></a>"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
        ("a.gml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'),
        ("a.html", b"<!doctype html><p>half"),
        ("a.txt", b"\xe5"),
        ("a.pdf", b"%PDF-1.4 half"),
        ("a.gpkg", b"SQLite format 3\0"),
        ("a.toml", b"a ="),
        ("a.parquet", b"PAR1"),
        ("a.zip", b"PK"),
        ("a.pmtiles", b"PMTiles\x03"),
        ("a.pmtiles", b"PMTiles\x03" + bytes(119) + b"more than the head says"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_unreadable(tmp_path, name, body):
    (tmp_path / name).write_bytes(body)
    with pytest.raises(archive_formats.UnreadableError):
        archive_formats.inspect(tmp_path / name)


@pytest.mark.parametrize("name", ["data/rutnat_250m.pmtiles", "data/rutnat_250m.csv.zip"])
def test_half_a_published_file_is_unreadable(county, tmp_path, name):
    whole = (county / "maps" / name).read_bytes()
    for body in (whole[:-1], whole[: len(whole) // 2]):
        (tmp_path / Path(name).name).write_bytes(body)
        with pytest.raises(archive_formats.UnreadableError):
            archive_formats.inspect(tmp_path / Path(name).name)


def test_a_view_that_never_ends_is_broken_off(tmp_path, monkeypatch):
    """A layer may be a view, and a package may come from anywhere."""
    path, numbers = tmp_path / "a.gpkg", "SELECT 1 UNION ALL SELECT i + 1 FROM n"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);"
            "CREATE TABLE gpkg_geometry_columns (srs_id INTEGER);"
            "INSERT INTO gpkg_contents VALUES ('vy', 'attributes');"
            f"CREATE VIEW vy AS WITH RECURSIVE n(i) AS ({numbers} LIMIT 1000) SELECT i FROM n;"
        )
    assert archive_formats.inspect(path) == {"lager": {"vy": 1000}, "epsg": 3006}
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"DROP VIEW vy; CREATE VIEW vy AS WITH RECURSIVE n(i) AS ({numbers}) SELECT i FROM n")
    monkeypatch.setattr(archive_formats, "MAX_STEPS", 10 * archive_formats.STEPS)
    with pytest.raises(archive_formats.UnreadableError, match="interrupted"):
        archive_formats.inspect(path)


def test_counts_are_what_stands_in_the_file(tmp_path):
    (tmp_path / "a.csv").write_text('a,"b"\n1,"x\ny"\n2,\n', encoding="utf-8")
    assert archive_formats.inspect(tmp_path / "a.csv") == {"rader": 2, "kolumner": 2}
    (tmp_path / "a.geojson").write_text('{"type": "FeatureCollection", "features": [{}, {}]}')
    assert archive_formats.inspect(tmp_path / "a.geojson") == {"objekt": 2}
    (tmp_path / "a.okand").write_bytes(b"\xff")
    assert archive_formats.inspect(tmp_path / "a.okand") is None


def test_the_kinds_have_names_of_their_own():
    assert archive_order.KINDS == {"intern": "INTERN", "oppen": "OPPEN"}
