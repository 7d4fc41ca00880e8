"""Each CSV file against the description of its columns: head, types, limits, codes, key. Nothing in it is believed."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pipelines.core.errors import by_library, printable
from pipelines.orders.archive.payload import PROGRAM
from pipelines.publish.workbook.csvs import EOL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

DESCRIPTION = "datapackage.json"
MAX_DESCRIPTION = 20_000_000
"""Bytes."""
WRITTEN = {"integer": ("heltal", r"^-?\d+$"), "number": ("decimaltal, utan exponent", r"^-?\d+(\.\d+)?$")}
"""How a number must be written: in words, and as a pattern."""


def faults(root: Path, names: list[str]) -> tuple[list[str], int]:
    """Return what in the CSV files of a package breaks their descriptions, and how many files were held against one.

    Parameters
    ----------
    names : list of str
        Every file of the package that can be read as what its name says. The program's own files are not data.
    """
    wrong: list[str] = []
    described: dict[str, tuple[dict[str, Any], bytes]] = {}
    for name in (n for n in names if PurePosixPath(n).name == DESCRIPTION):
        try:
            described |= _described(root, name)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
            wrong.append(f"{name}: {by_library('går inte att läsa som beskrivning av tabeller', e)}")
    there = [n for n in names if n.endswith(".csv") and PurePosixPath(n).parts[0] != PROGRAM]
    wrong += [f"{n}: saknas, men beskrivs" for n in sorted(set(described) - set(there))]
    told = [n for n in there if n in described]
    if DESCRIPTION in names:  # a package from before there was one is what it was
        wrong += [f"{n}: beskrivs inte i någon {DESCRIPTION}" for n in there if n not in described]
    for name in told:
        try:
            wrong += [f"{name}: {x}" for x in _against(root / name, *described[name])]
        except (ValueError, KeyError, TypeError, AttributeError) as e:  # Arrow's errors are ValueErrors too
            wrong.append(f"{name}: {by_library('går inte att hålla mot sin beskrivning', e)}")
    return wrong, len(told)


def _described(root: Path, name: str) -> dict[str, tuple[dict[str, Any], bytes]]:
    """Return the schema of each CSV file that a description names, and how its lines end."""
    path = root / name
    if path.stat().st_size > MAX_DESCRIPTION:
        raise ValueError(f"{path.stat().st_size} byte")
    out = {}
    for r in json.loads(path.read_text(encoding="utf-8"))["resources"]:
        parts = PurePosixPath(r["path"])
        if parts.is_absolute() or ".." in parts.parts:
            raise ValueError(str(parts))
        if parts.suffix == ".csv":
            out[(PurePosixPath(name).parent / parts).as_posix()] = (
                r["schema"],
                str(r.get("dialect", {}).get("lineTerminator", EOL)).encode(),
            )
    return out


def _against(path: Path, schema: dict[str, Any], eol: bytes) -> list[str]:
    """Return each rule that a file breaks, once, at the first row that breaks it."""
    fields = schema["fields"]
    names = [str(f["name"]) for f in fields]
    with path.open("rb") as f:
        head = f.readline()
    if not head.endswith(eol) or (eol == b"\n" and head.endswith(b"\r\n")):
        return [f"raderna slutar inte som beskrivningen säger ({eol!r})"]
    found: dict[tuple[str, str], str] = {}
    keys: list[pa.Table] = []
    row = 2
    for batch in _texts(path):
        if batch.schema.names != names:
            lacking = next((a for a, b in zip(names, batch.schema.names, strict=False) if a != b), "antalet")
            return [f"kolumnerna är inte de som beskrivs, först {printable(lacking)}"]
        for field in fields:
            column = batch.column(str(field["name"]))
            for rule, broken in _rules(column, field):
                at = broken.index(True).as_py() if len(broken) else -1
                if at >= 0:
                    said = f"kolumnen {printable(str(field['name']))}, rad {row + at}: fick "
                    said += f"«{printable(column[at].as_py(), 60)}», väntat {rule}"
                    found.setdefault((str(field["name"]), rule), said)
        if schema.get("primaryKey"):
            keys.append(_table(batch).select([str(k) for k in schema["primaryKey"]]))
        row += len(batch)
    return [*found.values(), *_repeated(keys)]


def _texts(path: Path) -> Iterator[pa.RecordBatch]:
    """Read a file batch by batch, every value as the text that stands there."""
    import pyarrow as pa
    import pyarrow.csv as pcsv

    parse = pcsv.ParseOptions(newlines_in_values=True)
    with pcsv.open_csv(path, parse_options=parse) as begun:
        names = begun.schema.names
    convert = pcsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    with pcsv.open_csv(path, parse_options=parse, convert_options=convert) as reader:
        yield from reader


def _rules(column: pa.Array, field: dict[str, Any]) -> Iterator[tuple[str, pa.Array]]:
    """Give each rule of a column in words, and which rows break it; an empty cell breaks only that it must not be."""
    import pyarrow as pa
    import pyarrow.compute as pc

    limits = field.get("constraints", {})
    empty = pc.equal(column, "")
    if limits.get("required"):
        yield "ett värde", empty

    def unless(good: pa.Array) -> pa.Array:
        return pc.and_not(pc.invert(good), empty)

    kind = field["type"]
    if kind in WRITTEN:
        words, pattern = WRITTEN[kind]
        good = pc.match_substring_regex(column, pattern)
        yield words, unless(good)
        numbers = pc.cast(pc.if_else(good, column, pa.scalar(None, pa.string())), pa.float64())
        for name, worded, beyond in (("minimum", "minst", pc.less), ("maximum", "högst", pc.greater)):
            if name in limits:
                yield f"{worded} {limits[name]}", pc.fill_null(beyond(numbers, float(limits[name])), False)
    elif kind == "boolean":
        allowed = [str(v) for v in (*field["trueValues"], *field["falseValues"])]
        yield " eller ".join(allowed), unless(pc.is_in(column, pa.array(allowed)))
    if "enum" in limits:
        allowed = [str(v) for v in limits["enum"]]
        yield f"något av {', '.join(allowed)}", unless(pc.is_in(column, pa.array(allowed)))
    if "pattern" in limits:
        yield (f"mönstret {limits['pattern']}", unless(pc.match_substring_regex(column, f"^(?:{limits['pattern']})$")))


def _table(batch: pa.RecordBatch) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_batches([batch])


def _repeated(keys: list[pa.Table]) -> list[str]:
    """Return the first key that stands on more than one row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not keys:
        return []
    rows = pa.concat_tables(keys)
    counted = rows.group_by(rows.column_names).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1))
    if not len(twice):
        return []
    first = ", ".join(printable(str(twice[n][0].as_py())) for n in rows.column_names)
    return [f"nyckeln {', '.join(rows.column_names)} står på flera rader: {first}"]
