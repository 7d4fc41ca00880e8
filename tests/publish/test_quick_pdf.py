"""What is done once for all sheets gives the bytes that matplotlib gives when it does everything anew."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tiny_atlas as tiny
from matplotlib.backends.backend_pdf import PdfFile, RendererPdf
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

from pipelines.core.files import sha256
from pipelines.publish.printmap import atlas, cell_image, quick_pdf, sheets, typeface, write_printmaps

pytestmark = pytest.mark.filterwarnings("ignore:Glyph")  # the whole typeface has it
RAISED = "Ti\u0327tel med fi – «½» – och A\u0301"
"""Letters under and above others, two parts of the typeface in one line, and kerning."""


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> atlas.Atlas:
    region, paths = tiny.write(tmp_path_factory.mktemp("quick"))
    read = atlas.read(region, paths)
    _, *others = read.kommuner["kommunnamn"]
    return replace(read, kommuner=read.kommuner.assign(kommunnamn=[RAISED, *others]))


def written(everything: atlas.Atlas, folder: Path) -> list[str]:
    """Make a sheet of each kind; return the checksums of their files."""
    folder.mkdir()
    for sheet in sheets.plan(everything):
        if sheet.name in ("lan_100", tiny.SQUARE, tiny.LONG):
            write_printmaps.make(everything, sheet, folder)
    return [sha256(file) for file in sorted(folder.iterdir())]


@pytest.fixture(scope="module")
def ours(everything: atlas.Atlas, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The sheets with all that is quick; the typeface's folder is gone afterwards."""
    return with_typeface(everything, tmp_path_factory.mktemp("ours"))[0]


def with_typeface(everything: atlas.Atlas, folder: Path, times: int = 1) -> list[list[str]]:
    """Write the sheets so many times, with a typeface of the folder's own."""
    fonts = folder / "fonts"
    fonts.mkdir()
    typeface.make(fonts)
    typeface.register(fonts)
    made = [written(everything, folder / f"sheets_{n}") for n in range(times)]
    shutil.rmtree(fonts)
    return made


def large(image: Any, times: int) -> Any:
    return image[::-1].repeat(times, axis=0).repeat(times, axis=1)


def test_a_sheet_has_the_bytes_of_matplotlibs_own_methods(
    everything: atlas.Atlas, ours: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("draw_text", "get_text_width_height_descent"):
        monkeypatch.setattr(quick_pdf.Renderer, name, getattr(RendererPdf, name))
    monkeypatch.setattr(quick_pdf.File, "writeImages", PdfFile.writeImages)
    monkeypatch.setattr(quick_pdf._fonts, "get_glyphs_subset", quick_pdf._cut_anew)
    monkeypatch.setattr(quick_pdf._fonts, "font_as_file", quick_pdf._bytes_of)
    monkeypatch.setattr(quick_pdf, "Outlines", TextToPath)
    monkeypatch.setattr(quick_pdf.Words, "_get_layout", Text._get_layout)
    monkeypatch.setattr(cell_image, "Enlarged", large)
    assert with_typeface(everything, tmp_path) == [ours]


def test_another_folders_typeface_takes_the_place_of_the_first(
    everything: atlas.Atlas, ours: list[str], tmp_path: Path
) -> None:
    """As when the step is run twice in one process: the first run's folder is gone. What is remembered of the first
    sheets is not changed by being used."""
    assert with_typeface(everything, tmp_path, 2) == [ours, ours]
