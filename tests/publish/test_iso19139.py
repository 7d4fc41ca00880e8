"""The ISO 19139 records, against ISO's own schemas (of 2007-04-17, from pycsw) and the national profile's rules."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sqlite3
import uuid
import xml.etree.ElementTree as ET
from contextlib import closing
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import dummy_edition
import pytest
import tiny_tables

from pipelines.config.catalogued import Tjanster
from pipelines.core import quoted
from pipelines.orders.archive.checks import schemas
from pipelines.publish import products
from pipelines.publish.catalogue import catalogue_content, write_catalogue
from pipelines.publish.catalogue.as_iso import iso19139, resource
from pipelines.publish.geopackage import gpkg_extras, write_geopackage
from tests.publish.file_validators import iso_schema

BASE = "https://data.example.org/bredband/vastra-gotaland"
NS = {
    "gmd": "http://www.isotc211.org/2005/gmd",
    "gco": "http://www.isotc211.org/2005/gco",
    "gmx": "http://www.isotc211.org/2005/gmx",
    "gml": "http://www.opengis.net/gml/3.2",
    "xlink": "http://www.w3.org/1999/xlink",
}
IDENT, CITED = "gmd:identificationInfo/*", "gmd:identificationInfo/*/gmd:citation/*"
PARTY = "gmd:CI_ResponsibleParty"
MAIL = f"{PARTY}/gmd:contactInfo/*/gmd:address/*/gmd:electronicMailAddress/gco:CharacterString"
DISTRIBUTOR = "gmd:distributionInfo/*/gmd:distributor/gmd:MD_Distributor"
RULES = {
    "101 titel": f"{CITED}/gmd:title/gco:CharacterString",
    "102 sammanfattning": f"{IDENT}/gmd:abstract/gco:CharacterString",
    "103 resurstyp": "gmd:hierarchyLevel/gmd:MD_ScopeCode",
    "104 identifierare": f"{CITED}/gmd:identifier/gmd:MD_Identifier/gmd:code/*",
    "105 ämnesområde": f"{IDENT}/gmd:topicCategory/gmd:MD_TopicCategoryCode",
    "107 referensdatum": f"{CITED}/gmd:date/gmd:CI_Date/gmd:date/gco:Date",
    "108 tillkomst": "gmd:dataQualityInfo/*/gmd:lineage/*/gmd:statement/gco:CharacterString",
    "110 åtkomst": f"{IDENT}/gmd:resourceConstraints/gmd:MD_LegalConstraints/gmd:accessConstraints/*",
    "112 resurskontakt": f"{IDENT}/gmd:pointOfContact/{PARTY}/gmd:organisationName/gco:CharacterString",
    "112 resurskontaktens epost": f"{IDENT}/gmd:pointOfContact/{MAIL}",
    "113 metadatakontakt": f"gmd:contact/{PARTY}/gmd:organisationName/gco:CharacterString",
    "113 metadatakontaktens epost": f"gmd:contact/{MAIL}",
    "114 språk": "gmd:language/gmd:LanguageCode",
    "116 metadatadatum": "gmd:dateStamp/gco:Date",
    "123 identifierare för metadata": "gmd:fileIdentifier/gco:CharacterString",
    "124 standard": "gmd:metadataStandardName/gco:CharacterString",
    "125 utsträckning": f"{IDENT}/gmd:extent/*/gmd:geographicElement/gmd:EX_GeographicBoundingBox",
    "126 formatets version": f"{DISTRIBUTOR}/gmd:distributorFormat/gmd:MD_Format/gmd:version/gco:CharacterString",
    "resursens språk": f"{IDENT}/gmd:language/gmd:LanguageCode",
    "rumslig representation": f"{IDENT}/gmd:spatialRepresentationType/*",
    "rumslig upplösning": f"{IDENT}/gmd:spatialResolution/gmd:MD_Resolution/gmd:distance/gco:Distance",
    "referenssystem": "gmd:referenceSystemInfo/*/gmd:referenceSystemIdentifier/*/gmd:code/*",
    "tidsperiod": f"{IDENT}/gmd:extent/*/gmd:temporalElement/*/gmd:extent/gml:TimePeriod/gml:beginPosition",
}
"""What the national profile 4.0 requires of a dataset, by Geodataportalen's own rule numbers where it has one."""
PROTOCOLS = {"HTTP:Nedladdning", "HTTP:Information", "HTTP:Information:Produktspecifikation"}


@pytest.fixture(scope="module")
def schema():
    return iso_schema()


@pytest.fixture(scope="module")
def records(tmp_path_factory) -> dict[str, str]:
    region, paths = dummy_edition.write(tmp_path_factory.mktemp("iso"))
    write_catalogue.run(region, paths)
    folder = tmp_path_factory.mktemp("gpkg")
    region, inner = tiny_tables.write(folder)
    write_geopackage.run(region, inner)
    with closing(sqlite3.connect(inner.built("out/bredband.gpkg"))) as db:
        kept = db.execute("SELECT metadata FROM gpkg_metadata WHERE mime_type = 'text/xml'").fetchall()
    run, sources = quoted.read_facts(inner), quoted.read_sources(inner)
    plan = resource.of_geopackage("plan", region, run, sources, None)
    return {
        "serie": paths.built("maps/metadata_iso19139.xml").read_text(encoding="utf-8"),
        "intern": kept[0][0],
        "oppen": iso19139.record(
            resource.of_geopackage("maps/data/bredband_oppen.gpkg", region, run, sources, (11.1, 57.2, 14.8, 59.3))
        ),
        "plan": iso19139.record(plan),
    }


@dataclass
class Record:
    identifier: str
    text: str


@pytest.fixture(scope="module")
def datasets(tmp_path_factory) -> list[Record]:
    """Every dataset's own record."""
    region, paths = dummy_edition.write(tmp_path_factory.mktemp("iso-var-for-sig"))
    write_catalogue.run(region, paths)
    written = sorted(paths.built("maps/metadata").iterdir())
    assert {p.suffix for p in written} == {".xml"}
    return [Record(p.stem, p.read_text(encoding="utf-8")) for p in written]


def root(text: str) -> ET.Element:
    return ET.fromstring(text.encode("utf-8"))


def found(text: str, path: str) -> list[str]:
    return [e.text or "" for e in root(text).findall(path, NS)]


@pytest.mark.parametrize("name", ["serie", "intern", "oppen", "plan"])
def test_valid_by_isos_schemas(records, schema, name):
    assert [f"{e.path}: {e.reason}" for e in schema.iter_errors(records[name])] == []


def test_the_schema_finds_what_is_wrong(records, schema):
    broken = records["serie"].replace("gmd:abstract>", "gmd:purpose>", 2)
    assert not schema.is_valid(broken)
    (told, *_) = schemas.record_faults(broken)
    line = broken.split("<gmd:purpose>")[0].count("\n") + 1
    assert f"rad {line}: följer inte sitt schema" in told


def test_the_schemas_that_are_shipped_are_the_published_ones_but_for_where_they_lie():
    """So a package's own copies, and what ``make verifiera`` goes by, are ISO's and OGC's words."""
    given = Path(importlib.util.find_spec("pycsw").submodule_search_locations[0])
    where = {
        "gml/3.2.1": "core/schemas/ogc/gml/3.2.1",
        "w3c": "core/schemas/w3c",
        "iso/19139/20070417": "plugins/profiles/apiso/schemas/ogc/iso/19139/20070417",
    }

    def but_for_places(path: Path) -> str:
        return re.sub(r'schemaLocation="[^"]*"', "", path.read_text(encoding="utf-8")).replace("\r\n", "\n")

    met = 0
    for ours, theirs in where.items():
        for path in (schemas.FOLDER / ours).rglob("*.xsd"):
            published = given / theirs / path.relative_to(schemas.FOLDER / ours)
            assert but_for_places(path) == but_for_places(published), path
            met += 1
    assert met == 63
    assert {p.suffix for p in schemas.FOLDER.rglob("*") if p.is_file()} == {".xsd", ".xml", ".txt"}


def test_each_dataset_has_a_record_of_its_own_in_the_series(datasets, records, schema):
    told = {d.identifier: d for d in datasets}
    expected = {p.id for p in products.open_products()} - set(catalogue_content.ABOUT)
    assert set(told) == expected
    (series,) = found(records["serie"], RULES["123 identifierare för metadata"])
    idents = set()
    for ident, one in told.items():
        assert [f"{e.path}: {e.reason}" for e in schema.iter_errors(one.text)] == []
        assert schemas.record_faults(one.text) == []
        assert found(one.text, "gmd:parentIdentifier/gco:CharacterString") == [series]
        assert found(one.text, f"{CITED}/gmd:identifier/gmd:MD_Identifier/gmd:code/gmx:Anchor") == [
            f"{BASE}/datamangd/{ident}"
        ]
        idents |= set(found(one.text, RULES["123 identifierare för metadata"]))
        for rule, path in RULES.items():
            if rule not in ("rumslig upplösning", "referenssystem"):
                assert root(one.text).findall(path, NS), (ident, rule)
    assert len(idents | {series}) == len(expected) + 1


GEOGRAPHIC = {
    "rutnat-250m": ("vector", {"us", "gg"}, True),
    "bristomraden": ("vector", {"us"}, True),
    "kommuner": ("vector", {"us", "su"}, False),
    "lan": ("vector", {"us", "su"}, False),
    "klassraster": ("grid", {"us", "gg"}, True),
    "underlagskarta": ("vector", {"tn", "hy"}, False),
}
"""Representation, INSPIRE themes and whether the resolution is a cell's, of what is on a map."""


def test_a_record_says_what_kind_of_data_it_is_and_its_inspire_themes(datasets):
    for one in datasets:
        (level,) = root(one.text).findall("gmd:hierarchyLevel/*", NS)
        (shown,) = root(one.text).findall(f"{IDENT}/gmd:spatialRepresentationType/*", NS)
        themes = {
            e.get(f"{{{NS['xlink']}}}href").rpartition("/")[2]
            for e in root(one.text).findall(f"{IDENT}/gmd:descriptiveKeywords/*/gmd:keyword/gmx:Anchor", NS)
            if "inspire.ec.europa.eu/theme/" in e.get(f"{{{NS['xlink']}}}href")
        }
        metres = found(one.text, RULES["rumslig upplösning"])
        if one.identifier in GEOGRAPHIC:
            assert level.get("codeListValue") == "dataset"
            assert (shown.get("codeListValue"), themes, metres == ["250"]) == GEOGRAPHIC[one.identifier]
        else:
            assert level.get("codeListValue") == "nonGeographicDataset"
            assert (shown.get("codeListValue"), themes, metres) == ("textTable", {"us"}, [])


def test_every_file_of_a_dataset_is_a_link_in_its_record(datasets):
    names = {n.removeprefix("maps/") for n in dummy_edition.names()} - {"data/datapackage.json"}
    linked = set()
    for one in datasets:
        urls = found(one.text, "gmd:distributionInfo/*/gmd:transferOptions/*/gmd:onLine/*/gmd:linkage/gmd:URL")
        mine = {n for n in names if any(fnmatch(f"maps/{n}", f.path) for f in products.BY_ID[one.identifier].files)}
        assert {f"{BASE}/{n}" for n in mine} == set(urls) - {f"{BASE}/", f"{BASE}/specifikation.html"}
        linked |= mine
    assert linked == names


def test_a_service_is_a_link_in_the_records_of_what_it_gives(tmp_path):
    given = Tjanster(wms="https://karta.example.org/b", ogc_api="https://karta.example.org/wfs3/")
    region, paths = dummy_edition.write(tmp_path, publishing={"tjanster": given})
    write_catalogue.run(region, paths)
    for ident, there in (("kommuner", True), ("kommunsidor", False)):
        text = paths.built(f"maps/metadata/{ident}.xml").read_text(encoding="utf-8")
        assert ("https://karta.example.org/b?service=WMS" in text) == there
        assert ("HTTP:OGC:API-Features" in text) == there


def test_a_dataset_that_is_gone_leaves_no_record(tmp_path):
    region, paths = dummy_edition.write(tmp_path)
    old = paths.built("maps/metadata/borta.xml")
    old.parent.mkdir(parents=True)
    old.write_text("x", encoding="utf-8")
    write_catalogue.run(region, paths)
    assert not old.exists()


@pytest.mark.parametrize("rule", RULES)
def test_the_national_profile_has_what_it_requires(records, rule):
    for name in ("serie", "intern", "oppen"):
        elements = root(records[name]).findall(RULES[rule], NS)
        assert elements, name
        assert all(len(e) or (e.text or "").strip() for e in elements), name


def test_the_profiles_lengths_roles_and_codes(records):
    for text in records.values():
        assert max(map(len, found(text, RULES["101 titel"]))) < 300
        assert max(map(len, found(text, RULES["102 sammanfattning"]))) < 8000
        assert max(map(len, found(text, RULES["108 tillkomst"]))) < 2500
        other = f"{IDENT}/gmd:resourceConstraints/*/gmd:otherConstraints/*"
        assert max(map(len, found(text, other))) < 1000
        roles = {e.get("codeListValue") for e in root(text).findall(f"{IDENT}/gmd:pointOfContact/*/gmd:role/*", NS)}
        assert roles == {"owner", "pointOfContact"}
        (role,) = root(text).findall("gmd:contact/*/gmd:role/*", NS)
        assert role.get("codeListValue") == "pointOfContact"
        (level,) = root(text).findall("gmd:hierarchyLevel/*", NS)
        assert level.get("codeListValue") in ("dataset", "series")
        assert found(text, RULES["124 standard"]) == ["SS-EN-ISO-19115:2005-NMDP 4.0"]
        assert found(text, RULES["105 ämnesområde"]) == ["utilitiesCommunication"]
        assert set(found(text, ".//gmd:protocol/gco:CharacterString")) <= PROTOCOLS


def test_the_box_is_in_order(records):
    for name in ("serie", "intern", "oppen"):
        (box,) = root(records[name]).findall(RULES["125 utsträckning"], NS)
        west, east, south, north = (float(e[0].text) for e in box)
        assert 10 < west < east < 25
        assert 55 < south < north < 70


def test_each_file_is_a_link_in_both_places_harvesters_look(records):
    urls = {}
    for where in ("gmd:distributionInfo/*/gmd:transferOptions", f"{DISTRIBUTOR}/gmd:distributorTransferOptions"):
        urls[where] = found(records["serie"], f"{where}/*/gmd:onLine/*/gmd:linkage/gmd:URL")
    told, again = urls.values()
    assert told == again
    single = {f"{BASE}/{n.removeprefix('maps/')}" for n in dummy_edition.names() if "/14" not in n}
    assert single - set(told) == {f"{BASE}/data/datapackage.json"}
    assert len(told) == len(set(told))
    assert f"{BASE}/specifikation.html" in told
    assert f"{BASE}/specifikation.html#leverans-kommunsidor" in told


def test_licence_and_access_of_open_and_internal(records):
    path = f"{IDENT}/gmd:resourceConstraints/gmd:MD_LegalConstraints/gmd:otherConstraints/gmx:Anchor"
    href = f"{{{NS['xlink']}}}href"
    for name in ("serie", "oppen"):
        links = {e.get(href) for e in root(records[name]).findall(path, NS)}
        assert "http://creativecommons.org/licenses/by/4.0/" in links
        assert "http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations" in links
        assert "Öppna data" in found(records[name], f"{IDENT}//gmd:keyword/gco:CharacterString")
    for name in ("intern", "plan"):
        links = [e.get(href) for e in root(records[name]).findall(path, NS)]
        assert [x.rpartition("/")[2] for x in links] == ["INSPIRE_Directive_Article13_1f"]
        assert any("får inte spridas" in x for x in found(records[name], ".//gmd:useLimitation/gco:CharacterString"))
        assert "creativecommons" not in records[name]
        assert not found(records[name], ".//gmd:URL")
        assert "Öppna data" not in found(records[name], f"{IDENT}//gmd:keyword/gco:CharacterString")


def test_lineage_names_the_sources_and_no_agreement(records):
    for text in records.values():
        (statement,) = found(text, RULES["108 tillkomst"])
        assert "PTS" in statement
        assert "SCB (CC0)" in statement
        assert "© Lantmäteriet (CC BY 4.0)" in statement
        sources = found(text, "gmd:dataQualityInfo/*/gmd:lineage/*/gmd:source/*/gmd:description/gco:CharacterString")
        assert len(sources) == 3
        assert "Lantmäteriet: Belägenhetsadresser och gränser 2025-10-01" in sources
        assert "Oanvänd" not in text


def test_identifiers_are_uuid5_of_the_iris(records):
    (ident,) = found(records["serie"], RULES["123 identifierare för metadata"])
    name = uuid.NAMESPACE_URL.bytes + f"{BASE}/katalog".encode()
    digest = bytearray(hashlib.sha1(name).digest()[:16])  # RFC 4122, 4.3, by hand
    digest[6], digest[8] = digest[6] & 0x0F | 0x50, digest[8] & 0x3F | 0x80
    assert uuid.UUID(ident).bytes == bytes(digest)
    idents = [found(t, RULES["123 identifierare för metadata"])[0] for t in records.values()]
    assert len(set(idents)) == len(idents)


def test_the_internal_geopackage_carries_both_json_and_record(tmp_path):
    region, paths = tiny_tables.write(tmp_path, demo=False)
    write_geopackage.run(region, paths)
    with closing(sqlite3.connect(paths.built("out/bredband.gpkg"))) as db:
        rows = db.execute("SELECT id, md_scope, md_standard_uri, mime_type FROM gpkg_metadata ORDER BY id").fetchall()
        references = db.execute(
            "SELECT reference_scope, table_name, md_file_id, md_parent_id FROM gpkg_metadata_reference ORDER BY 3"
        ).fetchall()
        text = db.execute("SELECT metadata FROM gpkg_metadata WHERE id = 2").fetchone()[0]
    assert rows == [
        (1, "dataset", f"{BASE}/korning", "application/json"),
        (2, "dataset", "http://www.isotc211.org/2005/gmd", "text/xml"),
    ]
    assert references == [("geopackage", None, 1, None), ("geopackage", None, 2, None)]
    assert found(text, RULES["101 titel"]) == ["Bredband, intern utgåva: Västra Götaland"]
    assert "DEMO" not in text


def test_a_file_without_a_map_has_no_box(tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.gpkg")) as db:
        db.execute("CREATE TABLE gpkg_contents (srs_id, min_x, min_y, max_x, max_y)")
        assert gpkg_extras._bounds(db) is None
        db.execute(
            "INSERT INTO gpkg_contents VALUES (0, NULL, NULL, NULL, NULL), (3006, 320000, 6400000, 335000, 6420000)"
        )
        west, south, east, north = gpkg_extras._bounds(db)
    assert (round(west, 1), round(south, 1), round(east, 1), round(north, 1)) == (12.0, 57.7, 12.2, 57.9)


@pytest.mark.parametrize("name", ["out/bredband.gpkg", "maps/data/bredband_oppen.gpkg"])
def test_the_small_countys_geopackages_carry_a_valid_record(small_edition, schema, name):
    with closing(sqlite3.connect(small_edition / name)) as db:
        ((text,),) = db.execute(
            "SELECT metadata FROM gpkg_metadata AS m JOIN gpkg_metadata_reference AS r ON r.md_file_id = m.id"
            " WHERE mime_type = 'text/xml' AND md_standard_uri = ? AND reference_scope = 'geopackage'",
            (iso19139.STANDARD,),
        ).fetchall()
        agreements = db.execute("SELECT metadata FROM gpkg_metadata WHERE mime_type = 'application/json'").fetchone()
    assert [f"{e.path}: {e.reason}" for e in schema.iter_errors(text)] == []
    assert all(root(text).findall(path, NS) for path in RULES.values())
    assert ("creativecommons.org" in text) == name.startswith("maps/")
    assert ("noLimitations" in text) == name.startswith("maps/")
    assert agreements
