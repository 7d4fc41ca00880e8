"""The fields, each described once in ``fields.csv`` beside this module; tables list them by name.

``{t}`` in a name stands for a threshold, and ``{level}`` for a measure at a threshold: the field is there for each
that the region has. A field's texts may say ``{t}``, ``{matt}``, ``{ord}`` and ``{har}``: threshold, measure, what it
is called, and what who has it has.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import HAVE, MEASURE
from pipelines.tables import code_lists
from pipelines.tables.contracts import Column

_FILE = Path(__file__).with_suffix(".csv")


def _described() -> dict[str, Column]:
    """Read every field."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["name"]: _column(row) for row in csv.DictReader(file)}


def _column(row: dict[str, Any]) -> Column:
    """Return a row's field. ``values`` is a list of :mod:`code_lists` by its name, or the words with | between."""
    numbers = {name: _number(row[name]) if row[name] else None for name in ("low", "high")}
    words = row["values"].split("|") if row["values"] else ()
    values = getattr(code_lists, row["values"]) if row["values"].isupper() else words
    return Column(
        **row
        | numbers
        | {
            "nullable": row["nullable"] == "ja",
            "decimals": int(row["decimals"]) if row["decimals"] else None,
            "values": tuple(values),
            "pattern": row["pattern"].replace("{levels}", LEVELS.area_pattern),
        }
    )


def _number(text: str) -> float:
    """Return a bound as it is written: whole where it is so written."""
    return float(text) if "." in text else int(text)


FIELDS = _described()
"""By name, in the order of the file."""


def field(name: str, **changes: Any) -> Column:
    """Return a field, with what differs in one table."""
    return replace(FIELDS[name], **changes)


def fields(*listed: str | Column, **changes: Any) -> tuple[Column, ...]:
    """Return columns in order: names with spaces between, or fields with what differs in this table.

    Examples
    --------
    >>> [c.name for c in fields("adress_id underlag_{t}", field("hushall", klass="band"))]
    ['adress_id', 'underlag_30', 'underlag_100', 'underlag_1000', 'hushall']
    """
    return tuple(_at(c, level) for c in _columns(listed, changes) for level in _levels(c))


def each(*listed: str | Column, **changes: Any) -> tuple[Column, ...]:
    """Return columns threshold by threshold, or level by level.

    Examples
    --------
    >>> [c.name for c in each("andel_{t}_pct pts_kalla_{t}")][:3]
    ['andel_30_pct', 'pts_kalla_30', 'andel_100_pct']
    """
    columns = list(_columns(listed, changes))
    return tuple(_at(c, level) for level in _levels(columns[0]) for c in columns)


def _columns(listed: tuple[str | Column, ...], changes: dict[str, Any]) -> Iterator[Column]:
    for names in listed:
        found = [names] if isinstance(names, Column) else [FIELDS[name] for name in names.split()]
        yield from (replace(column, **changes) for column in found)


def _levels(column: Column) -> tuple[Level | None, ...]:
    """Return the levels that a field is there for; None for one that has nothing to do with them."""
    if "{level}" in column.name:
        return LEVELS.all
    return LEVELS.of("tillgang") if "{t}" in column.name else (None,)


def _at(column: Column, level: Level | None) -> Column:
    """Return the field of one level."""
    if level is None:
        return column
    said = {
        "{t}": str(level.mbit),
        "{level}": level.code,
        "{matt}": level.measure,
        "{ord}": MEASURE["sv"][level.measure],
        "{har}": HAVE[level.measure],
    }
    texts: dict[str, Any] = {"name": column.name, "alias": column.alias, "description": column.description}
    for sign, word in said.items():
        texts = {name: text.replace(sign, word) for name, text in texts.items()}
    return replace(column, **texts)


# As several tables have it.
WHOLE_OR_TYPE = field("omradestyp", values=code_lists.AREA_TYPES, description="totalt, tatbebyggt eller glesbebyggt.")
COUNTY_OR_KOMMUN = field("niva", klass="oppen", values=("lan", "kommun"), description="lan eller kommun.")
