"""Stage dwellings: what kind of house each address is at, and how many dwellings it is expected to hold.

The house is Lantmäteriet's building that the address lies in or near; how many flats a staircase has is SCB's number of
flats in the kommun, evenly. Both are optional: without buildings every address holds one dwelling.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import files
from pipelines.core.ledger import Ledger, files_of
from pipelines.core.processes import side_by_side
from pipelines.tables import contracts, step_tables

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOME, WORK, SHED = "Bostad", ("Industri", "Samhällsfunktion", "Verksamhet"), "Komplementbyggnad"
OTHER = ("Ekonomibyggnad", "Övrig byggnad")
"""Lantmäteriet's kinds of buildings, as ``byggnader`` has them."""
_AT_ONCE = 50_000
"""Addresses looked up together: as points, all of them would be as large as the table they stand in."""
_SOURCE, _SCB = "lantmateriet/byggnad*", "scb/bostader_hustyp_<år>.csv"
PER_HOUSEHOLD = (0.5, 2.0)
"""Dwellings per household between which a kommun can lie (antagande): about 1.05 in the country, more where many houses
stand empty. Another count, or another unit, lies far outside."""
_ONE = ("smahus", "okand")
"""``hustyp`` of addresses with one dwelling; those of a block of flats are reckoned, the others have none."""


def run(region: Region, paths: Paths, jobs: str = "") -> None:
    """Write ``bostader``: one row an address, in the order of ``adresser_ruta``; looked up side by side (``JOBS``)."""
    at_once = side_by_side.processes(jobs)
    ledger = Ledger("dwellings")
    few = ["kommunkod", "ortstyp"]
    addresses = files.read_points(paths.table("adresser_ruta"), ["adress_id", *few], few=few)
    kinds = ["objekttyp", "bostadsslag"]
    columns = [*kinds, "byggnad_m2", "geometry"]
    buildings = files.read_shapes(paths.table("byggnader"), columns, [("objekttyp", "!=", SHED)], few=kinds)
    stock = newest(files.read_table(paths.table("scb_bostader")))
    lists = [f["fil"] for f in files_of(paths.ledger("scb")) if f["roll"] == "bostader_hustyp"]
    note_implausible(stock, files.read_table(paths.table("pts_teknik")), ", ".join(lists), region, ledger)
    if len(buildings):
        house, near = find_houses(addresses, buildings, region.bostader.avstand_m, at_once)
        del buildings["geometry"]
        files.release()
        kind, chance = house_types(addresses, buildings, house, near, stock, region, ledger)
        area = np.append(buildings["byggnad_m2"].to_numpy(), np.nan)[house]
        dwellings = count_dwellings(addresses, kind, chance, stock, region, ledger)
    else:
        kind, area = np.full(len(addresses), "okand", dtype=object), np.full(len(addresses), np.nan)
        chance, dwellings = np.zeros(len(addresses)), np.ones(len(addresses))
        ledger.add(
            "upplysning",
            "lantmateriet",
            "inga byggnader",
            1,
            "varje adress räknas som en bostad; småhus, flerbostadshus och fritidshus är okända och lämnas tomma. Lägg "
            "Topografi 50, tema byggnadsverk, i mappen lantmateriet",
        )
        ledger.facts["bostader"] = {}
    out = addresses[["adress_id"]].assign(
        hustyp=kind, sannolikhet_flerbostad=chance, bostader=dwellings, byggnad_m2=area
    )
    out = out.astype({"hustyp": "str"})
    files.write_table(contracts.check(out, step_tables.BOSTADER), paths.table("bostader"))
    ledger.save(paths.ledger("dwellings"))


def newest(stock: pd.DataFrame) -> pd.DataFrame:
    """Return SCB's dwellings of each kommun's newest year, by kommunkod."""
    return stock.sort_values("ar").drop_duplicates("kommunkod", keep="last").set_index("kommunkod")


def note_implausible(stock: pd.DataFrame, pts: pd.DataFrame, source: str, region: Region, ledger: Ledger) -> None:
    """Warn where SCB's dwellings of a kommun cannot be its homes: by PTS's households, ``PER_HOUSEHOLD`` apart."""
    of = pts[(pts["bas"] == "hushall") & (pts["niva"] == "kommun") & (pts["omradestyp"] == "totalt")]
    households = of.sort_values("ar").drop_duplicates("kommunkod", keep="last").set_index("kommunkod")["antal"]
    homes = stock.drop(columns="ar").sum(axis=1).astype("float64")
    each = (homes / households.reindex(homes.index)).dropna()
    off = each[~each.between(*PER_HOUSEHOLD)]
    ledger.add(
        "varning",
        source,
        "kommuner vars bostäder hos SCB inte går ihop med PTS:s hushåll",
        len(off),
        f"{PER_HOUSEHOLD[0]:g}–{PER_HOUSEHOLD[1]:g} bostäder per hushåll väntas; kontrollera listans antal",
        [f"{k} {region.kommunnamn.get(k, k)}: {v:.2f}" for k, v in off.items()],
    )


def find_houses(
    addresses: pd.DataFrame, buildings: pd.DataFrame, reach_m: float, at_once: int = 1
) -> tuple[Ints, NDArray[np.bool_]]:
    """Return each address's building (row; −1: none), and whether it only lies near it.

    It is the one that the address lies in, a dwelling or workplace before others; else the nearest dwelling or
    workplace within reach. A barn near by says nothing of an address that does not lie in it.
    """
    import shapely

    shapes, lesser = buildings["geometry"].to_numpy(), buildings["objekttyp"].isin(OTHER).to_numpy()
    xy, size, main = addresses[["e_m", "n_m"]].to_numpy(), buildings["byggnad_m2"].to_numpy(), np.flatnonzero(~lesser)
    tree, of_main = shapely.STRtree(shapes), shapely.STRtree(shapes[main])

    def houses_of(start: int) -> tuple[Ints, NDArray[np.bool_]]:
        points: NDArray[Any] = shapely.points(xy[start : start + _AT_ONCE])  # type: ignore[assignment]
        house, near = np.full(len(points), -1), np.zeros(len(points), dtype=np.bool_)
        at, hit = tree.query(points, predicate="intersects")
        order = np.lexsort((hit, size[hit], lesser[hit], at))
        inside, first = np.unique(at[order], return_index=True)
        house[inside] = hit[order[first]]
        rest = np.flatnonzero(house < 0)
        if len(rest) and len(main):
            at, hit = of_main.query_nearest(points[rest], max_distance=reach_m)
            order = np.lexsort((hit, at))
            beside, first = np.unique(at[order], return_index=True)
            house[rest[beside]] = main[hit[order[first]]]
            near[rest[beside]] = True
        return house, near

    found = [*side_by_side.each([partial(houses_of, i) for i in range(0, max(len(xy), 1), _AT_ONCE)], at_once)]
    house, near = (np.concatenate(x) for x in zip(*found, strict=True))
    return house, near


def house_types(
    addresses: pd.DataFrame,
    buildings: pd.DataFrame,
    house: Ints,
    near: NDArray[np.bool_],
    stock: pd.DataFrame,
    region: Region,
    ledger: Ledger,
) -> tuple[NDArray[Any], Floats]:
    """Return ``hustyp`` of each address, and how probable it is that the house is a block of flats.

    By the building's stated purpose, else its kind and, of dwellings, its size: between the limits
    ``bostader.flerbostad_ensam_m2`` a house with one address is the one or the other.
    """
    settings = region.bostader
    # Texts by their number: there are a handful of different ones, and the last is where there is no building.
    (kinds, of), (uses, said) = (_told_of(buildings[c], house) for c in ("objekttyp", "bostadsslag"))
    sharing = np.append(np.bincount(house[house >= 0], minlength=len(buildings)), 1)[house]
    each = np.append(buildings["byggnad_m2"].to_numpy(), 0.0)[house] / sharing
    home, unsaid, stated = (kinds == HOME)[of], (uses == "")[said], (uses == "flerbostad")[said]
    town = (addresses["ortstyp"] != "utanfor").to_numpy()
    least, sure = settings.flerbostad_ensam_m2
    by_size = np.where(sharing > 1, each >= settings.flerbostad_minst_m2, _rising(each, least, sure))
    large = home & unsaid & town & (by_size > 0)
    kept = _within_stock(addresses, large, each, by_size, stated, stock, region)
    chance = np.where(large & kept, by_size, np.where(stated, 1.0, 0.0))
    flats = large & (chance >= 0.5)
    words = np.array([*uses, "flerbostad", "smahus", "verksamhet", "ovrig", "okand"], dtype=object)
    work, other = np.isin(kinds, WORK)[of], np.isin(kinds, OTHER)[of]
    word = np.select([~unsaid, flats, home, work, other], [said, *(len(uses) + np.arange(4))], len(words) - 1)
    kind = words[word]
    reach = f"{settings.avstand_m:g} m"
    ledger.add(
        "antagen", _SOURCE, f"adresser utan byggnad inom {reach}", int((house < 0).sum()), "en bostad på varje adress"
    )
    ledger.add("antagen", _SOURCE, f"adresser bredvid en byggnad, högst {reach} bort", int(near.sum()), "hör till den")
    strange = (house >= 0) & (words == "okand")[word]
    reason = "adresser vid en byggnad av okänt slag"
    ledger.add(
        "antagen", _SOURCE, reason, int(strange.sum()), "en bostad på varje adress", sorted(set(kinds[of[strange]]))
    )
    ledger.add(
        "antagen",
        _SOURCE,
        f"adresser i flerbostadshus enligt husets yta, minst {settings.flerbostad_minst_m2:g} m² per adress",
        int(flats.sum()),
        "filen säger inte vilka bostäder huset har (bostader.flerbostad_minst_m2)",
    )
    ledger.add(
        "antagen",
        _SOURCE,
        f"ensamma adresser i bostadshus på {least:g}–{sure:g} m², som kan vara det ena eller det andra",
        int((large & (chance > 0) & (chance < 1)).sum()),
        "räknas med väntat antal bostäder (bostader.flerbostad_ensam_m2)",
    )
    ledger.add(
        "antagen",
        _SOURCE,
        "adresser i stora bostadshus som räknas som småhus, för SCB:s lägenheter räcker inte till dem",
        int((large & ~kept).sum()),
        f"minst {settings.lagenheter_minst_per_entre:g} lägenheter per entré i medeltal; de minsta husen först",
    )
    ledger.add(
        "upplysning",
        _SOURCE,
        "adresser vid verksamheter, ekonomibyggnader och annat utan bostäder",
        int(np.isin(words, ("verksamhet", "ovrig"))[word].sum()),
        "ingen bostad",
    )
    seen = addresses["kommunkod"][house >= 0].unique()
    without = [region.kommunnamn.get(k, k) for k in sorted({*addresses["kommunkod"].unique()} - {*seen})]
    reason = "kommuner där ingen adress har en byggnad"
    ledger.add(
        "allvarlig",
        _SOURCE,
        reason,
        len(without),
        "småhus, flerbostadshus och fritidshus lämnas tomma där; hämta byggnader för hela länet",
        without,
    )
    return kind, chance


def _told_of(texts: pd.Series, house: Ints) -> tuple[NDArray[Any], Ints]:
    """Return a column's different texts and last an empty one, and the number of each address's building among them."""
    import pandas as pd

    known = pd.Categorical(texts)
    return np.append(known.categories.to_numpy(dtype=object), ""), np.append(known.codes, -1)[house].astype(np.int64)


def _rising(each: Floats, least: float, sure: float) -> Floats:
    """Return 0 below ``least``, 1 from ``sure``, evenly rising between; sharp where they are the same."""
    if sure == least:
        return (each >= sure).astype(np.float64)
    return np.asarray(np.clip((each - least) / (sure - least), 0.0, 1.0), dtype=np.float64)


def _within_stock(
    addresses: pd.DataFrame,
    large: NDArray[np.bool_],
    each: Floats,
    chance: Floats,
    stated: NDArray[np.bool_],
    stock: pd.DataFrame,
    region: Region,
) -> NDArray[np.bool_]:
    """Tell which large houses SCB's flats of the kommun are enough for, the largest first; without SCB all of them.

    A house that may be a block counts for as much as it is probable.
    """
    import pandas as pd

    kept = np.ones(len(addresses), dtype=bool)
    flats = flats_of(stock)
    kommun = pd.Categorical(addresses["kommunkod"], categories=flats.index).codes
    large_rows, stated_number = np.flatnonzero(large), np.bincount(kommun[stated] + 1, minlength=len(flats) + 1)[1:]
    of_large = kommun[large_rows]
    for k, count in enumerate(flats):
        rows = large_rows[of_large == k]
        room = int(count / region.bostader.lagenheter_minst_per_entre) - int(stated_number[k])
        rows = rows[np.argsort(-each[rows], kind="stable")]
        kept[rows[np.cumsum(chance[rows]) > room + 1e-9]] = False
    return kept


def flats_of(stock: pd.DataFrame) -> pd.Series:
    """Return SCB's flats of each kommun: in blocks of flats, and student and elderly dwellings (specialbostäder)."""
    return (stock["flerbostadshus"] + stock["specialbostader"].fillna(0)).dropna().astype("float64")


def count_dwellings(
    addresses: pd.DataFrame, kind: NDArray[Any], chance: Floats, stock: pd.DataFrame, region: Region, ledger: Ledger
) -> Floats:
    """Return the dwellings expected at each address, and leave what was seen of each kommun as a fact.

    SCB's flats on its entrances to flats, evenly; a house that is one by ``chance`` holds what is expected.
    """
    import pandas as pd

    codes = list(region.kommunkoder)
    at = pd.Categorical(addresses["kommunkod"], categories=codes).codes
    stairs, houses = (np.bincount(at[kind == k], minlength=len(codes)) for k in ("flerbostad", "smahus"))
    entrances = np.bincount(at, chance, len(codes))
    counted = flats_of(stock).reindex(codes).to_numpy()
    small = stock["smahus"].reindex(codes).to_numpy(dtype=np.float64, na_value=np.nan)
    each = np.where(np.isnan(counted), region.bostader.bostader_per_entre, counted / np.maximum(entrances, 1))
    one = np.where(chance > 0, 1 - chance, np.isin(kind, _ONE))
    dwellings = one + chance * each[at]
    guessed = int((chance[np.isnan(counted)[at]] > 0).sum())
    called = [f"{k} {region.kommunnamn[k]}" for k in codes]
    unplaced = [f"{called[i]}: {counted[i]:.0f}" for i in np.flatnonzero((counted > 0) & (entrances < 1))]
    few = [f"{called[i]}: {each[i]:.2f}" for i in np.flatnonzero((entrances > 0) & (each < 1))]
    more = [f"{called[i]}: {houses[i]} hus, {small[i]:.0f} hos SCB" for i in np.flatnonzero(houses > small)]
    ledger.add(
        "antagen",
        _SCB,
        "adresser i flerbostadshus utan uppgift om kommunens lägenheter",
        guessed,
        f"{region.bostader.bostader_per_entre:g} bostäder på varje (bostader.bostader_per_entre)",
    )
    lost = "kommuner med lägenheter hos SCB men utan flerbostadshus bland byggnaderna"
    ledger.add("varning", _SCB, lost, len(unplaced), "lägenheterna har ingen plats", unplaced)
    reason = "kommuner med fler flerbostadshus bland byggnaderna än lägenheter hos SCB"
    ledger.add("varning", _SCB, reason, len(few), "under en bostad per entré; kontrollera byggnadernas ändamål", few)
    reason = "kommuner med fler småhus bland byggnaderna än hos SCB"
    ledger.add("upplysning", _SCB, reason, len(more), "skillnaden är fritidshus och tomma hus; inget ändras", more)
    ledger.facts["bostader"] = {
        k: {
            "smahus": int(houses[i]),
            "smahus_scb": None if np.isnan(small[i]) else int(small[i]),
            "entreer": int(stairs[i]),
            "lagenheter_scb": None if np.isnan(counted[i]) else int(counted[i]),
            "per_entre": round(float(each[i]), 6) if entrances[i] else 0.0,
        }
        for i, k in enumerate(codes)
    }
    return dwellings
