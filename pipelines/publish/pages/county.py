"""What the kommun pages are made of, read once: the open tables and outlines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pipelines.config.region import MEASURES, THRESHOLDS, Region
from pipelines.core import files
from pipelines.disclosure import make_open_tables
from pipelines.disclosure.open_reconciliation import beyond_pts
from pipelines.disclosure.open_run import read_open_facts
from pipelines.publish.pages import page_figures, scene
from pipelines.tables import open_contracts
from pipelines.tables.history_tables import FRAMSKRIVNING_OPPEN
from pipelines.tables.reconciliation_tables import AVSTAMNING_OPPEN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.paths import Paths
    from pipelines.core.quoted import RunFacts

SHOWN = ("tillgang", 100)
"""Measure and threshold of the map, the gap areas and the comparison: what the big map shows first."""


@dataclass(frozen=True)
class County:
    """What the pages are made of, read once.

    Attributes
    ----------
    kommuner, lan, cells, areas : DataFrame
        The open tables.
    land : scene.Land
        Outlines and localities.
    history : DataFrame, optional
        Contract HISTORIK_OPPEN.
    projection : DataFrame
        Contract FRAMSKRIVNING_OPPEN.
    reconciliation : DataFrame
        Contract AVSTAMNING_OPPEN.
    """

    region: Region
    facts: RunFacts
    kommuner: pd.DataFrame
    lan: pd.DataFrame
    cells: pd.DataFrame
    areas: pd.DataFrame
    land: scene.Land
    history: pd.DataFrame | None
    projection: pd.DataFrame
    reconciliation: pd.DataFrame

    @cached_property
    def tell(self) -> page_figures.Teller:
        """The one who tells figures."""
        return page_figures.Teller(self.region, beyond_pts(self.reconciliation))

    @cached_property
    def ranks(self) -> dict[tuple[str, int], dict[str, page_figures.Told]]:
        """Each kommun's place by measure and threshold."""
        return {(m, t): page_figures.ranks(self.kommuner, m, t) for m in MEASURES for t in THRESHOLDS}

    @cached_property
    def rows(self) -> dict[str, page_figures.Row]:
        """The kommuner's rows by code."""
        return {str(r["kommunkod"]): r for r in self.kommuner.to_dict("records")}

    @cached_property
    def shown_areas(self) -> pd.DataFrame:
        """The gap areas of the shown measure and threshold, the one with most households without first."""
        a = self.areas
        of = a[((a["matt"] == SHOWN[0]) & (a["troskel_mbit"] == SHOWN[1])).to_numpy()]
        most = of["hushall_utan_hogst"].to_numpy(dtype=np.float64, na_value=np.inf)
        order = np.lexsort([of["bristomrade_id"], -most, -of["hushall_utan_minst"].to_numpy(np.float64)])
        return of.iloc[order].reset_index(drop=True)

    @cached_property
    def history_of(self) -> dict[str, pd.DataFrame]:
        """The history of each kommun as a whole, by the shown measure; empty where there is none."""
        if self.history is None:
            return {}
        of = self.history[((self.history["omradestyp"] == "totalt") & (self.history["matt"] == SHOWN[0])).to_numpy()]
        return {str(k): rows for k, rows in of.groupby("kommunkod", sort=True)}

    @cached_property
    def cells_of(self) -> dict[str, pd.DataFrame]:
        """The cells of each kommun."""
        return {str(k): c for k, c in self.cells.groupby("kommunkod", sort=True)}


def read(region: Region, paths: Paths) -> County:
    """Read what the pages are made of."""
    kommuner, lan, cells = (
        make_open_tables.read(paths, t)
        for t in (open_contracts.KOMMUNER_OPPNA, open_contracts.LAN_OPPNA, open_contracts.RUTNAT_250M)
    )
    history = paths.table("oppen_historik")
    return County(
        region=region,
        facts=read_open_facts(paths),
        kommuner=kommuner,
        lan=lan,
        cells=cells,
        areas=make_open_tables.read(paths, open_contracts.BRISTOMRADEN_OPPNA),
        land=scene.prepare(files.read_polygons(paths.table("granser")), files.read_polygons(paths.table("orter"))),
        history=files.read_table(history) if history.exists() else None,
        projection=make_open_tables.read(paths, FRAMSKRIVNING_OPPEN),
        reconciliation=make_open_tables.read(paths, AVSTAMNING_OPPEN),
    )
