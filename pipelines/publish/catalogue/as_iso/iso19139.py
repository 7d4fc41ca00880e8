"""A resource as an ISO 19139 record (ISO 19115:2003 in XML), by the national profile NMDP 4.0.

So it stands in ``metadata_iso19139.xml``, for Geodataportalen and INSPIRE: the open edition as a series; in
``metadata/<dataset>.xml``: each of its datasets, which names the series as its parent; and in ``gpkg_metadata``
of each GeoPackage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.publish.catalogue import iris
from pipelines.publish.catalogue.as_iso.iso_parts import citation, constraints, date, extent, keywords, party
from pipelines.publish.catalogue.as_iso.resource import PAGE, Link, Resource
from pipelines.publish.catalogue.elements import anchor, code, language, node, text, written
from pipelines.publish.catalogue.wording import CRS_NAMES, EPSG_3006, issued

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from pipelines.publish.catalogue.origins import Origin

STANDARD = "http://www.isotc211.org/2005/gmd"
"""What the record follows, as a GeoPackage names it."""
PROFILE, PROFILE_VERSION = "SS-EN-ISO-19115:2005-NMDP 4.0", "4.0"
"""The national metadata profile, as Geodataportalen writes it."""
FREQUENCIES = {
    "ANNUAL": "annually",
    "ANNUAL_2": "biannually",
    "QUARTERLY": "quarterly",
    "MONTHLY": "monthly",
    "IRREG": "irregular",
}
"""ISO's maintenance frequencies by the EU's."""
_LEVELS = {"series": "datamängdsserie", "dataset": "datamängd", "nonGeographicDataset": "datamängd utan geografi"}


def record(r: Resource) -> str:
    """Return the record as XML, its elements in the schema's order."""
    return written(
        node(
            "gmd:MD_Metadata",
            node("gmd:fileIdentifier", text(r.uuid)),
            language(),
            _utf8(),
            node("gmd:parentIdentifier", text(r.parent)) if r.parent else None,
            node("gmd:hierarchyLevel", code("MD_ScopeCode", r.level)),
            node("gmd:hierarchyLevelName", text(_LEVELS[r.level])),
            node("gmd:contact", party(r.region, "pointOfContact")),
            node("gmd:dateStamp", node("gco:Date", r.facts["senaste_indatadatum"])),
            node("gmd:metadataStandardName", text(PROFILE)),
            node("gmd:metadataStandardVersion", text(PROFILE_VERSION)),
            None if r.level == "nonGeographicDataset" else node("gmd:referenceSystemInfo", _reference_system()),
            node("gmd:identificationInfo", _identification(r)),
            node("gmd:distributionInfo", _distribution(r)),
            node("gmd:dataQualityInfo", _quality(r)),
        )
    )


def _utf8() -> ET.Element:
    return node("gmd:characterSet", code("MD_CharacterSetCode", "utf8"))


def _reference_system() -> ET.Element:
    name = node("gmd:RS_Identifier", node("gmd:code", anchor(EPSG_3006, CRS_NAMES[EPSG_3006])))
    return node("gmd:MD_ReferenceSystem", node("gmd:referenceSystemIdentifier", name))


def _identification(r: Resource) -> ET.Element:
    p = r.region.publicering
    identifier = node("gmd:MD_Identifier", node("gmd:code", anchor(r.iri, r.iri)))
    cited = citation(
        text(r.title),
        date(issued(r.region, r.facts), "publication"),
        date(r.facts["senaste_indatadatum"], "revision"),
        more=(node("gmd:edition", text(f"Körning {r.facts['korning_id']}")), node("gmd:identifier", identifier)),
    )
    frequency = code("MD_MaintenanceFrequencyCode", FREQUENCIES[p.uppdateringsfrekvens])
    maintenance = node("gmd:MD_MaintenanceInformation", node("gmd:maintenanceAndUpdateFrequency", frequency))
    distance = node("gmd:distance", node("gco:Distance", str(r.resolution_m), uom="m"))
    shown = "textTable" if r.level == "nonGeographicDataset" else "grid" if r.is_raster else "vector"
    return node(
        "gmd:MD_DataIdentification",
        node("gmd:citation", cited),
        node("gmd:abstract", text(r.abstract)),
        node("gmd:purpose", text(r.purpose)),
        node("gmd:status", code("MD_ProgressCode", "completed")),
        node("gmd:pointOfContact", party(r.region, "owner")),
        node("gmd:pointOfContact", party(r.region, "pointOfContact")),
        node("gmd:resourceMaintenance", maintenance),
        *keywords(r),
        *constraints(r),
        node("gmd:spatialRepresentationType", code("MD_SpatialRepresentationTypeCode", shown)),
        node("gmd:spatialResolution", node("gmd:MD_Resolution", distance)) if r.resolution_m else None,
        language(),
        _utf8(),
        node("gmd:topicCategory", node("gmd:MD_TopicCategoryCode", r.topic)),
        node("gmd:extent", extent(r)),
    )


def _distribution(r: Resource) -> ET.Element:
    """Return formats and addresses, twice: harvesters look in one place, the national profile in the other."""
    formats = [
        node("gmd:MD_Format", node("gmd:name", text(name)), node("gmd:version", text(version)))
        for name, version in r.formats
    ]
    online = [node("gmd:onLine", _online(link)) for link in r.links]
    options = node("gmd:MD_DigitalTransferOptions", *online) if online else None
    return node(
        "gmd:MD_Distribution",
        *(node("gmd:distributionFormat", x) for x in formats),
        node(
            "gmd:distributor",
            node(
                "gmd:MD_Distributor",
                node("gmd:distributorContact", party(r.region, "distributor")),
                *(node("gmd:distributorFormat", x) for x in formats),
                node("gmd:distributorTransferOptions", options) if options is not None else None,
            ),
        ),
        node("gmd:transferOptions", options) if options is not None else None,
    )


def _online(link: Link) -> ET.Element:
    function = "information" if link.protocol.startswith(PAGE) else "download"
    return node(
        "gmd:CI_OnlineResource",
        node("gmd:linkage", node("gmd:URL", link.address)),
        node("gmd:protocol", text(link.protocol)),
        node("gmd:applicationProfile", text(link.media_type)),
        node("gmd:name", text(link.name)),
        node("gmd:function", code("CI_OnLineFunctionCode", function)),
    )


def _quality(r: Resource) -> ET.Element:
    result = node(
        "gmd:DQ_ConformanceResult",
        node("gmd:specification", _specification(r)),
        node("gmd:explanation", text("Metodens lagar är kontrollerade på utgåvans egna tal; se datakvalitet.")),
        node("gmd:pass", node("gco:Boolean", "true")),
    )
    lineage = node(
        "gmd:LI_Lineage", node("gmd:statement", text(r.lineage)), *(node("gmd:source", _source(o)) for o in r.origins)
    )
    name = node("gmd:MD_ScopeDescription", node("gmd:other", text(_LEVELS[r.level])))
    scope = node("gmd:DQ_Scope", node("gmd:level", code("MD_ScopeCode", r.level)), node("gmd:levelDescription", name))
    return node(
        "gmd:DQ_DataQuality",
        node("gmd:scope", scope),
        node("gmd:report", node("gmd:DQ_DomainConsistency", node("gmd:result", result))),
        node("gmd:lineage", lineage),
    )


def _specification(r: Resource) -> ET.Element:
    address = iris.published(iris.base(r.region), "specifikation.html")
    name = anchor(address, "Dataproduktspecifikation")
    return citation(name, date(r.facts["senaste_indatadatum"], "publication"))


def _source(o: Origin) -> ET.Element:
    return node("gmd:LI_Source", node("gmd:description", text(f"{o.publisher}: {o.title} {o.date}".strip())))
