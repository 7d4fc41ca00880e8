"""What recurs in the catalogue's statements: a thing with its properties, texts in both languages, whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rdflib.namespace import DCAT, RDF

from pipelines.publish.catalogue import iris
from pipelines.publish.catalogue.as_rdf.rdf import Triple, english, iri, swedish

if TYPE_CHECKING:
    from rdflib.term import Node

    from pipelines.publish.catalogue.catalogue_content import Described

EU = "http://publications.europa.eu/resource/authority/"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
PUBLISHER_TYPES = "http://purl.org/adms/publishertype/"
HVD_LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
LANGUAGES = {"sv": "SWE", "en": "ENG"}
SHORT_TERM, LONG_TERM = "TEMPORARY", "AVAILABLE"
"""Planned availability: a demo is gone tomorrow."""


def about(subject: str, kind: Node, *pairs: tuple[Node, Node]) -> Iterator[Triple]:
    """Give the statements about a thing: its type and its properties."""
    yield iri(subject), RDF.type, kind
    for predicate, value in pairs:
        yield iri(subject), predicate, value


def both(predicate: Node, in_swedish: str, in_english: str) -> Iterator[tuple[Node, Node]]:
    """Give a text in Swedish, and in English where there is one."""
    yield predicate, swedish(in_swedish)
    if in_english:
        yield predicate, english(in_english)


def publisher_iri(d: Described) -> str:
    """Return the publisher's IRI."""
    return iris.publisher(d.root, d.region.publicering.organisationsnummer)


def contact_iri(d: Described) -> str:
    """Return the contact's IRI."""
    return iris.part(d.root, "kontakt")


def place_iri(d: Described) -> str:
    """Return the IRI of the place that everything is about."""
    return iris.part(d.root, "plats", d.region.lan.kod)


def keywords(d: Described) -> Iterator[tuple[Node, Node]]:
    """Give the keywords in both languages, the place and the mark of a demo among them."""
    also = [d.region.lan.kortnamn, *(["DEMO"] if d.facts["demo"] else [])]
    given = d.region.publicering
    yield from ((DCAT.keyword, swedish(word)) for word in dict.fromkeys([*given.nyckelord, *also]))
    yield from ((DCAT.keyword, english(word)) for word in dict.fromkeys([*given.nyckelord_en, *also]))


def themes(d: Described) -> Iterator[tuple[Node, Node]]:
    """Give the EU's themes."""
    yield from ((DCAT.theme, iri(f"{EU}data-theme/{theme}")) for theme in d.region.publicering.teman)
