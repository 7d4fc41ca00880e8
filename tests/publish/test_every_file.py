"""Every file that is published, and every file of the archive package, passes the validator of its kind.

A file of a kind that has no validator here fails: whoever adds a product adds what checks it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import bagit
import pytest

from tests.publish.file_validators import BY_ENDING, EXPONENT

PROGRAM = "data/program/"
"""The program's own text, which other tests run."""


@pytest.fixture(scope="module")
def folders(archived_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What is published, what is internal, and the archive package with both, unpacked."""
    home = tmp_path_factory.mktemp("alla")
    (package,) = (archived_edition / "out/arkiv").glob("*INTERN.zip")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(home)
    (bag,) = home.iterdir()
    return {"maps": archived_edition / "maps", "out": archived_edition / "out", "arkiv": bag}


def files(folder: Path) -> dict[str, Path]:
    """Return the files of a folder by name; working material and the list of what is installed are no products."""
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    return {
        n: p
        for n, p in sorted(found.items())
        if not any(part.startswith(".") for part in Path(n).parts) and not n.startswith((PROGRAM, "arkiv/"))
    }


@pytest.mark.parametrize("folder", ["maps", "out", "arkiv"])
def test_no_file_is_without_a_validator(folders, folder):
    found = files(folders[folder])
    assert len(found) > 20
    assert [n for n in found if n.rpartition(".")[2] not in BY_ENDING] == []


@pytest.mark.parametrize("ending", BY_ENDING)
@pytest.mark.parametrize("folder", ["maps", "out", "arkiv"])
def test_every_file_passes_the_validator_of_its_kind(folders, folder, ending):
    there = files(folders[folder])
    mine = {n: p for n, p in there.items() if n.rpartition(".")[2] == ending}
    if folder == "arkiv":  # the products are those of the other folders, byte for byte: another test's matter
        mine = {n: p for n, p in mine.items() if "/produkter/" not in n or n.endswith("datapackage.json")}
    told = {n: wrong for n, p in mine.items() if (wrong := BY_ENDING[ending](p))}
    assert told == {}


def test_the_package_is_a_bag_to_bagit(folders):
    bagit.Bag(str(folders["arkiv"])).validate(processes=1)


def test_every_table_is_described_to_programs(folders):
    """Published tables, and each of the archive's: none is only a file of text."""
    own = "data/datapackage.json"
    for folder, where in (("maps", [own]), ("arkiv", [own, f"data/produkter/oppen/{own}"])):
        listed = set()
        for name in where:
            path = folders[folder] / name
            resources = json.loads(path.read_text(encoding="utf-8"))["resources"]
            listed |= {(path.parent / r["path"]).resolve() for r in resources}
        assert listed == {p.resolve() for n, p in files(folders[folder]).items() if n.endswith(".csv")}


def test_the_licence_of_the_data_is_told_wherever_somebody_meets_them(folders):
    """From the one key of the configuration: descriptions of tables, QGIS's layers, pages, records, workbook."""
    maps, licence = folders["maps"], "http://creativecommons.org/licenses/by/4.0/"
    (told,) = json.loads((maps / "data/datapackage.json").read_text(encoding="utf-8"))["licenses"]
    assert (told["name"], told["path"]) == ("CC-BY-4.0", licence)
    for name in ("specifikation.html", "catalog.rdf", "metadata_iso19139.xml", "metadata/kommuner.xml"):
        assert licence in (maps / name).read_text(encoding="utf-8"), name
    for page in (maps / "index.html", *(maps / "kommuner").glob("*.html")):
        assert licence.replace("http:", "https:") in page.read_text(encoding="utf-8")
    with zipfile.ZipFile(maps / "data/bredband_oppen.qgz") as packed:
        project = packed.read("bredband_oppen.qgs").decode("utf-8")
    assert project.count("<license>Creative Commons Erkännande 4.0") == project.count("<maplayer ") > 5
    with zipfile.ZipFile(maps / "data/bredband_oppen.xlsx") as packed:
        assert licence in packed.read("xl/sharedStrings.xml").decode("utf-8")
    with zipfile.ZipFile(folders["out"] / "bredband.qgz") as packed:
        assert "<license>" not in packed.read("bredband.qgs").decode("utf-8"), "the internal edition has no licence"


# --- each validator finds what is wrong ---------------------------------------------------------------------


def _spoil_gpkg(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE VIEW vy AS SELECT 1")
        db.execute("UPDATE gpkg_contents SET table_name = 'Kommuner' WHERE table_name = 'kommuner'")
        db.commit()


def _spoil_tif(path: Path) -> None:
    import rasterio

    with rasterio.open(path) as file:
        band, profile = file.read(), file.profile
    path.unlink()
    profile |= {"width": band.shape[2] * 20, "height": band.shape[1] * 20, "driver": "GTiff", "tiled": False}
    for name in ("blockxsize", "blockysize"):
        profile.pop(name, None)
    with rasterio.open(path, "w", **profile) as file:
        file.write(band.repeat(20, axis=1).repeat(20, axis=2))


def _spoil_parquet(path: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["geometry_types"]
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"geo": json.dumps(geo)}), path)


def _replaced(old: str, new: str):
    def spoil(path: Path) -> None:
        body = path.read_bytes()
        assert old.encode() in body
        path.write_bytes(body.replace(old.encode(), new.encode(), 1))

    return spoil


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _spoil_xlsx(path: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path)
    book.worksheets[1]["A9"] = "=1+1"
    book.save(path)


SPOILT = {
    "gpkg": ("maps", "data/bredband_oppen.gpkg", _spoil_gpkg),
    "tif": ("maps", "data/raster/klass_tillgang_100.tif", _spoil_tif),
    "parquet": ("maps", "data/kommuner.parquet", _spoil_parquet),
    "geojson": ("maps", "data/kommuner.geojson", _replaced('"land_ha":', '"x":1e-05,"land_ha":')),
    "gml": ("arkiv", "data/langtid/bredband/kommuner.gml", _replaced("<bb:land_ha>", "<bb:land_ha>1e")),
    "csv": ("maps", "data/kommuner.csv", _replaced("\r\n", "\n")),
    "xlsx": ("maps", "data/bredband_oppen.xlsx", _spoil_xlsx),
    "rdf": ("maps", "catalog.rdf", _replaced("dcterms:publisher", "dcterms:creator")),
    "ttl": ("maps", "catalog.ttl", _replaced("dcterms:publisher", "dcterms:creator")),
    "xml": ("maps", "metadata/kommuner.xml", _replaced("gmd:MD_ScopeCode", "gmd:MD_Scope")),
    "xsd": ("arkiv", "data/langtid/bredband/kommuner.xsd", _replaced('type="xs:string"', 'type="')),
    "json": ("maps", "data/datapackage.json", _replaced('"type": "integer"', '"type": "boolean"')),
    "html": ("maps", "index.html", _replaced("</main>", "")),
    "pdf": ("maps", "kartor/lan_100.pdf", _cut),
    "png": ("maps", "kartor/lan_100.png", _cut),
    "qml": ("maps", "data/raster/klass_tillgang_100.qml", _replaced("<qgis", "<qgs")),
    "qgz": ("maps", "data/bredband_oppen.qgz", _cut),
    "pmtiles": ("maps", "data/rutnat_250m.pmtiles", _cut),
    "zip": ("maps", "data/rutnat_250m.csv.zip", _cut),
    "md": ("arkiv", "data/dokumentation/metod.md", lambda p: p.write_bytes(b"\xe5")),
    "txt": ("arkiv", "README.txt", lambda p: p.write_bytes(b"\xe5")),
    "toml": ("arkiv", "data/konfiguration/county.toml", _replaced("[", "")),
}


@pytest.mark.parametrize("ending", BY_ENDING)
def test_each_validator_finds_a_file_that_is_wrong(folders, ending, tmp_path):
    folder, name, spoil = SPOILT[ending]
    home = (folders[folder] / name).parent
    for beside in home.iterdir():  # what a file leans on lies beside it
        if beside.is_file():
            shutil.copyfile(beside, tmp_path / beside.name)
    path = tmp_path / Path(name).name
    if ending == "xsd":
        path.write_text('<schema xmlns="http://www.w3.org/2001/XMLSchema"><element/></schema>', encoding="utf-8")
    else:
        spoil(path)
    try:
        told = BY_ENDING[ending](path)
    except Exception as error:  # a library's own complaint is a finding as well
        told = [str(error)]
    assert told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("andel 2.1e-05 av", True),
        ("1E5", True),
        ("-3e+10", True),
        ("#1e5f4e", False),
        ("E20", False),
        ("a1e5", False),
        ("0123456789ab", False),
        ("12e", False),
        ("1.5", False),
        ("98e4d1", False),
    ],
)
def test_an_exponent_is_told_from_a_code(text, found):
    assert bool(EXPONENT.search(text)) == found
