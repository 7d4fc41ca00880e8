"""The catalogue: read back by rdflib and the standard library, held against shapes written for this project."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Collection
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dummy_edition
import pytest
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, PROV, RDF, XSD
from rdflib.term import Node

from pipelines.config.catalogued import TidigareUtgava, Tjanster
from pipelines.config.region import Publicering, load_region
from pipelines.core.errors import ContractError, DataError
from pipelines.publish import products
from pipelines.publish.catalogue import english, write_catalogue
from pipelines.publish.catalogue.catalogue_content import ABOUT

HERE = Path(__file__).parent
SPDX, VCARD = Namespace("http://spdx.org/rdf/terms#"), Namespace("http://www.w3.org/2006/vcard/ns#")
DCAT3 = Namespace(str(DCAT))
DCATAP, SH = Namespace("http://data.europa.eu/r5r/"), Namespace("http://www.w3.org/ns/shacl#")
BASE = "https://data.example.org/bredband/vastra-gotaland"
FILES = ("catalog.rdf", "catalog.ttl", "metadata_iso19139.xml")
HVD, LAW = "http://data.europa.eu/bna/c_a9135398", URIRef("http://data.europa.eu/eli/reg_impl/2023/138/oj")
MANDATORY = [
    (DCAT.Catalog, DCTERMS.title),
    (DCAT.Catalog, DCTERMS.description),
    (DCAT.Catalog, DCTERMS.publisher),
    (DCAT.Catalog, DCTERMS.license),
    (DCAT.Catalog, DCAT.dataset),
    (DCAT.Dataset, DCTERMS.title),
    (DCAT.Dataset, DCTERMS.description),
    (DCAT.Dataset, DCTERMS.publisher),
    (DCAT.Distribution, DCAT.accessURL),
    (DCAT.Distribution, DCTERMS["format"]),
    (FOAF.Agent, FOAF.name),
    (FOAF.Agent, DCTERMS.type),
    (VCARD.Organization, RDF.type),
    (VCARD.Organization, VCARD.fn),
    (VCARD.Organization, VCARD.hasEmail),
    (SPDX.Checksum, SPDX.algorithm),
    (SPDX.Checksum, SPDX.checksumValue),
    (DCTERMS.ProvenanceStatement, DCTERMS.description),
]
"""What DCAT-AP-SE 3.0.1 requires, of the classes used here."""
PROMISED = [
    *(
        (DCAT.Dataset, p)
        for p in (
            DCAT.contactPoint,
            DCAT.keyword,
            DCAT.theme,
            DCTERMS.spatial,
            DCTERMS.temporal,
            DCTERMS.accessRights,
            DCTERMS.conformsTo,
            DCTERMS.identifier,
            DCTERMS.provenance,
            PROV.wasDerivedFrom,
            DCAT.distribution,
            DCAT.landingPage,
            DCTERMS.issued,
        )
    ),
    *(
        (DCAT.Distribution, p)
        for p in (
            DCAT.downloadURL,
            DCAT.mediaType,
            DCAT.byteSize,
            DCTERMS.license,
            DCTERMS.title,
            DCTERMS.issued,
            DCATAP.availability,
        )
    ),
    (DCTERMS.PeriodOfTime, DCAT.startDate),
    (DCTERMS.Location, DCAT.bbox),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    region, paths = dummy_edition.write(tmp_path_factory.mktemp("katalog"))
    write_catalogue.run(region, paths)
    return paths


@pytest.fixture(scope="module")
def graph(built) -> Graph:
    return Graph().parse(built.built("maps/catalog.rdf"), format="xml")


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(HERE / "dcat_ap_se.ttl")


def violations(data: Graph, shapes: Graph, of: Collection[Node] = ()) -> list[tuple]:
    """What SHACL finds, of some nodes alone where they are given: focus node, path and which rule."""
    import pyshacl

    given = {"inplace": True, "focus_nodes": [*of]} if of else {}
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, **given)
    return [
        (report.value(r, SH.focusNode), report.value(r, SH.resultPath), report.value(r, SH.sourceConstraintComponent))
        for r in report.objects(None, SH.result)
    ]


def without(data: Graph, kind: URIRef, path: URIRef) -> tuple[Graph, URIRef]:
    """The graph less one property of the first subject of a class that has it."""
    of_kind = [s for s in data.subjects(RDF.type, kind) if (s, path, None) in data]
    subject = min(of_kind)
    copy = Graph()
    for triple in data:
        if triple[:2] != (subject, path):
            copy.add(triple)
    assert len(copy) < len(data)
    return copy, subject


def test_the_catalogue_satisfies_the_profile(graph, shapes):
    assert violations(graph, shapes) == []
    assert violations(graph, shapes, {*graph.subjects()}) == [], "what is asked of some nodes is no more"


@pytest.mark.parametrize(("kind", "path"), [*MANDATORY, *PROMISED], ids=lambda x: x.split("/")[-1].split("#")[-1])
def test_without_a_property_it_does_not(graph, shapes, kind, path):
    less, subject = without(graph, kind, path)
    # A contact without a type, or a box without its place, is missed where somebody points to it.
    pointing = {subject, *graph.subjects(None, subject)}
    assert {focus for focus, _, _ in violations(less, shapes, pointing)} & pointing


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")),
        (DCTERMS.license, URIRef("http://creativecommons.org/licenses/by/4.0")),
        (DCTERMS.title, Literal("utan språk")),
        (DCAT.accessURL, URIRef("data/kommuner.csv")),
        (DCAT.byteSize, Literal("-1", datatype=XSD.nonNegativeInteger, normalize=False)),
        (DCAT.byteSize, Literal("12")),
        (DCTERMS["format"], Literal("CSV")),
    ],
)
def test_a_wrong_value_is_found(graph, shapes, path, wrong):
    less, subject = without(graph, DCAT.Distribution, path)
    less.add((subject, path, wrong))
    assert any(focus == subject and where == path for focus, where, _ in violations(less, shapes, {subject}))


def test_a_blank_node_is_found(graph, shapes):
    more = Graph()
    for triple in graph:
        more.add(triple)
    dataset = next(graph.subjects(RDF.type, DCAT.Dataset))
    more.add((BNode("x"), RDF.type, DCAT.Distribution))
    more.add((dataset, DCAT.distribution, BNode("x")))
    assert any(rule == SH.NodeKindConstraintComponent for _, _, rule in violations(more, shapes))


def test_rdf_xml_is_one_well_formed_document_without_blank_or_relative_nodes(built, graph):
    root = ET.parse(built.built("maps/catalog.rdf")).getroot()
    assert root.tag == f"{{{RDF}}}RDF"
    assert len(root) == len(set(graph.subjects()))
    nodes = set(itertools.chain.from_iterable(graph))
    assert not [n for n in nodes if isinstance(n, BNode)]
    iris = [n for n in nodes if isinstance(n, URIRef)]
    assert not [n for n in iris if urlsplit(n).scheme not in ("http", "https", "mailto")]
    assert not [n for n in iris if not n.isascii() or any(c in n for c in ' <>"{}|\\^`')]


def test_turtle_says_the_same(built, graph):
    assert isomorphic(graph, Graph().parse(built.built("maps/catalog.ttl")))


def test_one_dataset_a_product_and_every_file_is_somewhere(built, graph):
    expected = {p.id for p in products.open_products()} - set(ABOUT)
    found = set(graph.subjects(RDF.type, DCAT.Dataset))
    assert found == {URIRef(f"{BASE}/datamangd/{x}") for x in expected}
    assert set(graph.objects(URIRef(f"{BASE}/katalog"), DCAT.dataset)) == found
    urls = {unquote(str(x).removeprefix(f"{BASE}/")) for x in graph.objects(None, DCAT.downloadURL)}
    said = {n.removeprefix("maps/") for n in dummy_edition.names()}
    assert urls == said - {"data/datapackage.json"}
    pages = set(graph.objects(None, FOAF.page))
    assert URIRef(f"{BASE}/data/datapackage.json") in pages


def test_sizes_and_checksums_are_those_of_the_files(built, graph):
    for d in graph.subjects(RDF.type, DCAT.Distribution):
        names = [str(x).removeprefix(f"{BASE}/") for x in graph.objects(d, DCAT.downloadURL)]
        bodies = [(built.built("maps") / n).read_bytes() for n in names]
        assert int(graph.value(d, DCAT.byteSize)) == sum(map(len, bodies))
        checksum = graph.value(d, SPDX.checksum)
        assert (checksum is None) == (len(names) > 1)
        if checksum is not None:
            assert str(graph.value(checksum, SPDX.checksumValue)) == hashlib.sha256(bodies[0]).hexdigest()
            assert str(graph.value(d, DCAT.accessURL)) == f"{BASE}/{names[0]}"
        else:
            assert "/specifikation.html#leverans-" in str(graph.value(d, DCAT.accessURL))


def test_media_types_by_ending(graph):
    expected = {
        "gpkg": "application/geopackage+sqlite3",
        "parquet": "application/vnd.apache.parquet",
        "csv": "text/csv",
        "geojson": "application/geo+json",
        "html": "text/html",
        "pdf": "application/pdf",
        "png": "image/png",
    }
    for d in graph.subjects(RDF.type, DCAT.Distribution):
        ending = str(next(graph.objects(d, DCAT.downloadURL))).rpartition(".")[2]
        if ending in expected:
            assert str(graph.value(d, DCTERMS["format"])) == expected[ending]
            assert str(graph.value(d, DCAT.mediaType)).endswith(f"/media-types/{expected[ending]}")


def test_a_packed_file_says_what_it_holds_and_how_it_is_packed(graph):
    packed = {}
    for d in graph.subjects(RDF.type, DCAT.Distribution):
        (how,) = [*graph.objects(d, DCAT.compressFormat)] or [None]
        for address in graph.objects(d, DCAT.downloadURL):
            packed[str(address).rpartition("/")[2]] = (how, str(graph.value(d, DCTERMS["format"])))
    zipped = URIRef("https://www.iana.org/assignments/media-types/application/zip")
    assert packed["rutnat_250m.csv.zip"] == (zipped, "text/csv")
    assert packed["bredband_oppen.gpkg.zip"] == (zipped, "application/geopackage+sqlite3")
    assert packed["rutnat_250m.pmtiles"] == (None, "application/vnd.pmtiles")
    assert {n for n, (how, _) in packed.items() if how} == {n for n in packed if n.endswith(".zip")}


def test_extent_publisher_and_origin_are_those_of_the_run(graph):
    dataset = URIRef(f"{BASE}/datamangd/rutnat-250m")
    places = set(graph.objects(dataset, DCTERMS.spatial))
    assert {URIRef("http://sws.geonames.org/3337386/"), URIRef("http://data.europa.eu/nuts/code/SE232")} < places
    (box,) = [str(graph.value(p, DCAT.bbox)) for p in places if graph.value(p, DCAT.bbox)]
    corners = [tuple(map(float, xy.split())) for xy in box.removeprefix("POLYGON((").removesuffix("))").split(",")]
    (west, north), (east, south) = corners[0], corners[2]
    assert corners == [(west, north), (east, north), (east, south), (west, south), (west, north)]
    # The grid's own four corners, point by point: within the box, and less than 0.02 degrees from its sides
    # (what the meridian's convergence makes of 15 km).
    import pyproj

    to = pyproj.Transformer.from_crs(3006, 4326, always_xy=True)
    points = [to.transform(e, n) for e in (320_000, 335_000) for n in (6_400_000, 6_420_000)]
    assert west <= min(p[0] for p in points) < west + 0.02
    assert south <= min(p[1] for p in points) < south + 0.02
    assert east - 0.02 < max(p[0] for p in points) <= east
    assert north - 0.02 < max(p[1] for p in points) <= north
    assert graph.value(dataset, DCTERMS.publisher) == URIRef("http://dataportal.se/organisation/SE2321000131")
    origins = [graph.value(o, DCTERMS.publisher) for o in graph.objects(dataset, PROV.wasDerivedFrom)]
    assert {str(n) for o in origins for n in graph.objects(o, FOAF.name) if n.language == "sv"} == {
        "Post- och telestyrelsen",
        "Statistiska centralbyrån",
        "Lantmäteriet",
    }


def test_demo_is_marked_and_real_is_not(graph, tmp_path):
    for kind in (DCAT.Catalog, DCAT.Dataset, DCAT.Distribution):
        for s in graph.subjects(RDF.type, kind):
            assert str(graph.value(s, DCTERMS.title)).startswith("DEMO – ")
    for s in graph.subjects(RDF.type, DCAT.Dataset):
        assert str(graph.value(s, DCTERMS.description)).startswith("DEMO")
        assert Literal("DEMO", lang="sv") in set(graph.objects(s, DCAT.keyword))
    region, paths = dummy_edition.write(tmp_path, demo=False)
    write_catalogue.run(region, paths)
    assert all("DEMO" not in paths.built(f"maps/{n}").read_text(encoding="utf-8") for n in FILES)


def test_high_value_only_with_its_law(graph, shapes, tmp_path):
    assert not list(graph.triples((None, DCATAP.hvdCategory, None)))
    region, paths = dummy_edition.write(tmp_path, publishing={"hvd_kategori": HVD, "telefon": "+4610000000"})
    write_catalogue.run(region, paths)
    valued = Graph().parse(paths.built("maps/catalog.rdf"))
    for s in valued.subjects(RDF.type, DCAT.Dataset):
        assert valued.value(s, DCATAP.hvdCategory) == URIRef(HVD)
        assert valued.value(s, DCATAP.applicableLegislation) == LAW
    assert violations(valued, shapes) == []
    broken, subject = without(valued, DCAT.Dataset, DCATAP.applicableLegislation)
    assert any(focus == subject for focus, _, _ in violations(broken, shapes))


@pytest.mark.parametrize(
    ("publisher", "licence"), [("Lantmäteriet", "CC0"), ("OpenStreetMaps bidragsgivare", "ODbL 1.0")]
)
def test_the_ground_has_the_licence_and_the_sources_of_its_roads(tmp_path, shapes, publisher, licence):
    region, paths = dummy_edition.write(tmp_path)
    dummy_edition.tiny_tables.used_file(paths, "vagar", "vagar", publisher, licence)
    write_catalogue.run(region, paths)
    told = Graph().parse(paths.built("maps/catalog.rdf"))
    assert violations(told, shapes) == []
    ground = URIRef(f"{BASE}/datamangd/underlagskarta")
    by_licence = {}
    for s, _, given in told.triples((None, DCTERMS.license, None)):
        by_licence.setdefault(str(given), set()).add(str(s))
    (file,) = map(str, told.objects(ground, DCAT.distribution))
    shared = "http://opendatacommons.org/licenses/odbl/1.0/"
    assert by_licence.get(shared, set()) == ({file} if licence == "ODbL 1.0" else set())
    assert (file in by_licence["http://creativecommons.org/licenses/by/4.0/"]) == (licence == "CC0")
    titles = {str(told.value(o, DCTERMS.title)) for o in told.objects(ground, PROV.wasDerivedFrom)}
    assert len(titles) == 1 and not titles & {"Befolkning på rutnät, tätorter och småorter", "Uppgifter från PTS"}
    text = str(told.value(told.value(ground, DCTERMS.provenance), DCTERMS.description))
    assert "PTS" not in text
    record = paths.built("maps/metadata/underlagskarta.xml").read_text(encoding="utf-8")
    assert (shared in record) == (licence == "ODbL 1.0") and publisher in record
    assert shared not in paths.built("maps/metadata/rutnat-250m.xml").read_text(encoding="utf-8")


def test_same_bytes_whatever_the_folder_and_the_order_of_sets(built, tmp_path):
    dummy_edition.write(tmp_path)
    where = ["--config", dummy_edition.tiny_tables.CONFIG, "--raw", tmp_path / "raw", "--out", tmp_path / "out"]
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "pipelines", "catalogue", *where, "--maps", tmp_path / "maps"],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for name in FILES:
            there = tmp_path / "out/.steg/produkter/maps" / name
            assert there.read_bytes() == built.built(f"maps/{name}").read_bytes()


def test_identifiers_outlive_the_edition(graph, tmp_path):
    region, paths = dummy_edition.write(tmp_path, demo=False)
    facts = paths.run_facts.read_text(encoding="utf-8")
    later = facts.replace("0123456789ab", "ffffffffffff").replace("2025-11-15", "2027-01-01")
    paths.run_facts.write_text(later, encoding="utf-8")
    paths.built("maps/data/kommuner.csv").write_bytes(b"another edition")
    write_catalogue.run(region, paths)
    other = Graph().parse(paths.built("maps/catalog.rdf"))
    assert set(other.subjects()) == set(graph.subjects())
    for s in graph.subjects(RDF.type, DCAT.Dataset):
        assert other.value(s, DCTERMS.identifier) == graph.value(s, DCTERMS.identifier)


def test_a_file_no_open_product_owns_is_not_published(tmp_path):
    region, paths = dummy_edition.write(tmp_path)
    paths.built("maps/data/adresser.csv").write_text("a", encoding="utf-8")
    with pytest.raises(ContractError, match=r"maps/data/adresser\.csv"):
        write_catalogue.run(region, paths)
    assert not paths.built("maps/catalog.rdf").exists()


def test_a_product_that_is_not_built_is_named(tmp_path):
    region, paths = dummy_edition.write(tmp_path)
    paths.built("maps/data/lan.csv").unlink()
    with pytest.raises(DataError, match=r"maps/data/lan\.csv"):
        write_catalogue.run(region, paths)


def test_hostile_names_stay_names(tmp_path, shapes):
    evil = '</rdf:RDF><script>alert("x")</script>&amp;\u2028\x00'
    region, paths = dummy_edition.write(
        tmp_path, publishing={"utgivare": evil, "nyckelord": (evil, "bredband"), "kontakt_epost": "å b@x.example"}
    )
    write_catalogue.run(region, paths)
    told = Graph().parse(paths.built("maps/catalog.rdf"))
    assert isomorphic(told, Graph().parse(paths.built("maps/catalog.ttl")))
    name = evil.replace("\x00", "\ufffd")
    publisher = URIRef("http://dataportal.se/organisation/SE2321000131")
    assert str(told.value(publisher, FOAF.name)) == name
    assert violations(told, shapes) == []
    record = ET.parse(paths.built("maps/metadata_iso19139.xml"))
    assert name in {e.text for e in record.iter()}


def test_the_small_countys_catalogue_tells_of_every_file_put_in_place(small_edition, shapes):
    maps = small_edition / "maps"
    told = Graph().parse(maps / "catalog.rdf")
    assert violations(told, shapes) == []
    assert isomorphic(told, Graph().parse(maps / "catalog.ttl"))
    base = next(told.subjects(RDF.type, DCAT.Catalog)).removesuffix("/katalog")
    there = {p.relative_to(maps).as_posix(): p for p in maps.rglob("*") if p.is_file() and p.name[0] != "."}
    listed = set()
    for d in told.subjects(RDF.type, DCAT.Distribution):
        names = [unquote(url.removeprefix(f"{base}/")) for url in told.objects(d, DCAT.downloadURL)]
        assert int(told.value(d, DCAT.byteSize)) == sum(there[n].stat().st_size for n in names)
        listed |= set(names)
    about = [f.path.removeprefix("maps/") for p in products.open_products() if p.id in ABOUT for f in p.files]
    assert {n for n in there if not any(fnmatch(n, x) for x in about)} == listed
    documented = {str(p).removeprefix(f"{base}/") for p in told.objects(None, FOAF.page) if str(p).startswith(base)}
    assert documented <= set(there)
    assert {n for n in there if n.startswith("metadata/")} <= documented
    assert products.unlisted(f"maps/{n}" for n in there) == []


# --- in two languages, as a series, with services -----------------------------------------------------------

SERVICES = {
    "wms": "https://karta.example.org/bredband",
    "wfs": "https://karta.example.org/bredband",
    "ogc_api": "https://karta.example.org/wfs3",
}
EARLIER = (
    {"datum": "2024-11-20", "adress": "https://data.example.org/2024/"},
    {"datum": "2023-11-20", "adress": "https://data.example.org/2023/"},
)
LAYERS = ("rutnat-250m", "bristomraden", "kommuner", "lan")


@pytest.fixture(scope="module")
def more(tmp_path_factory) -> Graph:
    """The catalogue of a publisher who has services, earlier editions, a website and a name in English."""
    given = {
        "tjanster": Tjanster(**SERVICES),
        "tidigare_utgavor": tuple(TidigareUtgava(**e) for e in EARLIER),
        "webbplats": "https://region.example.org/",
        "utgivare_en": "Region of Somewhere",
    }
    region, paths = dummy_edition.write(tmp_path_factory.mktemp("mer"), publishing=given)
    write_catalogue.run(region, paths)
    return Graph().parse(paths.built("maps/catalog.rdf"))


def test_with_services_and_earlier_editions_the_catalogue_satisfies_the_profile(more, shapes):
    assert violations(more, shapes) == []


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        *(
            (DCAT3.DataService, p)
            for p in (
                DCTERMS.title,
                DCAT.endpointURL,
                DCAT.endpointDescription,
                DCAT.servesDataset,
                DCAT.contactPoint,
                DCTERMS.publisher,
                DCAT.theme,
                DCAT.keyword,
                DCTERMS.conformsTo,
                DCTERMS.license,
                DCTERMS.accessRights,
            )
        ),
        *(
            (DCAT3.DatasetSeries, p)
            for p in (
                DCTERMS.title,
                DCTERMS.description,
                DCTERMS.publisher,
                DCAT.contactPoint,
                DCTERMS.accrualPeriodicity,
            )
        ),
        (DCTERMS.Location, DCAT.centroid),
        (DCAT.Catalog, DCAT.themeTaxonomy),
        (DCTERMS.Standard, DCTERMS.title),
        (DCAT.Dataset, FOAF.page),
    ],
    ids=lambda x: x.split("/")[-1].split("#")[-1],
)
def test_without_a_property_of_a_service_or_series_it_does_not(more, shapes, kind, path):
    less, subject = without(more, kind, path)
    pointing = {subject, *more.subjects(None, subject)}
    assert {focus for focus, _, _ in violations(less, shapes, pointing)} & pointing


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    "kind", [DCAT.Catalog, DCAT.Dataset, DCAT.Distribution, DCAT3.DataService, DCAT3.DatasetSeries]
)
def test_titles_and_descriptions_are_in_both_languages(more, shapes, kind, language):
    for s in more.subjects(RDF.type, kind):
        for path in (DCTERMS.title, DCTERMS.description):
            assert sorted(x.language for x in more.objects(s, path)) == ["en", "sv"], s
    subject = min(more.subjects(RDF.type, kind))
    less = Graph()
    for triple in more:
        if not (triple[0] == subject and triple[1] == DCTERMS.title and triple[2].language == language):
            less.add(triple)
    assert any(focus == subject for focus, _, _ in violations(less, shapes, {subject}))


def test_every_open_dataset_has_words_in_english():
    assert set(english.DATASETS) == {p.id for p in products.open_products()} - set(ABOUT)


def test_the_publisher_is_whole_and_so_are_those_whose_data_it_is(more):
    publisher = URIRef("http://dataportal.se/organisation/SE2321000131")
    assert {str(n): n.language for n in more.objects(publisher, FOAF.name)} == {
        "Västra Götalandsregionen": "sv",
        "Region of Somewhere": "en",
    }
    assert more.value(publisher, FOAF.mbox) == URIRef("mailto:bredband@example.org")
    assert more.value(publisher, FOAF.homepage) == URIRef("https://region.example.org/")
    for agent in more.subjects(RDF.type, FOAF.Agent):
        assert more.value(agent, DCTERMS.type) is not None
        assert more.value(agent, FOAF.homepage) is not None
        assert {n.language for n in more.objects(agent, FOAF.name)} == {"sv", "en"}


def test_editions_are_a_series_and_each_knows_the_one_before(more):
    for ident in LAYERS:
        now = URIRef(f"{BASE}/datamangd/{ident}")
        series = more.value(now, DCAT3.inSeries)
        assert series == URIRef(f"{BASE}/serie/{ident}")
        before = more.value(now, DCAT3.prev)
        oldest = more.value(before, DCAT3.prev)
        assert more.value(oldest, DCAT3.prev) is None
        assert [str(more.value(x, DCTERMS.issued)) for x in (before, oldest)] == ["2024-11-20", "2023-11-20"]
        assert more.value(before, DCAT.landingPage) == URIRef("https://data.example.org/2024/")
        assert set(more.subjects(DCAT3.inSeries, series)) == {now, before, oldest}
        assert set(more.objects(URIRef(f"{BASE}/katalog"), DCAT.dataset)) >= {now, before, oldest}
    assert more.value(URIRef(f"{BASE}/datamangd/kommunsidor"), DCAT3.inSeries) is None


def test_this_edition_is_no_edition_before_itself(tmp_path):
    same = TidigareUtgava(datum="2025-11-15", adress="https://data.example.org/2025/")
    region, paths = dummy_edition.write(tmp_path, publishing={"tidigare_utgavor": (same,)})
    write_catalogue.run(region, paths)
    told = Graph().parse(paths.built("maps/catalog.rdf"))
    assert not list(told.subject_objects(DCAT3.prev))


def test_services_are_told_where_they_answer_and_what_they_give(more, graph):
    assert not list(graph.subjects(RDF.type, DCAT3.DataService)), "none that the configuration does not name"
    found = {str(more.value(s, DCAT.endpointDescription)): s for s in more.subjects(RDF.type, DCAT3.DataService)}
    assert set(found) == {
        "https://karta.example.org/bredband?service=WMS&request=GetCapabilities",
        "https://karta.example.org/bredband?service=WFS&request=GetCapabilities",
        "https://karta.example.org/wfs3/api",
    }
    datasets = {URIRef(f"{BASE}/datamangd/{x}") for x in LAYERS}
    for s in found.values():
        assert set(more.objects(s, DCAT.servesDataset)) == datasets
        assert s in set(more.objects(URIRef(f"{BASE}/katalog"), DCAT.service))
        given = {d for x in more.subjects(DCAT.accessService, s) for d in more.subjects(DCAT.distribution, x)}
        assert given == datasets


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ({"tjanster": {"wms": "karta.example.org"}}, "webbadress"),
        ({"tjanster": {"wfs": "https://karta.example.org/x?map=1"}}, "frågedel"),
        ({"tidigare_utgavor": [{"datum": "2024-13-01", "adress": "https://a.example"}]}, "åååå-mm-dd"),
        ({"tidigare_utgavor": [{"datum": "2024-11-20", "adress": "https://a.example/ b"}]}, "webbadress"),
        ({"tidigare_utgavor": [EARLIER[0], {**EARLIER[0], "adress": "https://b.example.org/x"}]}, "samma datum"),
        ({"webbplats": "javascript:alert(1)"}, "webbadress"),
    ],
)
def test_an_address_or_date_that_is_none_is_told(part, value):
    region = load_region(dummy_edition.tiny_tables.CONFIG)
    with pytest.raises(ValueError, match=value):
        Publicering.model_validate(region.publicering.model_dump() | part)


def test_a_licence_freer_than_the_sources_is_stopped(tmp_path):
    region, paths = dummy_edition.write(tmp_path, publishing={"licens": "CC0 1.0"})
    with pytest.raises(DataError, match="friare än källornas") as error:
        write_catalogue.run(region, paths)
    assert "Lantmäteriet" in str(error.value)
    assert not paths.built("maps/catalog.rdf").exists()
