"""What the two projects show: the internal edition's, and the open one's beside ``bredband_oppen.gpkg``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.core.level import LEVELS
from pipelines.core.level_words import PASSED
from pipelines.core.quoted import RunFacts, Source, of_ground
from pipelines.publish.catalogue import wording
from pipelines.publish.qgis.project import project_views
from pipelines.publish.qgis.project.project_model import (
    Bookmark,
    Bounds,
    Group,
    Layer,
    LayerStyle,
    Project,
    Relation,
    Service,
    off,
)
from pipelines.publish.qgis.style import qgis_open, qgis_styles, qml_raster
from pipelines.publish.words import swedish
from pipelines.publish.words.edition_facts import DEMO_TEXT, credit_lines, demo_prefix, marked, notes
from pipelines.tables import gap_tables, ground_tables, open_contracts, project_tables, step_tables, summary_tables

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.publish.qgis.style.qgis_styles import Drawn, Style
    from pipelines.publish.qgis.style.qml_raster import RasterStyle
    from pipelines.tables.contracts import Table

CELL_SCALE = 250_000
"""From this scale (1:n) and closer the cells carry the picture, further out the kommuner: 400 000 squares take
seconds to draw, and are smaller than a dot there."""
_PLACES = "Kommuner"
_BUILT = (gap_tables.SCHAKT, project_tables.PROJEKT_SCHAKT, project_tables.PROJEKT, gap_tables.BRISTOMRADEN)


def internal(region: Region, facts: RunFacts, sources: Sequence[Source], bounds: dict[str, Bounds]) -> Project:
    """Return the project beside ``bredband.gpkg``: every layer, with each of its styles."""
    make = _maker("./bredband.gpkg", lambda t: qgis_styles.styles(t, facts), facts)
    delar, ids = make(summary_tables.DELAR), gap_tables
    tables = [delar, *(make(t) for t in (ids.BRISTOMRADEN_KOMMUN, ids.BRISTOMRADEN_RUTOR, ids.BRISTKURVA))]
    tables.append(make(project_tables.PROJEKT_ADRESSER))
    shares = Layer(
        "tackning_250m",
        f"{demo_prefix(facts)}Andel av adresserna med täckning (en stil per band)",
        "Band: mått och tröskel.",
        "./tackning_250m.tif",
        "raster",
        tuple(_kept(qml_raster.share_style(facts, level)) for level in LEVELS.from_first()),
    )
    cells, basis = _cells(make(summary_tables.RUTNAT), facts)
    cells = replace(cells, about=f"{cells.about} {qgis_styles.NOT_THE_CLASS}")
    unsure = make(step_tables.OSAKERHET)
    unsure = replace(unsure, title=f"{demo_prefix(facts)}Osäkerhet")
    groups = (
        Group(
            "Adresser (personuppgifter)",
            (off(make(step_tables.KONTROLLERAS)), off(make(summary_tables.ADRESSER))),
            expanded=False,
        ),
        _borders(make, make, facts, summary_tables.KOMMUNER, summary_tables.LAN),
        Group("", (*(off(make(t)) for t in _BUILT), off(unsure), cells, basis)),
        _rasters("./", facts, (shares,)),
        _under(make),
        _kommuner(make, facts, summary_tables.KOMMUNER, summary_tables.LAN),
        Group("Tabeller", tuple(off(t) for t in tables), expanded=False),
    )
    relations = (
        Relation("ruta_delar", "Rutans delar", "rutnat_delar", "rutnat_250m", "rutid_scb"),
        Relation("ruta_adresser", "Rutans adresser", "adresser", "rutnat_250m", "rutid_scb"),
        Relation("omrade_kommuner", "Delar per kommun", "bristomraden_kommun", "bristomraden", "bristomrade_id"),
        Relation("omrade_schakt", "Områdets schakt", "schakt", "bristomraden", "bristomrade_id"),
        Relation("omrade_rutor", "Områdets rutor", "bristomraden_rutor", "bristomraden", "bristomrade_id"),
        Relation("projekt_adresser", "Projektets adresser", "projekt_adresser", "projekt", "projekt_id"),
        Relation("projekt_schakt", "Projektets schakt", "projekt_schakt", "projekt", "projekt_id"),
        Relation("kommun_projekt", "Kommunens projekt", "projekt", "kommuner", "kommunkod"),
        *_OF_KOMMUN,
    )
    about = "Intern utgåva. En karta att sprida skrivs ut ur bredband_oppen.qgz."
    project = _project(region, facts, bounds, groups, about, credit_lines(list(sources)), signs=False)
    warning = "Innehåller personuppgifter och exakta antal, och får inte spridas."
    return replace(project, relations=relations, abstract=f"{project.abstract} {warning}")


def published(region: Region, facts: RunFacts, sources: Sequence[Source], bounds: dict[str, Bounds]) -> Project:
    """Return the project beside ``bredband_oppen.gpkg``: classes only, sources as they are credited."""
    licence = wording.licence_line(region)
    make = _maker("./bredband_oppen.gpkg", lambda t: qgis_open.styles(t, facts), facts, licence)
    ground = _ground(region, facts, sources)
    groups = (
        _borders(make, ground, facts, open_contracts.KOMMUNER_OPPNA, open_contracts.LAN_OPPNA),
        Group("", (off(make(open_contracts.BRISTOMRADEN_OPPNA)), *_cells(make(open_contracts.RUTNAT_250M), facts))),
        _rasters("./raster/", facts, (), licence),
        _under(ground),
        _kommuner(make, facts, open_contracts.KOMMUNER_OPPNA, open_contracts.LAN_OPPNA),
    )
    about = "Öppen utgåva: rutornas klasser. Innehåller inga adresser och inga små antal."
    project = _project(region, facts, bounds, groups, about, credit_lines(list(sources)), signs=True)
    return replace(
        project, kind="oppen", relations=_OF_KOMMUN, service=_service(region, project.abstract), licence=licence
    )


def _under(make: _Make) -> Group:
    """Return the ground: over the kommuner, which otherwise are the only thing seen of the whole län."""
    return Group("Underlagskarta", (make(ground_tables.HOUSE_ROADS), make(ground_tables.HOUSE_WATER)), expanded=False)


def _ground(region: Region, facts: RunFacts, sources: Sequence[Source]) -> _Make:
    """Return what makes the ground of the open project: from a file of its own, under a licence of its own."""
    licence, credit = wording.ground_licence(region, sources).line, "; ".join(credit_lines(of_ground(sources)))
    make = _maker("./underlagskarta.gpkg", lambda t: qgis_open.styles(t, facts), facts, licence)
    return lambda table: replace(make(table), credit=credit)


def _service(region: Region, text: str) -> Service:
    """Return what the open project says of itself where it is served."""
    publishing = region.publicering
    return Service(
        text,
        "Avgiftsfritt",
        f"{wording.licence_line(region)}. Ange källan: {publishing.utgivare}.",
        publishing.bas_url,
        publishing.telefon,
        tuple(t.name for t in open_contracts.OPEN_TABLES),
    )


_OF_KOMMUN = (
    Relation("kommun_rutor", "Kommunens rutor", "rutnat_250m", "kommuner", "kommunkod"),
    Relation("kommun_omraden", "Kommunens bristområden", "bristomraden", "kommuner", "kommunkod"),
)


def _cells(layer: Layer, facts: RunFacts) -> tuple[Layer, Layer]:
    """Return the cells by coverage, drawn once the map is close enough, and by what that rests on, always.

    Two layers, because a scale is a layer's own: QGIS heeds no style's when it prints or serves a map.
    """
    levels = {level.code for level in LEVELS}
    coverage = tuple(s for s in layer.styles if s.key in levels)
    basis = (s for s in layer.styles if s.key not in levels)
    return (
        replace(layer, visible_from=CELL_SCALE, expanded=True, styles=coverage),
        off(
            replace(
                layer,
                name="rutor_underlag",
                title=f"{demo_prefix(facts)}Underlag i rutor",
                styles=tuple(sorted(basis, key=lambda s: s.key not in project_views.BASIS)),
            )
        ),
    )


def _kept(style: Style | RasterStyle | Drawn) -> LayerStyle:
    return LayerStyle(style.key, style.name, style.qml)


_Make = Callable[["Table"], Layer]


def _maker(file: str, styles: Callable[[Table], Sequence[Style]], facts: RunFacts, licence: str = "") -> _Make:
    def make(table: Table) -> Layer:
        about = marked(table.description, facts)
        return Layer(
            table.name,
            demo_prefix(facts) + table.title,
            about,
            f"{file}|layername={table.name}",
            table.geometry,
            tuple(map(_kept, styles(table))),
            licence=licence,
        )

    return make


def _borders(make: _Make, ground: _Make, facts: RunFacts, kommuner: Table, lan: Table) -> Group:
    """Return borders and names, over all else. The län's own rows end at the shore: that outline is there, off."""
    mark = " (DEMO)" if facts["demo"] else ""
    styles = (qgis_styles.names(kommuner, mark, scale) for scale in (CELL_SCALE, 0))
    title = f"{demo_prefix(facts)}Kommunnamn"
    names = replace(make(kommuner), name="kommunnamn", title=title, styles=tuple(map(_kept, styles)))
    return Group("Gränser", (names, ground(ground_tables.HOUSE_BORDERS), off(make(lan))), expanded=False)


def _kommuner(make: _Make, facts: RunFacts, kommuner: Table, lan: Table) -> Group:
    """Kommuner by share: what is seen of the whole län, until the cells take over; and the land under them."""
    mark, prefix = (" (DEMO)", "DEMO – ") if facts["demo"] else ("", "")
    shares = replace(make(kommuner), visible_until=CELL_SCALE, expanded=True)
    drawn = _kept(qgis_styles.land(lan, mark))
    return Group("Kommuner och län", (shares, replace(make(lan), name="land", title=f"{prefix}Land", styles=(drawn,))))


def _rasters(folder: str, facts: RunFacts, more: tuple[Layer, ...], licence: str = "") -> Group:
    style = _kept(qml_raster.class_style(facts))
    layers = tuple(
        Layer(
            level.cell_class,
            f"{demo_prefix(facts)}Klass {PASSED[level.measure]} {level.mbit} Mbit/s",
            open_contracts.RUTNAT_250M.column(level.cell_class).description,
            f"{folder}{level.cell_class}.tif",
            "raster",
            (style,),
            licence=licence,
        )
        for level in LEVELS.from_first()
    )
    return Group("Raster", tuple(off(x) for x in (*layers, *more)), expanded=False)


def _project(
    region: Region,
    facts: RunFacts,
    bounds: dict[str, Bounds],
    groups: tuple[Group, ...],
    about: str,
    credits: list[str],
    *,
    signs: bool,
) -> Project:
    title = f"{demo_prefix(facts)}{region.publicering.titel}"
    imprint = (
        *([DEMO_TEXT] if facts["demo"] else []),
        *notes(facts),
        f"Källor (bearbetade): {'; '.join(credits)}.",
        f"{region.publicering.utgivare}, {region.publicering.kontakt_epost}. Läget {swedish.day(facts['pts_datum'])}, "
        f"folkmängd {facts['scb_ar']}. Uppgifter till och med {swedish.day(facts['senaste_indatadatum'])}.",
        f"SWEREF 99 TM (EPSG:3006). Körning {facts['korning_id']}.",
        about,
    )
    whole = (
        min(b[0] for b in bounds.values()),
        min(b[1] for b in bounds.values()),
        max(b[2] for b in bounds.values()),
        max(b[3] for b in bounds.values()),
    )
    names = {k.kod: k.namn for k in region.lan.kommuner}
    places = sorted((names.get(code, code), b) for code, b in bounds.items())
    layers = {x.name: x for g in groups for x in g.layers}
    return Project(
        title=title,
        abstract=" ".join(imprint),
        demo=facts["demo"],
        publisher=region.publicering.utgivare,
        contact=region.publicering.kontakt_epost,
        keywords=region.publicering.nyckelord,
        day=facts["senaste_indatadatum"],
        imprint=imprint,
        bounds=whole,
        groups=groups,
        themes=tuple(project_views.themes(layers)),
        bookmarks=(Bookmark(region.lan.namn, "Län", whole), *(Bookmark(n, _PLACES, b) for n, b in places)),
        sheets=tuple(project_views.sheets(region, facts, signs)),
    )
