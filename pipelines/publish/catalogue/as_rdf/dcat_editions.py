"""A dataset's editions as a series: this one, which keeps its IRI, and those that still lie elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rdflib import Literal
from rdflib.namespace import DCAT, DCTERMS

from pipelines.publish.catalogue import iris
from pipelines.publish.catalogue.as_rdf.rdf import DCAT3, Triple, date, iri
from pipelines.publish.catalogue.as_rdf.terms import (
    EU,
    about,
    both,
    contact_iri,
    keywords,
    place_iri,
    publisher_iri,
    themes,
)

if TYPE_CHECKING:
    from pipelines.config.catalogued import TidigareUtgava
    from pipelines.publish.catalogue.catalogue_content import Dataset, Described


def earlier(d: Described) -> list[TidigareUtgava]:
    """Return the earlier editions that the configuration names, oldest first; never this one itself."""
    found = (e for e in d.region.publicering.tidigare_utgavor if e.datum < d.modified)
    return sorted(found, key=lambda e: e.datum)


def edition_iri(x: Dataset, day: str) -> str:
    """Return the IRI of a dataset's edition of a day."""
    return f"{x.iri}/utgava/{day}"


def before(d: Described) -> list[str]:
    """Return the IRIs of the datasets of all earlier editions."""
    return [edition_iri(x, e.datum) for x in d.datasets if x.is_layer for e in earlier(d)]


def series(d: Described, x: Dataset) -> Iterator[Triple]:
    """Say that a dataset's editions are a series: this one, which keeps its IRI, and those that still lie elsewhere."""
    p, whole = d.region.publicering, iri(iris.series(d.root, x.product.id))
    before_this = earlier(d)
    yield from about(
        str(whole),
        DCAT3.DatasetSeries,
        *both(DCTERMS.title, f"{x.title}, alla utgåvor", f"{x.title_en}, all editions" if x.title_en else ""),
        *both(DCTERMS.description, f"{x.description} En datamängd för varje utgåva.", x.description_en),
        (DCTERMS.publisher, iri(publisher_iri(d))),
        (DCAT.contactPoint, iri(contact_iri(d))),
        (DCTERMS.accrualPeriodicity, iri(f"{EU}frequency/{p.uppdateringsfrekvens}")),
        (DCTERMS.issued, date(min([d.issued, *(e.datum for e in before_this)]))),
        (DCTERMS.modified, date(d.modified)),
        (DCTERMS.spatial, iri(place_iri(d))),
    )
    members = [*(edition_iri(x, e.datum) for e in before_this), x.iri]
    for member in members:
        yield iri(member), DCAT3.inSeries, whole
    for before, after in itertools.pairwise(members):
        yield iri(after), DCAT3.prev, iri(before)
    for e in before_this:
        yield from about(
            edition_iri(x, e.datum),
            DCAT.Dataset,
            *both(
                DCTERMS.title,
                f"{x.title}, utgåva {e.datum}",
                f"{x.title_en}, edition of {e.datum}" if x.title_en else "",
            ),
            *both(DCTERMS.description, f"{x.description} En tidigare utgåva, som den var.", x.description_en),
            (DCTERMS.publisher, iri(publisher_iri(d))),
            (DCAT.contactPoint, iri(contact_iri(d))),
            (DCTERMS.identifier, Literal(f"urn:uuid:{iris.uuid(edition_iri(x, e.datum))}")),
            (DCTERMS.accessRights, iri(f"{EU}access-right/PUBLIC")),
            (DCTERMS.issued, date(e.datum)),
            (DCTERMS.modified, date(e.datum)),
            (DCAT3.version, Literal(e.datum)),
            (DCAT.landingPage, iri(e.adress)),
            (DCTERMS.spatial, iri(place_iri(d))),
            *keywords(d),
            *themes(d),
        )
