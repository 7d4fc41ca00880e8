"""What a contract is: what a table between two steps, or a published layer, must look like.

A field is described once, in ``fields.csv``: name, type, unit, Swedish alias, description, how it is known (measured,
modelled, assumed) and information class. Tables list their fields. The checks at every step's border, the GeoPackage
aliases and the data dictionary are made from it. Nothing is public unless its column says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pipelines.core.errors import ContractError

if TYPE_CHECKING:
    import pandas as pd

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
    import pandera.errors
    import pandera.pandas as pa

    coded = [c for c in table.columns if c.kind == "text" and _is_category(df, c.name)]
    schema = _schema(table, pa, {c.name for c in coded})
    try:
        schema.validate(df, lazy=True, inplace=True)  # nothing is coerced; a copy would only cost memory
        for c in coded:
            _schema(Table(table.name, "", "", (c,), ()), pa, set()).validate(_used(df[c.name]), lazy=True)
    except pandera.errors.SchemaErrors as e:
        cases = e.failure_cases
        lines = []
        for (column, rule), group in cases.groupby(["column", "check"], sort=False, dropna=False):
            first = group.iloc[0]
            where = "" if first["index"] is None else f", först på rad {first['index']}"
            lines.append(f"{column}: {rule} bröts {len(group)} gånger{where} ({first['failure_case']!r})")
        raise ContractError(
            f"Tabellen «{table.name}» följer inte sitt kontrakt.",
            details=lines[:20],
            action="Rätta indata om felet syns där; annars är det ett fel i programmet, rapportera det.",
        ) from None
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


def typed(df: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the table with its texts as texts and its whole numbers whole, with gaps where they may be."""
    texts = {c.name: "str" for c in table.columns if c.kind == "text"}
    whole = {c.name: "Int64" if c.nullable else "int64" for c in table.columns if c.kind == "heltal"}
    return df.astype(texts | whole)


def _is_category(df: pd.DataFrame, name: str) -> bool:
    import pandas as pd

    return name in df and isinstance(df[name].dtype, pd.CategoricalDtype)


def _used(values: pd.Series) -> pd.DataFrame:
    """Return each category that is used, and nothing where a row has none, at the first row that has it."""
    first = values.drop_duplicates()
    return first.astype("object").astype("str").to_frame()


_DTYPES = {"text": "str", "heltal": "int64", "decimal": "float64", "ja_nej": "bool"}


def _schema(table: Table, pa: Any, coded: set[str]) -> Any:
    def column(c: Column) -> Any:
        if c.name in coded:  # checked by category
            return pa.Column(None, nullable=True)
        checks = []
        if c.low is not None:
            checks.append(pa.Check.ge(c.low))
        if c.high is not None:
            checks.append(pa.Check.le(c.high))
        if c.values:
            checks.append(pa.Check.isin(c.values))
        if c.pattern:
            checks.append(pa.Check.str_matches(c.pattern))
        dtype = "Int64" if c.kind == "heltal" and c.nullable else _DTYPES[c.kind]
        return pa.Column(dtype, checks=checks, nullable=c.nullable)

    return pa.DataFrameSchema({c.name: column(c) for c in table.columns}, unique=list(table.key) or None, strict=False)
