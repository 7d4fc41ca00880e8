"""Small XML builder: elements by prefixed name, text escaped by the library, the same bytes each time."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

SPACES = {
    "gco": "http://www.isotc211.org/2005/gco",
    "gmd": "http://www.isotc211.org/2005/gmd",
    "gml": "http://www.opengis.net/gml/3.2",
    "gmx": "http://www.isotc211.org/2005/gmx",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
CODES = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#"
Child = ET.Element | str | None
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not."""


def node(name: str, *children: Child, **attributes: str) -> ET.Element:
    """Return an element; a text among the children is its text, ``None`` is left out.

    Names are ``prefix:local``; in attributes the colon is written ``__``.

    >>> node("gmd:title", text("Rutor & band"), gco__nilReason="x").tag
    '{http://www.isotc211.org/2005/gmd}title'
    """
    out = ET.Element(_full(name), {_full(k.replace("__", ":")): v for k, v in attributes.items()})
    for child in children:
        if isinstance(child, str):
            out.text = clean(child)
        elif child is not None:
            out.append(child)
    return out


def clean(value: str) -> str:
    r"""Return a text without what XML cannot hold.

    >>> clean("a\x00b")
    'a\ufffdb'
    """
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)


def text(value: str) -> ET.Element:
    """Return ``gco:CharacterString``."""
    return node("gco:CharacterString", value)


def anchor(address: str, value: str) -> ET.Element:
    """Return ``gmx:Anchor``: a text that also is a link."""
    return node("gmx:Anchor", value, xlink__href=address)


def code(name: str, value: str) -> ET.Element:
    """Return a value of one of ISO's code lists."""
    return node(f"gmd:{name}", value, codeList=f"{CODES}{name}", codeListValue=value)


def language() -> ET.Element:
    """Return ``gmd:language``: Swedish."""
    return node(
        "gmd:language",
        node("gmd:LanguageCode", "swe", codeList="http://www.loc.gov/standards/iso639-2/", codeListValue="swe"),
    )


def written(root: ET.Element) -> str:
    """Return the document, indented, with its prefixes."""
    for prefix, uri in SPACES.items():
        ET.register_namespace(prefix, uri)
    ET.indent(root, " ")
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _full(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return f"{{{SPACES[prefix]}}}{local}" if colon else name
