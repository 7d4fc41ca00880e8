"""What the catalogue, the ISO record and the specification say of the open datasets: gathered once.

Titles, descriptions and benefit come from the registry of products, columns from the contracts, dates and
sources from the run, the rest from the configuration; sizes and checksums from the built files themselves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines import files, products
from pipelines.errors import DataError
from pipelines.publish import facts as run
from pipelines.publish.catalogue import iris
from pipelines.publish.catalogue.origins import Origin, origins

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.paths import Paths
    from pipelines.region import Region

ABOUT = ("datapaket", "specifikation", "katalog", "ingang")
"""Open products that describe the others. They are referred to, and are no datasets of their own."""
DICTIONARY, SPECIFICATION = products.DATAPACKAGE.removeprefix("maps/"), "specifikation.html"
LICENCE = "http://creativecommons.org/licenses/by/4.0/"
"""The strictest licence among the sources: Lantmäteriet's addresses are CC BY 4.0, SCB's grids CC0, and PTS
states none but asks to be credited. Exactly this IRI: https, or no slash, is another licence to a harvester."""
LICENCE_NAME = "Creative Commons Erkännande 4.0 Internationell (CC BY 4.0)"
EPSG_3006 = "http://www.opengis.net/def/crs/EPSG/0/3006"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS_NAMES = {EPSG_3006: "SWEREF 99 TM (EPSG:3006)", CRS84: "WGS 84, longitud och latitud (CRS84)"}
CELL_M = 250
LINEAGE = (
    "PTS:s statistik per kommun, SCB:s befolkningsrutnät och Lantmäteriets belägenhetsadresser har förts samman "
    "till rutor om 250 × 250 meter. Täckningen är uppmätt där täckningsuppgifter avgör, annars modellerad ur PTS:s "
    "andelar. Antal återges i band eller avrundade. Källor (bearbetade): {krediter}."
)


@dataclass(frozen=True)
class File:
    """A distribution: one published file, or several of a kind.

    Attributes
    ----------
    paths : tuple of str
        Under ``maps/``.
    crs : str
        IRI of the reference system, empty where the file holds no coordinates.
    size : int
        Bytes, of all files together.
    sha256 : str
        Empty where the distribution is several files.
    """

    iri: str
    title: str
    paths: tuple[str, ...]
    format: str
    media_type: str
    crs: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Dataset:
    """An open dataset and all its distributions."""

    product: products.Product
    iri: str
    uuid: str
    title: str
    description: str
    files: tuple[File, ...]


@dataclass(frozen=True)
class Described:
    """Everything the metadata of an edition says, ready to be written in any form.

    Attributes
    ----------
    bounds : tuple of float
        West, south, east, north in degrees (WGS 84).
    period : tuple of str
        Oldest and newest reference date of the inputs.
    """

    root: str
    region: Region
    facts: run.RunFacts
    title: str
    description: str
    datasets: tuple[Dataset, ...]
    origins: tuple[Origin, ...]
    credits: tuple[str, ...]
    bounds: tuple[float, float, float, float]
    period: tuple[str, str]

    @property
    def lineage(self) -> str:
        """How the datasets came to be, in Swedish."""
        return LINEAGE.format(krediter="; ".join(self.credits))

    @property
    def issued(self) -> str:
        """Date of the first edition."""
        return self.region.publicering.utgiven or self.modified

    @property
    def modified(self) -> str:
        """Date of this edition: its newest input's."""
        return self.facts["senaste_indatadatum"]

    def address(self, path: str) -> str:
        """Return the web address of a file under ``maps/``."""
        return iris.published(self.root, path)


def gather(region: Region, paths: Paths) -> Described:
    """Gather what is said of the open edition.

    Raises
    ------
    DataError
        When a file of an open product has not been built.
    """
    facts, sources, root = run.read_facts(paths), run.read_sources(paths), iris.base(region)
    dates = [s.date for s in sources if s.date] or [facts["senaste_indatadatum"]]
    found = (_dataset(p, root, facts, paths) for p in products.open_products() if p.id not in ABOUT)
    return Described(
        root=root, region=region, facts=facts,
        title=run.demo_prefix(facts) + f"Öppna data om bredband i {region.lan.kortnamn}",
        description=_marked(
            f"Bredbandstäckning i {region.lan.namn}: 250 m-rutor, bristområden, kommuner och kartor ur samma "
            f"analys. PTS:s kartläggning {facts['pts_datum']}, SCB:s folkmängd {facts['scb_ar']}.", facts,
        ),
        datasets=tuple(d for d in found if d.files),
        origins=origins(root, sources),
        credits=tuple(run.credit_lines(sources)),
        bounds=bounds(paths),
        period=(min(dates), max(dates)),
    )  # fmt: skip


def bounds(paths: Paths) -> tuple[float, float, float, float]:
    """Return the grid's bounding box in degrees, rounded outwards to 0.0001°: west, south, east, north."""
    from pyproj import Transformer

    ids = files.read_table(paths.table("oppna_rutor"), ["rutid_scb"])["rutid_scb"]
    e, n = ids.str.slice(0, 6).astype("int64"), ids.str.slice(6).astype("int64")
    to_degrees = Transformer.from_crs(files.EPSG, 4326, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(
        e.min(), n.min(), e.max() + CELL_M, n.max() + CELL_M, densify_pts=21
    )
    down, up = (
        (math.floor(x * 1e4) / 1e4 for x in (west, south)),
        (math.ceil(x * 1e4) / 1e4 for x in (east, north)),
    )
    return (*down, *up)  # type: ignore[return-value]


def _dataset(product: products.Product, root: str, facts: run.RunFacts, paths: Paths) -> Dataset:
    iri = iris.dataset(root, product.id)
    made = (_file(product.id, f, root, paths) for f in product.files)
    return Dataset(
        product=product, iri=iri, uuid=str(iris.uuid(iri)),
        title=run.demo_prefix(facts) + product.title, description=_marked(product.description, facts),
        files=tuple(f for f in made if f.paths),
    )  # fmt: skip


def _marked(text: str, facts: run.RunFacts) -> str:
    return f"{run.DEMO_TEXT} {text}" if facts["demo"] else text


def _file(ident: str, file: products.File, root: str, paths: Paths) -> File:
    built = _built(file.path, paths)
    name = file.path.removeprefix("maps/")
    return File(
        iri=iris.distribution(root, ident, name),
        title=f"{file.format}, lagret {file.layer}" if file.layer else file.format,
        paths=tuple(p.relative_to(paths.built("maps")).as_posix() for p in built),
        format=file.format, media_type=file.media_type, crs=_crs(name),
        size=sum(p.stat().st_size for p in built), sha256=files.sha256(built[0]) if len(built) == 1 else "",
    )  # fmt: skip


def _built(path: str, paths: Paths) -> list[Path]:
    """Return the built files; of a name with ``*`` there may be none, since some are made on demand."""
    whole = paths.built(path)
    if "*" in whole.name:
        return sorted(p for p in whole.parent.glob(whole.name) if not p.name.startswith("."))
    if not whole.is_file():
        raise DataError(
            "En öppen produkt är inte byggd, så katalogen kan inte skrivas.", file=path,
            action="Kör make coverage, som bygger produkterna före katalogen.",
        )  # fmt: skip
    return [whole]


def _crs(name: str) -> str:
    """Return the reference system of a data file; GeoJSON has only one (RFC 7946)."""
    if name.endswith(".geojson"):
        return CRS84
    return EPSG_3006 if name.endswith((".gpkg", ".parquet", ".gml")) else ""
