"""The program's projects of small made-up counties without roads."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.config.projects import Projekt
from pipelines.core.level import Level
from pipelines.projects.costed_projects import PlaceNames, Projects, measure
from tests.stages.gaps.regions import REGION, Address, columns, dry

ALONE = np.zeros(2)
"""Neighbours that share nothing."""


def made(
    rows: list[Address], together: Any = ALONE, mbit: int = 1000, matt: str = "tillgang", **rule: float
) -> Projects:
    where, p, _ = columns(rows)
    region = REGION.model_copy(update={"projekt": Projekt(**{"dragningar": 20, **rule})})
    empty = np.full(len(rows), "", dtype=object)
    called = PlaceNames(empty, empty, lambda xy: np.full(len(xy), "", dtype=object))
    return measure(where, p, Level(matt, mbit), region, dry(where), called, together)
