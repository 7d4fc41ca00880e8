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


def large(image: Any, times: int) -> Any:
    return image[::-1].repeat(times, axis=0).repeat(times, axis=1)


def test_a_sheet_has_the_bytes_of_matplotlibs_own_methods(
    everything: atlas.Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    typeface.make(fonts)
    typeface.register(fonts)
    ours, again = (written(everything, tmp_path / name) for name in ("ours", "again"))
    assert ours == again, "what is remembered is not changed by being used"
    for name in ("draw_text", "get_text_width_height_descent"):
        monkeypatch.setattr(quick_pdf.Renderer, name, getattr(RendererPdf, name))
    monkeypatch.setattr(quick_pdf.File, "writeImages", PdfFile.writeImages)
    monkeypatch.setattr(quick_pdf._fonts, "get_glyphs_subset", quick_pdf._cut_anew)
    monkeypatch.setattr(quick_pdf._fonts, "font_as_file", quick_pdf._bytes_of)
    monkeypatch.setattr(quick_pdf, "Outlines", TextToPath)
    monkeypatch.setattr(quick_pdf.Words, "_get_layout", Text._get_layout)
    monkeypatch.setattr(cell_image, "Enlarged", large)
    assert written(everything, tmp_path / "theirs") == ours


def test_another_folders_typeface_takes_the_place_of_the_first(everything: atlas.Atlas, tmp_path: Path) -> None:
    """As when the step is run twice in one process: the first run's folder is gone."""
    made = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        typeface.make(folder)
        typeface.register(folder)
        made.append(written(everything, tmp_path / f"sheets_{name}"))
        shutil.rmtree(folder)
    assert made[0] == made[1]
