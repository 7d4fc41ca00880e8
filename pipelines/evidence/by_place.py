"""Evidence by address where buildings stand for the addresses: an address's id is none of theirs, its place may be.

A row with a coordinate speaks of the nearest building. A row with an id alone can speak of none, and a file that
has such rows is no longer complete: its silence about a building would else be taken for a no.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger


def of_buildings(rows: pd.DataFrame, sources: pd.DataFrame, ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that have a coordinate, without their ids, and ``kallor`` as it holds for them.

    Parameters
    ----------
    rows : DataFrame
        Contract EVIDENS_ADRESS.
    sources : DataFrame
        Contract KALLOR.
    """
    files = rows["fil"].astype("str")
    lost = rows["e_m"].isna() | rows["n_m"].isna()
    for fil, mine in lost.groupby(files):
        ledger.add(
            "allvarlig",
            str(fil),
            f"{int(mine.sum())} av {len(mine)} rader har bara adress_id, som ingen byggnad har",
            int(mine.sum()),
            "används inte, och filen räknas inte som fullständig: lägg till e,n i listan, eller lägg in adresserna",
            (f"rad {r}" for r in rows["rad"][mine.index[mine]].unique()[:10]),
        )
    told = sources["fil"].astype("str").isin(files[lost])
    return rows[~lost].assign(adress_id="").reset_index(drop=True), sources.assign(
        fullstandig=sources["fullstandig"] & ~told
    )


def reaching(region: Region) -> Region:
    """Return the region with the distance within which evidence finds a building, in place of an address."""
    evidence = region.evidens.model_copy(update={"matchningsradie_m": region.byggnader.matchningsradie_m})
    return region.model_copy(update={"evidens": evidence})
