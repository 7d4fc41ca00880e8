"""The web map: one self-contained page an edition and language. Open: classes and bands. Internal: exact counts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import cell_grid
from pipelines.core.classes import NO_ADDRESS
from pipelines.core.files import read_polygons, read_shapes, read_table, write_text
from pipelines.core.level import LEVELS
from pipelines.core.paths import Paths
from pipelines.core.quoted import read_facts, read_sources
from pipelines.disclosure.open_reconciliation import beyond_pts
from pipelines.disclosure.open_run import read_open_facts, read_open_sources
from pipelines.publish.webmap import (
    earlier,
    encode,
    webmap_fields,
    webmap_gaps,
    webmap_ground,
    webmap_html,
    webmap_outline,
    webmap_page,
    webmap_picture,
)
from pipelines.publish.webmap.webmap_page import Subject
from pipelines.publish.words.language import LANGUAGES
from pipelines.tables import open_contracts
from pipelines.tables.reconciliation_tables import AVSTAMNING_OPPEN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.publish.geopackage.edition import Edition as EarlierEdition
    from pipelines.publish.webmap.encode import Codes, Numbers

OPEN = f"maps/{webmap_page.FILES['sv']}"
OPEN_EN = f"maps/{webmap_page.FILES['en']}"
INTERNAL = "out/bredbandskarta_intern.html"


Shapes = tuple[dict[str, Any], webmap_ground.Ground]
"""Outlines and ground, the same on every page."""


@dataclass(frozen=True)
class Packed:
    """What is made once and is the same on every page of an edition."""

    cells: tuple[dict[str, Any], str, str]
    areas: tuple[dict[str, Any], str]
    projects: tuple[dict[str, Any], str]
    names: dict[str, str]
    outlines: str
    bounds: list[list[float]]
    ground: webmap_ground.Ground


def run(region: Region, paths: Paths) -> None:
    """Build the pages, each whole or not at all.

    The open ones are made from the open tables and nothing else, the internal one from ``rutnat_250m``,
    ``kommuner``, ``lan``, ``bristomraden``, ``bristomraden_rutor`` and ``projekt``; all of them with the outlines of
    ``granser``, ``kommunytor`` and ``orter``, the ground, the run's facts, and an earlier edition's classes where one
    is given.
    """
    before = earlier.open_earlier(paths, read_facts(paths))
    kommuner = open_contracts.read(paths, open_contracts.KOMMUNER_OPPNA)
    size = kommuner.set_index("kommunkod")["hushall_ca"].fillna(0).astype("float64")
    granser, kommunytor, orter = (read_shapes(paths.table(n)) for n in ("granser", "kommunytor", "orter"))
    shapes = webmap_outline.build(granser, kommunytor, size, orter), webmap_ground.read(paths)
    picture = webmap_picture.build(granser)
    write_open(region, paths, shapes, before, picture)
    write_internal(region, paths, shapes, before, picture)


def write_open(
    region: Region,
    paths: Paths,
    shapes: Shapes,
    before: EarlierEdition | None = None,
    picture: dict[str, Any] | None = None,
) -> None:
    """Write the open page in every language; ``shapes`` are outlines and ground."""
    facts, sources = read_open_facts(paths), read_open_sources(paths)
    kommuner, lan = (open_contracts.read(paths, t) for t in (open_contracts.KOMMUNER_OPPNA, open_contracts.LAN_OPPNA))
    published = earlier.published(before) if before else None
    then = before.facts if before and published is not None else None
    packed = _open(region, paths, published, shapes)
    outside = beyond_pts(open_contracts.read(paths, AVSTAMNING_OPPEN))
    history = _history(paths)
    for language in LANGUAGES:
        about = Subject("oppen", language, region, facts, sources, kommuner, lan, then, outside, history, picture)
        write_text(paths.built(f"maps/{webmap_page.FILES[language]}"), _page(about, packed))


def write_internal(
    region: Region,
    paths: Paths,
    shapes: Shapes,
    before: EarlierEdition | None = None,
    picture: dict[str, Any] | None = None,
) -> None:
    """Write the internal page."""
    packed = _internal(region, paths, earlier.internal(before) if before else None, shapes)
    kommuner, lan = (read_table(paths.table(n)) for n in ("kommuner", "lan"))
    then = before.facts if before else None
    facts, sources = read_facts(paths), read_sources(paths)
    about = Subject(
        "intern", "sv", region, facts, sources, kommuner, lan, then, history=_history(paths), picture=picture
    )
    write_text(paths.built(INTERNAL), _page(about, packed))


def _history(paths: Paths) -> pd.DataFrame | None:
    table = paths.table("oppen_historik")
    return read_table(table) if table.exists() else None


def _open(region: Region, paths: Paths, before: pd.DataFrame | None, shapes: Shapes) -> Packed:
    cells = _by_place(open_contracts.read(paths, open_contracts.RUTNAT_250M))
    # The outlines of the areas are drawn from the cells.
    areas = read_table(paths.table("oppen_bristomraden"), open_contracts.BRISTOMRADEN_OPPNA.names)
    now = {level.cell_class: cells[level.cell_class] for level in LEVELS}
    told = webmap_fields.open_fields(cells, region)
    members = webmap_gaps.open_members(cells, areas)
    packed = webmap_gaps.pack(areas, members, webmap_gaps.open_fields(areas), cells)
    projects, rutor = (open_contracts.read(paths, t) for t in open_contracts.OPEN_PROJECTS)
    planned = webmap_gaps.open_projects(projects, rutor, cells, members)
    return _packed(cells, told, now, before, packed, planned, shapes)


def _internal(region: Region, paths: Paths, before: pd.DataFrame | None, shapes: Shapes) -> Packed:
    from pipelines.tables.gap_tables import BRISTOMRADEN

    cells = _by_place(read_table(paths.table("rutnat_250m"), webmap_fields.internal_columns()))
    areas = read_table(paths.table("bristomraden"), BRISTOMRADEN.names)
    now = webmap_fields.exact_classes(cells)
    told = webmap_fields.internal_fields(cells, region, now)
    members = webmap_gaps.internal_members(cells, areas, read_table(paths.table("bristomraden_rutor")))
    packed = webmap_gaps.pack(areas, members, webmap_gaps.internal_fields(areas), cells)
    planned = webmap_gaps.internal_projects(read_polygons(paths.table("projekt")), cells, members)
    return _packed(cells, told, now, before, packed, planned, shapes)


def _packed(
    cells: pd.DataFrame,
    told: list[Codes | Numbers],
    now: dict[str, Any],
    before: pd.DataFrame | None,
    areas: tuple[dict[str, Any], str],
    projects: tuple[dict[str, Any], str],
    shapes: Shapes,
) -> Packed:
    if before is not None:
        told = [*told, *earlier.fields(before, cells["rutid_scb"], now)]
    kommuner = cells[["kommunkod", "kommunnamn"]].drop_duplicates("kommunkod")
    names = kommuner.set_index("kommunkod")["kommunnamn"].sort_index()
    outlines = json.dumps(shapes[0], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    lived = next(iter(now.values())) != NO_ADDRESS
    packed = encode.pack_cells(cell_grid.parse_scb_id(cells["rutid_scb"]), webmap_fields.kommuner(cells), told, lived)
    drawn, (known, ground) = encode.deflate(outlines.encode("utf-8")), shapes
    return Packed(packed, areas, projects, names.to_dict(), drawn, known["bounds"], ground)


def _page(about: Subject, packed: Packed) -> str:
    context = webmap_page.context(about)
    script = {
        **webmap_page.script_facts(about, context["t"]),
        "rutnat": packed.cells[0],
        "omraden": packed.areas[0],
        "projekt": packed.projects[0],
        "kommunnamn": packed.names,
        "grund": packed.ground.described,
    }
    ground = {f"grund-{name}": text for name, text in packed.ground.texts.items()}
    first = {"karta": packed.outlines, "rutnat": packed.cells[1], "grund-lan": ground.pop("grund-lan")}
    rest = {"rutor": packed.cells[2], "omraden": packed.areas[1], "projekt": packed.projects[1], **ground}
    return webmap_html.render({**context, "sida": script, "data_forst": first, "data_sist": rest}, packed.bounds)


def _by_place(cells: pd.DataFrame) -> pd.DataFrame:
    """Sort by cell, if they do not stand so already, as the tables of a run do."""
    rutid = cell_grid.parse_scb_id(cells["rutid_scb"])
    if (rutid[1:] >= rutid[:-1]).all():
        return cells
    return cells.iloc[np.argsort(rutid, kind="stable")].reset_index(drop=True)
