"""The catalogue as DCAT-AP-SE 3.0.1: one graph, every thing in it with an IRI of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rdflib import Literal
from rdflib.namespace import DCAT, DCTERMS, FOAF, PROV, RDF, XSD

from pipelines.publish.catalogue import iris
from pipelines.publish.catalogue.described import DICTIONARY, SPECIFICATION, Dataset, Described, File
from pipelines.publish.catalogue.rdf import (
    ADMS,
    DCAT_VERSION,
    DCATAP,
    GEO,
    SPDX,
    VCARD,
    Triple,
    date,
    iri,
    swedish,
)
from pipelines.publish.catalogue.wording import CELL_M, CRS_NAMES, EPSG_3006, licence

if TYPE_CHECKING:
    from rdflib.term import Node

    from pipelines.publish.catalogue.origins import Origin

CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
"""Licence of the catalogue itself: DCAT-AP-SE allows no other for metadata."""
EU = "http://publications.europa.eu/resource/authority/"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
PUBLISHER_TYPES = "http://purl.org/adms/publishertype/"
HVD_LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
LANGUAGES = {"sv": "SWE", "en": "ENG"}
SHORT_TERM, LONG_TERM = "TEMPORARY", "AVAILABLE"
"""Planned availability: a demo is gone tomorrow."""


def statements(d: Described) -> Iterator[Triple]:
    """Return every statement of the catalogue."""
    yield from _catalogue(d)
    yield from _publisher(d)
    yield from _contact(d)
    yield from _place(d)
    yield from _period(d)
    yield from _standards(d)
    yield from _provenance(d)
    for origin in d.origins:
        yield from _origin(origin)
    for dataset in d.datasets:
        yield from _dataset(d, dataset)
        for file in dataset.files:
            yield from _distribution(d, dataset, file)


def _about(subject: str, kind: Node, *pairs: tuple[Node, Node]) -> Iterator[Triple]:
    yield iri(subject), RDF.type, kind
    for predicate, value in pairs:
        yield iri(subject), predicate, value


def _catalogue(d: Described) -> Iterator[Triple]:
    yield from _about(
        iris.catalogue(d.root), DCAT.Catalog,
        (DCTERMS.title, swedish(d.title)),
        (DCTERMS.description, swedish(d.description)),
        (DCTERMS.publisher, iri(_publisher_iri(d))),
        (DCTERMS.license, iri(CC0)),
        (DCTERMS.language, iri(f"{EU}language/SWE")),
        (DCTERMS.issued, date(d.issued)),
        (DCTERMS.modified, date(d.modified)),
        (DCTERMS.spatial, iri(_place_iri(d))),
        (FOAF.homepage, iri(f"{d.root}/")),
        (DCAT.themeTaxonomy, iri(f"{EU}data-theme")),
        *((DCAT.dataset, iri(x.iri)) for x in d.datasets),
    )  # fmt: skip


def _publisher_iri(d: Described) -> str:
    return iris.publisher(d.root, d.region.publicering.organisationsnummer)


def _publisher(d: Described) -> Iterator[Triple]:
    yield from _about(
        _publisher_iri(d), FOAF.Agent,
        (FOAF.name, swedish(d.region.publicering.utgivare)),
        (DCTERMS.type, iri(f"{PUBLISHER_TYPES}{d.region.publicering.utgivartyp}")),
    )  # fmt: skip


def _contact_iri(d: Described) -> str:
    return iris.part(d.root, "kontakt")


def _contact(d: Described) -> Iterator[Triple]:
    p = d.region.publicering
    pairs = [(VCARD.fn, swedish(p.utgivare)), (VCARD.hasEmail, iri(iris.mail(p.kontakt_epost)))]
    if p.telefon:
        number = iris.part(d.root, "kontakt", "telefon")
        pairs.append((VCARD.hasTelephone, iri(number)))
        yield from _about(number, VCARD.Voice, (VCARD.hasValue, iri(f"tel:{p.telefon}")))
    yield from _about(_contact_iri(d), VCARD.Organization, *pairs)


def _place_iri(d: Described) -> str:
    return iris.part(d.root, "plats", d.region.lan.kod)


def _place(d: Described) -> Iterator[Triple]:
    """Say where: the bounding box as a polygon, closed, longitude before latitude."""
    west, south, east, north = d.bounds
    corners = ((west, north), (east, north), (east, south), (west, south), (west, north))
    wkt = "POLYGON((" + ",".join(f"{x:.4f} {y:.4f}" for x, y in corners) + "))"
    yield from _about(_place_iri(d), DCTERMS.Location, (DCAT.bbox, Literal(wkt, datatype=GEO.wktLiteral)))
    for place in _named_places(d):
        yield iri(place), RDF.type, DCTERMS.Location


def _named_places(d: Described) -> list[str]:
    nuts = iris.NUTS_OF_LAN.get(d.region.lan.kod)
    return [x for x in (d.region.publicering.plats_iri, f"{iris.NUTS}{nuts}" if nuts else "") if x]


def _period_iri(d: Described) -> str:
    return iris.part(d.root, "tidsperiod")


def _period(d: Described) -> Iterator[Triple]:
    start, end = d.period
    yield from _about(
        _period_iri(d), DCTERMS.PeriodOfTime, (DCAT.startDate, date(start)), (DCAT.endDate, date(end))
    )


def _standards(d: Described) -> Iterator[Triple]:
    named = {f.crs for x in d.datasets for f in x.files if f.crs} | {EPSG_3006}
    for crs in named:
        yield from _about(crs, DCTERMS.Standard, (DCTERMS.title, swedish(CRS_NAMES[crs])))
    yield from _about(
        d.address(SPECIFICATION), DCTERMS.Standard, (DCTERMS.title, swedish("Dataproduktspecifikation"))
    )
    yield from _about(
        d.address(DICTIONARY), FOAF.Document, (DCTERMS.title, swedish("Datalexikon för tabellerna"))
    )


def _provenance_iri(d: Described) -> str:
    return iris.part(d.root, "tillkomst")


def _provenance(d: Described) -> Iterator[Triple]:
    yield from _about(
        _provenance_iri(d), DCTERMS.ProvenanceStatement, (DCTERMS.description, swedish(d.lineage))
    )


def _origin(o: Origin) -> Iterator[Triple]:
    """Say whose data it was. An agent must have a type, so one that is not known is named in the title only."""
    pairs: list[tuple[Node, Node]] = [(DCTERMS.title, swedish(o.title))]
    if o.page:
        pairs.append((FOAF.page, iri(o.page)))
        yield iri(o.page), RDF.type, FOAF.Document
    if o.date:
        pairs.append((DCTERMS.date, date(o.date)))
    if o.kind:
        pairs.append((DCTERMS.publisher, iri(o.publisher_iri)))
        yield from _about(
            o.publisher_iri, FOAF.Agent,
            (FOAF.name, swedish(o.publisher)), (DCTERMS.type, iri(f"{PUBLISHER_TYPES}{o.kind}")),
        )  # fmt: skip
    yield from _about(o.iri, PROV.Entity, *pairs)


def _dataset(d: Described, x: Dataset) -> Iterator[Triple]:
    p = d.region.publicering
    keywords = dict.fromkeys([*p.nyckelord, d.region.lan.kortnamn, *(["DEMO"] if d.facts["demo"] else [])])
    yield from _about(
        x.iri, DCAT.Dataset,
        (DCTERMS.title, swedish(x.title)),
        (DCTERMS.description, swedish(f"{x.description} {x.product.nytta}")),
        (DCTERMS.publisher, iri(_publisher_iri(d))),
        (DCAT.contactPoint, iri(_contact_iri(d))),
        (DCTERMS.identifier, Literal(f"urn:uuid:{x.uuid}")),
        (DCTERMS.accessRights, iri(f"{EU}access-right/PUBLIC")),
        (DCTERMS.language, iri(f"{EU}language/SWE")),
        (DCTERMS.issued, date(d.issued)),
        (DCTERMS.modified, date(d.modified)),
        (DCTERMS.accrualPeriodicity, iri(f"{EU}frequency/{p.uppdateringsfrekvens}")),
        (DCTERMS.temporal, iri(_period_iri(d))),
        (DCTERMS.provenance, iri(_provenance_iri(d))),
        (DCTERMS.conformsTo, iri(d.address(SPECIFICATION))),
        (DCAT_VERSION, Literal(f"{d.modified}, körning {d.facts['korning_id']}")),
        (ADMS.versionNotes, swedish(f"PTS {d.facts['pts_datum']}, SCB {d.facts['scb_ar']}.")),
        (DCAT.landingPage, iri(f"{d.address(SPECIFICATION)}#{x.product.id}")),
        *((DCAT.keyword, swedish(word)) for word in keywords),
        *((DCAT.theme, iri(f"{EU}data-theme/{theme}")) for theme in p.teman),
        *((DCTERMS.spatial, iri(place)) for place in (_place_iri(d), *_named_places(d))),
        *((PROV.wasDerivedFrom, iri(o.iri)) for o in d.origins),
        *((DCAT.distribution, iri(f.iri)) for f in x.files),
    )  # fmt: skip
    if any(f.crs for f in x.files):
        yield iri(x.iri), DCTERMS.conformsTo, iri(EPSG_3006)
        yield iri(x.iri), FOAF.page, iri(d.address(DICTIONARY))
    if any(t.name == "rutnat_250m" for t in x.product.tables):
        yield iri(x.iri), DCAT.spatialResolutionInMeters, Literal(f"{CELL_M:.1f}", datatype=XSD.decimal)
    if p.hvd_kategori:
        yield iri(x.iri), DCATAP.hvdCategory, iri(p.hvd_kategori)
        yield iri(x.iri), DCATAP.applicableLegislation, iri(HVD_LAW)


def _distribution(d: Described, x: Dataset, f: File) -> Iterator[Triple]:
    """Say what a file is. Several files of a kind are one distribution with several addresses, as DIGG says."""
    media_type = f.media_type.partition(";")[0]
    status = "DEVELOP" if d.facts["demo"] else "COMPLETED"
    yield from _about(
        f.iri, DCAT.Distribution,
        (DCTERMS.title, swedish(f"{x.title} – {f.title}")),
        (DCTERMS.description, swedish(f"{x.product.title} som {f.title}.")),
        (DCAT.accessURL, iri(d.access(x, f))),
        *((DCAT.downloadURL, iri(d.address(path))) for path in f.paths),
        (DCTERMS["format"], Literal(media_type)),
        (DCAT.mediaType, iri(f"{MEDIA_TYPES}{media_type}")),
        (DCAT.byteSize, Literal(str(f.size), datatype=XSD.nonNegativeInteger)),
        (DCTERMS.license, iri(licence(d.region).iri)),
        (DCTERMS.language, iri(f"{EU}language/{LANGUAGES[f.language]}")),
        (DCTERMS.issued, date(d.issued)),
        (DCTERMS.modified, date(d.modified)),
        (ADMS.status, iri(f"{EU}distribution-status/{status}")),
        (DCATAP.availability, iri(f"{EU}planned-availability/{SHORT_TERM if d.facts['demo'] else LONG_TERM}")),
    )  # fmt: skip
    if f.crs:
        yield iri(f.iri), DCTERMS.conformsTo, iri(f.crs)
    if d.region.publicering.hvd_kategori:
        yield iri(f.iri), DCATAP.applicableLegislation, iri(HVD_LAW)
    if f.sha256:
        checksum = f"{f.iri}/sha256"
        yield iri(f.iri), SPDX.checksum, iri(checksum)
        yield from _about(
            checksum, SPDX.Checksum,
            (SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
            (SPDX.checksumValue, Literal(f.sha256, datatype=XSD.hexBinary)),
        )  # fmt: skip
