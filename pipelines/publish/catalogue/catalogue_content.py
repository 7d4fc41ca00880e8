"""What the catalogue, the ISO record and the specification say of the open datasets: gathered once.

Titles, descriptions and benefit come from the registry of products, columns from the contracts, dates and
sources from the run, the rest from the configuration; sizes and checksums from the built files themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.core.errors import ContractError, DataError
from pipelines.core.quoted import RunFacts, Source, of_ground
from pipelines.disclosure.open_run import read_open_facts, read_open_sources
from pipelines.publish import products
from pipelines.publish.catalogue import english, iris, wording
from pipelines.publish.catalogue.origins import Origin, origins
from pipelines.publish.words import edition_facts as run

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

ABOUT = ("datapaket", "specifikation", "katalog", "ingang", "tillganglighet")
"""Open products that describe the others. They are referred to, and are no datasets of their own."""
DICTIONARY, SPECIFICATION = products.DATAPACKAGE.removeprefix("maps/"), "specifikation.html"


@dataclass(frozen=True)
class File:
    """A distribution: one published file, or several of a kind.

    Attributes
    ----------
    layer : str
        The dataset's layer, where the file holds those of several.
    paths, sizes : tuple
        Under ``maps/``; bytes.
    crs : str
        IRI of the reference system, empty where the file holds no coordinates.
    packed : bool
        A zip around what ``format`` and ``media_type`` tell.
    sha256 : str
        Empty where the distribution is several files, or nobody asked.
    """

    iri: str
    layer: str
    paths: tuple[str, ...]
    sizes: tuple[int, ...]
    format: str
    version: str
    media_type: str
    language: str
    packed: bool
    crs: str
    sha256: str

    @property
    def title(self) -> str:
        """Format, and where in the file."""
        tail = {"sv": "", "en": " på engelska"}[self.language]
        return (f"{self.format}, lagret {self.layer}" if self.layer else self.format) + tail

    @property
    def served_as(self) -> str:
        """Media type of what is fetched."""
        return products.MEDIA["zip"][1] if self.packed else self.media_type

    @property
    def title_en(self) -> str:
        """The same in English."""
        told = english.FORMATS.get(self.format, self.format)
        return (f"{told}, layer {self.layer}" if self.layer else told) + {"sv": "", "en": " in English"}[self.language]

    @property
    def size(self) -> int:
        """Bytes, of all files together."""
        return sum(self.sizes)


@dataclass(frozen=True)
class Making:
    """How datasets came to be, of whose data, and under which licence they are given.

    Attributes
    ----------
    key : str
        Its part of an IRI.
    """

    key: str
    licence: wording.Licence
    lineage: str
    lineage_en: str
    origins: tuple[Origin, ...]
    credits: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """An open dataset and all its distributions."""

    product: products.Product
    iri: str
    uuid: str
    title: str
    description: str
    title_en: str
    description_en: str
    making: Making
    files: tuple[File, ...]

    @property
    def is_geographic(self) -> bool:
        """Whether one of its files holds coordinates."""
        return any(f.crs for f in self.files)

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer of the open GeoPackage: what an edition has of its own, and a service gives."""
        return any(f.layer for f in self.files)

    @property
    def is_in_cells(self) -> bool:
        """Whether it is made of grid cells, and thus has their size as its resolution."""
        return self.is_geographic and any(
            c.name in ("rutid_scb", "rutor") for t in self.product.tables for c in t.columns
        )


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
    facts: RunFacts
    title: str
    description: str
    datasets: tuple[Dataset, ...]
    making: Making
    bounds: tuple[float, float, float, float]
    period: tuple[str, str]

    @property
    def makings(self) -> tuple[Making, ...]:
        """Return every way in which its datasets came to be, the edition's own first."""
        return tuple(dict.fromkeys((self.making, *(x.making for x in self.datasets))))

    @property
    def issued(self) -> str:
        """Date of the first edition."""
        return wording.issued(self.region, self.facts)

    @property
    def modified(self) -> str:
        """Date of this edition: its newest input's."""
        return self.facts["senaste_indatadatum"]

    def address(self, path: str) -> str:
        """Return the web address of a file under ``maps/``."""
        return iris.published(self.root, path)

    def access(self, dataset: Dataset, file: File) -> str:
        """Return where a distribution is had: the file, or the specification's list of files where many."""
        if len(file.paths) == 1:
            return self.address(file.paths[0])
        return f"{self.address(SPECIFICATION)}#leverans-{dataset.product.id}"


def gather(region: Region, paths: Paths, *, hashed: bool = True) -> Described:
    """Gather what is said of the open edition.

    Parameters
    ----------
    hashed : bool
        Reckon the files' checksums too.

    Raises
    ------
    DataError
        When a file of an open product has not been built.
    """
    facts, sources, root = read_open_facts(paths), read_open_sources(paths), iris.base(region)
    wording.check_licence(region, sources)
    sums: dict[Path, str] = {}
    own, ground = _making(region, facts, sources, root), _ground(region, sources, root)
    found = (
        _dataset(p, root, facts, ground if p.id == products.GROUND else own, paths, sums if hashed else None)
        for p in products.open_products()
        if p.id not in ABOUT
    )
    return Described(
        root=root,
        region=region,
        facts=facts,
        title=wording.edition_title(region, facts),
        description=wording.edition_text(region, facts),
        datasets=tuple(d for d in found if d.files),
        making=own,
        bounds=bounds(paths),
        period=wording.period(facts, sources),
    )


def _making(region: Region, facts: RunFacts, sources: list[Source], root: str) -> Making:
    credits = tuple(run.credit_lines(sources))
    lineage = wording.lineage(credits, facts, is_open=True)
    given = wording.licence(region)
    return Making("tillkomst", given, lineage, english.lineage(facts), origins(root, sources), credits)


def _ground(region: Region, sources: list[Source], root: str) -> Making:
    """Return how the ground under the map came to be: of some of the sources, and maybe under one's licence."""
    own = of_ground(sources)
    credits = tuple(run.credit_lines(own))
    known = {o.publisher_iri for o in origins(root, own)}
    return Making(
        "tillkomst-underlagskarta",
        wording.ground_licence(region, sources),
        wording.ground_lineage(credits),
        english.GROUND_LINEAGE,
        tuple(o for o in origins(root, sources) if o.publisher_iri in known),
        credits,
    )


def check_listed(paths: Paths) -> None:
    """Check that every file that will be published belongs to an open product.

    Raises
    ------
    ContractError
        Naming the files that do not.
    """
    root = paths.built("maps")
    built = (p.relative_to(root) for p in root.rglob("*") if p.is_file())
    names = [f"maps/{p.as_posix()}" for p in built if not any(part.startswith(".") for part in p.parts)]
    if unlisted := products.unlisted(names):
        raise ContractError(
            "Filer som ska publiceras hör inte till någon öppen produkt.",
            details=unlisted[:20],
            action="Ta bort filerna, eller lägg till dem i pipelines/publish/products.py om de får publiceras.",
        )


def bounds(paths: Paths) -> tuple[float, float, float, float]:
    """Return the grid's bounding box in degrees: west, south, east, north."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(paths.table("oppen_rutnat_250m")) as file:  # not read_table, which imports pandas
        ids = file.read(["rutid_scb"])["rutid_scb"]
    e, n = (pc.min_max(pc.utf8_slice_codeunits(ids, *at).cast("int64")).as_py() for at in ((0, 6), (6, 13)))
    return wording.in_degrees(e["min"], n["min"], e["max"] + wording.CELL_M, n["max"] + wording.CELL_M)


def _dataset(
    product: products.Product, root: str, facts: RunFacts, making: Making, paths: Paths, sums: dict[Path, str] | None
) -> Dataset:
    iri, told = iris.dataset(root, product.id), english.DATASETS.get(product.id)
    made = (_file(product.id, f, root, paths, sums) for f in product.files)
    return Dataset(
        product=product,
        iri=iri,
        uuid=str(iris.uuid(iri)),
        title=run.demo_prefix(facts) + product.title,
        description=run.marked(product.description, facts),
        title_en=english.prefix(facts) + told[0] if told else "",
        description_en=english.marked(told[1], facts) if told else "",
        making=making,
        files=tuple(f for f in made if f.paths),
    )


def _file(ident: str, file: products.File, root: str, paths: Paths, sums: dict[Path, str] | None) -> File:
    built = _built(file, paths)
    name = file.path.removeprefix("maps/")
    digest = ""
    if sums is not None and len(built) == 1:
        if built[0] not in sums:  # one file can serve several datasets
            sums[built[0]] = files.sha256(built[0])
        digest = sums[built[0]]
    return File(
        iri=iris.distribution(root, ident, name),
        layer=file.layer,
        paths=tuple(p.relative_to(paths.built("maps")).as_posix() for p in built),
        sizes=tuple(p.stat().st_size for p in built),
        format=file.format,
        version=file.version,
        media_type=file.media_type,
        language=file.language,
        packed=file.packed,
        crs=_crs(name),
        sha256=digest,
    )


def _built(file: products.File, paths: Paths) -> list[Path]:
    """Return the built files; of a name with ``*`` there may be none, since some are made on demand."""
    whole = paths.built(file.path)
    if "*" in whole.name:
        found = (p for p in whole.parent.glob(whole.name) if not p.name.startswith("."))
        return sorted(p for p in found if products.File(p.as_posix()).language == file.language)
    if not whole.is_file():
        raise DataError(
            "En öppen produkt är inte byggd, så katalogen kan inte skrivas.",
            file=file.path,
            action="Kör make coverage, som bygger produkterna före katalogen.",
        )
    return [whole]


def _crs(name: str) -> str:
    """Return the reference system of a data file; GeoJSON has only one (RFC 7946), and so have map tiles."""
    name = name.removesuffix(products.PACKED)
    if name.endswith(".geojson"):
        return wording.CRS84
    if name.endswith(".pmtiles"):
        return wording.EPSG_3857
    return wording.EPSG_3006 if name.endswith((".gpkg", ".parquet", ".gml", ".tif")) else ""
