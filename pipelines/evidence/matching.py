"""Does a file of evidence speak of the places it says it does? Below a floor it stops the run, or is told first.

A file that is complete for a kommun decides there: what it does not name is uncovered. So a file whose ids are
in another form, whose coordinates are in another system or whose cells are of another place takes all coverage
away, and leaves a figure that looks right. The share of its rows that match something tells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError, printable

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

FILE_PREFIX = {"adress": "adresser", "ruta": "rutor", "omrade": "omraden"}
_MISSES = {
    "adress": "rader som inte träffar någon gällande adress i länet",
    "ruta": "rader om rutor utanför länets rutnät",
    "omrade": "ytor utan någon gällande adress i länet",
}
_FIX = {
    "adress": "Kontrollera att id:na är Lantmäteriets objektidentitet (eller koordinaterna SWEREF 99 TM) och att "
    "listan gäller länet. Gäller den flera län: ta med bara länets adresser, eller lägg till kolumnen kommunkod.",
    "ruta": "Kontrollera att rut-id:na är SCB:s, nedre vänstra hörnet i SWEREF 99 TM, och att listan gäller länet.",
    "omrade": "Kontrollera att ytorna ligger rätt (SWEREF 99 TM) och gäller länet.",
}


@dataclass(frozen=True)
class Judged:
    """What came of one level's rows.

    Attributes
    ----------
    hit : ndarray of bool, shape (n,)
        The row speaks of a place in the län.
    kommun : ndarray of int, shape (n,)
        Number of the kommun that it says or lies in; -1 where that cannot be known.
    reached : DataFrame
        ``fil``, ``kommunkod``: where each file has any hit.
    kommuner : list of str
        Codes, by their numbers.
    """

    hit: Mask
    kommun: Ints
    reached: pd.DataFrame
    kommuner: list[str]


Judge = Callable[[str, "pd.DataFrame", Judged], None]
"""Level, its rows, what came of them."""


def require(
    level: str,
    table: pd.DataFrame,
    judged: Judged,
    *,
    sources: pd.DataFrame,
    addresses: pd.DataFrame,
    region: Region,
    ledger: Ledger,
    register: Callable[[str], str] | None = None,
) -> None:
    """Stop at a complete file that hardly matches; note a partial one.

    Parameters
    ----------
    level : str
        adress, ruta or omrade: the files of ``sources`` that are of this level are judged.
    register : callable, optional
        From a kommunkod to the name of the file of its addresses: the ids that are wrong may be those.

    Raises
    ------
    DataError
        Naming the file, the kommun, the counts, and what did not match beside what would have.
    """
    floor, wanted = region.evidens.minsta_matchade_andel, region.evidens.vantad_matchad_andel
    kommuner = judged.kommuner
    reached = set(judged.reached.itertuples(index=False, name=None))
    for fil, rows in sources[of_level(sources, level)].groupby("fil"):
        mine = np.flatnonzero(table["fil"] == fil)
        if not len(mine):
            continue  # judged when it was read
        complete = sorted(rows.loc[rows["fullstandig"], "kommunkod"])
        shares = {}
        for kod in complete:
            here = mine[judged.kommun[mine] == _number(kommuner, kod)]
            if (fil, kod) not in reached:
                raise _error(level, table, judged, mine, str(fil), kod, addresses, floor, register, True)
            shares[kod] = _share(judged.hit[here])
            if shares[kod] < floor:
                raise _error(level, table, judged, here, str(fil), kod, addresses, floor, register)
        known = [_number(kommuner, k) for k in complete] if complete else range(len(kommuner))
        theirs = mine[np.isin(judged.kommun[mine], [-1, *known])]
        share = _share(judged.hit[theirs])
        if share < floor and complete:
            raise _error(level, table, judged, theirs, str(fil), ", ".join(complete), addresses, floor, register)
        if share < floor:
            _tell(level, table, judged, theirs, ledger, "säger lite om länet: kontrollera filen")
        elif complete and level == "adress" and min(share, *shares.values()) < wanted:
            action = "filen är fullständig: de adresser som menas blir otäckta"
            _tell(level, table, judged, theirs, ledger, action)
        if level == "adress":
            _note_thin(str(fil), mine, judged, complete, addresses, floor, ledger)
        silent = [k for k in rows["kommunkod"] if k not in complete and (fil, k) not in reached]
        ledger.add(
            "varning",
            str(fil),
            "kommuner i kallor.csv som filen inte når",
            len(silent),
            "filen säger inget där",
            silent,
        )


def _note_thin(
    fil: str, mine: Ints, judged: Judged, complete: list[str], addresses: pd.DataFrame, floor: float, ledger: Ledger
) -> None:
    """Tell of a kommun in which a file hits far fewer of the addresses than elsewhere, when lost rows could be why.

    An id that matches nothing does not say its kommun: in a list of a whole län one small kommun's ids may all be
    lost without the file's share falling.
    """
    total = addresses["kommunkod"].value_counts()
    hits = np.bincount(judged.kommun[mine][judged.hit[mine]], minlength=len(judged.kommuner))
    lost = int((~judged.hit[mine] & (judged.kommun[mine] < 0)).sum())
    rate = {k: hits[_number(judged.kommuner, k)] / total[k] for k in complete}
    for kod in complete:
        others = [r for k, r in rate.items() if k != kod]
        usual = float(np.median(others)) if others else 0.0
        lacking = (floor * usual - rate[kod]) * total[kod]
        if 0 < lacking <= lost:
            ledger.add(
                "allvarlig",
                fil,
                f"kommun {kod}: rader för {100 * rate[kod]:.0f} % av adresserna, i filens andra "
                f"kommuner {100 * usual:.0f} %",
                lost,
                f"{lost} rader i filen träffar ingen adress: de kan höra dit",
            )


def of_level(sources: pd.DataFrame, level: str) -> pd.Series:
    """Tell which of the sources are files of a level, by their names."""
    import pathlib

    names = sources["fil"].map(lambda f: pathlib.PurePosixPath(f).name.casefold()).astype("str")
    return names.str.startswith(FILE_PREFIX[level])


def _files(table: pd.DataFrame, rows: Mask) -> list[str]:
    """Return the files of some of the rows, in alphabetical order."""
    return sorted(map(str, table["fil"][rows].unique()))


def _share(hit: Mask) -> float:
    return float(hit.mean()) if len(hit) else 1.0


def _number(kommuner: list[str], kod: str) -> int:
    return kommuner.index(kod) if kod in kommuner else -2


def _tell(level: str, table: pd.DataFrame, judged: Judged, rows: Ints, ledger: Ledger, action: str) -> None:
    missed = rows[~judged.hit[rows]]
    fil = str(table["fil"].iloc[rows[0]])
    reason = f"{len(missed)} av {len(rows)} {_MISSES[level]}"
    ledger.add("allvarlig", fil, reason, len(missed), action, _shown(level, table, missed))


def _shown(level: str, table: pd.DataFrame, rows: Ints) -> list[str]:
    """Return a few rows as a person would look for them."""
    few = table.iloc[rows[:3]]
    if level == "ruta":
        return [f"rad {r}: {cell}" for r, cell in zip(few["rad"], few["rutid"], strict=True)]
    if level == "omrade":
        return [f"rad {r}" for r in few["rad"]]
    return [
        f"rad {row['rad']}: " + (printable(row["adress_id"], 60) or f"E {row['e_m']:.1f}, N {row['n_m']:.1f}")
        for row in few.to_dict("records")
    ]


def _error(
    level: str,
    table: pd.DataFrame,
    judged: Judged,
    rows: Ints,
    fil: str,
    kod: str,
    addresses: pd.DataFrame,
    floor: float,
    register: Callable[[str], str] | None,
    nothing: bool = False,
) -> DataError:
    missed = rows[~judged.hit[rows]]
    details = []
    if len(missed):
        details.append(f"Träffar inget: {'; '.join(_shown(level, table, missed))}")
    there = addresses[addresses["kommunkod"].astype("str") == kod.split(",")[0]]
    example = {"adress": "adress_id", "ruta": "rutid"}.get(level)
    if example and len(there):
        more = (
            ""
            if level == "ruta" or not _by_point(table, rows)
            else (f" (E {there['e_m'].iloc[0]:.1f}, N {there['n_m'].iloc[0]:.1f})")
        )
        details.append(f"Så ser länets ut: {'; '.join(map(str, there[example].iloc[:2]))}{more}")
        if register and level == "adress":
            details.append(f"Länets adresser läses ur {register(kod.split(',')[0])}.")
    problem = (
        f"En täckningsfil sägs vara fullständig för kommun {kod} men har inget som gäller den."
        if nothing
        else f"För få rader träffar i en täckningsfil som sägs vara fullständig för kommun {kod}."
    )
    return DataError(
        problem,
        file=f"tackning/{fil}",
        expected=f"minst {100 * floor:g} % träffar (minsta_matchade_andel i konfigurationen): annars vore kommunen "
        "otäckt utan att någon har sagt det",
        found=f"{len(rows) - len(missed)} av {len(rows)} rader träffar" + (", ingen i kommunen" if nothing else ""),
        details=details,
        action=_FIX[level] + " Är filen inte fullständig för kommunen: skriv nej i kallor.csv.",
    )


def _by_point(table: pd.DataFrame, rows: Ints) -> bool:
    return bool((table["adress_id"].to_numpy()[rows] == "").any())


def require_system(table: pd.DataFrame, missed: Mask, addresses: pd.DataFrame, region: Region) -> None:
    """Stop when the coordinates of a file hit hardly any address, but would in another coordinate system.

    Parameters
    ----------
    table : DataFrame
        Rows by coordinate: ``fil``, ``rad``, ``e_m``, ``n_m``.

    Raises
    ------
    DataError
        Naming the system.
    """
    from pipelines.formats.crs_guess import beside, fitting_system

    floor, reach = region.evidens.minsta_matchade_andel, region.evidens.matchningsradie_m
    for fil in _files(table, missed):
        mine = (table["fil"] == fil).to_numpy()
        if 1 - missed[mine].mean() >= floor:
            continue
        part = table[mine]
        near = beside(addresses["e_m"].to_numpy(), addresses["n_m"].to_numpy(), reach)
        system = fitting_system(part["e_m"].to_numpy(), part["n_m"].to_numpy(), near)
        if system and (system.epsg, system.swapped) != (3006, False):
            first = part[missed[mine]].iloc[0]
            raise DataError(
                "Koordinater är i ett annat koordinatsystem.",
                file=f"tackning/{fil}",
                row=int(first["rad"]),
                expected=f"SWEREF 99 TM (EPSG:3006), en adress inom {reach:g} m",
                found=f"E {first['e_m']:.1f}, N {first['n_m']:.1f}; {int(missed[mine].sum())} av {int(mine.sum())} "
                "rader träffar ingen adress",
                details=[f"De passar länets adresser i {system.label}."],
                action="Räkna om koordinaterna till SWEREF 99 TM (EPSG:3006).",
            )


def note_kommuner(table: pd.DataFrame, said: Ints, found: Ints, ledger: Ledger) -> None:
    """Count rows whose kommun is another than that of the address they match.

    Parameters
    ----------
    said, found : ndarray of int, shape (n,)
        Number of the kommun by the file and by the register; -1 where not known.
    """
    both = (said >= 0) & (found >= 0)
    other = both & (said != found)
    for fil in _files(table, other):
        mine = (table["fil"] == fil).to_numpy()
        count = int((other & mine).sum())
        kind: Any = "allvarlig" if count > 0.1 * (both & mine).sum() else "varning"
        rows = table["rad"].to_numpy()[other & mine][:10]
        ledger.add(
            kind,
            fil,
            "rader vars kommunkod är en annan än adressens",
            count,
            "adressens kommun gäller",
            (f"rad {r}" for r in rows),
        )


def note_uncovering(matched: dict[str, pd.DataFrame], sources: pd.DataFrame, ledger: Ledger) -> None:
    """Tell of every file that is complete for a kommun without one row of coverage there: it uncovers all of it.

    Parameters
    ----------
    matched : dict of DataFrame
        Per level the hits of fixed techniques: ``fil``, ``kommunkod``, ``status``.
    """
    for level, table in matched.items():
        covers = table.loc[(table["status"] != "planerad").to_numpy(), ["fil", "kommunkod"]].drop_duplicates()
        known = set(covers.astype("str").itertuples(index=False, name=None))
        mine = sources[of_level(sources, level) & sources["fullstandig"]]
        for fil, kod in mine[["fil", "kommunkod"]].itertuples(index=False, name=None):
            if (fil, kod) not in known:
                reason = f"fullständig för kommun {kod} utan en rad om befintlig fast täckning där"
                ledger.add("allvarlig", str(fil), reason, 1, "ingen i kommunen får täckning av filen")
