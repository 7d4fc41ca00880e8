"""A column being written: texts, paragraphs, headings and boxes in millimetres, from the top down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.publish.printmap import typeface
from pipelines.publish.words.level_figures import OpenFigures
from pipelines.publish.words.palette import INK, RULE

if TYPE_CHECKING:
    from pipelines.publish.printmap.atlas import Atlas
    from pipelines.publish.printmap.sheets import Sheet

CELLS = ("TH", "TD")
"""Tags of a table's cells; those that follow each other and stand at one height, or in one ``row``, are a row."""


class Column:
    """A column being written from the top down; ``y`` is where the next thing goes.

    ``row`` is set where cells at several heights are a row of a table.
    """

    def __init__(self, ax: Any, atlas: Atlas, sheet: Sheet) -> None:
        self.ax, self.atlas, self.sheet = ax, atlas, sheet
        _, _, self.width, self.height = sheet.column
        self.y = 0.0
        self.row: float | None = None
        self.large = self.width > 100
        self.size = 9.5 if self.large else 7.6
        self.small = 7.5 if self.large else 6.2
        self.fine = 6.8 if self.large else 5.6
        self.figures = OpenFigures(atlas.region)
        ax.set_xlim(0, self.width)
        ax.set_ylim(self.height, 0)
        ax.axis("off")

    def text(
        self, x: float, text: str, size: float, colour: str = INK, bold: bool = False, tag: str = "P", **look: Any
    ) -> None:
        """Write a text at ``y``; ``tag`` says what it is to who cannot see the sheet."""
        from pipelines.publish.printmap.quick_pdf import Words

        look = {"ha": "left", "va": "top", "linespacing": typeface.LINE, **look}
        weight = "bold" if bold else "normal"
        row = self.y if self.row is None else self.row
        gid = f"{tag} {row:.3f}" if tag in CELLS else tag
        Words(self.ax, x, self.y, text, fontsize=size, color=colour, fontweight=weight, gid=gid, **look)

    def line(
        self, x: float, text: str, size: float, colour: str = INK, bold: bool = False, tag: str = "TD", **look: Any
    ) -> None:
        """Write one line that stands on the same baseline as its neighbours: a cell of a table, with them its row."""
        self.text(x, text, size, colour, bold, tag, va="baseline", **look)

    def paragraph(
        self, text: str, size: float, colour: str = INK, bold: bool = False, x: float = 0, tag: str = "P"
    ) -> None:
        """Write a text over as many lines as it takes, and go below it."""
        lines = typeface.wrap(text, self.width - x, size, bold)
        self.text(x, "\n".join(lines), size, colour, bold, tag)
        self.y += typeface.height_mm(len(lines), size)

    def heading(self, text: str) -> None:
        """Write a heading under a rule."""
        above, below, after = self._air
        self.y += above
        self.rule(self.y)
        self.y += below
        self.paragraph(text, self._heading_pt, bold=True, tag="H2")
        self.y += after

    @property
    def heading_mm(self) -> float:
        """How high a heading of one line is, with the air about it."""
        return sum(self._air) + typeface.height_mm(1, self._heading_pt)

    @property
    def _air(self) -> tuple[float, float, float]:
        """Above the rule of a heading, between them, and below the heading (mm)."""
        return (4.2, 2.2, 1.4) if self.large else (2.6, 1.5, 0.8)

    @property
    def _heading_pt(self) -> float:
        return 11.0 if self.large else 8.6

    def rule(self, y: float) -> None:
        """Draw a thin line across."""
        from matplotlib.lines import Line2D

        self.ax.add_artist(Line2D([0, self.width], [y, y], color=RULE, linewidth=0.8))

    def box(self, x: float, w: float, h: float, face: str, edge: str = "none", **look: Any) -> None:
        """Draw a rectangle whose upper edge is at ``y``."""
        from matplotlib.patches import Rectangle

        # Not add_patch: it would reckon how far the axes must reach, and that is known.
        self.ax.add_artist(Rectangle((x, self.y), w, h, facecolor=face, edgecolor=edge, linewidth=0.6, **look))
