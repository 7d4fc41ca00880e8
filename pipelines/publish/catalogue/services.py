"""Services that the publisher has set up for the open layers, as the catalogue and the records name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.config.region import Region


@dataclass(frozen=True)
class Service:
    """One service.

    Attributes
    ----------
    key : str
        Its name in the configuration.
    address, description : str
        Where it answers, and where it describes itself.
    standard : str
        IRI of what it follows.
    media_type : str
        What it gives.
    protocol : str
        Its name in the national profile's code list.
    """

    key: str
    name: str
    address: str
    description: str
    standard: str
    media_type: str
    protocol: str


_KINDS = (
    (
        "wms",
        "WMS",
        "?service=WMS&request=GetCapabilities",
        "http://www.opengis.net/def/serviceType/ogc/wms",
        "image/png",
        "HTTP:OGC:WMS",
    ),
    (
        "wfs",
        "WFS",
        "?service=WFS&request=GetCapabilities",
        "http://www.opengis.net/def/serviceType/ogc/wfs",
        "application/gml+xml",
        "HTTP:OGC:WFS",
    ),
    (
        "ogc_api",
        "OGC API Features",
        "/api",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
        "application/geo+json",
        "HTTP:OGC:API-Features",
    ),
)


def services(region: Region) -> tuple[Service, ...]:
    """Return the services that the configuration names."""
    given = region.publicering.tjanster
    return tuple(
        Service(key, name, address, f"{address.rstrip('/')}{tail}", standard, media_type, protocol)
        for key, name, tail, standard, media_type, protocol in _KINDS
        if (address := getattr(given, key))
    )
