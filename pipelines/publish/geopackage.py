"""``bredband.gpkg``, the internal edition: every layer, indexed, titled, styled, in SWEREF 99 TM.

GDAL makes the layers (GeoPackage 1.2: later versions make QGIS 3.22 warn); rows, and what GDAL has no option for
(aliases, attribute indexes, metadata, styles), are written with SQLite.
"""

from __future__ import annotations

from pipelines import contracts, contracts_gaps, contracts_model
from pipelines.files import replacing
from pipelines.paths import Paths
from pipelines.publish import gpkg_extras, gpkg_layers, gpkg_parts, qgis_styles
from pipelines.publish.facts import read_facts, read_sources
from pipelines.region import Region

LAYERS = (
    contracts.RUTNAT, contracts.DELAR, contracts.KOMMUNER, contracts.LAN, contracts.ADRESSER,
    contracts_gaps.BRISTOMRADEN, contracts_gaps.BRISTOMRADEN_KOMMUN, contracts_gaps.BRISTOMRADEN_RUTOR,
    contracts_gaps.BRISTKURVA, contracts_model.OSAKERHET,
)  # fmt: skip
"""The layers of the file, in the order a reader lists them."""


def run(region: Region, paths: Paths) -> None:
    """Build ``out/bredband.gpkg`` from the stages' tables.

    Counts and shares are rounded to 6 decimals here. The same tables and facts give the same bytes.

    Raises
    ------
    ContractError
        When a value is missing in a column that may not lack one.
    """
    facts, sources = read_facts(paths), read_sources(paths)
    with replacing(paths.built("out/bredband.gpkg")) as beside:
        for table in LAYERS:
            gpkg_layers.create(beside, gpkg_parts.STORED if table == contracts.DELAR else table, facts)
        with gpkg_extras.opened(beside) as db:
            for table in LAYERS:
                if table == contracts.DELAR:
                    gpkg_parts.fill(db, paths)
                else:
                    gpkg_layers.fill(db, table, gpkg_layers.batches(table, paths))
            gpkg_extras.add_indexes(db, [t for t in LAYERS if t != contracts.DELAR])
            gpkg_extras.add_aliases(db, LAYERS)
            gpkg_extras.add_metadata(db, region, facts, sources, "bredband-intern")
            gpkg_extras.add_styles(db, [s for t in LAYERS for s in qgis_styles.styles(t, facts)], facts)
