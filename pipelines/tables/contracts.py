"""What a contract is: what a table between two steps, or a published layer, must look like.

A field is described once, in ``fields.csv``: name, type, unit, Swedish alias, description, how it is known (measured,
modelled, assumed) and information class. Tables list their fields. The checks at every step's border, the GeoPackage
aliases and the data dictionary are made from it. Nothing is public unless its column says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pipelines.core.errors import ContractError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Kind = Literal["text", "heltal", "decimal", "ja_nej"]
Basis = Literal["", "publicerad", "uppmatt", "modellerad", "blandad", "beraknad", "antagen", "raden"]
BASIS_TEXT: dict[Basis, str] = {
    "": "–",
    "publicerad": "publicerad",
    "uppmatt": "uppmätt",
    "modellerad": "modellerad",
    "blandad": "uppmätt eller modellerad",
    "beraknad": "beräknad",
    "antagen": "beräknad på antaganden",
    "raden": "står på raden",
}
"""How a column's values are known, in words."""
Klass = Literal["intern", "oppen", "band"]
DECIMALS = 6
"""Decimals of an exact value in a file."""


@dataclass(frozen=True)
class Column:
    """One column: name, type, alias, what it means, what it may hold, who may see it.

    Attributes
    ----------
    decimals : int, optional
        How many decimals mean something. Every decimal column of the open edition says so, and is rounded so
        in each of its products. None where the exact value is kept: files then hold :data:`DECIMALS`.
    """

    name: str
    kind: Kind
    alias: str
    description: str = ""
    unit: str = ""
    basis: Basis = ""
    klass: Klass = "intern"
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    pattern: str = ""
    decimals: int | None = None


@dataclass(frozen=True)
class Table:
    """One table: name, title, description, columns, key, geometry."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    geometry: Literal["", "Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"] = ""
    more_columns: bool = field(default=False)

    @property
    def names(self) -> list[str]:
        """Column names in order, geometry apart."""
        return [c.name for c in self.columns]

    def column(self, name: str) -> Column:
        """Return one column by name."""
        return next(c for c in self.columns if c.name == name)


def check(df: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Check a table against its contract at a stage border.

    Parameters
    ----------
    df : DataFrame
        May carry a geometry column besides the contract's own. A text column may be a category: then its
        categories are checked, and one that breaks a rule counts once.
    table : Table

    Returns
    -------
    DataFrame
        ``df`` with the contract's columns first and in its order.

    Raises
    ------
    ContractError
        Naming table, column, rule, how many rows break it and the first of them.
    """
    lines = []
    for c in table.columns:
        if c.name not in df:
            lines.append(f"{c.name}: kolumnen saknas")
            continue
        values = _used(df[c.name]) if c.kind == "text" else df[c.name]
        if not _has_kind(values, c.kind):
            lines.append(f"{c.name}: är {values.dtype}, inte {c.kind}")
            continue
        for rule, broken in _broken(values, c):
            lines += _told(values, f"{c.name}: {rule}", broken)
    key = list(table.key)
    known = set(key) <= set(df.columns) and not (len(key) == 1 and df[key[0]].is_unique)
    if key and known and (again := df.duplicated(key, keep=False)).any():
        lines += _told(df[key[0]], f"{', '.join(key)}: unik nyckel", again)
    if lines:
        raise ContractError(
            f"Tabellen «{table.name}» följer inte sitt kontrakt.",
            details=lines[:20],
            action="Rätta indata om felet syns där; annars är det ett fel i programmet, rapportera det.",
        )
    rest = [c for c in df.columns if c not in table.names]
    return df[[*table.names, *rest]]


def rounded(df: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the table with each decimal column rounded to the decimals its contract gives, -0.0 as 0.0.

    >>> import pandas as pd
    >>> t = Table("t", "", "", (Column("land_ha", "decimal", "", decimals=1), Column("x", "decimal", "")))
    >>> rounded(pd.DataFrame({"land_ha": [6.25, -0.01], "x": [1 / 3, 2.0]}), t).values.tolist()
    [[6.2, 0.333333], [0.0, 2.0]]
    """
    places = {c.name: DECIMALS if c.decimals is None else c.decimals for c in table.columns if c.kind == "decimal"}
    return df.assign(**{name: df[name].round(n) + 0.0 for name, n in places.items()})


def texts(names: Sequence[str], number: NDArray[Any]) -> Any:
    """Return a column of texts, by the number of each among ``names``: a tenth of the time that text by text takes.

    >>> import numpy as np
    >>> texts(("ja", "nej"), np.array([1, 0, 1])).tolist()
    ['nej', 'ja', 'nej']
    """
    import pandas as pd

    return pd.array([*names], dtype="str").take(number)


def typed(df: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the table with its texts as texts and its whole numbers whole, with gaps where they may be."""
    texts = {c.name: "str" for c in table.columns if c.kind == "text"}
    whole = {c.name: "Int64" if c.nullable else "int64" for c in table.columns if c.kind == "heltal"}
    return df.astype(texts | whole)


def _used(values: pd.Series) -> pd.Series:
    """Return a category's texts, each at the first row that has it, and nothing where a row has none; else the values.

    600 000 rows of a category hold some hundred texts, and what holds of them holds of the rows.
    """
    import pandas as pd

    if not isinstance(values.dtype, pd.CategoricalDtype):
        return values
    return values.drop_duplicates().astype("object").astype("str")


_ONE_LINE = "^.+$"
"""The pattern of ids: a text, of one line. So it is looked for without a regular expression, which takes far longer."""
_DTYPES = {"heltal": ("int64", "Int64"), "decimal": ("float64",), "ja_nej": ("bool",)}


def _broken(values: pd.Series, c: Column) -> Iterator[tuple[str, pd.Series]]:
    """Give each rule of a column, and which of its values break it; only the first rule is for rows without a value."""
    if not c.nullable:
        yield "har ett värde", values.isna()
    if c.low is not None:
        yield f"minst {c.low:g}", values < c.low
    if c.high is not None:
        yield f"högst {c.high:g}", values > c.high
    if c.values:
        yield f"någon av {', '.join(c.values)}", ~values.isin(c.values) & values.notna()
    if c.pattern:
        texts = values.astype("str")
        if c.pattern == _ONE_LINE:
            broken = (texts == "") | texts.str.contains("\n", regex=False, na=False)
        else:
            broken = ~texts.str.match(c.pattern, na=True)
        yield f"som mönstret {c.pattern}", broken


def _has_kind(values: pd.Series, kind: Kind) -> bool:
    import pandas as pd

    if kind == "text":
        return isinstance(values.dtype, pd.StringDtype) or (
            values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty")
        )
    return str(values.dtype) in _DTYPES[kind]


def _told(values: pd.Series, rule: str, broken: pd.Series) -> list[str]:
    """Return a line on a rule that some rows break: how many, and the first of them; nothing where none does."""
    rows = broken.to_numpy(dtype=bool, na_value=False).nonzero()[0]
    if not len(rows):
        return []
    return [f"{rule} bröts {len(rows)} gånger, först på rad {values.index[rows[0]]} ({values.iloc[rows[0]]!r})"]
