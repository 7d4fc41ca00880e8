"""A CSV file as a Frictionless resource: dialect, and each column's type, unit, meaning and limits by its contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.core import files
from pipelines.publish.geopackage.gpkg_extras import described
from pipelines.publish.workbook.csvs import EOL

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.tables.contracts import Column

Field = dict[str, Any]
TYPES = {"text": "string", "heltal": "integer", "decimal": "number", "ja_nej": "boolean"}
YES, NO = "ja", "nej"


def resource(
    name: str, path: str, file: Path, title: str, description: str, fields: Sequence[Field], key: Sequence[str]
) -> dict[str, Any]:
    """Return a file's description; size and SHA-256 are those of the file as it lies there.

    Parameters
    ----------
    name : str
        Of the resource, alone of its kind in the package.
    path : str
        From the folder of the description.
    key : sequence of str
        The columns that tell a row from the others; empty where none do.
    """
    schema: dict[str, Any] = {"fields": list(fields), "missingValues": [""]}
    if key:
        schema["primaryKey"] = list(key)
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": path,
        "title": title,
        "description": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{files.sha256(file)}",
        "dialect": {"delimiter": ",", "doubleQuote": True, "lineTerminator": EOL, "header": True},
        "schema": schema,
    }


def field(column: Column, *, texts_may_be_empty: bool = False) -> Field:
    """Return a column's description.

    Parameters
    ----------
    texts_may_be_empty : bool
        A contract's text is always a text, but an empty one is a text too: free words need not be there.
    """
    free = texts_may_be_empty and column.kind == "text" and not (column.values or column.pattern)
    out: Field = {"name": column.name, "type": TYPES[column.kind], "title": column.alias}
    if text := described(column):
        out["description"] = text
    if column.kind == "ja_nej":
        out |= {"trueValues": [YES], "falseValues": [NO]}
    limits: dict[str, Any] = {}
    if not (column.nullable or free) and "" not in column.values:
        limits["required"] = True
    if column.values and "" not in column.values:
        limits["enum"] = list(column.values)
    if column.pattern:
        limits["pattern"] = column.pattern
    whole = column.kind == "heltal"
    for name, value in (("minimum", column.low), ("maximum", column.high)):
        if value is not None:
            limits[name] = int(value) if whole else value
    return out | ({"constraints": limits} if limits else {})


def demo(name: str, is_demo: bool) -> Field:
    """Return the description of the column that says whether the figures are made up."""
    return {
        "name": name,
        "type": "string",
        "title": "Demo",
        "description": "DEMO när data är simulerade, annars nej.",
        "constraints": {"required": True, "enum": ["DEMO" if is_demo else "nej"]},
    }
