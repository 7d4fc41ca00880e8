"""RDF as text: the same bytes for the same statements, whatever order a machine keeps its sets in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, PROV, RDF, XSD

from pipelines.publish.catalogue.elements import clean

if TYPE_CHECKING:
    from rdflib.term import Node

ADMS = Namespace("http://www.w3.org/ns/adms#")
DCAT3 = Namespace(str(DCAT))
"""Names of DCAT 3; rdflib's own namespace is closed, and of DCAT 2."""
DCATAP = Namespace("http://data.europa.eu/r5r/")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
PREFIXES = {
    "adms": ADMS,
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "geo": GEO,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}
Triple = tuple["Node", "Node", "Node"]


def graph(triples: Iterable[Triple]) -> Graph:
    """Return a graph that keeps the statements by subject and predicate, the type first.

    rdflib's simple store gives statements back in the order they came, so sorted in is sorted out; its usual
    one keeps them in a set.
    """
    out = Graph(store="SimpleMemory", bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        out.bind(prefix, namespace)
    for triple in sorted(set(triples), key=_order):
        out.add(triple)
    return out


def _order(triple: Triple) -> tuple[str, bool, str, str]:
    subject, predicate, value = triple
    return str(subject), predicate != RDF.type, str(predicate), value.n3()  # type: ignore[attr-defined]


def xml(statements: Graph) -> str:
    """Return the graph as one RDF/XML document: what Sveriges dataportal harvests."""
    return statements.serialize(format="xml", encoding="utf-8").decode("utf-8")


def turtle(statements: Graph) -> str:
    """Return the graph as Turtle."""
    return statements.serialize(format="turtle", encoding="utf-8").decode("utf-8")


def iri(text: str) -> URIRef:
    """Return an IRI as a term."""
    return URIRef(text)


def swedish(text: str) -> Literal:
    """Return a text in Swedish."""
    return Literal(clean(text), lang="sv")


def english(text: str) -> Literal:
    """Return a text in English."""
    return Literal(clean(text), lang="en")


def date(iso: str) -> Literal:
    """Return a date as a typed literal, as it stands."""
    return Literal(iso, datatype=XSD.date, normalize=False)
