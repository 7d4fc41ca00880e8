"""``innehall.json``: each file of the package, its format, and the counts in it; and whether they agree."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.orders.archive import longterm
from pipelines.orders.archive.checks import archive_formats

if TYPE_CHECKING:
    from pipelines.orders.archive.archive_order import Order

FILE = "innehall.json"
Rows = list[dict[str, Any]]


def write(order: Order, bag: Path) -> None:
    """List what has been laid out in ``bag``, each file read to its end and counted.

    Raises
    ------
    DataError
        When a product cannot be read, or two forms of one layer do not hold the same number of rows.
    """
    rows = [row(bag, name) for name in names(bag)]
    unread = [f"{r['fil']}: {r['fel']}" for r in rows if "fel" in r]
    wrong = unread + disagreements(rows)
    if wrong:
        raise DataError(
            "Paketet skrivs inte: produkterna går inte att läsa tillbaka, eller stämmer inte överens.",
            details=wrong[:20],
            action="Gör om utgåvan med make coverage. Kvarstår felet: rapportera det.",
        )
    body = {
        "paket": order.name,
        "titel": order.title,
        "utgava": order.kind,
        "demo": order.facts["demo"],
        "korning": dict(order.facts),
        "filer": rows,
    }
    files.write_text(bag / FILE, json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def names(root: Path) -> list[str]:
    """Return the names of all files under a folder, sorted, but for the list itself."""
    found = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
    return [n for n in found if n != FILE]


def row(root: Path, name: str) -> dict[str, Any]:
    """Read one file; return its line in the list: name, format, size, counts, or what is wrong with it."""
    path = root / name
    out: dict[str, Any] = {"fil": name, "format": path.suffix.lower().lstrip(".") or "text"}
    out["bytes"] = path.stat().st_size
    try:
        counted = archive_formats.inspect(path)
    except archive_formats.UnreadableError as e:
        return {**out, "fel": str(e)}
    return {**out, "last": counted is not None, "antal": counted or {}}


def disagreements(rows: Rows) -> list[str]:
    """Return where a layer's CSV or GML does not hold as many rows as the layer in its GeoPackage."""
    counted = {r["fil"]: r.get("antal", {}) for r in rows}
    out = []
    for name, counts in counted.items():
        for layer, expected in counts.get("lager", {}).items():
            base = f"{longterm.FOLDER}/{Path(name).stem}/{layer}"
            for form, what in ((f"{base}.csv", "rader"), (f"{base}.gml", "objekt")):
                if form not in counted and form.endswith(".csv"):
                    out.append(f"{form}: saknas")
                elif form in counted and counted[form].get(what) != expected:
                    out.append(f"{form}: {counted[form].get(what)} {what}, lagret i {name} har {expected}")
    return out


def of_format(rows: Rows) -> str:
    """Return how many files there are of each format, as text.

    >>> of_format([{"format": "csv"}, {"format": "csv"}, {"format": "pdf"}])
    'csv 2, pdf 1'
    """
    return ", ".join(f"{k} {v}" for k, v in sorted(Counter(r["format"] for r in rows).items()))
