"""Identifiers of what the catalogue describes: stable from run to run, made of the configuration alone.

Nothing here depends on the data: an IRI or a UUID that changed with an edition would make a harvester
believe that one dataset had gone and another had come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

if TYPE_CHECKING:
    from pipelines.config.region import Region

ORGANISATION = "http://dataportal.se/organisation/"
"""Where Sveriges dataportal wants publishers' IRIs: this, «SE» and the organisation's number."""
NUTS = "http://data.europa.eu/nuts/code/"
NUTS_OF_LAN = {
    "01": "SE110",
    "03": "SE121",
    "04": "SE122",
    "05": "SE123",
    "06": "SE211",
    "07": "SE212",
    "08": "SE213",
    "09": "SE214",
    "10": "SE221",
    "12": "SE224",
    "13": "SE231",
    "14": "SE232",
    "17": "SE311",
    "18": "SE124",
    "19": "SE125",
    "20": "SE312",
    "21": "SE313",
    "22": "SE321",
    "23": "SE322",
    "24": "SE331",
    "25": "SE332",
}
"""NUTS 3 by länskod: every län is one region (Regulation (EC) 1059/2003 as amended)."""


def base(region: Region) -> str:
    """Return the base of all IRIs, without a slash at the end."""
    return region.publicering.bas_url.rstrip("/")


def published(root: str, path: str) -> str:
    """Return the address of a file under ``maps/``.

    >>> published("https://x.example", "data/på kartan.csv")
    'https://x.example/data/p%C3%A5%20kartan.csv'
    """
    return f"{root}/{quote(path)}"


def catalogue(root: str) -> str:
    """Return the IRI of the catalogue."""
    return part(root, "katalog")


def dataset(root: str, ident: str) -> str:
    """Return the IRI of a dataset."""
    return part(root, "datamangd", ident)


def series(root: str, ident: str) -> str:
    """Return the IRI of the series that a dataset's editions make."""
    return part(root, "serie", ident)


def record(ident: str) -> str:
    """Return where a dataset's ISO record lies under ``maps/``."""
    return f"metadata/{ident}.xml"


def distribution(root: str, ident: str, path: str) -> str:
    """Return the IRI of a dataset's distribution: one file can serve several datasets."""
    return f"{dataset(root, ident)}/distribution/{quote(path, safe='')}"


def part(root: str, *names: str) -> str:
    """Return the IRI of something else in the catalogue: contact, place, period, source."""
    return "/".join((root, *(quote(n, safe="") for n in names)))


def publisher(root: str, organisation: str) -> str:
    """Return the publisher's IRI: the portal's own where the organisation's number is known.

    >>> publisher("https://x.example", "SE2321000131")
    'http://dataportal.se/organisation/SE2321000131'
    """
    return f"{ORGANISATION}{organisation}" if organisation else part(root, "utgivare")


def mail(address: str) -> str:
    """Return the IRI of a mail address.

    >>> mail("öppna data@x.example")
    'mailto:%C3%B6ppna%20data@x.example'
    """
    return f"mailto:{quote(address, safe='@+.-_')}"


def urn(iri: str) -> str:
    """Return what has an IRI as a URN, for what is not to be found on the web."""
    return f"urn:uuid:{uuid(iri)}"


def uuid(iri: str) -> UUID:
    """Return the UUID (version 5) of what has an IRI.

    >>> str(uuid("https://x.example/datamangd/rutor"))
    '099bbbd0-8756-55c9-84dc-1d1776329e18'
    """
    return uuid5(NAMESPACE_URL, iri)
