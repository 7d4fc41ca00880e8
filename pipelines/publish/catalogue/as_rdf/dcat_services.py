"""Statements about the services that give the open layers: each a data service, and a distribution of each layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rdflib import Literal
from rdflib.namespace import DCAT, DCTERMS

from pipelines.publish.catalogue import english, iris
from pipelines.publish.catalogue.as_rdf.rdf import DCATAP, Triple, date, iri
from pipelines.publish.catalogue.as_rdf.terms import (
    EU,
    LONG_TERM,
    MEDIA_TYPES,
    SHORT_TERM,
    about,
    both,
    contact_iri,
    keywords,
    publisher_iri,
    themes,
)
from pipelines.publish.catalogue.wording import EPSG_3006, licence

if TYPE_CHECKING:
    from pipelines.publish.catalogue.catalogue_content import Dataset, Described
    from pipelines.publish.catalogue.services import Service


def service_iri(d: Described, s: Service) -> str:
    """Return a service's IRI."""
    return iris.part(d.root, "tjanst", s.key)


def given_by(x: Dataset, s: Service) -> str:
    """Return the IRI of a dataset's distribution by a service."""
    return f"{x.iri}/tjanst/{s.key}"


def statements(d: Described, s: Service) -> Iterator[Triple]:
    """Say what a service is, where it answers and describes itself, and what it gives."""
    title_en, _ = english.edition(d.region, d.facts)
    yield from about(
        service_iri(d, s),
        DCAT.DataService,
        *both(DCTERMS.title, f"{d.title} – {s.name}", f"{title_en} – {s.name}"),
        *both(
            DCTERMS.description,
            f"De öppna lagren som {s.name}: rutor, bristområden, kommuner och län.",
            f"The open layers as {s.name}: grid cells, areas lacking broadband, municipalities and county.",
        ),
        (DCAT.endpointURL, iri(s.address)),
        (DCAT.endpointDescription, iri(s.description)),
        (DCTERMS.conformsTo, iri(s.standard)),
        (DCTERMS.publisher, iri(publisher_iri(d))),
        (DCAT.contactPoint, iri(contact_iri(d))),
        (DCTERMS.license, iri(licence(d.region).iri)),
        (DCTERMS.accessRights, iri(f"{EU}access-right/PUBLIC")),
        *keywords(d),
        *themes(d),
        *((DCAT.servesDataset, iri(x.iri)) for x in d.datasets if x.is_layer),
    )
    yield from about(s.standard, DCTERMS.Standard, *both(DCTERMS.title, s.name, s.name))


def from_service(d: Described, x: Dataset, s: Service) -> Iterator[Triple]:
    """Say that a dataset also is had from a service: what a portal shows among its files."""
    yield from about(
        given_by(x, s),
        DCAT.Distribution,
        *both(DCTERMS.title, f"{x.title} – {s.name}", f"{x.title_en} – {s.name}" if x.title_en else ""),
        *both(
            DCTERMS.description, f"{x.product.title} som {s.name}.", f"{x.title_en} as {s.name}." if x.title_en else ""
        ),
        (DCAT.accessURL, iri(s.description)),
        (DCAT.accessService, iri(service_iri(d, s))),
        (DCTERMS["format"], Literal(s.media_type)),
        (DCAT.mediaType, iri(f"{MEDIA_TYPES}{s.media_type}")),
        (DCTERMS.license, iri(licence(d.region).iri)),
        (DCTERMS.language, iri(f"{EU}language/SWE")),
        (DCTERMS.conformsTo, iri(EPSG_3006)),
        (DCTERMS.issued, date(d.issued)),
        (DCTERMS.modified, date(d.modified)),
        (DCATAP.availability, iri(f"{EU}planned-availability/{SHORT_TERM if d.facts['demo'] else LONG_TERM}")),
    )
