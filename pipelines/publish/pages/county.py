"""What the kommun pages are made of, read once: the open tables and outlines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.config.region import Region
from pipelines.core import files
from pipelines.core.level import LEVELS, Level
from pipelines.disclosure.open_reconciliation import beyond_pts
from pipelines.disclosure.open_run import read_open_facts
from pipelines.publish.pages import scene
from pipelines.publish.words import project_list
from pipelines.publish.words.level_figures import OpenFigures, Row, first_level, ranks
from pipelines.tables import open_contracts
from pipelines.tables.history_tables import FRAMSKRIVNING_OPPEN
from pipelines.tables.reconciliation_tables import AVSTAMNING_OPPEN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.figure import Figure
    from pipelines.core.paths import Paths
    from pipelines.core.quoted import RunFacts


@dataclass(frozen=True)
class County:
    """What the pages are made of, read once.

    Attributes
    ----------
    kommuner, lan, cells, projects, project_cells : DataFrame
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
    projects: pd.DataFrame
    project_cells: pd.DataFrame
    land: scene.Land
    history: pd.DataFrame | None
    projection: pd.DataFrame
    reconciliation: pd.DataFrame

    @property
    def shown(self) -> Level:
        """The level of the map, the projects and the comparison: what the big map shows first."""
        return first_level(self.region)

    @cached_property
    def figures(self) -> OpenFigures:
        """The one who reads figures."""
        return OpenFigures(self.region, beyond_pts(self.reconciliation))

    @cached_property
    def ranks(self) -> dict[Level, dict[str, Figure]]:
        """Each kommun's place by level."""
        return {level: ranks(self.kommuner, level) for level in LEVELS}

    @cached_property
    def rows(self) -> dict[str, Row]:
        """The kommuner's rows by code."""
        return {str(r["kommunkod"]): r for r in self.kommuner.to_dict("records")}

    @cached_property
    def shown_projects(self) -> dict[str, pd.DataFrame]:
        """The projects of the shown level that lie mostly in each kommun, in the order they are built in."""
        of = project_list.of_level(self.projects, self.shown)
        return {str(k): rows for k, rows in of.groupby("kommunkod", sort=True)}

    @cached_property
    def history_of(self) -> dict[str, pd.DataFrame]:
        """The history of each kommun as a whole, by the shown measure; empty where there is none."""
        if self.history is None:
            return {}
        h = self.history
        of = h[((h["omradestyp"] == "totalt") & (h["matt"] == self.shown.measure)).to_numpy()]
        # As Python's own texts: a page takes some rows of it forty times, and each taking of Arrow's costs more.
        of = of.astype({c: object for c in of.columns if of[c].dtype == "str"})
        return {str(k): rows for k, rows in of.groupby("kommunkod", sort=True)}

    @cached_property
    def cells_of(self) -> dict[str, pd.DataFrame]:
        """The cells of each kommun."""
        return {str(k): c for k, c in self.cells.groupby("kommunkod", sort=True)}


def read(region: Region, paths: Paths) -> County:
    """Read what the pages are made of."""
    kommuner, lan, cells = (
        open_contracts.read(paths, t)
        for t in (open_contracts.KOMMUNER_OPPNA, open_contracts.LAN_OPPNA, open_contracts.RUTNAT_250M)
    )
    history = paths.table("oppen_historik")
    return County(
        region=region,
        facts=read_open_facts(paths),
        kommuner=kommuner,
        lan=lan,
        cells=cells,
        projects=open_contracts.read(paths, open_contracts.PROJEKT_OPPNA),
        project_cells=open_contracts.read(paths, open_contracts.PROJEKT_RUTOR_OPPNA),
        land=_land(paths),
        history=files.read_table(history) if history.exists() else None,
        projection=open_contracts.read(paths, FRAMSKRIVNING_OPPEN),
        reconciliation=open_contracts.read(paths, AVSTAMNING_OPPEN),
    )


def _land(paths: Paths) -> scene.Land:
    granser, kommunytor, water, roads, orter = (
        files.read_shapes(paths.table(name))
        for name in ("granser", "kommunytor", "grund_vatten", "grund_vagar", "orter")
    )
    return scene.prepare(granser, kommunytor, (water, roads), orter)
