"""The column of a sheet: title, key figures, legend, what is worst, sources. In millimetres, downwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.core import classes
from pipelines.core.level import LEVELS
from pipelines.core.level_words import PASSED, UNIT, measures
from pipelines.publish.printmap import cartography, ranked, sheet_figures, typeface
from pipelines.publish.printmap.labels import plain
from pipelines.publish.printmap.title_block import Column
from pipelines.publish.words import swedish
from pipelines.publish.words.edition_facts import credit_lines, notes
from pipelines.publish.words.figure_words import tell
from pipelines.publish.words.palette import CLASS_COLOURS, CLASS_LABELS, DEMO, LEGEND, OUTLINE, QUIET

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.printmap.atlas import Atlas
    from pipelines.publish.printmap.sheets import Sheet

DEMO_TEXT = "DEMO – simulerade data"


def draw(ax: Any, atlas: Atlas, sheet: Sheet) -> pd.DataFrame:
    """Write the column; return the projects that it lists, which the map numbers."""
    column = Column(ax, atlas, sheet)
    row = atlas.lan if sheet.kod is None else atlas.kommuner.set_index("kommunkod").loc[sheet.kod]
    parts, top = _imprint(column)
    foot = top - 2.5
    _title(column, row)
    _figures(column, row)
    _legend(column)
    listed = atlas.projects.iloc[:0]
    if sheet.kod is None:
        ranked.kommuner(column, foot)
    else:
        own = atlas.projects[(atlas.projects["kommunkod"] == sheet.kod).to_numpy()]
        listed = ranked.projects(column, own, foot)
    column.rule(top - 1.5)
    column.y = top
    for part in parts:
        column.text(0, "\n".join(part), column.fine, QUIET)
        column.y += _block(part, column.fine)
    return listed


def _title(column: Column, row: pd.Series[Any]) -> None:
    atlas, sheet, large = column.atlas, column.sheet, column.large
    if atlas.facts["demo"]:
        high = 9.0 if large else 6.4
        column.box(0, column.width, high, DEMO)
        column.y += high / 2
        column.text(column.width / 2, DEMO_TEXT, 13 if large else 9, "white", True, ha="center", va="center_baseline")
        column.y += high / 2 + (4 if large else 2.4)
    title, above = plain(atlas.region.publicering.titel), ""
    if sheet.kod is not None:
        title, above = plain(row["kommunnamn"]), title
        column.paragraph(above, column.size, QUIET)
    size = _fitting(title, column.width, 21 if large else 19, 12)
    column.paragraph(title, size, bold=True, tag="H1")
    column.y += 0.8
    what = f"Tillgång till minst {sheet.level.mbit} {UNIT} ned"
    column.paragraph(what, _fitting(what, column.width, 13 if large else 9.2, 7, bold=False))
    column.y += 0.6
    when = f"Rutor om 250 × 250 meter. Läget {swedish.day(atlas.facts['pts_datum'])}."
    column.paragraph(when, _fitting(when, column.width, column.size - 0.4, 5.6, bold=False), QUIET)
    for note in notes(atlas.facts):
        column.paragraph(plain(note), column.small)


def _fitting(text: str, width: float, most: float, least: float, *, bold: bool = True) -> float:
    """Return the size (points) at which the text takes one line, within limits."""
    return max(least, min(most, 0.995 * most * width / typeface.width_mm(text, most, bold)))


def _figures(column: Column, row: pd.Series[Any]) -> None:
    """Write the shares per threshold, numerator and denominator named."""
    shown, size, figures = column.sheet.level, column.size, column.figures
    column.heading(f"{plain(column.atlas.facts['lan'] if column.sheet.kod is None else row['kommunnamn'])} i siffror")
    share = tell(figures.share(row, shown))
    big = _fitting(share, column.width * 0.4, 27 if column.large else 19, 9)
    across = typeface.width_mm(share, big, bold=True) + 4
    column.text(0, share, big, bold=True)
    speed = f"{shown.mbit}{swedish.NBSP}{UNIT}"
    lines = typeface.wrap(f"av hushållen har tillgång till {speed}", column.width - across, size)
    of = sheet_figures.covered(row, shown, figures)
    lines += typeface.wrap(of, column.width - across, size) if of else []
    column.text(across, "\n".join(lines), size)
    column.y += max(typeface.height_mm(len(lines), size), typeface.height_mm(1, big)) + 1.2
    w = column.width
    ends = ((0.0, "left"), (0.49 * w, "right"), (0.76 * w, "right"), (w, "right"))
    has, passed = measures()["tillgang"], PASSED["passerad"].capitalize()
    heads = (UNIT, has, "Utan (hushåll)" if column.large else "Utan (hh)", passed)
    high = typeface.height_mm(1, size) * 1.1
    column.y += typeface.height_mm(1, column.small)
    for (x, side), head in zip(ends, heads, strict=True):
        column.line(x, head, column.small, QUIET, tag="TH", ha=side)
    for level, by in zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True):
        column.y += high
        values = (
            str(level.mbit),
            tell(figures.share(row, level)),
            sheet_figures.count(figures.count(row[f"{level.without()}_ca"])),
            tell(figures.share(row, by)),
        )
        for i, ((x, side), value) in enumerate(zip(ends, values, strict=True)):
            room = (0.13, 0.32, 0.25, 0.22)[i] * w
            column.line(x, value, _fitting(value, room, size, 4), bold=level == shown, ha=side)
    column.y += 1.8
    every = sheet_figures.count(figures.households(row))
    step = 2 * figures.small
    steps = "tiotal" if step == 10 else f"steg om {step}"
    whose = "länets" if column.sheet.kod is None else "kommunens"
    column.paragraph(
        f"Andel av {whose} {every} hushåll{'' if column.large else ' (hh)'}. Antal är avrundade till {steps}. "
        "Tillgång: kan få anslutning direkt. Passerade: tillgång eller fiber förbi.",
        column.small,
        QUIET,
    )


def _legend(column: Column) -> None:
    sheet, size = column.sheet, column.size
    column.heading("Så läser du kartan")
    many = sheet_figures.cells(cartography.window(column.atlas, sheet)[0])
    what, unit = f"Andel av rutans adresser med minst {sheet.level.mbit} {UNIT}", "rutor"
    room = column.width - typeface.width_mm(unit, column.small) - 2
    column.y += typeface.height_mm(1, size) * 0.8
    column.line(0, what, _fitting(what, room, size, 5, bold=False), tag="TH")
    column.line(column.width, unit, column.small, QUIET, tag="TH", ha="right")
    column.y += 1.4
    w, h, step = (8, 4.6, 5.8) if column.large else (6, 2.9, 3.5)
    for code in (x for x in LEGEND if many[x] or x != classes.WITHHELD):
        column.box(0, w, h, CLASS_COLOURS[code], edge=OUTLINE)
        column.y += h / 2
        look: dict[str, Any] = {"va": "center_baseline", "tag": "TD"}
        column.text(w + 3, CLASS_LABELS[code].removesuffix(" av adresserna har"), size, **look)
        column.text(column.width, swedish.number(many[code]), size, ha="right", **look)
        column.y += step - h / 2
    column.y += 0.8
    _modelled(column, w, h)
    limit = classes.few_below(column.figures.small)
    column.y += 0.8
    column.paragraph(f"Få adresser: färre än {limit} i rutan, för att inte peka ut någon.", column.small, QUIET)


def _modelled(column: Column, w: float, h: float) -> None:
    """Explain the hatching, as it is drawn on this sheet."""
    from matplotlib.lines import Line2D

    text = "Modellerat: fördelat ur PTS:s statistik, inte uppmätt."
    if column.sheet.cell_mm < cartography.SMALLEST_HATCHED_MM:
        text += f" Gäller de flesta rutor inom {cartography.MODELLED_RADIUS_M // 1000} km."
        column.box(0, w, h, "white", cartography.AREA_HATCH_COLOUR, hatch=cartography.AREA_HATCH * 2)
    else:
        for x, code, shade in ((0.0, "tackt", "dark"), (w / 2, "utan", "light")):
            column.box(x, w / 2, h, CLASS_COLOURS[code], edge=OUTLINE)
            for i in (0.0, 0.5):
                line = Line2D(
                    [x + i * w / 2, x + (i + 0.5) * w / 2],
                    [column.y + h, column.y],
                    solid_capstyle="butt",
                    color=cartography.HATCH_COLOURS[shade],
                    linewidth=cartography.HATCH_PT * 1.4,
                )
                column.ax.add_artist(line)
    column.y += 0.2
    column.paragraph(text, column.size, x=w + 3)


def _imprint(column: Column) -> tuple[list[list[str]], float]:
    """Return the lines for the foot, and where they begin: what the map is and is not, sources, run."""
    publishing, facts = column.atlas.region.publicering, column.atlas.facts
    kilometres = f"{column.sheet.scale:,}".replace(",", swedish.NBSP)
    paper = "A3" if column.large else "A4"
    blocks = (
        "Kartan visar teoretisk täckning med fast bredband. Den säger inte vad ett enskilt abonnemang ger.",
        f"Källor: {'; '.join(credit_lines(column.atlas.sources))}. Bearbetning: {publishing.utgivare}.",
        f"{publishing.utgivare}, {publishing.kontakt_epost}. Öppen utgåva, "
        f"version {facts['version']}, indata till och med {facts['senaste_indatadatum']}. "
        f"Skala 1:{kilometres} ({paper}). SWEREF 99 TM (EPSG:3006).",
    )
    parts = [typeface.wrap(plain(block), column.width, column.fine) for block in blocks]
    return parts, column.height - sum(_block(part, column.fine) for part in parts)


def _block(lines: list[str], size: float) -> float:
    return typeface.height_mm(len(lines), size) + 0.35 * typeface.height_mm(1, size)
