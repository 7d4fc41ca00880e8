"""Step open_areas: the cells as they are told, and the gap areas and projects that are made of them alone.

Nothing here waits for the laws, or for what the gap areas and projects inside come to; nor is any of it published
before the laws hold. What is told of kommuner and län, and what is told beside it, is in ``make_open_tables.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.disclosure.checked import checked
from pipelines.tables.open_contracts import BRISTOMRADEN_OPPNA, OPEN_PROJECTS, RUTNAT_250M

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.disclosure.open_areas import Lie
    from pipelines.disclosure.open_projects import Names


def run(region: Region, paths: Paths) -> None:
    """Write ``oppen_<table>`` of cells, gap areas and projects.

    Raises
    ------
    ContractError
        When a table holds a column that is not open, or a value its contract does not allow.
    """
    from pipelines.disclosure import withheld

    cells, parts, land = (files.read_table(paths.table(name)) for name in ("oppna_rutor", "oppna_delar", "land"))
    roads, water = (files.read_shapes(paths.table(name)) for name in ("vagnat", "mark"))
    names = _names(paths)
    files.release()
    lie = (roads, water["geometry"].to_numpy())
    frames = tables(cells, parts, land, lie, names, region, withheld.secret(paths))
    for name, frame in frames.items():
        write = files.write_polygons if "geometry" in frame else files.write_table
        write(frame, paths.table(f"oppen_{name}"))


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
    cells: pd.DataFrame, parts: pd.DataFrame, land: pd.DataFrame, lie: Lie, names: Names, region: Region, key: bytes
) -> dict[str, pd.DataFrame]:
    """Return the open cells, gap areas and projects by name, in the order they are written: ``oppna_rutor`` in.

    Parameters
    ----------
    cells, parts, land : DataFrame
        Contracts OPPNA_RUTOR, OPPNA_DELAR and LAND.
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
    from pipelines.disclosure import open_projects, withheld

    cells = cells.sort_values("rutid_scb", kind="stable", ignore_index=True)
    cells = withheld.withhold(cells, parts, key, region.publicering.bandgranser[0])
    areas, projekt, rutor = open_projects.areas_and_projects(cells, parts, land, lie, names, region)
    frames = {"projekt": projekt, "projekt_rutor": rutor, "rutnat_250m": cells, "bristomraden": areas}
    return {t.name: checked(frames[t.name], t) for t in (*OPEN_PROJECTS, RUTNAT_250M, BRISTOMRADEN_OPPNA)}
