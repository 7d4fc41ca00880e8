"""Print maps: the län on A3 at each threshold, each kommun on A4, as PDF (vector text) and PNG (200 dpi).

Made from the open tables, public outlines and place names, and from nothing else. A sheet is a map
(``cartography``, ``furniture``, ``labels``) and a column of text beside it (``column``).
"""

from __future__ import annotations

import gc
import os
import pickle
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.files import replacing
from pipelines.core.level import LEVELS
from pipelines.core.level_words import UNIT
from pipelines.core.processes.side_by_side import processes
from pipelines.publish.printmap import typeface
from pipelines.publish.words.edition_facts import demo_prefix, epoch

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.publish.printmap.atlas import Atlas
    from pipelines.publish.printmap.sheets import Sheet

MM = 1 / 25.4
PNG_DPI = 200
PNG_EXACT = 127
"""So many colours of a picture's palette are its own most common ones."""
GARBAGE_AFTER = (100_000, 20, 20)
"""How seldom Python looks for unused objects while sheets are drawn: nearly all it would look at is in use."""


def run(region: Region, paths: Paths, jobs: str = "") -> None:
    """Build ``maps/kartor/lan_<threshold>`` and ``maps/kartor/<kommunkod>``, each as ``.pdf`` and ``.png``.

    Parameters
    ----------
    jobs : str
        How many processes draw at the same time (``JOBS``); one unless told. The files are the same.

    Raises
    ------
    DataError
        When ``jobs`` is not a whole number above nothing.
    """
    from pipelines.publish.printmap import atlas, sheets

    at_once = processes(jobs)
    everything = atlas.read(region, paths)
    todo = sheets.plan(everything)
    with tempfile.TemporaryDirectory(prefix=f".typsnitt.{os.getpid()}.ny", dir=paths.step) as folder:
        typeface.make(Path(folder))
        each = [(sheet, paths.built("maps/kartor")) for sheet in todo]
        _draw_all(everything, Path(folder), each, at_once)
    _keep_only({sheet.name for sheet in todo}, paths.built("maps/kartor"))


def _keep_only(names: set[str], folder: Path) -> None:
    """Take away sheets of kommuner that are no longer in the configuration."""
    for file in folder.glob("*.*"):
        if file.suffix in (".pdf", ".png") and file.stem not in names:
            file.unlink()


def _draw_all(everything: Atlas, fonts: Path, each: list[tuple[Sheet, Path]], jobs: int) -> None:
    """Draw every sheet, in this process and in as many new ones as make ``jobs``; the large sheets first."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    _prepare(fonts)
    if jobs == 1:
        for sheet, folder in each:
            make(everything, sheet, folder)
        return
    # New processes, not forked ones: a fork would copy the locks of the threads that read the tables.
    handed_over = (LEVELS.mbit, pickle.dumps(everything), fonts)
    with ProcessPoolExecutor(jobs - 1, get_context("spawn"), initializer=_begin, initargs=handed_over) as pool:
        handed_out = [(pool.submit(_make_held, *one), one) for one in each]
        for done, one in reversed(handed_out):
            if done.cancel():  # nobody has begun it
                make(everything, *one)
        for done, _ in handed_out:
            if not done.cancelled():
                done.result()


_held: list[Any] = []
"""The atlas of this process: handed over once, not with every sheet."""


def _begin(mbit: tuple[int, ...], everything: bytes, fonts: Path) -> None:
    """Begin a new process: it works for the same region, and knows its levels before it opens anything of it."""
    LEVELS.use(mbit)
    _held[:] = [pickle.loads(everything)]
    _prepare(fonts)


def _prepare(fonts: Path) -> None:
    """Make a process ready to draw: the typeface known, and what is there not searched for garbage with each sheet."""
    typeface.register(fonts)
    gc.freeze()
    gc.set_threshold(*GARBAGE_AFTER)


def _make_held(sheet: Sheet, folder: Path) -> None:
    make(_held[0], sheet, folder)


def make(everything: Atlas, sheet: Sheet, folder: Path) -> None:
    """Draw a sheet and write it as ``<name>.pdf`` and ``<name>.png``."""
    told, pdf = _about(everything, sheet), folder / f"{sheet.name}.pdf"
    save(drawn(everything, sheet), pdf, told, epoch(everything.facts), _in_words(everything, sheet))
    save_picture(pdf, told)


def _about(everything: Atlas, sheet: Sheet) -> dict[str, str]:
    """Return what both files of a sheet say of themselves."""
    facts, publishing = everything.facts, everything.region.publicering
    names = dict(zip(everything.kommuner["kommunkod"], everything.kommuner["kommunnamn"], strict=True))
    what = publishing.titel if sheet.kod is None else f"{publishing.titel}, {names[sheet.kod]}"
    title = f"{demo_prefix(facts)}{what}, {sheet.level.mbit} {UNIT}"
    return {"Title": title, "Author": publishing.utgivare, "Subject": f"Körning {facts['korning_id']}"}


def _in_words(everything: Atlas, sheet: Sheet) -> str:
    """Return what a sheet's map shows, for who cannot see it: how many cells have which class."""
    from pipelines.publish.printmap import cartography, sheet_figures
    from pipelines.publish.words import swedish
    from pipelines.publish.words.palette import CLASS_LABELS, LEGEND

    names = dict(zip(everything.kommuner["kommunkod"], everything.kommuner["kommunnamn"], strict=True))
    where = everything.facts["lan"] if sheet.kod is None else names[sheet.kod]
    many = sheet_figures.cells(cartography.window(everything, sheet)[0])
    classes = "; ".join(f"{CLASS_LABELS[x].lower()}: {swedish.number(many[x])}" for x in LEGEND if many[x])
    return (
        f"{demo_prefix(everything.facts)}Karta över {where} med rutor om 250 × 250 meter, färgade efter hur stor andel "
        f"av adresserna som har tillgång till minst {sheet.level.mbit} {UNIT}. Antal rutor: {classes}."
    )


def drawn(everything: Atlas, sheet: Sheet) -> Any:
    """Return the sheet as a matplotlib figure."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from pipelines.publish.printmap import cartography, furniture, labels, side_column

    mpl.use("Agg")  # the scale bar's library opens figures of its own
    with mpl.rc_context(typeface.style()):
        width, height = sheet.page
        figure = Figure(figsize=(width * MM, height * MM), facecolor="white")

        def axes(box: tuple[float, float, float, float]) -> Any:
            x, y, w, h = box
            return figure.add_axes((x / width, y / height, w / width, h / height))

        on_map, beside = axes(sheet.frame), axes(sheet.column)
        on_map.set_gid("Figure")
        projects = side_column.draw(beside, everything, sheet)
        cartography.draw(on_map, everything, sheet, projects)
        writer = labels.Writer(on_map, sheet, furniture.draw(on_map, everything, sheet))
        if sheet.kod is None:
            labels.kommuner(writer, everything)
        else:
            labels.numbers(writer, projects)
            labels.localities(writer, everything)
            labels.neighbours(writer, everything)
    return figure


def save(figure: Any, pdf: Path, about: dict[str, str], made: int, in_words: str) -> None:
    """Write the figure as a tagged PDF, whole or not at all, with a title and without a clock.

    Parameters
    ----------
    made : int
        Unix seconds.
    in_words : str
        What the map shows, for who cannot see it.
    """
    from datetime import UTC, datetime

    import matplotlib as mpl

    from pipelines.publish.printmap.tagged import Canvas

    when = datetime.fromtimestamp(made, tz=UTC)
    Canvas(figure).alternative = in_words
    with mpl.rc_context(typeface.style()), replacing(pdf) as beside:
        figure.savefig(beside, format="pdf", metadata={**about, "CreationDate": when})


def save_picture(pdf: Path, about: dict[str, str]) -> None:
    """Write the PDF's page as a PNG beside it: the picture is of the sheet itself, not a second drawing."""
    from PIL.PngImagePlugin import PngInfo
    from pypdfium2 import PdfDocument

    told = PngInfo()
    for key, text in about.items():
        told.add_itxt("Description" if key == "Subject" else key, text)
    with PdfDocument(pdf) as document, replacing(pdf.with_suffix(".png")) as beside:
        # Four bytes a pixel, read as one number and not three arrays of them: an A3 sheet has 8 million pixels.
        pixels: Any = document[0].render(scale=PNG_DPI / 72, prefer_bgrx=True, rev_byteorder=True).to_numpy()
        packed: Any = np.ascontiguousarray(pixels).view("<u4")[:, :, 0] & 0xFFFFFF
        _few_colours(packed).save(beside, dpi=(PNG_DPI, PNG_DPI), pnginfo=told)


@cache
def _palette_index() -> NDArray[np.uint8]:
    """Return a place for each colour there is, made once a process and left as it was: 255, none."""
    return np.full(1 << 24, 255, dtype=np.uint8)


def _few_colours(packed: NDArray[np.uint32]) -> Any:
    """Return a picture, given as the number of each pixel's colour (red lowest), with a palette: a third of the size.

    The most common colours (surfaces, the demo mark across them) are kept to the bit; only what is left, the edges
    of letters and lines, is brought to the nearest of as many more.
    """
    from PIL import Image

    # Pixels of one colour lie together: what is asked of each is asked of a run of them.
    flat = packed.ravel()
    first = np.flatnonzero(np.append(True, flat[1:] != flat[:-1]))
    colour, many = flat[first], np.diff(first, append=flat.size)
    # A pixel of nine tells which are common.
    seen, times = np.unique(packed[::3, ::3], return_counts=True)
    exact = seen[np.argsort(-times, kind="stable")[:PNG_EXACT]]
    index = _palette_index()
    index[exact] = np.arange(len(exact))
    found = index[colour]
    index[exact] = 255
    palette = exact.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3].ravel().tolist()
    edge = found == 255
    found = found.repeat(many)
    if edge.any():
        pixels = colour[edge].repeat(many[edge])
        rest: Any = Image.frombuffer("RGBX", (len(pixels), 1), pixels).convert("RGB")
        rest = rest.quantize(255 - PNG_EXACT, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        found[found == 255] = np.asarray(rest)[0] + np.uint8(len(exact))
        palette += rest.getpalette()
    few = Image.fromarray(found.reshape(packed.shape), mode="L")
    few.putpalette(palette)
    return few
