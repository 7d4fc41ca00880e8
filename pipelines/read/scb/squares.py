"""SCB's population squares: one file's rows, their size and year, every id checked against geometry and lattice."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Scb
from pipelines.core import cell_grid
from pipelines.core.errors import DataError, printable
from pipelines.formats import gpkg, gpkg_contents, wkb
from pipelines.incoming import marks

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.ledger import Ledger

WANTED = {
    "rutid": ("rutid_scb", "rutid", "rut_id", "ruta"),
    "inspire": ("rutid_inspire", "inspire_id", "rutid_inspire_id"),
    "befolkning": ("beftotalt", "bef_totalt", "beftot", "totalt", "befolkning"),
    "storlek": ("rutstorl", "rutstorlek"),
    "tid": ("referenstid", "referensdatum", "referensar", "ar"),
    "man": ("man", "bef_man"),
    "kvinna": ("kvinna", "bef_kvinna"),
}
OPTIONAL = ("inspire", "storlek", "tid", "man", "kvinna")
SIZES = {"1km": 1000, "250m": 250}
MIXED = 0
"""``Edition.size_m`` of SCB's mixed grid: 250 m squares in some places, 1 km squares elsewhere."""
TOLERANCE_M = 0.5
"""How far a square's corner may lie from where its id says (metres)."""
YEARS = (1968, 2100)
"""Reference years that can be meant: population by square begins with the register of 1968."""
SEXES_MAX_PCT = 5.0
"""Men + women of a whole file may differ this much (%) from its total before the columns cannot be what they say."""
_AGAIN = "Hämta filen på nytt från SCB."
_INSPIRE = r"(?:SE_)?CRS3006RES(\d+)(k?m)N(\d{7})E(\d{6})"

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Edition:
    """One population file: its table, square size (m; ``MIXED`` for both), year, date (``YYYY-MM-DD`` or empty)."""

    file: Path
    layer: gpkg.Layer
    size_m: int
    year: int
    date: str
    demo: bool


def edition(path: Path) -> Edition:
    """Return a file's size and year: by its content; what its name says must agree on the size.

    Raises
    ------
    DataError
        When the table, size or year cannot be told, or name and content disagree on the size.
    """
    found = gpkg.layers(path)
    # A file with INSPIRE's ids alone is as good: they name the same corner.
    by_scb = any(gpkg.actual(x, WANTED["rutid"]) for x in found)
    optional = OPTIONAL if by_scb or not any(gpkg.actual(x, WANTED["inspire"]) for x in found) else _ONLY_INSPIRE
    required = [c for c in WANTED if c not in optional]
    fits = [x for x in found if all(gpkg.actual(x, WANTED[c]) for c in required)]
    if len(fits) > 1:  # sizes or years in tables of their own: the others' people would be lost
        raise DataError(
            "Flera tabeller i filen har befolkning i rutor.",
            file=path,
            expected="en tabell",
            found=printable(", ".join(x.name for x in fits)),
            action="Lägg varje tabell i en egen fil: befolkning_1km_<år>.gpkg, befolkning_250m_<år>.gpkg.",
        )
    layer = gpkg.require_geometry(gpkg.find(path, found, WANTED, names=(path.stem,), optional=optional, first=("tid",)))
    head = gpkg.read(layer, {k: WANTED[k] for k in ("rutid", "inspire", "storlek", "tid")}, geometry=False)
    sizes = set(np.unique(_sizes(head, path)).tolist())
    date = _date(head, path)
    found_year = re.match(r"\d{4}", date) or re.search(r"(?:19|20)\d\d", path.stem)
    if not found_year:
        raise DataError(
            "Filens år framgår inte.",
            file=path,
            column="referenstid",
            expected="ett årtal",
            found="tomt",
            action="Döp filen som SCB gör: befolkning_1km_<år>.gpkg.",
        )
    day = re.match(r"(\d{4})-?(\d\d)-?(\d\d)", date)
    full = "-".join(day.groups()) if day else f"{found_year[0]}-12-31" if len(date) == 4 else ""
    size_m = sizes.pop() if len(sizes) == 1 else MIXED
    return Edition(path, layer, size_m, int(found_year[0]), full, layer.demo or marks.demo_mark(path))


_ONLY_INSPIRE = ("rutid", *(c for c in OPTIONAL if c != "inspire"))


def read_squares(e: Edition, settings: Scb | None = None, ledger: Ledger | None = None) -> pd.DataFrame:
    """Return ``rutid`` (int64), ``storlek_m``, ``befolkning`` (int64) of a file, sorted by ``rutid``.

    Parameters
    ----------
    e : Edition
    settings : Scb, optional
        Bounds of what can be right; the defaults when left out.
    ledger : Ledger, optional
        Told of squares without geometry and of sexes that do not add up.

    Raises
    ------
    DataError
        When an id is no id, stands twice, is off the lattice, or lies elsewhere than its geometry or other id;
        when a count is missing, negative, no whole number or more than a square can hold.
    """
    import pandas as pd

    settings = settings or Scb()
    table = gpkg.read(e.layer, WANTED)
    sizes = _sizes(table, e.file)
    ids = _ids(table, sizes, e.file)
    _require_lattice(ids, sizes, e)
    _require_geometry(ids, sizes, table, e, ledger)
    people = _people(table["befolkning"], e)
    _require_bounds(people, sizes, settings, e)
    _require_sexes(table, people, ids, settings, e, ledger)
    frame = pd.DataFrame({"rutid": ids, "storlek_m": sizes, "befolkning": people})
    frame = frame.sort_values(["rutid", "storlek_m"], kind="stable", ignore_index=True)
    twice = frame.duplicated(["rutid", "storlek_m"])
    if twice.any():
        raise DataError(
            f"{int(twice.sum())} rutor förekommer två gånger.",
            file=e.file,
            column="rutid_scb",
            expected="en rad per ruta",
            found=str(frame["rutid"][twice].iloc[0]),
            action=_AGAIN,
        )
    return frame


def _sizes(table: Any, path: Path) -> Ints:
    """Return each row's size in metres: by ``rutstorl``, else by INSPIRE's id, else by the file's name."""
    named = next((m for k, m in SIZES.items() if f"_{k}" in path.name.lower()), 0)
    texts = _texts(table, "storlek")
    if texts is None or texts.isna().all():
        texts = _texts(table, "inspire")
        if texts is not None:
            texts = texts.str.extract(r"RES(\d+k?m)", expand=False)
    if texts is None or texts.isna().all():
        texts = _texts(table, "rutid" if "rutid" in table.column_names else "inspire")
        assert texts is not None
        texts = texts.where(texts.isna(), f"{named or ''}").fillna(f"{named or ''}")
    values = {t: _metres(t) for t in texts.dropna().unique()}
    wrong = ~texts.map(values).isin(SIZES.values()).to_numpy()
    sizes = texts.map(values).fillna(0).to_numpy(dtype=np.int64)
    if wrong.any() or (named and named not in sizes):
        i = int(np.argmax(wrong))
        raise DataError(
            "Rutornas storlek stämmer inte.",
            file=path,
            row=i + 1 if wrong.any() else None,
            column="rutstorl",
            expected=f"{named or '1000 eller 250'} m",
            found=printable(str(texts.fillna("").iloc[i]), 40) or "okänd",
            action="Bara rutor om 1 km och 250 m går att läsa. Beställ filen så, eller döp den efter sitt innehåll.",
        )
    return sizes


def _metres(text: str) -> int:
    """Return a size in metres from ``1000``, ``1000 m``, ``1 km``, ``1000x1000``; 0 when it is none.

    >>> [_metres(x) for x in ("1000", "1 km", "250.0 m", "0,25 km", "1000x1000 m", "många")]
    [1000, 1000, 250, 250, 1000, 0]
    """
    m = re.fullmatch(r"(\d{1,7}(?:[.,]\d+)?)(?:\s*[x*]\s*\1)?\s*(k?m)?", text.strip().lower())
    if not m:
        return 0
    metres = float(m[1].replace(",", ".")) * (1000 if m[2] == "km" else 1)
    return int(metres) if metres == int(metres) else 0


def _date(head: Any, path: Path) -> str:
    """Return the only reference time of a file, as it stands there; empty when no row has one."""
    texts = _texts(head, "tid")
    values = [] if texts is None else sorted(texts.dropna().unique())
    if len(values) > 1:
        raise DataError(
            "Filen blandar rutor som inte hör ihop.",
            file=path,
            column=WANTED["tid"][0],
            expected="samma referenstid på alla rader",
            found=printable(", ".join(values[:5])),
            action="Lägg varje år i en egen fil.",
        )
    if not values:
        return ""
    form = r"(\d{4})(?:-?(?:0[1-9]|1[0-2])(?:-?(?:0[1-9]|[12]\d|3[01])(?:[T ].*)?)?)?"
    m = re.fullmatch(form, values[0])
    if not m or not YEARS[0] <= int(m[1]) <= YEARS[1]:
        raise DataError(
            "Referenstiden är ingen dag och inget år.",
            file=path,
            column=WANTED["tid"][0],
            expected="ett år eller en dag som 2024-12-31",
            found=printable(values[0], 40) or "tomt",
            action=_AGAIN,
        )
    return values[0]


def _texts(table: Any, column: str) -> pd.Series[str] | None:
    """Return a column as texts; None when the file lacks it, null where a cell is empty."""
    if column not in table.column_names:
        return None
    texts = gpkg.texts(table[column]).to_pandas().astype("object")
    return texts.where(texts.notna() & (texts != ""), None)


def _ids(table: Any, sizes: Ints, path: Path) -> Ints:
    """Return each row's id: SCB's, else INSPIRE's; where both stand they must name the same square."""
    inspire = _texts(table, "inspire")
    if inspire is not None:
        parts = inspire.str.extract(rf"^{_INSPIRE}$")
        corner = parts[3] + parts[2]
        res = parts[0].astype("float") * np.where(parts[1] == "km", 1000, 1)
    texts = _texts(table, "rutid")
    if texts is None:
        assert inspire is not None
        _require_ids(parts[0].notna(), inspire, "rutid_inspire", "SE_CRS3006RES1000mN…E… (SWEREF 99 TM)", path)
        texts = corner
    _require_ids(
        texts.fillna("").str.fullmatch(r"\d{13}"),
        texts,
        "rutid_scb",
        "13 siffror: E (6) och N (7) för nedre vänstra hörnet",
        path,
    )
    if inspire is not None:
        same = inspire.isna() | ((corner == texts) & (res == sizes))
        _require_ids(
            same,
            inspire,
            "rutid_inspire",
            "samma ruta och storlek som rutid_scb och rutstorl",
            path,
            problem="rutor heter olika i rutid_inspire och i rutid_scb eller rutstorl",
        )
    return texts.astype("int64").to_numpy()


def _require_ids(
    good: pd.Series[bool], texts: pd.Series[str], column: str, expected: str, path: Path, problem: str = ""
) -> None:
    wrong = ~good.to_numpy(dtype=bool)
    if wrong.any():
        i = int(np.argmax(wrong))
        raise DataError(
            f"{int(wrong.sum())} {problem or f'rutor har ett ogiltigt {column}'}.",
            file=path,
            row=i + 1,
            column=column,
            expected=expected,
            found=printable(str(texts.iloc[i]), 60),
            action=_AGAIN,
        )


def _require_lattice(ids: Ints, sizes: Ints, e: Edition) -> None:
    east, north = cell_grid.corner(ids)
    wkb.require_sweden(east.astype(float), north.astype(float), e.file)
    off = (east % sizes != 0) | (north % sizes != 0)
    if off.any():
        i = int(np.argmax(off))
        raise DataError(
            f"{int(off.sum())} rutor ligger utanför rutnätet om {sizes[i]} m.",
            file=e.file,
            row=i + 1,
            column="rutid_scb",
            expected=f"hörn på jämna {sizes[i]} m",
            found=str(ids[i]),
            action=_AGAIN,
        )


def _require_geometry(ids: Ints, sizes: Ints, table: Any, e: Edition, ledger: Ledger | None) -> None:
    """Check that each square's bounds are the ones its id says; a square without geometry is taken by its id."""
    import shapely

    shapes = wkb.polygons(table["wkb"], e.file)
    east, north = cell_grid.corner(ids)
    said = np.column_stack([east, north, east + sizes, north + sizes])
    off = (np.abs(shapely.bounds(shapes) - said) > TOLERANCE_M).any(axis=1)
    if off.any():
        i = int(np.argmax(off))
        raise DataError(
            f"{int(off.sum())} rutor ligger inte där deras rutid_scb säger.",
            file=e.file,
            row=i + 1,
            column="rutid_scb",
            expected=f"nedre vänstra hörnet i E {east[i]}, N {north[i]}, sidan {sizes[i]} m",
            found=", ".join(f"{x:.1f}" for x in shapely.bounds(shapes[i])),
            action=_AGAIN,
        )
    bare = shapely.is_missing(shapes)
    small = bare & (sizes == cell_grid.CELL_M) & ("inspire" not in table.column_names)
    # One square in sixteen of 250 m begins where one of 1 km does: three of three is a size said wrong.
    if small.sum() >= 3 and (ids[small] == cell_grid.parent(ids[small])).all():
        raise DataError(
            "Rutor utan geometri sägs vara 250 m men börjar alla på jämna kilometer.",
            file=e.file,
            column="rutstorl",
            expected="250 m-rutor, eller rutstorl 1000",
            found=str(ids[small][0]),
            action=_AGAIN,
        )
    if ledger is not None:
        ledger.add(
            "antagen",
            f"scb/{e.file.name}",
            "rutor utan geometri",
            int(bare.sum()),
            "ligger där deras rutid säger",
            cell_grid.scb_id(ids[bare]),
        )


def _people(column: Any, e: Edition) -> Ints:
    """Return the people of each row as SQLite holds them: GDAL reads «abc» and 3.5 among integers as 0 and 3."""
    import pandas as pd

    values = column.to_pandas()
    if values.dtype.kind not in "iuf":  # text, where thousands may stand apart
        texts = gpkg.texts(column).to_pandas().astype("object")
        plain = texts.fillna("").str.replace(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?:\D|$))", "", regex=True)
        values = pd.to_numeric(plain.where(plain.str.fullmatch(r"-?\d{1,18}(?:\.0)?")), errors="coerce")
        shown = texts
    else:
        values, shown = _as_stored(values.astype(float), gpkg.texts(column).to_pandas().astype("object"), e)
    number = values.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~((number >= 0) & (number == np.floor(number)) & (number < 2**53))
    if wrong.any():
        i = int(np.argmax(wrong))
        negative = bool((number < 0).any())
        raise DataError(
            "Negativ folkmängd." if negative else "Folkmängden är inget heltal.",
            file=e.file,
            row=i + 1,
            column="beftotalt",
            expected="0 eller ett positivt heltal",
            found=printable(str(shown.iloc[i]), 60),
            action=_AGAIN,
        )
    return number.astype(np.int64)


def _as_stored(values: pd.Series[float], shown: pd.Series[Any], e: Edition) -> tuple[pd.Series[float], pd.Series[Any]]:
    """Put right what GDAL made of cells that SQLite holds otherwise than their column says.

    Returns
    -------
    number, shown : Series
        The numbers, NaN where the cell is none; and what stands in the cells, to show a person.
    """
    name = gpkg.actual(e.layer, WANTED["befolkning"]) or ""
    quoted, table = (x.replace('"', '""') for x in (name, e.layer.name))
    odd = (
        f'SELECT n, v FROM (SELECT row_number() OVER (ORDER BY rowid) - 1 AS n, "{quoted}" AS v FROM "{table}") '
        "WHERE typeof(v) IN ('text', 'blob') OR (typeof(v) = 'real' AND v <> CAST(v AS INTEGER)) "
        "OR (typeof(v) <> 'null' AND abs(v) > 2147483647) LIMIT 1000"
    )
    with closing(gpkg_contents.opened(e.layer)) as db:
        for row, value in db.execute(odd):
            shown.iloc[row] = value
            values.iloc[row] = value if isinstance(value, int | float) else np.nan
    return values, shown


def _require_bounds(people: Ints, sizes: Ints, settings: Scb, e: Edition) -> None:
    limit = np.where(sizes == cell_grid.KM_M, settings.max_personer_1km, settings.max_personer_250m)
    wrong = people > limit
    if wrong.any():
        i = int(np.argmax(wrong))
        key = "max_personer_1km" if sizes[i] == cell_grid.KM_M else "max_personer_250m"
        raise DataError(
            f"{int(wrong.sum())} rutor har fler personer än en ruta rymmer.",
            file=e.file,
            row=i + 1,
            column="beftotalt",
            expected=f"högst {limit[i]} personer i en ruta om {sizes[i]} m",
            found=str(people[i]),
            action=f"{_AGAIN} Stämmer talet: höj {key} under [scb] i konfigurationen.",
        )
    if not people.any():
        raise DataError(
            "Ingen ruta i filen har några personer.",
            file=e.file,
            column="beftotalt",
            expected="folkmängd över 0 i minst en ruta",
            found=f"0 i alla {len(people)} rutor",
            action=_AGAIN,
        )


def _require_sexes(table: Any, people: Ints, ids: Ints, settings: Scb, e: Edition, ledger: Ledger | None) -> None:
    """Check men + women against the total, as far as SCB's noise lets them agree."""
    import pandas as pd

    if "man" not in table.column_names or "kvinna" not in table.column_names:
        return
    both = sum(pd.to_numeric(table[c].to_pandas(), errors="coerce").to_numpy(dtype=float) for c in ("man", "kvinna"))
    known = np.isfinite(both)
    total, counted = float(people[known].sum()), float(np.sum(both[known]))
    noise = 3 * settings.storning_per_antal
    off = known & (np.abs(both - people) > noise)
    if off.any() and abs(counted - total) > SEXES_MAX_PCT / 100 * total:
        i = int(np.argmax(off))
        raise DataError(
            "Män och kvinnor är tillsammans inte hela befolkningen.",
            file=e.file,
            row=i + 1,
            column="beftotalt",
            expected=f"man + kvinna = beftotalt, så när som på SCB:s störning ({noise} i en ruta)",
            found=f"{total:.0f} i beftotalt, {counted:.0f} i man + kvinna",
            action=_AGAIN,
        )
    if ledger is not None:
        ledger.add(
            "allvarlig",
            f"scb/{e.file.name}",
            "rutor där man + kvinna skiljer sig från beftotalt mer än störningen",
            int(off.sum()),
            "beftotalt används",
            cell_grid.scb_id(ids[off]),
        )
