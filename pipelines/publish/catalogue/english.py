"""The open datasets in English: what the catalogue says beside the Swedish, in the words of the English map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.level_words import thresholds
from pipelines.core.quoted import RunFacts
from pipelines.publish.words import edition_facts as run

if TYPE_CHECKING:
    from pipelines.config.region import Region

DEMO_TEXT = "DEMO – invented figures, nothing here is real."
DATASETS = {
    "rutnat-250m": (
        "Broadband coverage in 250 m grid cells",
        "Each cell of 250 × 250 metres with land or addresses: the share of its addresses that have, or are passed by "
        f"fibre for, {thresholds('en')}, in classes.",
    ),
    "bristomraden": (
        "Areas lacking broadband",
        "Grid cells close to each other with addresses without coverage, per speed and measure, of data that may be "
        "published. Counts as from and to, cost in classes.",
    ),
    "projekt": (
        "Projects to build, in order",
        "The cells of the areas lacking broadband, cut and merged along the roads into projects that can be built, per "
        "speed and measure: name, households without as from and to, approximate cost, households per million kronor.",
    ),
    "kommuner": (
        "Broadband coverage per municipality",
        f"Share of households with access to, and passed by, {thresholds('en')} beside the figures of PTS, the "
        "Swedish Post and Telecom Authority; households without in tens, land by the cells' class.",
    ),
    "lan": (
        "Broadband coverage of the county",
        "The same key figures for the whole county, the sum of the municipalities' published counts.",
    ),
    "klassraster": (
        "Coverage class as raster",
        "The grid cells' coverage class as cloud optimized GeoTIFF, one per measure and speed.",
    ),
    "qgis-projekt": (
        "QGIS project for the open edition",
        "Project file for QGIS 3.22 and later with layers, themes, bookmarks and print layouts.",
    ),
    "underlagskarta": (
        "Ground under the map: water and roads",
        "Water, roads and ferries, merged and generalised from their publishers' files, to lie under the map of the "
        "QGIS project. Says nothing of coverage. A file of its own, since its roads decide its licence: with those of "
        "OpenStreetMap it is ODbL 1.0, otherwise that of the open edition.",
    ),
    "historik": (
        "Broadband coverage year by year",
        "Shares per municipality since 2015 as PTS and Kolada have published them, with breaks in the series marked.",
    ),
    "framskrivning": (
        "Projection towards the broadband goals",
        "When each municipality reaches the goals if the pace of recent years goes on: a projection with intervals, "
        "no forecast.",
    ),
    "avstamning": (
        "Reconciliation with published figures",
        "Figures that others have published beside ours: difference, tolerance, and why they may differ.",
    ),
    "bredbandskarta": (
        "The broadband map",
        "Web map in one file: the grid cells' classes and the municipalities' key figures. Works without a network.",
    ),
    "kommunsidor": ("Pages per municipality", "A page for each municipality with its key figures and a map."),
    "utskriftskartor": (
        "Maps for printing",
        "The county on A3 and each municipality on A4 with coverage class per grid cell, as PDF and PNG.",
    ),
}
"""Title and description by id of the product."""
FORMATS = {"QGIS-projekt": "QGIS project", "QGIS-stil": "QGIS style"}
"""Names of formats that are not the same in both languages."""
BESIDE = {"datapaket": "Data dictionary", "specifikation": "Data product specification", "katalog": "Data catalogue"}
"""Titles of the open products that describe the datasets, by id."""
SPECIFICATION, DICTIONARY, RECORD = (BESIDE["specifikation"], BESIDE["datapaket"], "Metadata record, ISO 19139")
LINEAGE = (
    "Statistics per municipality from PTS, the Swedish Post and Telecom Authority, population grids from Statistics "
    "Sweden and {addresses} have been combined in grid cells of 250 × 250 metres. Coverage is measured "
    "where coverage data decide, otherwise modelled on PTS's shares. Counts are rounded or in classes."
)
CRS_NAMES = {
    "EPSG/0/3006": "SWEREF 99 TM (EPSG:3006)",
    "EPSG/0/3857": "Web Mercator (EPSG:3857)",
    "CRS84": "WGS 84, longitude and latitude (CRS84)",
}
"""Names of reference systems by the end of their IRIs."""


def title(product: str) -> str:
    """Return the title of an open product.

    >>> title("kommuner"), title("datapaket")
    ('Broadband coverage per municipality', 'Data dictionary')
    """
    return BESIDE[product] if product in BESIDE else DATASETS[product][0]


def prefix(facts: RunFacts) -> str:
    """Return what every title begins with."""
    return run.demo_prefix(facts)


def marked(text: str, facts: RunFacts) -> str:
    """Return a description, with the mark of a demo and the edition's notes first."""
    said = run.noted(text, facts, "en")
    return f"{DEMO_TEXT} {said}" if facts["demo"] else said


def lineage(facts: RunFacts) -> str:
    """Return how the datasets came to be."""
    return LINEAGE.format(addresses=run.addresses(facts, "en")[0])


GROUND_LINEAGE = (
    "Water, roads and ferries have been read from their publishers' files within the county's box, merged by class, "
    "simplified and cut at the municipalities' boundaries. Nothing else decides what is shown."
)


def edition(region: Region, facts: RunFacts) -> tuple[str, str]:
    """Return title and description of the open edition as a whole."""
    text = (
        f"Broadband coverage in {region.lan.kortnamn}, Sweden: 250 m grid cells, areas lacking broadband, "
        f"municipalities and maps of one analysis. PTS's survey of {facts['pts_datum']}, population of "
        f"{facts['scb_ar']}. Theoretical coverage. Open edition: no addresses and no small counts."
    )
    return prefix(facts) + f"Open data on broadband in {region.lan.kortnamn}", marked(text, facts)


def reference_system(iri: str) -> str:
    """Return the name of a reference system."""
    return next(name for end, name in CRS_NAMES.items() if iri.endswith(end))
