"""``bredband_oppen.gpkg``: the open edition's layers, with aliases, styles and metadata that name no agreement."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pipelines import contracts_open, files
from pipelines.products import OPEN_GPKG
from pipelines.publish import gpkg_extras, gpkg_layers, qml
from pipelines.publish.facts import BY_AGREEMENT, RunFacts, Source
from pipelines.publish.palette import CLASS_COLOURS, CLASS_LABELS
from pipelines.publish.qgis_styles import Style
from pipelines.region import MEASURES, THRESHOLDS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipelines.contracts import Table
    from pipelines.paths import Paths
    from pipelines.region import Region

_SHARES = (0.0, 80.0, 90.0, 95.0, 99.0, 100.0)
_KOMMUN_COLOURS = ("#4f1548", "#a83a4f", "#d87c42", "#e9b95a", "#b9dde6")
_COSTS = {
    "ej_redovisad": ("Ej redovisad", "#bdbdbd"), "under_0_5": ("Under 0,5 miljoner kr", "#fde0a6"),
    "0_5_1": ("0,5–1 miljon kr", "#fbc26b"), "1_2": ("1–2 miljoner kr", "#f29b4b"),
    "2_5": ("2–5 miljoner kr", "#e0703c"),
    "5_10": ("5–10 miljoner kr", "#c24a3d"), "10_20": ("10–20 miljoner kr", "#9a2f4a"),
    "20_50": ("20–50 miljoner kr", "#6f1e4c"), "over_50": ("Minst 50 miljoner kr", "#451342"),
}  # fmt: skip
assert tuple(_COSTS) == contracts_open.COST_CLASSES


def write(
    path: Path, tables: Sequence[tuple[Table, pd.DataFrame]], region: Region, facts: RunFacts,
    sources: Sequence[Source], paths: Paths,
) -> None:  # fmt: skip
    """Write the file, whole or not at all."""
    work = replace(paths, out=paths.step / "oppen")
    granser = work.table("granser")
    granser.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(paths.table("granser"), granser)
    for table, frame in tables:
        write_frame = files.write_polygons if "geometry" in frame else files.write_table
        write_frame(frame, work.table(table.name))
    contracts = [t for t, _ in tables]
    with files.replacing(path) as beside:
        for table in contracts:
            gpkg_layers.write(beside, table, work, facts)
        with gpkg_extras.opened(beside) as db:
            gpkg_extras.add_indexes(db, contracts)
            gpkg_extras.add_aliases(db, contracts)
            gpkg_extras.add_metadata(db, region, facts, unnamed(sources), OPEN_GPKG)
            gpkg_extras.add_styles(db, [s for t in contracts for s in styles(t, facts)], facts)
    shutil.rmtree(work.out)


def unnamed(sources: Sequence[Source]) -> list[Source]:
    """Return the sources with agreements by date only: their names are not public."""
    return [replace(s, licence="") if s.publisher == BY_AGREEMENT else s for s in sources]


def styles(table: Table, facts: RunFacts) -> list[Style]:
    """Return the styles of a layer, the first of them its default."""
    mark = " (DEMO)" if facts["demo"] else ""
    made = {
        "rutnat_250m": _grid, "bristomraden": _gaps, "kommuner": _kommuner, "lan": _lan,
    }[table.name](table, mark)  # fmt: skip
    prefix = "DEMO " if facts["demo"] else ""
    return [
        Style(table.name, gpkg_layers.GEOMETRY, prefix + name, text, body, default=i == 0)
        for i, (name, text, body) in enumerate(made)
    ]


_Made = list[tuple[str, str, str]]


def _grid(table: Table, mark: str) -> _Made:
    values = {k: (CLASS_LABELS[k] + mark, c) for k, c in CLASS_COLOURS.items() if k != "ingen_adress"}
    pairs = sorted(((m, t) for m in MEASURES for t in THRESHOLDS), key=lambda p: p != ("tillgang", 100))
    return [
        (f"{'Tillgång' if m == 'tillgang' else 'Passerad'} {t}", table.column(f"klass_{m}_{t}").description,
         qml.document(table, qml.categorized(f"klass_{m}_{t}", values, "fill")))
        for m, t in pairs
    ]  # fmt: skip


def _gaps(table: Table, mark: str) -> _Made:
    out = []
    for m, t in sorted(((m, t) for m in MEASURES for t in THRESHOLDS), key=lambda p: p != ("tillgang", 100)):
        where = f'"troskel_mbit" = {t} AND "matt" = \'{m}\''
        rules = [
            qml.Rule(label + mark, f"{where} AND \"kostnad_klass\" = '{code}'", colour)
            for code, (label, colour) in _COSTS.items()
        ]
        name = f"{'Utan tillgång' if m == 'tillgang' else 'Ej passerade'} {t}"
        out.append(
            (
                name,
                f"Bristområden, {name.lower()} Mbit/s, efter kostnadsklass.",
                qml.document(table, qml.rules(rules)),
            )
        )
    return out


def _kommuner(table: Table, mark: str) -> _Made:
    made = []
    for t in (100, 30, 1000):
        classes = [
            qml.Class(
                low,
                high,
                f"{low:.0f}–{high:.0f} % av hushållen har {t} Mbit/s{mark}",
                colour,
                outline="#6b6b6b",
            )
            for (low, high), colour in zip(pairwise(_SHARES), _KOMMUN_COLOURS, strict=True)
        ]
        body = qml.document(table, qml.graduated(f"andel_{t}_pct", classes, "fill"), qml.label("kommunnamn"))
        made.append(
            (f"Hushåll med {t} Mbit/s", f"Andel av hushållen med tillgång till {t} Mbit/s ned.", body)
        )
    return made


def _lan(table: Table, mark: str) -> _Made:
    body = qml.document(table, qml.rules([qml.Rule("Länsgräns" + mark, outline="#3a3a3a", outline_mm=0.8)]))
    return [("Länsgräns", "Länets gräns, utan fyllning.", body)]
