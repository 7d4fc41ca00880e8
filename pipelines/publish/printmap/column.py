"""The column of a sheet: title, key figures, legend, what is worst, sources. In millimetres, downwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.publish import swedish
from pipelines.publish.facts import credit_lines
from pipelines.publish.palette import CLASS_COLOURS, CLASS_LABELS
from pipelines.publish.printmap import cartography, told, typeface
from pipelines.publish.printmap.labels import plain
from pipelines.region import THRESHOLDS

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.printmap.atlas import Atlas
    from pipelines.publish.printmap.sheets import Sheet

INK, QUIET, RULE, ALERT, BAR = "#1c1c1c", "#57534c", "#c9c4bb", "#a01c1c", "#5b8fa3"
DEMO = "DEMO – påhittade uppgifter"
LEGEND = ("utan", "mindre_del", "storre_del", "tackt", "ingen_adress")
SHOWN_KOMMUNER = 10


class Column:
    """A column being written from the top down; ``y`` is where the next thing goes."""

    def __init__(self, ax: Any, atlas: Atlas, sheet: Sheet) -> None:
        self.ax, self.atlas, self.sheet = ax, atlas, sheet
        _, _, self.width, self.height = sheet.column
        self.y = 0.0
        self.large = self.width > 100
        self.size = 9.5 if self.large else 7.6
        self.small = 7.5 if self.large else 6.2
        self.fine = 6.8 if self.large else 5.6
        self.suppression = atlas.region.publicering.undertryckningsgrans
        ax.set_xlim(0, self.width)
        ax.set_ylim(self.height, 0)
        ax.axis("off")

    def text(
        self, x: float, text: str, size: float, colour: str = INK, bold: bool = False, **look: Any
    ) -> None:
        """Write a text at ``y``."""
        look = {"ha": "left", "va": "top", "linespacing": typeface.LINE, **look}
        weight = "bold" if bold else "normal"
        self.ax.text(x, self.y, text, fontsize=size, color=colour, fontweight=weight, **look)

    def line(
        self, x: float, text: str, size: float, colour: str = INK, bold: bool = False, **look: Any
    ) -> None:
        """Write one line that stands on the same baseline as its neighbours."""
        self.text(x, text, size, colour, bold, va="baseline", **look)

    def paragraph(self, text: str, size: float, colour: str = INK, bold: bool = False, x: float = 0) -> None:
        """Write a text over as many lines as it takes, and go below it."""
        lines = typeface.wrap(text, self.width - x, size, bold)
        self.text(x, "\n".join(lines), size, colour, bold)
        self.y += typeface.height_mm(len(lines), size)

    def heading(self, text: str) -> None:
        """Write a heading under a rule."""
        self.y += 4.2 if self.large else 2.6
        self.rule(self.y)
        self.y += 2.2 if self.large else 1.5
        self.paragraph(text, 11 if self.large else 8.6, bold=True)
        self.y += 1.4 if self.large else 0.8

    def rule(self, y: float) -> None:
        """Draw a thin line across."""
        self.ax.plot([0, self.width], [y, y], color=RULE, linewidth=0.8)

    def box(self, x: float, w: float, h: float, face: str, edge: str = "none", **look: Any) -> None:
        """Draw a rectangle whose upper edge is at ``y``."""
        from matplotlib.patches import Rectangle

        self.ax.add_patch(Rectangle((x, self.y), w, h, facecolor=face, edgecolor=edge, linewidth=0.6, **look))


def draw(ax: Any, atlas: Atlas, sheet: Sheet, gaps: pd.DataFrame) -> None:
    """Write the column."""
    column = Column(ax, atlas, sheet)
    row = atlas.lan if sheet.kod is None else atlas.kommuner.set_index("kommunkod").loc[sheet.kod]
    parts, top = _imprint(column)
    foot = top - 2.5
    _title(column, row)
    _figures(column, row)
    _legend(column)
    if sheet.kod is None:
        _worst_kommuner(column, foot)
    else:
        _worst_gaps(column, gaps, foot)
    column.rule(top - 1.5)
    column.y = top
    for part in parts:
        column.text(0, "\n".join(part), column.fine, QUIET)
        column.y += _block(part, column.fine)


def _title(column: Column, row: pd.Series[Any]) -> None:
    atlas, sheet, large = column.atlas, column.sheet, column.large
    if atlas.facts["demo"]:
        high = 9.0 if large else 6.4
        column.box(0, column.width, high, ALERT)
        column.y += high / 2
        column.text(
            column.width / 2, DEMO, 13 if large else 9, "white", True, ha="center", va="center_baseline"
        )
        column.y += high / 2 + (4 if large else 2.4)
    title, above = plain(atlas.region.publicering.titel), ""
    if sheet.kod is not None:
        title, above = plain(row["kommunnamn"]), title
        column.paragraph(above, column.size, QUIET)
    size = _fitting(title, column.width, 21 if large else 19, 12)
    column.paragraph(title, size, bold=True)
    column.y += 0.8
    what = f"Tillgång till minst {sheet.threshold} Mbit/s nedströms"
    column.paragraph(what, _fitting(what, column.width, 13 if large else 9.2, 7, bold=False))
    column.y += 0.6
    when = f"Rutor om 250 × 250 meter. Läget {swedish.day(atlas.facts['pts_datum'])}."
    column.paragraph(when, _fitting(when, column.width, column.size - 0.4, 5.6, bold=False), QUIET)


def _fitting(text: str, width: float, most: float, least: float, *, bold: bool = True) -> float:
    """Return the size (points) at which the text takes one line, within limits."""
    return max(least, min(most, 0.995 * most * width / typeface.width_mm(text, most, bold)))


def _figures(column: Column, row: pd.Series[Any]) -> None:
    """Write the shares per threshold, numerator and denominator named."""
    t, size = column.sheet.threshold, column.size
    column.heading(
        f"{plain(column.atlas.facts['lan'] if column.sheet.kod is None else row['kommunnamn'])} i siffror"
    )
    share = told.share(row, f"andel_{t}")
    big = _fitting(share, column.width * 0.4, 27 if column.large else 19, 9)
    across = typeface.width_mm(share, big, bold=True) + 4
    column.text(0, share, big, bold=True)
    speed = f"{t}{swedish.NBSP}Mbit/s"
    lines = typeface.wrap(f"av hushållen har tillgång till {speed}", column.width - across, size)
    of = told.covered(row, t, column.suppression)
    lines += typeface.wrap(of, column.width - across, size) if of else []
    column.text(across, "\n".join(lines), size)
    column.y += max(typeface.height_mm(len(lines), size), typeface.height_mm(1, big)) + 1.2
    w = column.width
    ends = ((0.0, "left"), (0.49 * w, "right"), (0.76 * w, "right"), (w, "right"))
    heads = ("Mbit/s", "Tillgång", "Utan (hushåll)" if column.large else "Utan (hh)", "Passerade")
    high = typeface.height_mm(1, size) * 1.1
    column.y += typeface.height_mm(1, column.small)
    for (x, side), head in zip(ends, heads, strict=True):
        column.line(x, head, column.small, QUIET, ha=side)
    for limit in THRESHOLDS:
        column.y += high
        values = (
            str(limit), told.share(row, f"andel_{limit}"),
            told.count(row[f"hushall_utan_{limit}_ca"], column.suppression),
            told.share(row, f"andel_passerade_{limit}"),
        )  # fmt: skip
        for i, ((x, side), value) in enumerate(zip(ends, values, strict=True)):
            room = (0.13, 0.32, 0.25, 0.22)[i] * w
            column.line(x, value, _fitting(value, room, size, 4), bold=limit == t, ha=side)
    column.y += 1.8
    every = told.count(row["hushall_ca"], column.suppression)
    step = 2 * column.suppression
    steps = "tiotal" if step == 10 else f"steg om {step}"
    whose = "länets" if column.sheet.kod is None else "kommunens"
    column.paragraph(
        f"Andel av {whose} {every} hushåll{'' if column.large else ' (hh)'}. Antal är avrundade till {steps}. "
        "Tillgång: kan få anslutning direkt. Passerade: tillgång, eller fiber strax intill.",
        column.small, QUIET,
    )  # fmt: skip


def _legend(column: Column) -> None:
    sheet, size = column.sheet, column.size
    column.heading("Så läser du kartan")
    many = told.cells(cartography.window(column.atlas, sheet)[0])
    what, unit = f"Andel av rutans adresser med minst {sheet.threshold} Mbit/s", "rutor"
    room = column.width - typeface.width_mm(unit, column.small) - 2
    column.y += typeface.height_mm(1, size) * 0.8
    column.line(0, what, _fitting(what, room, size, 5, bold=False))
    column.line(column.width, unit, column.small, QUIET, ha="right")
    column.y += 1.4
    w, h, step = (8, 4.6, 5.8) if column.large else (6, 3.2, 4.1)
    for code in LEGEND:
        column.box(0, w, h, CLASS_COLOURS[code], edge="#8b867d")
        column.y += h / 2
        look: dict[str, Any] = {"va": "center_baseline"}
        column.text(w + 3, CLASS_LABELS[code].removesuffix(" av adresserna har"), size, **look)
        column.text(column.width, swedish.number(many[code]), size, ha="right", **look)
        column.y += step - h / 2
    column.y += 0.8
    _modelled(column, w, h)
    limit = column.suppression
    column.y += 0.8
    column.paragraph(
        f"I rutor med färre än {limit} adresser visas bara två klasser: minst hälften av adresserna har (ljusast) "
        "eller färre än hälften har (mörkast), så att enskilda hushåll inte kan pekas ut.", column.small, QUIET,
    )  # fmt: skip


def _modelled(column: Column, w: float, h: float) -> None:
    """Explain the hatching, as it is drawn on this sheet."""
    text = "Modellerat: fördelat ur PTS:s statistik, inte uppmätt."
    if column.sheet.cell_mm < cartography.SMALLEST_HATCHED_MM:
        text += f" Gäller de flesta rutor inom {cartography.MODELLED_RADIUS_M // 1000} km."
        column.box(0, w, h, "white", cartography.AREA_HATCH_COLOUR, hatch=cartography.AREA_HATCH * 2)
    else:
        for x, code, shade in ((0.0, "tackt", "dark"), (w / 2, "utan", "light")):
            column.box(x, w / 2, h, CLASS_COLOURS[code], edge="#8b867d")
            for i in (0.0, 0.5):
                column.ax.plot(
                    [x + i * w / 2, x + (i + 0.5) * w / 2], [column.y + h, column.y], solid_capstyle="butt",
                    color=cartography.HATCH_COLOURS[shade], linewidth=cartography.HATCH_PT * 1.4,
                )  # fmt: skip
    column.y += 0.2
    column.paragraph(text, column.size, x=w + 3)


def _worst_kommuner(column: Column, foot: float) -> None:
    """Draw the kommuner with the lowest share as bars, as long as the share told."""
    t = column.sheet.threshold
    name = f"andel_{t}_pct"
    rows = column.atlas.kommuner.dropna(subset=[name]).sort_values([name, "kommunkod"]).head(SHOWN_KOMMUNER)
    column.heading(f"Kommuner med lägst andel hushåll med {t} Mbit/s")
    texts = [told.share(row, f"andel_{t}") for _, row in rows.iterrows()]
    left = 34.0
    right = column.width - 3 - max((typeface.width_mm(x, 8.5) for x in texts), default=0)
    for text, (_, row) in zip(texts, rows.iterrows(), strict=True):
        if column.y + 3.6 > foot:
            break
        column.box(left, right - left, 3.6, "#efece6")
        column.box(left, (right - left) * row[name] / 100, 3.6, BAR)
        column.y += 1.9
        look: dict[str, Any] = {"ha": "right", "va": "center_baseline"}
        column.text(left - 2, typeface.shorten(plain(row["kommunnamn"]), left - 2, 8.5), 8.5, **look)
        column.text(column.width, text, 8.5, **look)
        column.y += 3.5


def _worst_gaps(column: Column, gaps: pd.DataFrame, foot: float) -> None:
    """List the largest gap areas, numbered as on the map; as many as there is room for."""
    size, w = column.size, column.width
    if gaps.empty:
        return
    column.heading("Största bristområdena")
    ends = ((0.0, "left"), (5.0, "left"), (0.76 * w, "right"), (w, "right"))
    column.y += typeface.height_mm(1, column.small) * 0.8
    for (x, side), head in zip(ends, ("", "Nära", "Hushåll utan", "Miljoner kr"), strict=True):
        column.line(x, head, column.small, QUIET, ha=side)
    high = typeface.height_mm(1, size) * 1.05
    near = told.nearest(column.atlas, gaps)
    for i, (_, gap) in enumerate(gaps.iterrows()):
        column.y += high
        many = told.households(gap)
        place = typeface.shorten(near[i], 0.76 * w - 7 - typeface.width_mm(many, size), size)
        for (x, side), value in zip(
            ends, (str(i + 1), place, many, told.COSTS[gap["kostnad_klass"]]), strict=True
        ):
            column.line(x, value, size, bold=x == 0, ha=side)
    column.y += 1.6
    note = "Inramade och numrerade på kartan. Från–till enligt rutornas band; kostnad är schablon, – redovisas inte."
    if column.y + typeface.height_mm(len(typeface.wrap(note, w, column.small)), column.small) < foot:
        column.paragraph(note, column.small, QUIET)


def _imprint(column: Column) -> tuple[list[list[str]], float]:
    """Return the lines for the foot, and where they begin: what the map is and is not, sources, run."""
    publishing, facts = column.atlas.region.publicering, column.atlas.facts
    kilometres = f"{column.sheet.scale:,}".replace(",", swedish.NBSP)
    paper = "A3" if column.large else "A4"
    blocks = (
        "Kartan visar teoretisk täckning med fast bredband. Den säger inte vad ett enskilt abonnemang ger.",
        f"Källor: {'; '.join(credit_lines(column.atlas.sources))}. Bearbetning: {publishing.utgivare}.",
        f"{publishing.utgivare}, {publishing.kontakt_epost}. Öppen utgåva, körning {facts['korning_id']}, "
        f"version {facts['version']}, indata till och med {facts['senaste_indatadatum']}. "
        f"Skala 1:{kilometres} ({paper}). SWEREF 99 TM (EPSG:3006).",
    )
    parts = [typeface.wrap(plain(block), column.width, column.fine) for block in blocks]
    return parts, column.height - sum(_block(part, column.fine) for part in parts)


def _block(lines: list[str], size: float) -> float:
    return typeface.height_mm(len(lines), size) + 0.35 * typeface.height_mm(1, size)
