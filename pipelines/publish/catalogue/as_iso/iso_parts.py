"""Parts of an ISO 19139 record that recur: parties, citations, keywords, constraints, extent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.publish.catalogue.as_iso.resource import INTERNAL
from pipelines.publish.catalogue.elements import anchor, code, node, text

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from pipelines.config.region import Region
    from pipelines.publish.catalogue.as_iso.resource import Resource

INSPIRE = "http://inspire.ec.europa.eu/metadata-codelist/"
LIMITS = f"{INSPIRE}LimitationsOnPublicAccess/"
ACCESS = {
    True: (f"{LIMITS}noLimitations", "Inga begränsningar för allmänhetens tillgång"),
    False: (f"{LIMITS}INSPIRE_Directive_Article13_1f", "Personuppgifter: ingen tillgång för allmänheten"),
}
"""Limits on public access, by whether the resource is open."""
SCOPE = f"{INSPIRE}SpatialScope"
GEMET, THEME = "http://www.eionet.europa.eu/gemet/inspire_themes", "http://inspire.ec.europa.eu/theme/"
THEMES = {
    "us": "Allmännyttiga och offentliga tjänster",
    "gg": "Geografiska rutnätssystem",
    "su": "Statistiska enheter",
    "tn": "Transportnät",
    "hy": "Hydrografi",
}
"""INSPIRE's themes in Swedish, those that are used here."""
NATIONAL = "https://resources.geodata.se/codelist/metadata/"
"""Code lists of the national metadata profile."""


def party(region: Region, role: str) -> ET.Element:
    """Return the publisher, in a role."""
    p = region.publicering
    phone = node("gmd:phone", node("gmd:CI_Telephone", node("gmd:voice", text(p.telefon)))) if p.telefon else None
    mail = node("gmd:CI_Address", node("gmd:electronicMailAddress", text(p.kontakt_epost)))
    return node(
        "gmd:CI_ResponsibleParty",
        node("gmd:organisationName", text(p.utgivare)),
        node("gmd:contactInfo", node("gmd:CI_Contact", phone, node("gmd:address", mail))),
        node("gmd:role", code("CI_RoleCode", role)),
    )


def date(iso: str, kind: str) -> ET.Element:
    """Return a date of a citation."""
    kinds = node("gmd:dateType", code("CI_DateTypeCode", kind))
    return node("gmd:date", node("gmd:CI_Date", node("gmd:date", node("gco:Date", iso)), kinds))


def citation(title: ET.Element, *dates: ET.Element, more: tuple[ET.Element, ...] = ()) -> ET.Element:
    """Return a citation: title, dates, and what ISO has after them."""
    return node("gmd:CI_Citation", node("gmd:title", title), *dates, *more)


def keywords(r: Resource) -> list[ET.Element]:
    """Return subject, place, initiative, INSPIRE themes and spatial scope."""
    words = [*r.region.publicering.nyckelord, *(["DEMO"] if r.facts["demo"] else [])]
    initiative = citation(anchor(f"{NATIONAL}initiativ.xml", "Initiativ"), date("2017-01-01", "publication"))
    themes = citation(anchor(GEMET, "GEMET - INSPIRE themes, version 1.0"), date("2008-06-01", "publication"))
    scope = citation(anchor(SCOPE, "Spatial scope"), date("2019-05-22", "publication"))
    return [
        _words([text(w) for w in words], "theme"),
        _words([text(r.region.lan.namn)], "place"),
        *([_words([text("Öppna data")], "theme", initiative)] if r.is_open else []),
        _words([anchor(f"{THEME}{x}", THEMES[x]) for x in r.themes], "theme", themes),
        _words([anchor(f"{SCOPE}/regional", "Regional")], "", scope),
    ]  # the lists' own dates


def _words(words: list[ET.Element], kind: str, thesaurus: ET.Element | None = None) -> ET.Element:
    return node(
        "gmd:descriptiveKeywords",
        node(
            "gmd:MD_Keywords",
            *(node("gmd:keyword", w) for w in words),
            node("gmd:type", code("MD_KeywordTypeCode", kind)) if kind else None,
            node("gmd:thesaurusName", thesaurus) if thesaurus is not None else None,
        ),
    )


def constraints(r: Resource) -> list[ET.Element]:
    """Return how the resource may be used and who may have it."""
    if r.is_open:
        credit = f"Ange utgivaren och källorna: {'; '.join(r.credits)}."
        given = r.licence
        listed = f"{NATIONAL}anvandningsrestriktioner.xml#{given.national}"
        known = [anchor(listed, given.short)] if given.national else []
        licences = (*known, anchor(given.iri, given.name))
        use = _legal(node("gmd:useLimitation", text(credit)), "useConstraints", *licences)
    else:
        use = node("gmd:MD_Constraints", node("gmd:useLimitation", text(INTERNAL)))
    level = node(
        "gmd:MD_SecurityConstraints",
        node("gmd:classification", code("MD_ClassificationCode", "unclassified" if r.is_open else "restricted")),
    )
    access = _legal(None, "accessConstraints", anchor(*ACCESS[r.is_open]))
    return [node("gmd:resourceConstraints", x) for x in (use, access, level)]


def _legal(limitation: ET.Element | None, kind: str, *other: ET.Element) -> ET.Element:
    return node(
        "gmd:MD_LegalConstraints",
        limitation,
        node(f"gmd:{kind}", code("MD_RestrictionCode", "otherRestrictions")),
        *(node("gmd:otherConstraints", x) for x in other),
    )


def extent(r: Resource) -> ET.Element:
    """Return where and when."""
    start, end = r.period
    period = node(
        "gml:TimePeriod", node("gml:beginPosition", start), node("gml:endPosition", end), gml__id="tidsperiod"
    )
    return node(
        "gmd:EX_Extent",
        node("gmd:description", text(r.region.lan.namn)),
        _box(*r.bounds) if r.bounds else None,
        node("gmd:temporalElement", node("gmd:EX_TemporalExtent", node("gmd:extent", period))),
    )


def _box(west: float, south: float, east: float, north: float) -> ET.Element:
    sides = {
        "westBoundLongitude": west,
        "eastBoundLongitude": east,
        "southBoundLatitude": south,
        "northBoundLatitude": north,
    }
    shown = (node(f"gmd:{name}", node("gco:Decimal", f"{x:.4f}")) for name, x in sides.items())
    return node("gmd:geographicElement", node("gmd:EX_GeographicBoundingBox", *shown))
