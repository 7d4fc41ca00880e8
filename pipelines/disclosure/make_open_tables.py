"""Step open_tables: what is told of kommuner and län, and beside it what others have told.

With the cells, gap areas and projects of ``make_open_areas.py`` it is all that is published: every product under
``maps/`` reads these tables and no other. So the public page, a kommun page, a print map and the files of
``maps/data/`` cannot disagree, and whatever is worked out of all of them together is what these tables tell. The rule
is in ``disclosure/rules.py``, the reasons and the attack that tests them in ``docs/publicering.md``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.core.level import LEVELS
from pipelines.disclosure.checked import checked
from pipelines.tables.history_tables import FRAMSKRIVNING_OPPEN, HISTORIK_OPPEN
from pipelines.tables.open_contracts import KOMMUNER_OPPNA, LAN_OPPNA
from pipelines.tables.reconciliation_tables import AVSTAMNING_KALLOR, AVSTAMNING_OPPEN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

BESIDE = (HISTORIK_OPPEN, FRAMSKRIVNING_OPPEN, AVSTAMNING_OPPEN)
SUMS = (KOMMUNER_OPPNA, LAN_OPPNA)
"""Written after BESIDE, the län's table last: make takes it as the sign that all are there."""


def run(region: Region, paths: Paths) -> None:
    """Write ``oppen_<table>`` for each of BESIDE and SUMS, and what the open edition tells of its run.

    Raises
    ------
    ContractError
        When a table holds a column that is not open, or a value its contract does not allow.
    """
    from pipelines.core.quoted import read_facts
    from pipelines.disclosure import open_summary
    from pipelines.disclosure.open_run import OPEN_RUN, open_run

    kommuner, lan, parts = (files.read_table(paths.table(name)) for name in ("kommuner", "lan", "oppna_delar"))
    named = [level.cell_class for level in LEVELS.of("tillgang")]
    cells = files.read_table(paths.table("oppen_rutnat_250m"), ["rutid_scb", *named], few=named)
    land = files.read_table(paths.table("land"), ["rutid", "kommunkod", "land_ha"], few=["kommunkod"])
    sums = open_summary.tables(kommuner, lan, cells, parts, land, region.publicering.bandgranser)
    told = {t.name: checked(sums[t.name], t) for t in SUMS}
    beside = _beside(told["kommuner"], told["lan"], read_facts(paths)["pts_ar"], region, paths)
    frames = {t.name: checked(beside[t.name], t) for t in BESIDE} | told
    files.write_text(paths.step / OPEN_RUN, json.dumps(open_run(paths), sort_keys=True) + "\n")
    for name, frame in frames.items():
        files.write_table(frame, paths.table(f"oppen_{name}"))


def _beside(
    kommuner: pd.DataFrame, lan: pd.DataFrame, year: int, region: Region, paths: Paths
) -> dict[str, pd.DataFrame]:
    """Return what others have told, by name: no finer than stands beside it of kommuner and län."""
    import pandas as pd

    from pipelines.disclosure import background, open_history, open_reconciliation

    limits = region.publicering.bandgranser
    whole = ((kommuner, kommuner["kommunkod"]), (lan, lan["lanskod"]))
    decimals = pd.concat([background.certain_decimals(frame, codes, limits) for frame, codes in whole])
    years = files.read_table(paths.table(HISTORIK_OPPEN.name))
    published = files.read_table(paths.table(AVSTAMNING_KALLOR.name))
    return {
        "historik": open_history.open_history(years, decimals, year),
        "framskrivning": open_history.open_projection(years, decimals, year, region),
        "avstamning_kallor": open_reconciliation.open_reconciliation(published, kommuner, lan, decimals, year, limits),
    }
