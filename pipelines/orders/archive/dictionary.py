"""``data/datapackage.json``: what each column of each CSV file in the package means and may hold (Frictionless).

The open edition brings a description of its own tables (``produkter/oppen/data/datapackage.json``). Here are
the others: the workbook's tables, each layer once more, and the data dictionary itself.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.core import files
from pipelines.orders.archive import longterm
from pipelines.orders.archive.payload import DICTIONARY, DICTIONARY_FILE, INTERNAL
from pipelines.publish.open_data import tableschema
from pipelines.publish.workbook import csvs, readme, workbook_content
from pipelines.tables.contracts import Column, Table

if TYPE_CHECKING:
    from pipelines.orders.archive.archive_order import Order

FILE = "datapackage.json"
_RUN = (
    Column("pts_ar", "heltal", "PTS-år", "Statistikens år."),
    Column("korning_id", "text", "Körning", "Körningens id.", pattern=r"^[0-9a-f]{12}$"),
)
_POINT = tuple(
    Column(n, "decimal", f"{n[0].upper()} (m)", "Koordinat i SWEREF 99 TM.", "m") for n in longterm.COORDINATES
)


def write(order: Order, bag: Path) -> None:
    """Describe the CSV files that have been laid out in ``bag``."""
    found = sorted(p for p in bag.rglob("*.csv") if p.relative_to(bag).parts[0] != "program")
    named = [(p, p.relative_to(bag).as_posix()) for p in found]
    resources = [_resource(order, p, n) for p, n in named if not n.startswith("produkter/oppen/")]
    if not resources:
        return
    body = {
        "profile": "tabular-data-package",
        "name": order.name.lower(),
        "title": order.title,
        "description": "Tabellerna i arkivpaketet. Den öppna utgåvans egna beskrivs i produkter/oppen/data.",
        "version": order.facts["korning_id"],
        "resources": resources,
    }
    files.write_text(bag / FILE, json.dumps(body, ensure_ascii=False, indent=1) + "\n")


def _resource(order: Order, path: Path, name: str) -> dict[str, Any]:
    title, description, fields, key = _about(order, path, name)
    ident = name.removesuffix(".csv").replace("/", "-").lower()
    return tableschema.resource(ident, name, path, title, description, fields, key)


def _about(order: Order, path: Path, name: str) -> tuple[str, str, list[tableschema.Field], tuple[str, ...]]:
    """Return title, description, fields and key of a file."""
    parts = Path(name).parts
    if parts[0] == longterm.FOLDER:
        return _layer(path, parts[1], path.stem)
    within = name.removeprefix(f"{INTERNAL}/")
    own = {DICTIONARY_FILE: DICTIONARY, f"{INTERNAL}/{readme.FILE}": readme.LASMIG}
    table = own.get(name) or workbook_content.contract_of(within)
    fields = list(map(_field, table.columns))
    if table is not DICTIONARY:
        fields += [*map(_field, _RUN), tableschema.demo(csvs.RUN_COLUMNS[-1], order.facts["demo"])]
    # The workbook's tables have keys with columns that may be empty: no key to a program that reads them.
    return table.title, table.description, fields, ()


def _layer(path: Path, package: str, layer: str) -> tuple[str, str, list[tableschema.Field], tuple[str, ...]]:
    """Return the same of a layer; what has no contract is text."""
    table = longterm.contract(package, layer) or Table(layer, layer, "", ())
    known = {c.name: c for c in (*_POINT, *table.columns)}
    with path.open(encoding="utf-8", newline="") as f:
        head = next(csv.reader(f))
    fields = [_field(known.get(n, Column(n, "text", n, nullable=True))) for n in head]
    return table.title, table.description, fields, table.key


def _field(column: Column) -> tableschema.Field:
    return tableschema.field(column, texts_may_be_empty=True)
