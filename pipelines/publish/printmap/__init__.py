"""Print maps: the län on A3 at each threshold, each kommun on A4, as PDF (vector text) and PNG (200 dpi).

Made from the open tables, public outlines and place names, and from nothing else. A sheet is a map
(``cartography``, ``furniture``, ``labels``) and a column of text beside it (``column``).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.errors import DataError
from pipelines.files import replacing
from pipelines.publish.facts import demo_prefix, epoch
from pipelines.publish.printmap import typeface

if TYPE_CHECKING:
    from pipelines.paths import Paths
    from pipelines.publish.printmap.atlas import Atlas
    from pipelines.publish.printmap.sheets import Sheet
    from pipelines.region import Region

MM = 1 / 25.4
PNG_DPI = 200
PNG_EXACT = 127
"""So many colours of a picture's palette are its own most common ones."""


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

    if jobs and not (jobs.isdecimal() and int(jobs) > 0):
        raise DataError(
            "JOBS går inte att läsa.", expected="ett heltal större än 0, till exempel JOBS=2", found=jobs,
            action="Ange antalet samtidiga steg, eller låt bli.",
        )  # fmt: skip
    everything = atlas.read(region, paths)
    todo = sheets.plan(everything)
    with tempfile.TemporaryDirectory() as folder:
        typeface.make(Path(folder))
        each = [(sheet, paths.built("maps/kartor")) for sheet in todo]
        _draw_all(everything, Path(folder), each, int(jobs or 1))
    _keep_only({sheet.name for sheet in todo}, paths.built("maps/kartor"))


def _keep_only(names: set[str], folder: Path) -> None:
    """Take away sheets of kommuner that are no longer in the configuration."""
    for file in folder.glob("*.*"):
        if file.suffix in (".pdf", ".png") and file.stem not in names:
            file.unlink()


def _draw_all(everything: Atlas, fonts: Path, each: list[tuple[Sheet, Path]], jobs: int) -> None:
    """Draw every sheet, in this process or in several new ones; the large sheets first."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    if jobs == 1:
        _begin(everything, fonts)
        for sheet, folder in each:
            _make(sheet, folder)
        return
    # New processes, not forked ones: a fork would copy the locks of the threads that read the tables.
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(everything, fonts)
    ) as pool:
        for done in [pool.submit(_make, sheet, folder) for sheet, folder in each]:
            done.result()


_held: list[Any] = []
"""The atlas of this process: handed over once, not with every sheet."""


def _begin(everything: Atlas, fonts: Path) -> None:
    _held[:] = [everything]
    typeface.register(fonts)


def _make(sheet: Sheet, folder: Path) -> None:
    figure = drawn(_held[0], sheet)
    for suffix in (".png", ".pdf"):
        save(figure, folder / f"{sheet.name}{suffix}", _held[0], sheet)


def drawn(everything: Atlas, sheet: Sheet) -> Any:
    """Return the sheet as a matplotlib figure."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from pipelines.publish.printmap import cartography, column, furniture, labels, told

    mpl.use("Agg")  # the scale bar's library opens figures of its own
    gaps = (
        everything.gaps.iloc[:0]
        if sheet.kod is None
        else told.worst_gaps(everything, sheet.kod, sheet.threshold)
    )
    with mpl.rc_context(typeface.style()):
        width, height = sheet.page
        figure = Figure(figsize=(width * MM, height * MM), facecolor="white")

        def axes(box: tuple[float, float, float, float]) -> Any:
            x, y, w, h = box
            return figure.add_axes((x / width, y / height, w / width, h / height))

        on_map = axes(sheet.frame)
        cartography.draw(on_map, everything, sheet, gaps)
        writer = labels.Writer(on_map, sheet, furniture.draw(on_map, everything, sheet))
        if sheet.kod is None:
            labels.kommuner(writer, everything)
        else:
            labels.numbers(writer, gaps)
            labels.localities(writer, everything)
            labels.neighbours(writer, everything)
        column.draw(axes(sheet.column), everything, sheet, gaps)
    return figure


def save(figure: Any, path: Path, everything: Atlas, sheet: Sheet) -> None:
    """Write the figure whole or not at all, with a title and without a clock."""
    from datetime import UTC, datetime

    import matplotlib as mpl

    facts, publishing = everything.facts, everything.region.publicering
    names = dict(zip(everything.kommuner["kommunkod"], everything.kommuner["kommunnamn"], strict=True))
    what = publishing.titel if sheet.kod is None else f"{publishing.titel}, {names[sheet.kod]}"
    title = f"{demo_prefix(facts)}{what}, {sheet.threshold} Mbit/s"
    run_id = f"Körning {facts['korning_id']}"
    with mpl.rc_context(typeface.style()), replacing(path) as beside:
        if path.suffix == ".pdf":
            made = datetime.fromtimestamp(epoch(facts), tz=UTC)
            about = {"Title": title, "Author": publishing.utgivare, "Subject": run_id, "CreationDate": made}
            figure.savefig(beside, metadata=about)
        else:
            _save_png(figure, beside, {"Title": title, "Author": publishing.utgivare, "Description": run_id})


def _save_png(figure: Any, path: Path, about: dict[str, str]) -> None:
    """Write the figure as a picture without the alpha that matplotlib's own writer adds."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    figure.set_dpi(PNG_DPI)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    told = PngInfo()
    for key, text in about.items():
        told.add_itxt(key, text)
    image = Image.frombuffer("RGBX", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
    _few_colours(image).save(path, dpi=(PNG_DPI, PNG_DPI), pnginfo=told)


def _few_colours(image: Any) -> Any:
    """Return the picture with a palette: a third of the size.

    The most common colours (surfaces, the demo mark across them) are kept to the bit; only what is left, the edges
    of letters and lines, is brought to the nearest of as many more.
    """
    from PIL import Image

    many = image.getcolors(image.width * image.height)
    exact = np.array([c for _, c in sorted(many, key=lambda m: (-m[0], m[1]))[:PNG_EXACT]], dtype=np.int64)
    rest = image.quantize(255 - PNG_EXACT, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    index = np.full(1 << 24, 255, dtype=np.uint8)
    index[exact @ (1, 1 << 8, 1 << 16)] = np.arange(len(exact))
    # Four bytes a pixel read as one number, not three arrays of numbers: an A3 sheet has 8 million pixels.
    packed = np.frombuffer(image.convert("RGBX").tobytes(), dtype="<u4").reshape(image.height, image.width)
    found = index[packed & 0xFFFFFF]
    found = np.where(found == 255, np.asarray(rest) + np.uint8(len(exact)), found)
    few = Image.fromarray(found, mode="L")
    few.putpalette([*exact.ravel().tolist(), *rest.getpalette()])
    return few
