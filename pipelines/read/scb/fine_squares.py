"""1 km squares where there are 250 m squares too: whose people a 1 km square counts, so that nobody vanishes.

A 1 km square holds either everybody in it («hela»: SCB's open grid beside bought squares) or those outside its
250 m squares («resten»: SCB's mixed grid). docs/metod.md states the rules, which are decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipelines.core import cell_grid
from pipelines.core.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from pipelines.config.region import Scb
    from pipelines.core.ledger import Ledger

Meaning = Literal["hela", "resten"]

ALL_CELLS = (cell_grid.KM_M // cell_grid.CELL_M) ** 2
FEW_PCT, MOST_PCT, SEVERAL = 5.0, 50.0, 3
"""Squares with fewer people than their 250 m squares: under ``FEW_PCT`` are faults one by one; from ``MOST_PCT``,
and at least ``SEVERAL``, they say that 1 km squares hold the rest. Between, nothing is decided."""
MIXED_SEVERAL = 10
"""So many squares of a mixed file, all with at least as many people as their 250 m squares, are no rests."""
TELLING_PCT = 5.0
"""The two meanings must differ this much (% of SCB's total) before kommun totals can tell them apart."""
WHOLE_KOMMUN_PCT, WHOLE_KOMMUN_SQUARES = 99.0, 100
"""A kommun is bought whole when its 250 m squares reach 1 km squares with this share of its people; a judgement that
takes so many inhabited 1 km squares."""


@dataclass(frozen=True)
class Source:
    """What to call the files in messages: the one with 1 km squares, the one with 250 m squares."""

    km: Path
    fine: Path

    @property
    def mixed(self) -> bool:
        """Whether both sizes stand in one file."""
        return self.km == self.fine


def combine(
    km: pd.DataFrame,
    fine: pd.DataFrame,
    source: Source,
    settings: Scb,
    ledger: Ledger,
    kommuner: gpd.GeoDataFrame,
    published: pd.Series | None = None,
    beside: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the squares whose people are placed, each person in one: 250 m squares, and what 1 km squares add.

    Parameters
    ----------
    km, fine : DataFrame
        ``rutid, storlek_m, befolkning`` of the 1 km and of the 250 m squares.
    source : Source
    settings : Scb
    ledger : Ledger
    kommuner : GeoDataFrame
        ``kommunkod`` and outline of the region's kommuner.
    published : Series, optional
        SCB's people per kommunkod.
    beside : DataFrame, optional
        The open 1 km squares of the same year, where the file itself is mixed.

    Returns
    -------
    DataFrame
        As ``km``, by ``rutid, storlek_m``. A 1 km square with people beside its 250 m squares holds those outside
        them, whose empty squares then stand too: their ground is not its.
    """
    import pandas as pd

    if beside is not None and len(fine):
        meaning = _by_open_grid(km, fine, beside, source, settings, ledger)
        km = _with_open_grid(km, fine, beside, ledger)
    else:
        meaning = _meaning(km, fine, source, settings, ledger, kommuner, published)
    pairs = _pairs(km, fine, settings)
    pairs["rest"] = pairs["folk"] if meaning == "resten" else _rests(pairs, km, fine, source, ledger, kommuner)
    rest = pairs.loc[pairs["rest"] > 0, "rest"].astype("int64")
    alone = km[~km["rutid"].isin(pairs.index)]
    kept = km[km["rutid"].isin(rest.index)]
    gone = km[km["rutid"].isin(pairs.index[pairs["rest"] <= 0])]
    ledger.add(
        "upplysning",
        "scb",
        f"1 km-rutor ersatta av 250 m-rutor ({int(gone['befolkning'].sum())} personer mot "
        f"{int(pairs.loc[pairs.index.isin(gone['rutid']), 'summa'].sum())})",
        len(gone),
        "250 m-rutorna gäller",
        cell_grid.scb_id(gone["rutid"]),
    )
    ledger.add(
        "justerad" if meaning == "hela" else "antagen",
        "scb",
        f"1 km-rutor med folk också utanför sina 250 m-rutor ({int(rest.sum())} personer)",
        len(kept),
        "de bor på rutans adresser utanför 250 m-rutorna",
        (f"{i}: {n}" for i, n in zip(cell_grid.scb_id(rest.index), rest, strict=True)),
    )
    kept = kept.assign(befolkning=kept["rutid"].map(rest).astype("int64"))
    both = pd.concat([alone, kept, fine], ignore_index=True)
    cell = both["storlek_m"] == cell_grid.CELL_M
    nobody = (both["befolkning"] == 0) & ~(cell & np.isin(cell_grid.parent(both["rutid"]), rest.index))
    ledger.add("upplysning", "scb", "rutor med 0 personer", int(nobody.sum()), "utelämnas")
    ledger.facts["befolkning"] = int(both["befolkning"].sum())
    ledger.facts["km_med_250m"] = meaning if len(pairs) else ""
    return both[~nobody].sort_values(["rutid", "storlek_m"], ignore_index=True)


def _pairs(km: pd.DataFrame, fine: pd.DataFrame, settings: Scb) -> pd.DataFrame:
    """Return each 1 km square with 250 m squares: ``folk``, ``finns``, ``summa``, ``antal``, ``brus``.

    ``finns`` says whether the 1 km file has the square, ``brus`` how far SCB's noise can part the sums.
    """
    lived = fine.assign(bebodd=fine["befolkning"] > 0)
    by = lived.groupby(cell_grid.parent(fine["rutid"]))
    pairs = by.agg(summa=("befolkning", "sum"), antal=("befolkning", "size"), bebodda=("bebodd", "sum"))
    pairs["folk"] = km.set_index("rutid")["befolkning"].reindex(pairs.index)
    pairs["finns"] = pairs["folk"].notna()
    pairs["folk"] = pairs["folk"].fillna(0).astype("int64")
    # Of sums, not of each count: its worst, and where many counts meet, three times the spread (2/3 of it each).
    counts = pairs["bebodda"] + 1
    pairs["brus"] = np.floor(settings.storning_per_antal * np.minimum(counts, 2 * np.sqrt(counts)))
    return pairs


def _meaning(
    km: pd.DataFrame,
    fine: pd.DataFrame,
    source: Source,
    settings: Scb,
    ledger: Ledger,
    kommuner: gpd.GeoDataFrame,
    published: pd.Series | None,
) -> Meaning:
    """Decide what the 1 km squares hold: by the configuration, SCB's totals, one file or two, the squares."""
    both = _pairs(km, fine, settings)
    both = both[both["finns"]]
    if settings.km_med_250m is not None or not len(both):
        return settings.km_med_250m or ("resten" if source.mixed else "hela")
    said = _by_totals(km, fine, both, kommuner, published)
    telling = both[both["summa"] > both["brus"]]
    short = telling[telling["summa"] > telling["folk"] + telling["brus"]]
    share = 100 * len(short) / max(len(telling), 1)
    shown = [
        f"{i}: {r.folk} i 1 km-rutan, {r.summa} i dess 250 m-rutor"
        for i, r in zip(cell_grid.scb_id(short.index[:5]), short.itertuples(), strict=False)
    ]
    if source.mixed:
        rests = said != "hela" and (len(short) or len(telling) < MIXED_SEVERAL or said == "resten")
        if not rests:
            why = (
                "SCB:s folkmängd per kommun säger att de är hela rutans folk"
                if said
                else f"ingen av {len(telling)} 1 km-rutor har färre än sina 250 m-rutor"
            )
            raise _undecided(source, f"i SCB:s blandade rutnät de som bor utanför 250 m-rutorna, men {why}", shown)
        return "resten"
    if said == "resten" or (not said and len(short) >= SEVERAL and share >= MOST_PCT):
        why = (
            "SCB:s folkmängd per kommun"
            if said
            else f"{len(short)} av {len(telling)} 1 km-rutor har färre än sina 250 m-rutor"
        )
        ledger.add(
            "antagen",
            f"scb/{source.km.name}",
            f"1 km-rutor räknas som resten utanför 250 m-rutorna: {why}",
            len(both),
            "läggs ihop med 250 m-rutorna; [scb] km_med_250m ändrar det",
            shown,
        )
        return "resten"
    if not said and len(short) and share >= FEW_PCT:
        found = f"{len(short)} av {len(telling)} 1 km-rutor har färre personer än sina 250 m-rutor"
        raise _undecided(source, found, shown)
    return "hela"


def _undecided(source: Source, found: str, shown: list[str]) -> DataError:
    beside = "" if source.mixed else f", jämfört med {source.fine.name}"
    return DataError(
        "Det går inte att avgöra om 1 km-rutorna räknar hela rutans folk eller bara resten utanför 250 m-rutorna.",
        file=source.km,
        column="beftotalt",
        expected=f"det ena eller det andra{beside}",
        found=found,
        details=shown,
        action='Fråga SCB eller den som beställde, och skriv km_med_250m = "hela" eller "resten" under [scb] i '
        "konfigurationen. Lägg gärna scb/folkmangd_kommun_<år>.csv intill: den kan avgöra.",
    )


def _by_totals(
    km: pd.DataFrame, fine: pd.DataFrame, both: pd.DataFrame, kommuner: gpd.GeoDataFrame, published: pd.Series | None
) -> Meaning | None:
    """Say which meaning gives SCB's people of the kommuner with 250 m squares; None when that tells nothing."""
    import pandas as pd

    if published is None or not len(published):
        return None
    table = pd.concat([km, fine], ignore_index=True).rename(columns={"befolkning": "resten"})
    beside = (both["folk"] - both["summa"]).clip(lower=0)
    square = table["rutid"].where(table["storlek_m"] == cell_grid.KM_M)
    table["hela"] = square.map(beside).fillna(table["resten"])
    table["kommun"] = _kommun_of(table["rutid"], table["storlek_m"], kommuner)
    touched = np.intersect1d(_kommun_of(both.index, cell_grid.KM_M, kommuner), published.index.to_numpy(dtype=object))
    sums = table[table["kommun"].isin(touched)][["resten", "hela"]].sum()
    total, span = float(published[touched].sum()), float(sums["resten"] - sums["hela"])
    if not len(touched) or span < TELLING_PCT / 100 * total:
        return None
    where = (total - float(sums["hela"])) / span  # 0: hela gives the total; 1: resten does
    return "hela" if abs(where) < 0.25 else "resten" if abs(where - 1) < 0.25 else None


def _kommun_of(rutid: object, side: object, kommuner: gpd.GeoDataFrame) -> np.ndarray:
    """Return the kommunkod at the middle of each square, empty outside the region."""
    import shapely

    e, n = cell_grid.corner(rutid)  # type: ignore[arg-type]
    half = np.asarray(side) / 2
    out = np.full(len(e), "", dtype=object)
    point, shape = shapely.STRtree(kommuner.geometry.to_numpy()).query(
        shapely.points(e + half, n + half), predicate="intersects"
    )
    out[point] = kommuner["kommunkod"].to_numpy()[shape]
    return out


def _rests(
    pairs: pd.DataFrame,
    km: pd.DataFrame,
    fine: pd.DataFrame,
    source: Source,
    ledger: Ledger,
    kommuner: gpd.GeoDataFrame,
) -> pd.Series:
    """Return the people of whole 1 km squares who live outside their 250 m squares."""
    rest = pairs["folk"] - pairs["summa"]
    within = rest.abs() <= pairs["brus"]
    whole = (pairs["antal"] == ALL_CELLS) | np.isin(
        _kommun_of(pairs.index, cell_grid.KM_M, kommuner), _whole_kommuner(km, pairs, kommuner)
    )
    name = f"scb/{source.km.name}"
    noise = pairs["finns"] & within & ((rest < 0) | (whole & (rest != 0)))
    ledger.add(
        "justerad",
        name,
        f"1 km-rutor som skiljer sig från sina 250 m-rutor inom SCB:s störning (netto "
        f"{int(rest[noise].sum())} personer)",
        int(noise.sum()),
        "250 m-rutornas summa gäller",
        cell_grid.scb_id(pairs.index[noise]),
    )
    short = pairs["finns"] & (rest < 0) & ~within
    ledger.add(
        "allvarlig",
        name,
        "1 km-rutor med färre personer än sina 250 m-rutor, mer än SCB:s störning",
        int(short.sum()),
        "250 m-rutornas summa gäller",
        (
            f"{i}: {a} mot {b}"
            for i, a, b in zip(
                cell_grid.scb_id(pairs.index[short]), pairs["folk"][short], pairs["summa"][short], strict=True
            )
        ),
    )
    lost = (pairs["antal"] == ALL_CELLS) & (rest > 0) & ~within
    ledger.add(
        "allvarlig",
        name,
        "1 km-rutor med fler personer än alla sina 16 250 m-rutor, mer än SCB:s störning",
        int(lost.sum()),
        "1 km-rutans folk gäller; resten fördelas på rutans adresser",
        cell_grid.scb_id(pairs.index[lost]),
    )
    far = ~pairs["finns"] & ~within
    for which, kind in ((far, "allvarlig"), (~pairs["finns"] & within, "upplysning")):
        ledger.add(
            kind,  # type: ignore[arg-type]
            "scb",
            "250 m-rutor vars 1 km-ruta saknas i 1 km-filen",
            int(which.sum()),
            "250 m-rutorna används",
            cell_grid.scb_id(pairs.index[which]),
        )
    return rest.where((rest > 0) & ~(whole & within), 0)


def _whole_kommuner(km: pd.DataFrame, pairs: pd.DataFrame, kommuner: gpd.GeoDataFrame) -> list[str]:
    """Return the kommuner bought whole: there, an absent 250 m square is one without people."""
    import pandas as pd

    lived = km[km["befolkning"] > 0]
    table = pd.DataFrame(
        {
            "kommun": _kommun_of(lived["rutid"], cell_grid.KM_M, kommuner),
            "folk": lived["befolkning"].to_numpy(),
            "med": np.where(lived["rutid"].isin(pairs.index), lived["befolkning"], 0),
        }
    )
    sums = table.groupby("kommun").agg(folk=("folk", "sum"), med=("med", "sum"), rutor=("folk", "size"))
    good = (100 * sums["med"] >= WHOLE_KOMMUN_PCT * sums["folk"]) & (sums["rutor"] >= WHOLE_KOMMUN_SQUARES)
    return [str(k) for k in sums.index[good] if k]


def _by_open_grid(
    km: pd.DataFrame, fine: pd.DataFrame, beside: pd.DataFrame, source: Source, settings: Scb, ledger: Ledger
) -> Meaning:
    """Say what a mixed file's 1 km squares hold by the open grid, which has everybody."""
    if settings.km_med_250m is not None:
        return settings.km_med_250m
    both = _pairs(km, fine, settings)
    both["oppen"] = beside.set_index("rutid")["befolkning"].reindex(both.index)
    both = both[both["finns"] & both["oppen"].notna()]
    slack = both["brus"] + settings.storning_per_antal
    as_rest = (both["oppen"] - both["folk"] - both["summa"]).abs() <= slack
    as_whole = (both["oppen"] - both["folk"]).abs() <= slack
    rests, wholes, neither = (as_rest & ~as_whole).sum(), (as_whole & ~as_rest).sum(), ~as_rest & ~as_whole
    ledger.add(
        "allvarlig",
        f"scb/{source.fine.name}",
        "1 km-rutor vars folk inte stämmer med den öppna 1 km-filen",
        int(neither.sum()),
        "den blandade filen används",
        cell_grid.scb_id(both.index[neither]),
    )
    telling = max(rests + wholes + neither.sum(), 1)
    if 100 * wholes >= (100 - FEW_PCT) * telling:
        return "hela"
    if 100 * (wholes + neither.sum()) <= FEW_PCT * telling or not rests + wholes + neither.sum():
        return "resten"
    raise _undecided(
        source,
        f"mot den öppna 1 km-filen är {rests} rutor resten, {wholes} hela och {neither.sum()} ingetdera",
        [str(x) for x in cell_grid.scb_id(both.index[neither])[:5]],
    )


def _with_open_grid(km: pd.DataFrame, fine: pd.DataFrame, beside: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Return the mixed file's 1 km squares, and the open grid's wherever the mixed file has no square at all."""
    import pandas as pd

    has = np.union1d(km["rutid"], cell_grid.parent(fine["rutid"]))
    new = beside[~beside["rutid"].isin(has)]
    ledger.add(
        "upplysning",
        "scb",
        "1 km-rutor ersatta av den blandade filens rutor",
        len(beside) - len(new),
        "den blandade filen gäller",
    )
    ledger.add(
        "antagen",
        "scb",
        f"1 km-rutor som den blandade filen saknar ({int(new['befolkning'].sum())} personer)",
        int((new["befolkning"] > 0).sum()),
        "den öppna 1 km-filens rutor används",
        cell_grid.scb_id(new["rutid"]),
    )
    return pd.concat([km, new], ignore_index=True)
