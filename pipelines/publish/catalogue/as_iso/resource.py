"""What an ISO 19115 record says of a resource: the open edition as a series, each of its datasets, a GeoPackage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipelines.core.quoted import RunFacts, Source
from pipelines.publish import products
from pipelines.publish.catalogue import catalogue_content, iris, wording
from pipelines.publish.catalogue.origins import Origin, origins
from pipelines.publish.catalogue.services import services
from pipelines.publish.words.edition_facts import credit_lines, demo_prefix, marked

if TYPE_CHECKING:
    from pipelines.config.region import Region

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS 84)."""
DOWNLOAD, PAGE, SPECIFICATION = ("HTTP:Nedladdning", "HTTP:Information", "HTTP:Information:Produktspecifikation")
"""Protocols as the national profile's code list has them."""
INTERNAL = "Intern utgåva. Innehåller personuppgifter (adresser, exakta antal) och får inte spridas eller publiceras."


Level = Literal["series", "dataset", "nonGeographicDataset"]
INSPIRE_THEMES = {
    "rutnat-250m": ("us", "gg"),
    "klassraster": ("us", "gg"),
    "kommuner": ("us", "su"),
    "lan": ("us", "su"),
    products.GROUND: ("tn", "hy"),
}
"""INSPIRE themes of a dataset, where they are more than utility services (``us``), of which telecom is a part:
geographical grid systems (``gg``), statistical units (``su``); or others: transport networks and hydrography."""


@dataclass(frozen=True)
class Link:
    """An address on the web where the resource, or word of it, is had."""

    address: str
    name: str
    media_type: str
    protocol: str


@dataclass(frozen=True)
class Resource:
    """What is said of a resource.

    Attributes
    ----------
    iri : str
        Identifies the resource.
    uuid : str
        Identifies the record.
    level : {"series", "dataset", "nonGeographicDataset"}
    parent : str
        Identifies the record of the series it belongs to; empty where it belongs to none.
    themes : tuple of str
        INSPIRE themes, by their codes.
    topic : str
        ISO's topic category.
    resolution_m : int
        Size of its cells; 0 where it is not made of cells.
    is_raster : bool
    formats : tuple of (str, str)
        Names and versions.
    links : tuple of Link
        None for what is not published.
    """

    iri: str
    uuid: str
    level: Level
    title: str
    abstract: str
    purpose: str
    region: Region
    facts: RunFacts
    lineage: str
    origins: tuple[Origin, ...]
    credits: tuple[str, ...]
    bounds: Bounds | None
    period: tuple[str, str]
    formats: tuple[tuple[str, str], ...]
    licence: wording.Licence
    links: tuple[Link, ...] = ()
    is_open: bool = True
    parent: str = ""
    themes: tuple[str, ...] = ("us",)
    topic: str = "utilitiesCommunication"
    resolution_m: int = wording.CELL_M
    is_raster: bool = False


def of_edition(d: catalogue_content.Described) -> Resource:
    """Return the open edition as one resource: a link a file, told once; many of a kind have a page in common."""
    named = {d.access(x, f): (f, x) for x in d.datasets for f in x.files}
    files = [
        Link(
            address,
            f"{d.title if f.layer else x.title} – {f.format}" if len(f.paths) == 1 else x.title,
            f.served_as if len(f.paths) == 1 else "text/html",
            DOWNLOAD if len(f.paths) == 1 else PAGE,
        )
        for address, (f, x) in named.items()
    ]
    listed = " ".join(f"{x.product.title}: {x.product.description}" for x in d.datasets)
    return Resource(
        iri=iris.catalogue(d.root),
        uuid=_series(d),
        level="series",
        title=d.title,
        abstract=f"{d.description} {listed}",
        purpose=" ".join(x.product.nytta for x in d.datasets),
        region=d.region,
        facts=d.facts,
        lineage=d.making.lineage,
        origins=d.making.origins,
        credits=d.making.credits,
        licence=d.making.licence,
        bounds=d.bounds,
        period=d.period,
        formats=tuple(dict.fromkeys((f.format, f.version) for x in d.datasets for f in x.files)),
        links=(*files, *_given(d), *_pages(d)),
        themes=("us", "gg", "su"),
    )


def of_dataset(d: catalogue_content.Described, x: catalogue_content.Dataset) -> Resource:
    """Return one dataset of the open edition as a resource of its own, a part of the series."""
    files = [
        Link(address, f"{x.title} – {f.title}", f.media_type, DOWNLOAD)
        for f in x.files
        for address in map(d.address, f.paths)
    ]
    return Resource(
        iri=x.iri,
        uuid=str(iris.uuid(f"{x.iri}#metadata")),
        level="dataset" if x.is_geographic else "nonGeographicDataset",
        title=x.title,
        abstract=x.description,
        purpose=x.product.nytta,
        region=d.region,
        facts=d.facts,
        lineage=x.making.lineage,
        origins=x.making.origins,
        credits=x.making.credits,
        licence=x.making.licence,
        bounds=d.bounds,
        period=d.period,
        formats=tuple(dict.fromkeys((f.format, f.version) for f in x.files)),
        links=(*files, *(_given(d) if x.is_layer else ()), *_pages(d)),
        parent=_series(d),
        themes=INSPIRE_THEMES.get(x.product.id, ("us",)),
        topic=_topic(x.product.id),
        resolution_m=wording.CELL_M if x.is_in_cells else 0,
        is_raster=any(f.format == "GeoTIFF" for f in x.files),
    )


def _topic(product: str) -> str:
    return "transportation" if product == products.GROUND else "utilitiesCommunication"


def _series(d: catalogue_content.Described) -> str:
    """Return what identifies the record of the open edition."""
    return str(iris.uuid(iris.catalogue(d.root)))


def _given(d: catalogue_content.Described) -> tuple[Link, ...]:
    """Return the services' addresses."""
    return tuple(Link(s.description, f"{d.title} – {s.name}", s.media_type, s.protocol) for s in services(d.region))


def _pages(d: catalogue_content.Described) -> tuple[Link, Link]:
    return (
        Link(d.address(catalogue_content.SPECIFICATION), "Dataproduktspecifikation", "text/html", SPECIFICATION),
        Link(f"{d.root}/", "Ingångssida", "text/html", PAGE),
    )


def of_geopackage(
    product: str, region: Region, facts: RunFacts, sources: Sequence[Source], bounds: Bounds | None
) -> Resource:
    """Return one GeoPackage as a resource of its own.

    Parameters
    ----------
    product : str
        Id of its product; :data:`pipelines.publish.products.OPEN_GPKG` for the open edition's, which holds several.
    sources : sequence of Source
        Of what it holds.
    """
    root, file = iris.base(region), products.GPKG
    is_ground = product == products.GROUND
    is_open = is_ground or product == products.OPEN_GPKG
    lines = tuple(credit_lines(list(sources)))
    lineage = wording.lineage(lines, facts, is_open)
    if is_ground:
        known = products.BY_ID[product]
        iri = iris.published(root, products.GROUND_GPKG.removeprefix("maps/"))
        title = f"{demo_prefix(facts)}{known.title}: {region.lan.kortnamn}"
        abstract, purpose, lineage = marked(known.description, facts), known.nytta, wording.ground_lineage(lines)
    elif is_open:
        iri = iris.published(root, product.removeprefix("maps/"))
        title, abstract = wording.edition_title(region, facts), wording.edition_text(region, facts)
        purpose = " ".join(p.nytta for p in products.open_products() if products.File(product) in _files(p))
    else:
        known = products.BY_ID[product]
        iri = iris.urn(iris.part(root, "produkt", product))
        title = f"{demo_prefix(facts)}{known.title}: {region.lan.kortnamn}"
        abstract = marked(f"{known.description} {INTERNAL}", facts)
        purpose = known.nytta
    return Resource(
        iri=iri,
        uuid=str(iris.uuid(f"{iri}#metadata")),
        level="dataset",
        title=title,
        abstract=abstract,
        purpose=purpose,
        region=region,
        facts=facts,
        lineage=lineage,
        origins=origins(root, sources),
        credits=lines,
        licence=wording.ground_licence(region, sources) if is_ground else wording.licence(region),
        bounds=bounds,
        period=wording.period(facts, sources),
        formats=((file.format, file.version),),
        links=(Link(iri, title, file.media_type, DOWNLOAD),) if is_open else (),
        is_open=is_open,
        themes=INSPIRE_THEMES[product] if is_ground else ("us",),
        topic=_topic(product),
        resolution_m=0 if is_ground else wording.CELL_M,
    )


def _files(product: products.Product) -> set[products.File]:
    return {products.File(f.path) for f in product.files}
