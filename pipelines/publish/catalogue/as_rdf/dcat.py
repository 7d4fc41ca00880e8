"""The catalogue as DCAT-AP-SE 3.0.1: one graph, every thing in it with an IRI of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rdflib import Literal
from rdflib.namespace import DCAT, DCTERMS, FOAF, PROV, RDF, XSD

from pipelines.publish.catalogue import english, iris
from pipelines.publish.catalogue.as_rdf import dcat_editions, dcat_services
from pipelines.publish.catalogue.as_rdf.rdf import ADMS, DCAT3, DCATAP, GEO, SPDX, VCARD, Triple, date, iri, swedish
from pipelines.publish.catalogue.as_rdf.terms import (
    EU,
    HVD_LAW,
    LANGUAGES,
    LONG_TERM,
    MEDIA_TYPES,
    PUBLISHER_TYPES,
    SHORT_TERM,
    about,
    both,
    contact_iri,
    keywords,
    place_iri,
    publisher_iri,
    themes,
)
from pipelines.publish.catalogue.catalogue_content import DICTIONARY, SPECIFICATION, Dataset, Described, File
from pipelines.publish.catalogue.services import services
from pipelines.publish.catalogue.wording import CELL_M, CRS_NAMES, EPSG_3006
from pipelines.publish.products import MEDIA

if TYPE_CHECKING:
    from pipelines.publish.catalogue.origins import Origin

CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
"""Licence of the catalogue itself: DCAT-AP-SE allows no other for metadata."""
ZIP = MEDIA["zip"][1]


def statements(d: Described) -> Iterator[Triple]:
    """Return every statement of the catalogue."""
    yield from _catalogue(d)
    yield from _publisher(d)
    yield from _contact(d)
    yield from _place(d)
    yield from _period(d)
    yield from _standards(d)
    yield from _provenance(d)
    for origin in d.making.origins:
        yield from _origin(origin)
    given = services(d.region)
    for dataset in d.datasets:
        yield from _dataset(d, dataset)
        for file in dataset.files:
            yield from _distribution(d, dataset, file)
        for service in given if dataset.is_layer else ():
            yield from dcat_services.from_service(d, dataset, service)
        if dataset.is_layer:
            yield from dcat_editions.series(d, dataset)
    for service in given:
        yield from dcat_services.statements(d, service)


def _catalogue(d: Described) -> Iterator[Triple]:
    title_en, text_en = english.edition(d.region, d.facts)
    yield from about(
        iris.catalogue(d.root),
        DCAT.Catalog,
        *both(DCTERMS.title, d.title, title_en),
        *both(DCTERMS.description, d.description, text_en),
        (DCTERMS.publisher, iri(publisher_iri(d))),
        (DCTERMS.license, iri(CC0)),
        *((DCTERMS.language, iri(f"{EU}language/{x}")) for x in LANGUAGES.values()),
        (DCTERMS.issued, date(d.issued)),
        (DCTERMS.modified, date(d.modified)),
        (DCTERMS.spatial, iri(place_iri(d))),
        (FOAF.homepage, iri(f"{d.root}/")),
        (DCAT.themeTaxonomy, iri(f"{EU}data-theme")),
        *((DCAT.dataset, iri(x.iri)) for x in d.datasets),
        *((DCAT.dataset, iri(x)) for x in dcat_editions.before(d)),
        *((DCAT.service, iri(dcat_services.service_iri(d, x))) for x in services(d.region)),
    )


def _publisher(d: Described) -> Iterator[Triple]:
    p = d.region.publicering
    pairs = [*both(FOAF.name, p.utgivare, p.utgivare_en), (FOAF.mbox, iri(iris.mail(p.kontakt_epost)))]
    if p.webbplats:
        pairs.append((FOAF.homepage, iri(p.webbplats)))
        yield iri(p.webbplats), RDF.type, FOAF.Document
    yield from about(publisher_iri(d), FOAF.Agent, *pairs, (DCTERMS.type, iri(f"{PUBLISHER_TYPES}{p.utgivartyp}")))


def _contact(d: Described) -> Iterator[Triple]:
    p = d.region.publicering
    pairs = [*both(VCARD.fn, p.utgivare, p.utgivare_en), (VCARD.hasEmail, iri(iris.mail(p.kontakt_epost)))]
    if p.webbplats:
        pairs.append((VCARD.hasURL, iri(p.webbplats)))
    if p.telefon:
        number = iris.part(d.root, "kontakt", "telefon")
        pairs.append((VCARD.hasTelephone, iri(number)))
        yield from about(number, VCARD.Voice, (VCARD.hasValue, iri(f"tel:{p.telefon}")))
    yield from about(contact_iri(d), VCARD.Organization, *pairs)


def _place(d: Described) -> Iterator[Triple]:
    """Say where: the bounding box as a polygon, closed, longitude before latitude."""
    west, south, east, north = d.bounds
    corners = ((west, north), (east, north), (east, south), (west, south), (west, north))
    wkt = "POLYGON((" + ",".join(f"{x:.4f} {y:.4f}" for x, y in corners) + "))"
    centre = f"POINT({(west + east) / 2:.4f} {(south + north) / 2:.4f})"
    yield from about(
        place_iri(d),
        DCTERMS.Location,
        (DCAT.bbox, Literal(wkt, datatype=GEO.wktLiteral)),
        (DCAT.centroid, Literal(centre, datatype=GEO.wktLiteral)),
    )
    for place in _named_places(d):
        yield iri(place), RDF.type, DCTERMS.Location


def _named_places(d: Described) -> list[str]:
    nuts = iris.NUTS_OF_LAN.get(d.region.lan.kod)
    return [x for x in (d.region.publicering.plats_iri, f"{iris.NUTS}{nuts}" if nuts else "") if x]


def _period_iri(d: Described) -> str:
    return iris.part(d.root, "tidsperiod")


def _period(d: Described) -> Iterator[Triple]:
    start, end = d.period
    yield from about(_period_iri(d), DCTERMS.PeriodOfTime, (DCAT.startDate, date(start)), (DCAT.endDate, date(end)))


def _standards(d: Described) -> Iterator[Triple]:
    named = {f.crs for x in d.datasets for f in x.files if f.crs} | {EPSG_3006}
    for crs in named:
        name = english.reference_system(crs)
        yield from about(crs, DCTERMS.Standard, *both(DCTERMS.title, CRS_NAMES[crs], name))
    told = both(DCTERMS.title, "Dataproduktspecifikation", english.SPECIFICATION)
    yield from about(d.address(SPECIFICATION), DCTERMS.Standard, *told)
    told = both(DCTERMS.title, "Datalexikon för tabellerna", english.DICTIONARY)
    yield from about(d.address(DICTIONARY), FOAF.Document, *told)
    for x in d.datasets:
        told = both(DCTERMS.title, "Metadatapost enligt ISO 19139", english.RECORD)
        yield from about(d.address(iris.record(x.product.id)), FOAF.Document, *told)


def _provenance(d: Described) -> Iterator[Triple]:
    for making in d.makings:
        told = both(DCTERMS.description, making.lineage, making.lineage_en)
        yield from about(iris.part(d.root, making.key), DCTERMS.ProvenanceStatement, *told)


def _origin(o: Origin) -> Iterator[Triple]:
    """Say whose data it was. An agent must have a type, so one that is not known is named in the title only."""
    pairs = list(both(DCTERMS.title, o.title, o.title_en))
    if o.page:
        pairs.append((FOAF.page, iri(o.page)))
        yield iri(o.page), RDF.type, FOAF.Document
    if o.date:
        pairs.append((DCTERMS.date, date(o.date)))
    if o.kind:
        pairs.append((DCTERMS.publisher, iri(o.publisher_iri)))
        yield from about(
            o.publisher_iri,
            FOAF.Agent,
            *both(FOAF.name, o.publisher, o.publisher_en),
            (DCTERMS.type, iri(f"{PUBLISHER_TYPES}{o.kind}")),
            (FOAF.homepage, iri(o.homepage)),
        )
        yield iri(o.homepage), RDF.type, FOAF.Document
    yield from about(o.iri, PROV.Entity, *pairs)


def _dataset(d: Described, x: Dataset) -> Iterator[Triple]:
    p = d.region.publicering
    yield from about(
        x.iri,
        DCAT.Dataset,
        *both(DCTERMS.title, x.title, x.title_en),
        *both(DCTERMS.description, f"{x.description} {x.product.nytta}", x.description_en),
        (DCTERMS.publisher, iri(publisher_iri(d))),
        (DCAT.contactPoint, iri(contact_iri(d))),
        (DCTERMS.identifier, Literal(f"urn:uuid:{x.uuid}")),
        (DCTERMS.accessRights, iri(f"{EU}access-right/PUBLIC")),
        (DCTERMS.language, iri(f"{EU}language/SWE")),
        (DCTERMS.issued, date(d.issued)),
        (DCTERMS.modified, date(d.modified)),
        (DCTERMS.accrualPeriodicity, iri(f"{EU}frequency/{p.uppdateringsfrekvens}")),
        (DCTERMS.temporal, iri(_period_iri(d))),
        (DCTERMS.provenance, iri(iris.part(d.root, x.making.key))),
        (DCTERMS.conformsTo, iri(d.address(SPECIFICATION))),
        (DCAT3.version, Literal(f"{d.modified}, körning {d.facts['korning_id']}")),
        (ADMS.versionNotes, swedish(f"PTS {d.facts['pts_datum']}, SCB {d.facts['scb_ar']}.")),
        (DCAT.landingPage, iri(f"{d.address(SPECIFICATION)}#{x.product.id}")),
        *keywords(d),
        *themes(d),
        (FOAF.page, iri(d.address(iris.record(x.product.id)))),
        *((DCTERMS.spatial, iri(place)) for place in (place_iri(d), *_named_places(d))),
        *((PROV.wasDerivedFrom, iri(o.iri)) for o in x.making.origins),
        *((DCAT.distribution, iri(f.iri)) for f in x.files),
        *((DCAT.distribution, iri(dcat_services.given_by(x, s))) for s in services(d.region) if x.is_layer),
    )
    if x.is_geographic:
        yield iri(x.iri), DCTERMS.conformsTo, iri(EPSG_3006)
        yield iri(x.iri), FOAF.page, iri(d.address(DICTIONARY))
    if x.is_in_cells:
        yield iri(x.iri), DCAT.spatialResolutionInMeters, Literal(f"{CELL_M:.1f}", datatype=XSD.decimal)
    if p.hvd_kategori:
        yield iri(x.iri), DCATAP.hvdCategory, iri(p.hvd_kategori)
        yield iri(x.iri), DCATAP.applicableLegislation, iri(HVD_LAW)


def _distribution(d: Described, x: Dataset, f: File) -> Iterator[Triple]:
    """Say what a file is. Several files of a kind are one distribution with several addresses, as DIGG says."""
    media_type = f.media_type.partition(";")[0]
    status = "DEVELOP" if d.facts["demo"] else "COMPLETED"
    yield from about(
        f.iri,
        DCAT.Distribution,
        *both(DCTERMS.title, f"{x.title} – {f.title}", f"{x.title_en} – {f.title_en}" if x.title_en else ""),
        *both(
            DCTERMS.description,
            f"{x.product.title} som {f.title}.",
            f"{x.title_en} as {f.title_en}." if x.title_en else "",
        ),
        (DCAT.accessURL, iri(d.access(x, f))),
        *((DCAT.downloadURL, iri(d.address(path))) for path in f.paths),
        (DCTERMS["format"], Literal(media_type)),
        (DCAT.mediaType, iri(f"{MEDIA_TYPES}{media_type}")),
        (DCAT.byteSize, Literal(str(f.size), datatype=XSD.nonNegativeInteger)),
        (DCTERMS.license, iri(x.making.licence.iri)),
        (DCTERMS.language, iri(f"{EU}language/{LANGUAGES[f.language]}")),
        (DCTERMS.issued, date(d.issued)),
        (DCTERMS.modified, date(d.modified)),
        (ADMS.status, iri(f"{EU}distribution-status/{status}")),
        (DCATAP.availability, iri(f"{EU}planned-availability/{SHORT_TERM if d.facts['demo'] else LONG_TERM}")),
    )
    if f.packed:
        yield iri(f.iri), DCAT.compressFormat, iri(f"{MEDIA_TYPES}{ZIP}")
    if f.crs:
        yield iri(f.iri), DCTERMS.conformsTo, iri(f.crs)
    if d.region.publicering.hvd_kategori:
        yield iri(f.iri), DCATAP.applicableLegislation, iri(HVD_LAW)
    if f.sha256:
        checksum = f"{f.iri}/sha256"
        yield iri(f.iri), SPDX.checksum, iri(checksum)
        yield from about(
            checksum,
            SPDX.Checksum,
            (SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
            (SPDX.checksumValue, Literal(f.sha256, datatype=XSD.hexBinary)),
        )
