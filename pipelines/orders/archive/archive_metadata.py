"""Metadata an archive's own systems read: Dublin Core (what it is) and PREMIS 3 (each file, how it was made)."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import bagit

from pipelines.core import files
from pipelines.core.quoted import Source
from pipelines.orders.archive.contents import FILE
from pipelines.publish.products import MEDIA
from pipelines.publish.words.edition_facts import credit_lines, marked, midnight

if TYPE_CHECKING:
    from pipelines.orders.archive.archive_order import Order

FOLDER = "metadata"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
PREMIS = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
MEDIA_TYPES = {
    **{f".{ending}": media for ending, (_, media) in MEDIA.items()},
    ".xsd": "application/xml",
    ".toml": "application/toml",
    ".txt": "text/plain",
    ".lock": "text/plain",
    ".py": "text/x-python",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}


def write(order: Order, sources: list[Source], bag: Path) -> None:
    """Write ``metadata/dublincore.xml`` and ``metadata/premis.xml`` as tag files of a bag."""
    _save(dublin_core(order, sources, bag), bag / FOLDER / "dublincore.xml")
    _save(premis(order, bag), bag / FOLDER / "premis.xml")


def media_type(name: str) -> str:
    """Return the media type of a file by its name.

    >>> media_type("a.gpkg"), media_type("Makefile")
    ('application/geopackage+sqlite3', 'text/plain')
    """
    suffix = Path(name).suffix.lower()
    return MEDIA_TYPES.get(suffix) or ("text/plain" if not suffix else "application/octet-stream")


def dublin_core(order: Order, sources: list[Source], bag: Path) -> ET.Element:
    """Return the package in simple Dublin Core, with a few of the refinements of DCMI Terms."""
    facts, publishing = order.facts, order.region.publicering
    root = ET.Element("metadata")
    said: list[tuple[str, str, str]] = [
        (DC, "title", order.title),
        (DC, "identifier", order.name),
        (DC, "creator", publishing.utgivare),
        (DC, "publisher", publishing.utgivare),
        (DC, "type", "Dataset"),
        (DC, "language", "sv"),
        (DC, "subject", "bredband"),
        (DC, "subject", "bristanalys"),
        (
            DC,
            "description",
            marked(
                "Var bredband saknas, för hur många hushåll, och vad det skulle kosta att bygga: rutor om 250 m, "
                "kommuner, län och bristområden.",
                facts,
            ),
        ),
        (DC, "coverage", f"{facts['lan']} (länskod {facts['lanskod']})"),
        (DCTERMS, "temporal", f"PTS {facts['pts_datum']}; SCB {facts['scb_ar']}"),
        (DCTERMS, "created", order.date),
        (DCTERMS, "accessRights", "internt, innehåller personuppgifter" if order.internal else "öppet"),
        (DCTERMS, "conformsTo", "https://www.rfc-editor.org/info/rfc8493"),
        *((DC, "source", line) for line in credit_lines(sources)),
        *((DC, "format", m) for m in sorted({media_type(n) for n in _payload(bag)})),
    ]
    for space, name, text in said:
        element = ET.SubElement(root, f"{{{space}}}{name}")
        element.text = text
    return root


def premis(order: Order, bag: Path) -> ET.Element:
    """Return PREMIS 3: an object per payload file with its checksum, the event that made them, the agents."""
    root = ET.Element(f"{{{PREMIS}}}premis", {"version": "3.0"})
    listed = json.loads((bag / "data" / FILE).read_text(encoding="utf-8"))["filer"]
    sizes = {f"data/{r['fil']}": int(r["bytes"]) for r in listed}
    for name, digest in _payload(bag).items():
        size = sizes[name] if name in sizes else (bag / name).stat().st_size
        entry = ET.SubElement(root, f"{{{PREMIS}}}object", {f"{{{XSI}}}type": "premis:file"})
        _tree(entry, {"objectIdentifier": {"objectIdentifierType": "sökväg i paketet", "objectIdentifierValue": name}})
        characteristics = {
            "fixity": {"messageDigestAlgorithm": "SHA-256", "messageDigest": digest},
            "size": str(size),
            "format": {"formatDesignation": {"formatName": media_type(name)}},
        }
        _tree(entry, {"objectCharacteristics": characteristics})
    _tree(
        root,
        {
            "event": {
                "eventIdentifier": {
                    "eventIdentifierType": "körning",
                    "eventIdentifierValue": order.facts["korning_id"],
                },
                "eventType": "creation",
                "eventDateTime": midnight(order.facts),
                "eventDetailInformation": {
                    "eventDetail": "Beräknad av programmet ur indata enligt manifest.json. Tiden är "
                    "indatas nyaste datum, inte klockan när paketet skrevs: samma indata ger samma "
                    "byte."
                },
                "linkingAgentIdentifier": {
                    "linkingAgentIdentifierType": "program",
                    "linkingAgentIdentifierValue": f"bredband {order.facts['version']}",
                },
            }
        },
    )
    _agent(root, "program", f"bredband {order.facts['version']}", "software")
    _agent(root, "organisation", order.region.publicering.utgivare, "organization")
    return root


def _agent(root: ET.Element, kind: str, name: str, agent_type: str) -> None:
    identifier = {"agentIdentifierType": kind, "agentIdentifierValue": name}
    _tree(root, {"agent": {"agentIdentifier": identifier, "agentName": name, "agentType": agent_type}})


def _tree(parent: ET.Element, content: dict[str, object]) -> None:
    """Add elements of PREMIS from nested dictionaries."""
    for name, value in content.items():
        element = ET.SubElement(parent, f"{{{PREMIS}}}{name}")
        if isinstance(value, dict):
            _tree(element, value)
        else:
            element.text = str(value)


def _payload(bag: Path) -> dict[str, str]:
    """Return the payload's files and their SHA-256, in order of name."""
    entries = bagit.Bag(str(bag)).payload_entries()
    return {name: entries[name]["sha256"] for name in sorted(entries)}


def _save(root: ET.Element, path: Path) -> None:
    for prefix, space in (("dc", DC), ("dcterms", DCTERMS), ("premis", PREMIS), ("xsi", XSI)):
        ET.register_namespace(prefix, space)
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    files.write_text(path, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')
