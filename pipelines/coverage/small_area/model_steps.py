"""The model's steps as the coverage stage takes them, and what it writes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import CLASSES
from pipelines.core import cell_grid, files
from pipelines.core.level import MEASURES
from pipelines.coverage import remoteness
from pipelines.coverage.small_area import features as feature
from pipelines.coverage.small_area import fit, uncertainty
from pipelines.coverage.small_area.contiguity import SQUARE_M
from pipelines.coverage.small_area.shift import shift
from pipelines.tables import step_tables
from pipelines.tables.contracts import check

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger
    from pipelines.core.paths import Paths
    from pipelines.evidence.decided import Evidence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Solver = Callable[[float, Floats, Floats, Floats, Floats], Floats]
"""``solve(rest, households, score, low, high)``: probabilities of being uncovered that meet ``rest``."""


@dataclass(frozen=True)
class Ground:
    """The addresses, their households and the variance of these, their groups, features, and which method spreads."""

    addresses: pd.DataFrame
    households: Floats
    spread: Floats
    index: Ints
    table: pd.DataFrame
    features: feature.Features
    plain: bool

    @classmethod
    def of(
        cls, region: Region, addresses: pd.DataFrame, people: pd.DataFrame, index: Ints, table: pd.DataFrame
    ) -> Ground:
        """Gather the ground from addresses (with cell, class, ortstyp) and their people, in the same order."""
        return cls(
            addresses,
            people["hushall"].to_numpy(),
            people["hushall_varians"].to_numpy(),
            index,
            table,
            feature.make(addresses, people["befolkning_fore"].to_numpy()),
            region.modell.metod == "enkel",
        )


@dataclass(frozen=True)
class Spreading:
    """How to spread what evidence leaves: each address's score per measure, and how to meet a sum by it."""

    score: dict[str, Floats]
    solve: Solver
    model: fit.Model


def fitted(ground: Ground, evidence: Evidence) -> Spreading:
    """Fit the model to one edition's evidence; the plain method needs no fit."""
    if ground.plain:
        remote = remoteness.remoteness(ground.addresses["rutid"].to_numpy())
        none = fit.assumed(ground.features, fit.kinds_of(ground.table)[ground.index])
        return Spreading(dict.fromkeys(MEASURES, remote), remoteness.spread, none)
    model = fit.make(
        ground.features, ground.addresses["kommunkod"], ground.index, ground.table, ground.households, evidence
    )
    return Spreading(model.score, shift, model)


def write_uncertainty(
    ground: Ground,
    spreading: Spreading,
    evidence: Evidence,
    coverage: Floats,
    wanted: pd.DataFrame,
    region: Region,
    paths: Paths,
    ledger: Ledger,
) -> None:
    """Write the intervals of the internal edition, and tell the ledger what the model rests on."""
    neighbours = uncertainty.learnt(
        spreading.model, ground.features, evidence, ground.households, ground.index, ground.table
    )
    squares = uncertainty.square_table(
        ground.features,
        evidence,
        coverage,
        ground.households,
        ground.spread,
        ground.addresses,
        ground.index,
        ground.table,
        neighbours,
    )
    squares["kommunnamn"] = squares["kommunkod"].map(region.kommunnamn).astype("str")
    squares = check(squares, step_tables.OSAKERHET)
    files.write_polygons(_outlined(squares), paths.table("osakerhet_5km"))
    kommuner = uncertainty.kommun_table(wanted, coverage, ground.households, ground.addresses["kommunkod"])
    files.write_table(kommuner, paths.table("osakerhet_kommun"))
    tell(ledger, ground, spreading, neighbours)


def _outlined(squares: pd.DataFrame) -> Any:
    import geopandas as gpd
    import shapely

    e, n = cell_grid.corner(squares["ruta_5km"].astype("int64"))
    boxes = shapely.box(e, n, e + SQUARE_M, n + SQUARE_M)
    outlines = shapely.multipolygons(boxes, indices=np.arange(len(boxes)))
    return gpd.GeoDataFrame(squares, geometry=outlines, crs=files.EPSG)


def tell(ledger: Ledger, ground: Ground, spreading: Spreading, neighbours: uncertainty.Neighbours) -> None:
    """Quote the model in the ledger: what it was fitted on, its coefficients, how neighbours go together."""
    model = spreading.model
    ledger.facts["modell"] = {
        "metod": "enkel" if ground.plain else "smaomrade",
        "larokommuner": list(model.taught_by),
        "koefficienter": [
            {
                "matt": m,
                "klass": c,
                "krympning": float(s.shrunk),
                "per_enhet": {n: float(x) for n, x in zip(feature.NAMES, s.per_unit, strict=True)},
                "per_standardavvikelse": (
                    {n: float(x) for n, x in zip(feature.NAMES, s.per_sd, strict=True)} if model.taught_by else {}
                ),
            }
            for (m, c), s in model.slopes.items()
        ],
        "samvariation": [
            {
                "matt": m,
                "klass": CLASSES[k],
                "by": x.village,
                "ruta_5km": x.square,
                "under": neighbours.reach[m].below,
                "over": neighbours.reach[m].above,
            }
            for m, by_kind in neighbours.together.items()
            for k, x in by_kind.items()
        ],
    }
    if ground.plain:
        return
    if not model.taught_by:
        ledger.add(
            "antagen",
            "modell",
            "modellens koefficienter: för få kommuner har fullständiga täckningsuppgifter",
            sum(x != 0 for x in fit.ASSUMED.values()),
            f"oddsen för att sakna täckning antas följa {_assumption()}; se docs/modell.md",
            feature.NAMES,
        )
        ledger.add(
            "antagen",
            "modell",
            "hur grannar följs åt, för osäkerheten per 5 × 5 km-ruta",
            2,
            "korrelation i en by 0,4 och i en ruta 0,15; se docs/modell.md",
        )
    else:
        ledger.add(
            "upplysning",
            "modell",
            "kommuner med fullständiga täckningsuppgifter, som modellen är anpassad på",
            len(model.taught_by),
            "se avsnittet Modellen",
            model.taught_by,
        )


def _assumption() -> str:
    return ", ".join(f"{name} ({value:+g})".replace(".", ",") for name, value in fit.ASSUMED.items())
