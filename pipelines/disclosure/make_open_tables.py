"""What is published, as tables between the steps: every product under ``maps/`` reads these and no other.

So the public page, a kommun page, a print map and the files of ``maps/data/`` cannot disagree, and whatever
is worked out of all of them together is what these tables tell. The rule is in
``disclosure/rules.py``, the reasons and the attack that tests them in ``docs/publicering.md``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.core.errors import ContractError
from pipelines.tables import contracts
from pipelines.tables.history_tables import FRAMSKRIVNING_OPPEN, HISTORIK_OPPEN
from pipelines.tables.open_contracts import OPEN_BESIDE, OPEN_PROJECTS, OPEN_TABLES
from pipelines.tables.reconciliation_tables import AVSTAMNING_KALLOR, AVSTAMNING_OPPEN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.disclosure.open_areas import Lie
    from pipelines.disclosure.open_projects import Names
    from pipelines.tables.contracts import Table


def run(region: Region, paths: Paths) -> None:
    """Write ``oppen_<table>`` for each of OPEN_TABLES, and of OPEN_BESIDE: what others have told.

    Raises
    ------
    ContractError
        When a table holds a column that is not open, or a value its contract does not allow.
    """
    import pandas as pd

    from pipelines.core.quoted import read_facts
    from pipelines.disclosure import background, open_history, open_reconciliation, withheld
    from pipelines.disclosure.open_run import OPEN_RUN, open_run

    steps = ("oppna_rutor", "oppna_delar", "land", "kommuner", "lan")
    cells, parts, land, kommuner, lan = (files.read_table(paths.table(name)) for name in steps)
    roads, water = (files.read_shapes(paths.table(name)) for name in ("vagnat", "mark"))
    lie = (roads, water["geometry"].to_numpy())
    names = _names(paths)
    files.release()
    frames = tables(cells, parts, land, kommuner, lan, lie, names, region, withheld.secret(paths))
    years = files.read_table(paths.table(HISTORIK_OPPEN.name))
    year = read_facts(paths)["pts_ar"]
    limits = region.publicering.bandgranser
    decimals = pd.concat(
        [
            background.certain_decimals(frames["kommuner"], frames["kommuner"]["kommunkod"], limits),
            background.certain_decimals(frames["lan"], frames["lan"]["lanskod"], limits),
        ]
    )
    frames["historik"] = checked(open_history.open_history(years, decimals, year), HISTORIK_OPPEN)
    ahead = open_history.open_projection(years, decimals, year, region)
    frames["framskrivning"] = checked(ahead, FRAMSKRIVNING_OPPEN)
    published = files.read_table(paths.table(AVSTAMNING_KALLOR.name))
    beside = open_reconciliation.open_reconciliation(
        published, frames["kommuner"], frames["lan"], decimals, year, limits
    )
    frames["avstamning_kallor"] = checked(beside, AVSTAMNING_OPPEN)
    # The län's table last: make takes it as the sign that all are there.
    for table in (*OPEN_BESIDE, *OPEN_TABLES):
        if table is OPEN_TABLES[-1]:
            files.write_text(paths.step / OPEN_RUN, json.dumps(open_run(paths), sort_keys=True) + "\n")
        frame = frames[table.name]
        write = files.write_polygons if "geometry" in frame else files.write_table
        write(frame, paths.table(f"oppen_{table.name}"))


def _names(paths: Paths) -> Names:
    """Read what places are called."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    from pipelines.disclosure.open_projects import Names

    adresser = files.read_table(paths.table("adresser_ruta"), ["adress_id", "rutid"])
    called = files.read_table(paths.table("adressomraden"), ["adress_id", "adressomrade"])
    orter = files.read_shapes(paths.table("orter"), ["namn", "geometry"])
    place = pc.index_in(pa.array(called["adress_id"]), value_set=pa.array(adresser["adress_id"]))
    there = place.is_valid().to_numpy(zero_copy_only=False)
    rutid = adresser["rutid"].to_numpy()[place.drop_null().to_numpy()]
    return Names(orter, pd.DataFrame({"rutid": rutid, "adressomrade": called["adressomrade"].to_numpy()[there]}))


def tables(
    cells: pd.DataFrame,
    parts: pd.DataFrame,
    land: pd.DataFrame,
    kommuner: pd.DataFrame,
    lan: pd.DataFrame,
    lie: Lie,
    names: Names,
    region: Region,
    key: bytes,
) -> dict[str, pd.DataFrame]:
    """Return the open tables by name: ``oppna_rutor`` and the exact kommuner in, nothing exact out.

    Parameters
    ----------
    cells, parts, land, kommuner, lan : DataFrame
        Contracts OPPNA_RUTOR, OPPNA_DELAR, LAND, KOMMUNER and LAN.
    lie : Lie
        Roads and water.
    names : Names
        What places are called.
    key : bytes
        Of the draw of cells that are not told: :func:`.withheld.secret`.

    Raises
    ------
    ContractError
        As :func:`run`.
    """
    from pipelines.disclosure import open_projects, open_summary, withheld

    cells = cells.sort_values("rutid_scb", kind="stable", ignore_index=True)
    limits = region.publicering.bandgranser
    cells = withheld.withhold(cells, parts, key, limits[0])
    areas, projekt, rutor = open_projects.areas_and_projects(cells, parts, land, lie, names, region)
    frames = {
        "rutnat_250m": cells,
        "bristomraden": areas,
        "projekt": projekt,
        "projekt_rutor": rutor,
        **open_summary.tables(kommuner, lan, cells, parts, land, limits),
    }
    return {t.name: checked(frames[t.name], t) for t in (*OPEN_TABLES, *OPEN_PROJECTS)}


def checked(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the table with the contract's columns and no other, every one of them open, as finely as it says."""
    closed = [c.name for c in table.columns if c.klass != "oppen"]
    if closed:
        raise ContractError(
            f"Den öppna tabellen «{table.name}» har kolumner som inte är öppna.",
            details=closed,
            action="Ge kolumnen klassen oppen i kontraktet om den får publiceras, annars ta bort den.",
        )
    is_polygon = table.geometry == "MultiPolygon" and table.name == "bristomraden"
    return contracts.rounded(contracts.check(frame, table), table)[
        [*table.names, *(["geometry"] if is_polygon else [])]
    ]
