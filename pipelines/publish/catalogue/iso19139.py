"""The open edition as one ISO 19139 record (ISO 19115:2003 in XML), as geodata.se and INSPIRE read it.

One record, of the series: the datasets are one analysis of one date, have extent, lineage, quality and
licence in common, and differ in what rows they hold. Each file is an online resource of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pipelines.publish.catalogue import iris
from pipelines.publish.catalogue.described import (
    CELL_M,
    CRS_NAMES,
    EPSG_3006,
    LICENCE,
    LICENCE_NAME,
    SPECIFICATION,
    Described,
    File,
)
from pipelines.publish.catalogue.elements import anchor, code, language, node, text, written

if TYPE_CHECKING:
    from pipelines.publish.catalogue.origins import Origin

FREQUENCIES = {
    "ANNUAL": "annually", "ANNUAL_2": "biannually", "QUARTERLY": "quarterly", "MONTHLY": "monthly",
    "IRREG": "irregular",
}  # fmt: skip
"""ISO's maintenance frequencies by the EU's."""
NO_LIMITATIONS = "http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations"
SPATIAL_SCOPE = "http://inspire.ec.europa.eu/metadata-codelist/SpatialScope"


def record(d: Described) -> str:
    """Return the record as XML, its elements in the schema's order."""
    return written(
        node(
            "gmd:MD_Metadata",
            node("gmd:fileIdentifier", text(str(iris.uuid(iris.catalogue(d.root))))),
            language(),
            _utf8(),
            node("gmd:hierarchyLevel", code("MD_ScopeCode", "series")),
            node("gmd:hierarchyLevelName", text("datamängdsserie")),
            node("gmd:contact", _party(d, "pointOfContact")),
            node("gmd:dateStamp", node("gco:Date", d.modified)),
            node("gmd:metadataStandardName", text("ISO 19115:2003/19139")),
            node("gmd:metadataStandardVersion", text("1.0")),
            node("gmd:referenceSystemInfo", _reference_system()),
            node("gmd:identificationInfo", _identification(d)),
            node("gmd:distributionInfo", _distribution(d)),
            node("gmd:dataQualityInfo", _quality(d)),
        )
    )


def _utf8() -> ET.Element:
    return node("gmd:characterSet", code("MD_CharacterSetCode", "utf8"))


def _party(d: Described, role: str) -> ET.Element:
    p = d.region.publicering
    phone = (
        node("gmd:phone", node("gmd:CI_Telephone", node("gmd:voice", text(p.telefon)))) if p.telefon else None
    )
    mail = node("gmd:CI_Address", node("gmd:electronicMailAddress", text(p.kontakt_epost)))
    contact = node("gmd:CI_Contact", phone, node("gmd:address", mail))
    return node(
        "gmd:CI_ResponsibleParty",
        node("gmd:organisationName", text(p.utgivare)),
        node("gmd:contactInfo", contact),
        node("gmd:role", code("CI_RoleCode", role)),
    )


def _reference_system() -> ET.Element:
    name = anchor(EPSG_3006, CRS_NAMES[EPSG_3006])
    return node(
        "gmd:MD_ReferenceSystem",
        node("gmd:referenceSystemIdentifier", node("gmd:RS_Identifier", node("gmd:code", name))),
    )


def _date(iso: str, kind: str) -> ET.Element:
    return node(
        "gmd:date",
        node(
            "gmd:CI_Date",
            node("gmd:date", node("gco:Date", iso)),
            node("gmd:dateType", code("CI_DateTypeCode", kind)),
        ),
    )


def _identification(d: Described) -> ET.Element:
    p = d.region.publicering
    identifier = node(
        "gmd:MD_Identifier", node("gmd:code", anchor(iris.catalogue(d.root), iris.catalogue(d.root)))
    )
    citation = node(
        "gmd:CI_Citation",
        node("gmd:title", text(d.title)),
        _date(d.issued, "publication"),
        _date(d.modified, "revision"),
        node("gmd:edition", text(f"Körning {d.facts['korning_id']}")),
        node("gmd:identifier", identifier),
    )
    listed = " ".join(f"{x.product.title}: {x.product.description}" for x in d.datasets)
    benefit = " ".join(x.product.nytta for x in d.datasets)
    frequency = code("MD_MaintenanceFrequencyCode", FREQUENCIES[p.uppdateringsfrekvens])
    maintenance = node("gmd:MD_MaintenanceInformation", node("gmd:maintenanceAndUpdateFrequency", frequency))
    metres = node("gmd:distance", node("gco:Distance", str(CELL_M), uom="m"))
    return node(
        "gmd:MD_DataIdentification",
        node("gmd:citation", citation),
        node("gmd:abstract", text(f"{d.description} {listed}")),
        node("gmd:purpose", text(benefit)),
        node("gmd:status", code("MD_ProgressCode", "completed")),
        node("gmd:pointOfContact", _party(d, "owner")),
        node("gmd:pointOfContact", _party(d, "pointOfContact")),
        node("gmd:resourceMaintenance", maintenance),
        *_keywords(d),
        *_constraints(d),
        node("gmd:spatialRepresentationType", code("MD_SpatialRepresentationTypeCode", "vector")),
        node("gmd:spatialResolution", node("gmd:MD_Resolution", metres)),
        language(),
        _utf8(),
        node("gmd:topicCategory", node("gmd:MD_TopicCategoryCode", "utilitiesCommunication")),
        node("gmd:extent", _extent(d)),
    )


def _keywords(d: Described) -> list[ET.Element]:
    p = d.region.publicering
    words = [*p.nyckelord, *(["DEMO"] if d.facts["demo"] else [])]
    regional = anchor(f"{SPATIAL_SCOPE}/regional", "Regional")
    scope = node(
        "gmd:CI_Citation",
        node("gmd:title", anchor(SPATIAL_SCOPE, "Spatial scope")),
        _date("2019-05-22", "publication"),
    )  # the list's own date, in INSPIRE's register
    return [
        _words([node("gmd:keyword", text(w)) for w in words], "theme"),
        _words([node("gmd:keyword", text(d.region.lan.namn))], "place"),
        node(
            "gmd:descriptiveKeywords",
            node("gmd:MD_Keywords", node("gmd:keyword", regional), node("gmd:thesaurusName", scope)),
        ),
    ]


def _words(keywords: list[ET.Element], kind: str) -> ET.Element:
    kinds = node("gmd:type", code("MD_KeywordTypeCode", kind))
    return node("gmd:descriptiveKeywords", node("gmd:MD_Keywords", *keywords, kinds))


def _constraints(d: Described) -> list[ET.Element]:
    other = code("MD_RestrictionCode", "otherRestrictions")
    again = code("MD_RestrictionCode", "otherRestrictions")
    credits = f"Ange utgivaren och källorna: {'; '.join(d.credits)}."
    return [
        node(
            "gmd:resourceConstraints",
            node(
                "gmd:MD_LegalConstraints",
                node("gmd:useLimitation", text(credits)),
                node("gmd:useConstraints", other),
                node("gmd:otherConstraints", anchor(LICENCE, LICENCE_NAME)),
            ),
        ),
        node(
            "gmd:resourceConstraints",
            node(
                "gmd:MD_LegalConstraints",
                node("gmd:accessConstraints", again),
                node(
                    "gmd:otherConstraints",
                    anchor(NO_LIMITATIONS, "Inga begränsningar för allmänhetens tillgång"),
                ),
            ),
        ),
    ]


def _extent(d: Described) -> ET.Element:
    sides = zip(("west", "east", "south", "north"), (d.bounds[i] for i in (0, 2, 1, 3)), strict=True)
    box = node(
        "gmd:EX_GeographicBoundingBox",
        *(
            node(f"gmd:{side}Bound{'Longitude' if side in 'west east' else 'Latitude'}",
                 node("gco:Decimal", f"{x:.4f}"))
            for side, x in sides
        ),
    )  # fmt: skip
    start, end = d.period
    period = node(
        "gml:TimePeriod", node("gml:beginPosition", start), node("gml:endPosition", end), gml__id="tidsperiod"
    )
    temporal = node("gmd:EX_TemporalExtent", node("gmd:extent", period))
    return node(
        "gmd:EX_Extent",
        node("gmd:description", text(d.region.lan.namn)),
        node("gmd:geographicElement", box),
        node("gmd:temporalElement", temporal),
    )


def _distribution(d: Described) -> ET.Element:
    formats = dict.fromkeys(f.format for x in d.datasets for f in x.files)
    # One resource a file: what several datasets share, such as the GeoPackage, is told once.
    resources = {path: (f, x.title) for x in d.datasets for f in x.files for path in f.paths}
    shared = {path for path, (f, _) in resources.items() if "lagret" in f.title}
    online = [
        node("gmd:onLine", _resource(d, path, f, d.title if path in shared else title))
        for path, (f, title) in resources.items()
    ]
    page = node(
        "gmd:onLine",
        _online(d.address(SPECIFICATION), "Dataproduktspecifikation", "text/html", "information"),
    )
    return node(
        "gmd:MD_Distribution",
        *(
            node(
                "gmd:distributionFormat",
                node("gmd:MD_Format", node("gmd:name", text(name)), _unversioned()),
            )
            for name in formats
        ),
        node("gmd:transferOptions", node("gmd:MD_DigitalTransferOptions", *online, page)),
    )


def _unversioned() -> ET.Element:
    return node("gmd:version", gco__nilReason="inapplicable")


def _resource(d: Described, path: str, file: File, title: str) -> ET.Element:
    return _online(d.address(path), f"{title} – {file.format}", file.media_type, "download")


def _online(address: str, name: str, media_type: str, function: str) -> ET.Element:
    return node(
        "gmd:CI_OnlineResource",
        node("gmd:linkage", node("gmd:URL", address)),
        node("gmd:protocol", text("HTTP:Nedladdning" if function == "download" else "HTTP:Information")),
        node("gmd:applicationProfile", text(media_type)),
        node("gmd:name", text(name)),
        node("gmd:function", code("CI_OnLineFunctionCode", function)),
    )


def _quality(d: Described) -> ET.Element:
    specification = node(
        "gmd:CI_Citation",
        node("gmd:title", anchor(d.address(SPECIFICATION), "Dataproduktspecifikation")),
        _date(d.modified, "publication"),
    )
    result = node(
        "gmd:DQ_ConformanceResult",
        node("gmd:specification", specification),
        node(
            "gmd:explanation", text("Metodens lagar är kontrollerade på utgåvans egna tal; se datakvalitet.")
        ),
        node("gmd:pass", node("gco:Boolean", "true")),
    )
    lineage = node(
        "gmd:LI_Lineage",
        node("gmd:statement", text(d.lineage)),
        *(node("gmd:source", _source(o)) for o in d.origins),
    )
    return node(
        "gmd:DQ_DataQuality",
        node("gmd:scope", _scope()),
        node("gmd:report", node("gmd:DQ_DomainConsistency", node("gmd:result", result))),
        node("gmd:lineage", lineage),
    )


def _scope() -> ET.Element:
    other = node("gmd:other", text("datamängdsserie"))
    return node(
        "gmd:DQ_Scope",
        node("gmd:level", code("MD_ScopeCode", "series")),
        node("gmd:levelDescription", node("gmd:MD_ScopeDescription", other)),
    )


def _source(o: Origin) -> ET.Element:
    return node("gmd:LI_Source", node("gmd:description", text(f"{o.publisher}: {o.title} {o.date}".strip())))
