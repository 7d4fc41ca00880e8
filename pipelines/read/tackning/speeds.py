"""Speeds of evidence in Mbit/s: the unit from the header, or from the column as a whole against what is plausible.

A header that says its unit is believed as long as the figures do not contradict it. One that says none takes the
only unit in which the figures are plausible for their techniques. What fits two units, or none, is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from pipelines.config.region import MAX_MBIT, TECHNIQUES, Region
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.formats.gpkg_contents import plain
from pipelines.read.tackning.evidence_source import MAX_STRAYS, Floats, Mask, Source, numbers

UNITS = {"Mbit/s": 1.0, "kbit/s": 1e-3, "Gbit/s": 1e3, "bit/s": 1e-6}
"""Unit → Mbit/s, the one the columns are named for first."""
_SPELLED = tuple(f"{prefix}{rest}" for prefix in "mkg" for rest in ("bit", "bit_s", "bits", "bits_s", "bps", "bitps"))
_WRITTEN = (*_SPELLED, "bit_s", "bps", "mb", "mb_s")
_STATED = re.compile(r"(?:^|_)(k|kilo|m|mega|g|giga)?(?:bit|bits|bps|bitps)(?:_|$)")
_PREFIX = {None: "bit/s", "k": "kbit/s", "m": "Mbit/s", "g": "Gbit/s"}
_DOWN = (
    "ned",
    "nedhastighet",
    "hastighet_ned",
    "nedladdning",
    "nedladdningshastighet",
    "nedlank",
    "down",
    "download",
    "downstream",
)
_UP = (
    "upp",
    "upphastighet",
    "hastighet_upp",
    "uppladdning",
    "uppladdningshastighet",
    "upplank",
    "up",
    "upload",
    "upstream",
)


def names_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the header names of a speed: each word alone, with a unit behind it, or before it."""
    return tuple(name for w in words for name in (w, *(f"{w}_{u}" for u in _WRITTEN), *(f"{u}_{w}" for u in _WRITTEN)))


NAMES = {"ned_mbit": ("ned_mbit", *names_of(_DOWN)), "upp_mbit": ("upp_mbit", *names_of(_UP))}


def stated_unit(header: str) -> str:
    """Return the unit that a header says; empty when it says none («MB/s» may be bits or bytes: none).

    >>> stated_unit("Ned (Mbit/s)"), stated_unit("nedhastighet kbps"), stated_unit("nedhastighet")
    ('Mbit/s', 'kbit/s', '')
    """
    found = _STATED.search(plain(header))
    return _PREFIX[found[1] and found[1][0]] if found else ""


@dataclass(frozen=True)
class _Column:
    """One column of speeds, and what is needed to judge it."""

    source: Source
    name: str
    value: Floats
    technique: np.ndarray
    judged: Mask
    low: Floats
    high: Floats

    def misfits(self, unit: str) -> Mask:
        """Return the judged rows that lie outside what is plausible, read in this unit."""
        mbit = self.value * UNITS[unit]
        return self.judged & ~((self.low <= mbit) & (mbit <= self.high))

    def fits(self, unit: str) -> bool:
        """Tell whether all rows but a few are plausible in this unit."""
        return int(self.misfits(unit).sum()) <= MAX_STRAYS * int(self.judged.sum())


def read_speed(
    source: Source, name: str, technique: np.ndarray, keep: Mask, region: Region, ledger: Ledger, like: str = "Mbit/s"
) -> tuple[Floats, str]:
    """Return a column of speeds in Mbit/s, NaN where empty, and the unit it was in.

    A speed above what its technique can give is left empty, one below it is kept: both counted. No figure is made
    of the speed up: what fits no unit there is counted too, and does not stop.

    Parameters
    ----------
    technique : ndarray of int, shape (n,)
        Index in TECHNIQUES; -1 where unknown.
    keep : ndarray of bool, shape (n,)
        Rows that are used; only they are judged.
    like : str
        The unit of speeds up that say none.

    Raises
    ------
    DataError
        A text that is no number, a negative speed, or speeds down that fit no unit or several.
    """
    value = numbers(source, name, f"Mbit/s som ett tal, 0–{MAX_MBIT}, eller tomt", ledger).value
    if (value < 0).any():
        raise source.error(
            "En hastighet är negativ.", value < 0, name, f"0–{MAX_MBIT} Mbit/s, eller tomt", "Rätta hastigheten."
        )
    plausible = {str(t): both for t, both in region.evidens.rimlig_hastighet_mbit.items()}
    ranges = np.array([*(plausible[t] for t in TECHNIQUES), (0.0, np.inf)])
    low, high = ranges[technique].T
    judged = keep & (technique >= 0) & (value > 0)
    column = _Column(source, name, value, technique, judged, low / (10 if name == "upp_mbit" else 1), high)
    unit = _unit(column, like, ledger)
    return _within(column, unit, ledger), unit


def _unit(column: _Column, like: str, ledger: Ledger) -> str:
    """Return the unit of a column.

    Raises
    ------
    DataError
        When the figures contradict the header, or fit no unit or several.
    """
    header = column.source.headers.get(column.name, column.name)
    stated = stated_unit(header)
    fitting = [u for u in UNITS if column.fits(u)]
    if not column.judged.any():
        unit = stated or like
    elif column.name == "upp_mbit":
        unit = stated or (fitting[0] if len(fitting) == 1 else like)
    elif stated:
        if stated not in fitting:
            raise _misfit(column, stated, fitting, f"Rubriken «{header}» säger {stated}.")
        unit = stated
    elif len(fitting) == 1:
        unit = fitting[0]
    elif fitting:
        raise column.source.error(
            "Hastigheternas enhet går inte att avgöra.",
            column.judged,
            column.name,
            "en rubrik som säger enheten, till exempel ned_mbit eller nedhastighet_kbit",
            f"Talen är rimliga både som {' och som '.join(fitting)}. Skriv enheten i rubriken.",
        )
    else:
        raise _misfit(column, "Mbit/s", [], f"Rubriken «{header}» säger ingen enhet, och ingen passar alla rader.")
    if unit != "Mbit/s":
        how = "rubriken säger enheten" if stated else "rimligt bara i den enheten"
        ledger.add(
            "justerad",
            column.source.label,
            f"hastigheter i kolumnen {header} är {unit} ({how})",
            int((column.value > 0).sum()),
            "räknades om till Mbit/s",
        )
    return unit


def _within(column: _Column, unit: str, ledger: Ledger) -> Floats:
    """Return the speeds in Mbit/s; the few outside what is plausible counted by technique, too high ones left empty."""
    mbit = np.round(column.value * UNITS[unit], 9)
    header, label = column.source.headers.get(column.name, column.name), column.source.label
    above, below = column.misfits(unit) & (mbit > column.high), column.misfits(unit) & (mbit < column.low)
    down = column.name == "ned_mbit"
    for where, side, action in (
        (above, "högre", "lästes som tom: teknikens förval antas" if down else "lästes som tom"),
        (below, "lägre", "lästes som den står"),
    ):
        for code in np.unique(column.technique[where]).tolist():
            here = np.flatnonzero(where & (column.technique == code))
            ledger.add(
                "varning",
                label,
                f"{header} {side} än rimligt för {TECHNIQUES[code]} ({_range(column, here[0])})",
                len(here),
                action,
                (f"rad {column.source.rows[i]}: {_swedish(mbit[i])} Mbit/s" for i in here[:10]),
            )
    return np.where(above, np.nan, mbit)


def _misfit(column: _Column, unit: str, fitting: list[str], why: str) -> DataError:
    """Return the error for a column whose figures are not plausible in its unit."""
    wrong = column.misfits(unit)
    i = int(np.argmax(wrong))
    technique = TECHNIQUES[column.technique[i]]
    side = "hög" if column.value[i] * UNITS[unit] > column.high[i] else "låg"
    error = column.source.error(
        f"En hastighet är orimligt {side} för {technique}.",
        wrong,
        column.name,
        f"{_range(column, i)} för {technique} (rimlig_hastighet_mbit i konfigurationen)",
        "Ange Mbit/s, inte kbit/s, bit/s eller Gbit/s; eller skriv kolumnens enhet i rubriken (ned_kbit, ned_gbit), "
        "samma för alla rader. Är talen riktiga: ändra [evidens] rimlig_hastighet_mbit.",
    )
    error.details = [why, *error.details]
    if fitting:
        error.details.append(f"Talen ser ut att vara {' eller '.join(fitting)}.")
    for code in np.unique(column.technique[wrong]).tolist():
        here, all_ = column.technique == code, column.judged & (column.technique == code)
        error.details.append(
            f"{TECHNIQUES[code]}: {int((wrong & here).sum())} av {int(all_.sum())} rader utanför "
            f"{_range(column, int(np.argmax(all_)))}"
        )
    return error


def _range(column: _Column, i: int) -> str:
    return f"{_swedish(column.low[i])}–{_swedish(column.high[i])} Mbit/s"


def _swedish(number: float) -> str:
    return f"{number:.10g}".replace(".", ",")
