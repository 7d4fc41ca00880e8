"""Rows of one file of roads: lines near the län with a class, and every other row counted by why it is left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.core.errors import DataError, printable
from pipelines.core.facts import rows_by_file
from pipelines.formats import gpkg, spatial_index
from pipelines.read.vagar.road_classes import EMPTY, NO_HEIGHTS, NOT_CARS, UNKNOWN, UNUSED, mapped
from pipelines.read.vagar.road_lines import STRAIGHT_M, Bounds, box_in, has_long_straight, lines

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.core.ledger import Ledger
    from pipelines.read.vagar.road_classes import Part
    from pipelines.read.vagar.road_files import RoadFile

Objects = NDArray[np.object_]


@dataclass(frozen=True)
class Roads:
    """Lines of road, with the columns of table ``vagar``; all arrays of shape (n,).

    Attributes
    ----------
    shapes : ndarray of LineString
        EPSG:3006.
    file : ndarray of int
        Which of the files that are used each is from.
    """

    shapes: NDArray[Any]
    klass: Objects
    niva: Objects
    namn: Objects
    vagnummer: Objects
    file: NDArray[np.int64]

    @classmethod
    def none(cls) -> Roads:
        """Return no roads."""
        nothing = np.empty(0, dtype=object)
        return cls(nothing, nothing, nothing, nothing, nothing, np.empty(0, dtype=np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Roads]) -> Roads:
        """Return the roads of several, in order; each one's file is its number among them."""
        columns = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)}
        return cls(**columns | {"file": np.repeat(np.arange(len(parts)), [len(p.shapes) for p in parts])})

    def take(self, chosen: NDArray[Any]) -> Roads:
        """Return the roads of a mask or of indices."""
        return Roads(*(getattr(self, f.name)[chosen] for f in fields(self)))


class _Count:
    """What was found in one file: rows near the län, and why some were left out."""

    def __init__(self) -> None:
        self.rows = self.empty = self.point = self.split = self.bent = self.garbled = 0
        self.cars = self.above = self.straight = 0
        self.used: Counter[str] = Counter()
        self.unused: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.heights: Counter[str] = Counter()

    def tell(self, name: str, limit_pct: float, ledger: Ledger) -> None:
        """Put it all in the ledger."""
        rows, add = "raderna används inte", ledger.add
        add("bortfall", name, "linje utan geometri", self.empty, rows)
        add("bortfall", name, "linje utan längd", self.point, rows)
        add("bortfall", name, "linjer som schakt inte följer", self.unused.total(), rows, _told(self.unused))
        add("bortfall", name, "linjer av okänd vägtyp", self.unknown.total(), rows, _told(self.unknown))
        share = 100 * self.unknown.total() / max(self.rows, 1)
        add(
            "allvarlig" if share > limit_pct else "varning",
            name,
            f"{share:.1f} % av linjerna har en okänd vägtyp".replace(".", ","),
            self.unknown.total(),
            "de är inte med bland vägarna: kontrollera att filen är utgivarens och oförändrad",
            _told(self.unknown),
        )
        note = "räknas som väg på marken, så att den möter det den korsar"
        add("antagen", name, "okänd uppgift om bro och tunnel", self.heights.total(), note, _told(self.heights))
        add("varning", name, "namn i fel teckenkodning", self.garbled, "namnen används som de står")
        add(
            "varning",
            name,
            f"vägar som går mer än {STRAIGHT_M / 1000:.0f} km rakt fram",
            self.straight,
            "de används som de står: kontrollera att ingen brytpunkt ligger fel",
        )
        add("justerad", name, "linjer i flera delar", self.split, "delarna blir var sin linje")
        add("justerad", name, "linjer med cirkelbågar", self.bent, "bågen ersätts av raka linjer")


def read_file(file: RoadFile, box: Bounds, region: Region, raw: Path, ledger: Ledger) -> Roads:
    """Return the roads of a file that touch a box (west, south, east, north; EPSG:3006).

    Raises
    ------
    DataError
        When a table cannot be read, has something else than lines, or no known class of road at all.
    """
    name = file.path.relative_to(raw).as_posix()
    count = _Count()
    found, nothing = [], []
    for part in file.parts:
        before, unknown = count.rows, Counter(count.unknown)
        found += list(_read_part(part, box, count))
        rows = count.rows - before
        nothing += [] if rows else [part.layer.name]
        _require_known(rows, count.unknown - unknown, part, file)
    count.tell(name, region.vagar.okand_andel_pct, ledger)
    for part in file.parts:
        _note_index(part, name, ledger)
    _note_nothing(nothing if count.rows else [], name, ledger)
    told_lack = any(lack.cost == NO_HEIGHTS for lack in file.lacks)
    ledger.add(
        "varning",
        name,
        "ingen bilväg är bro eller tunnel",
        count.cars * int(not count.above and not told_lack),
        "kontrollera att uppgiften om bro och tunnel följt med: annars möter vägar dem de korsar",
    )
    rows_by_file(ledger.facts)[file.path.name] = {"lasta": count.rows, "anvanda": count.used.total()}
    ledger.facts["vagtyper"][name] = {
        "anvanda": dict(sorted(count.used.items())),
        "ovriga": dict(sorted((count.unused + count.unknown).items())),
    }
    return Roads.joined(found) if found else Roads.none()


def _read_part(part: Part, box: Bounds, count: _Count) -> Iterable[Roads]:
    """Yield the roads of one table, some ten thousand rows at a time."""
    epsg = part.layer.epsg or 0
    for rows in gpkg.batches(part.layer, part.wanted, bbox=box_in(box, epsg)):
        roads = _take(rows, part, epsg, box, count)
        if len(roads.shapes):
            yield roads


def _take(rows: pa.Table, part: Part, epsg: int, box: Bounds, count: _Count) -> Roads:
    """Return one batch's roads, and count every row near the län."""
    found = lines(rows["wkb"], epsg, box, part.layer.file)
    said = part.judge(rows)
    near = np.ones(rows.num_rows, dtype=bool)
    near[found.outside] = False
    count.rows += int(near.sum())
    count.empty += len(found.empty)
    count.point += len(found.point)
    near[found.empty], near[found.point] = False, False
    is_known = (said.klass != UNKNOWN) & (said.klass != UNUSED)
    used = near & is_known
    count.used += Counter(said.kind[used].tolist())
    count.unused += Counter(said.kind[near & (said.klass == UNUSED)].tolist())
    count.unknown += Counter(x or EMPTY for x in said.kind[near & (said.klass == UNKNOWN)].tolist())
    is_high = said.niva == UNKNOWN
    count.heights += Counter(said.height[used & is_high].tolist())
    is_car = used & ~np.isin(said.klass, NOT_CARS)
    count.cars += int(is_car.sum())
    count.above += int((is_car & (said.niva != "mark")).sum())
    count.garbled += int((mapped(said.namn, _garbled) == GARBLED)[used].sum())
    count.split += int(used[found.split].sum())
    count.bent += int(used[found.bent].sum())
    keep = used[found.row]
    row = found.row[keep]
    niva = np.where(is_high, "mark", said.niva).astype(object)
    numbers = np.zeros(len(row), dtype=np.int64)
    on_land = said.klass[row] != "farjeled"
    count.straight += len(np.unique(row[on_land][has_long_straight(found.shapes[keep][on_land])]))
    return Roads(found.shapes[keep], said.klass[row], niva[row], said.namn[row], said.vagnummer[row], numbers)


def _garbled(name: str) -> str:
    """Tell whether a name is UTF-8 that somebody has taken for Latin-1: å, ä and ö are two signs, the first a Ã."""
    return GARBLED if re.search("Ã[\\x80-\\xbf]", name) else ""


GARBLED = "ja"


def _require_known(rows: int, unknown: Counter[str], part: Part, file: RoadFile) -> None:
    """Check that some row of a table has a class that is known.

    Raises
    ------
    DataError
    """
    if unknown and unknown.total() == rows:
        raise DataError(
            "Filen har inga vägtyper som programmet känner.",
            file=file.path,
            column=next(iter(part.wanted)),
            expected="vägtyper som Landsväg, Småväg eller Lokalgata liten",
            found=", ".join(printable(x, 40) for x, _ in unknown.most_common(10)),
            action="Kontrollera att filen är utgivarens och oförändrad (teckenkodning, kolumner), eller ta bort den.",
        )


def _note_nothing(tables: list[str], name: str, ledger: Ledger) -> None:
    """Tell of tables that give nothing, beside others that do: empty, or lying elsewhere than they say."""
    ledger.add(
        "varning",
        name,
        "tabeller utan en enda linje i närheten av länet",
        len(tables),
        "de ger inget: kontrollera att de inte är tomma eller i ett annat koordinatsystem",
        tables,
    )


def _note_index(part: Part, name: str, ledger: Ledger) -> None:
    """Tell of a large table that was read whole since its spatial index cannot be trusted."""
    fault = spatial_index.fault(part.layer) if spatial_index.is_large(part.layer) else ""
    ledger.add(
        "upplysning",
        name,
        f"rumsligt index för {part.layer.name} {fault}",
        int(bool(fault)),
        "hela tabellen lästes utan indexet",
    )


def _told(kinds: Counter[str]) -> list[str]:
    """Return kinds with their numbers, the most common first."""
    ordered = sorted(kinds.items(), key=lambda x: (-x[1], x[0]))
    return [f"{printable(kind, 40) or EMPTY}: {n}" for kind, n in ordered[:10]]
