"""Which columns each edition's page carries, and the internal page's own classes and bands.

The open page is made from ``oppen_rutnat_250m`` alone: it can hold nothing that table does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.config.region import CLASSES, Region
from pipelines.core import classes
from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import LACKING, Language
from pipelines.disclosure import bands
from pipelines.publish.webmap.encode import Codes, Numbers, codes, numbers, truths
from pipelines.tables.code_lists import BEST_TECHNIQUES, MERGED_M, UNDERLAG

if TYPE_CHECKING:
    import pandas as pd

INTERNAL = (classes.NO_ADDRESS, *classes.FINE)
COUNTED = ("adresser", "hushall", "befolkning")
"""Whose numbers without the internal page tells, per cell; of people only those without access."""


def counted(what: str) -> Sequence[Level]:
    """Return the levels at which the number without is told."""
    return LEVELS.of("tillgang") if what == "befolkning" else LEVELS


def band_name(level: Level) -> str:
    """Return the field with the band of the number of households without."""
    return f"{level.without()}_band"


def levels(*, exact: bool) -> list[dict[str, Any]]:
    """Return, for the page's script, each level and what its fields are called.

    ``exact``: as the internal page has them. What a cell rests on is told per threshold for access alone.
    """
    out = []
    for level in LEVELS:
        told = {"matt": level.measure, "troskel": level.mbit, "kod": level.code, "klass": level.cell_class}
        told["underlag"] = level.cell_basis if level.measure == "tillgang" else "underlag"
        out.append({**told, "band": band_name(level)} if exact else told)
    return out


def table_rows(t: dict[str, Any], language: Language, *, exact: bool) -> list[dict[str, Any]]:
    """Return, for the facts panel, the rows of its table: a heading, and the field of each threshold.

    Parameters
    ----------
    t : dict
        The page's texts.
    """
    rows: list[tuple[str, dict[int, str]]] = []
    if exact:
        for what, word in t["fakta_vilka"].items():
            for m, lacking in LACKING[language].items():
                fields = {x.mbit: x.without(what) for x in counted(what) if x.measure == m}
                rows += [(f"{word} {lacking}", fields)] if fields else []
    else:
        rows += [(text, {x.mbit: x.cell_class for x in LEVELS.of(m)}) for m, text in t["matt_namn"].items()]
    rows.append((t["fakta_underlag_tillgang"], {x.mbit: x.cell_basis for x in LEVELS.of("tillgang")}))
    return [{"text": text, "falt": fields} for text, fields in rows]


def open_fields(cells: pd.DataFrame, region: Region) -> list[Codes | Numbers]:
    """Return the open page's fields: classes and the band of addresses, as in ``oppen_rutnat_250m``."""
    return [
        *_where(cells),
        *(codes(level.cell_class, cells[level.cell_class], classes.CODES) for level in LEVELS),
        codes("adresser_band", cells["adresser_band"], bands.codes(region.publicering.bandgranser)),
        codes("sammanslagen_m", cells["sammanslagen_m"], MERGED_M),
    ]


def exact_classes(cells: pd.DataFrame) -> dict[str, pd.Categorical]:
    """Return the classes of the internal edition's own coverage, by column name."""
    return {level.cell_class: _classes(cells, level) for level in LEVELS}


def internal_columns() -> list[str]:
    """Return the columns of ``rutnat_250m`` that the internal page is made from."""
    basis = [level.cell_basis for level in LEVELS.of("tillgang")]
    told = ["rutid_scb", "kommunkod", "kommunnamn", "omradestyp", "planerad", "underlag", *basis, "basta_teknik"]
    return [*told, "land_ha", *COUNTED, *_without()]


def internal_fields(cells: pd.DataFrame, region: Region, exact: dict[str, pd.Categorical]) -> list[Codes | Numbers]:
    """Return the internal page's fields: exact expected counts of ``rutnat_250m``, classes and bands.

    ``exact`` are those of :func:`exact_classes`, never coarser in a cell with few addresses.
    """
    limits = region.publicering.bandgranser
    names = bands.codes(limits)
    return [
        *_where(cells),
        codes("basta_teknik", cells["basta_teknik"], BEST_TECHNIQUES),
        *(codes(name, values, INTERNAL) for name, values in exact.items()),
        *(Codes(band_name(x), names, bands.place(cells[x.without()], limits).astype(np.uint8)) for x in LEVELS),
        numbers("adresser", cells["adresser"], scale=1),
        *(numbers(c, cells[c]) for c in ("land_ha", "befolkning", "hushall", *_without())),
    ]


def _without() -> list[str]:
    return [level.without(what) for what in COUNTED for level in counted(what)]


def kommuner(cells: pd.DataFrame) -> Codes:
    """Return each cell's kommun."""
    return codes("kommunkod", cells["kommunkod"], tuple(sorted(cells["kommunkod"].unique())))


def _where(cells: pd.DataFrame) -> list[Codes | Numbers]:
    return [
        codes("omradestyp", cells["omradestyp"], CLASSES),
        truths("planerad", cells["planerad"]),
        *(codes(c, cells[c], UNDERLAG) for c in ("underlag", *(x.cell_basis for x in LEVELS.of("tillgang")))),
    ]


def _classes(cells: pd.DataFrame, level: Level) -> pd.Categorical:
    import pandas as pd

    every = cells["adresser"].to_numpy(np.float64)
    place = classes.place_of_share(every - cells[level.without("adresser")].to_numpy(np.float64), every, 0)
    return pd.Categorical.from_codes(place, list(classes.CODES))
