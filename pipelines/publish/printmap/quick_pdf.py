"""matplotlib's PDF without what it does anew for each sheet, or for each pixel: the same bytes sooner.

Most texts and many letters stand on every sheet, and a cell's colour is known before it is made many pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from matplotlib.backends import backend_pdf
from matplotlib.font_manager import FontPath
from matplotlib.ft2font import LoadFlags
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray
from PIL import Image

_pdf: Any = backend_pdf  # untyped
Name, _told = _pdf.Name, _pdf.pdfRepr


class Glyph(NamedTuple):
    """A letter of a text that has been laid out.

    Attributes
    ----------
    font : FT2Font
    char : str
        What it stands for.
    shape : int
        Its number in the font.
    x, y : float
        From where the text begins.
    kern : float
        Between the letter before and this one.
    """

    font: Any
    char: str
    shape: int
    x: float
    y: float
    kern: float


_LAID: dict[tuple[str, int], tuple[Glyph, ...]] = {}
_SIZES: dict[tuple[str, int], tuple[float, float, float]] = {}
_PLACES: dict[tuple[Any, ...], Any] = {}
_PATHS: dict[tuple[Any, int], Any] = {}
"""Texts as laid out, how large they are and where their lines stand, and letters as paths.

Font properties are known by their hash: matplotlib itself takes those with one hash for equal."""


def forget() -> None:
    """Forget every text: the typeface is another."""
    for known in (_LAID, _SIZES, _PLACES, _PATHS):
        known.clear()
    _cut.cache_clear()


def _lay_out(text: str, font: Any) -> tuple[Glyph, ...]:
    return tuple(
        Glyph(x.ft_object, x.char, x.glyph_index, x.x, x.y, x.prev_kern)
        for x in font._layout(text, LoadFlags.NO_HINTING)
    )


class Outlines(TextToPath):
    """Texts as paths, of letters whose shapes are asked for once."""

    def get_text_path(self, prop: Any, s: str, ismath: Any = False, **_: Any) -> Any:
        """Return a text's corners and their kinds."""
        laid = _lay_out(s, self._get_font(prop))  # type: ignore[attr-defined]
        paths = [_path(glyph.font, glyph.shape) for glyph in laid]
        corners = [np.add(xy, (glyph.x, glyph.y)) for glyph, (xy, _) in zip(laid, paths, strict=True)]
        return np.concatenate([np.empty((0, 2)), *corners]), np.concatenate([[], *(kinds for _, kinds in paths)])


def _path(font: Any, shape: int) -> Any:
    if (font, shape) not in _PATHS:
        font.load_glyph(shape, flags=LoadFlags.NO_HINTING)
        _PATHS[font, shape] = font.get_path()
    return _PATHS[font, shape]


_fonts: Any = backend_pdf._backend_pdf_ps  # type: ignore[attr-defined]
_cut_anew, _bytes_of = _fonts.get_glyphs_subset, _fonts.font_as_file


@cache
def _cut(path: Any, glyphs: frozenset[int]) -> tuple[bytes, dict[int, int]]:
    with _cut_anew(path, glyphs) as made:
        return _bytes_of(made.font).getvalue(), made.glyph_index_map


@contextmanager
def _cut_once(path: Any, glyphs: Any) -> Iterator[Any]:
    """Give a typeface cut down to some letters; half of those of all sheets are alike."""
    yield _fonts.SubsetResults(*_cut(path, frozenset(glyphs)))


# Where matplotlib looks for them: it has no other way to be given a typeface that is cut already.
_fonts.get_glyphs_subset, _fonts.font_as_file = _cut_once, BytesIO


class Words(Text):
    """An upright text whose lines are placed once a process; in the units of axes, but not clipped to them."""

    def __init__(self, ax: Any, x: float, y: float, text: str, **look: Any) -> None:
        super().__init__(x, y, text, transform=ax.transData, clip_on=False, **look)
        ax._add_text(self)  # as Axes.text does, but for the clip path of each that none is clipped by

    def _get_layout(self, renderer: Any) -> Any:
        of_text: Any = super()
        places = getattr(renderer, "places", None)  # not of its class: matplotlib has another around it
        if places is None:
            return of_text._get_layout(renderer)
        sides = self.get_horizontalalignment(), self.get_verticalalignment()
        key = self.get_text(), hash(self.get_fontproperties()), sides, self._linespacing  # type: ignore[attr-defined]
        if key not in places:
            places[key] = of_text._get_layout(renderer)
        return places[key]


def _line(*parts: bytes) -> bytes:
    told: bytes = _pdf._fill(parts)
    return told


@cache
def _turned(degrees: float) -> tuple[bytes, ...]:
    """Return the part of a matrix that turns a text."""
    turn = math.radians(degrees)
    return tuple(map(_told, (math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn))))


class Renderer(_pdf.RendererPdf):  # type: ignore[misc]
    """Draws texts that are laid out once a process."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.places = _PLACES
        self._text2path = Outlines()
        self._codes: dict[Any, tuple[int, int]] = {}

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """Return how large a text is."""
        key = s, hash(prop)
        if key not in _SIZES:
            _SIZES[key] = super().get_text_width_height_descent(s, prop, ismath)
        return _SIZES[key]

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Draw a text as matplotlib does: in runs, each of one font and at most 256 characters of it."""
        key = s, hash(prop)
        if key not in _LAID:
            _LAID[key] = _lay_out(s, self._get_font_ttf(prop))
        if any(glyph.y for glyph in _LAID[key]):  # letters that are raised
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        self.check_gc(gc, gc._rgb)
        size = prop.get_size_in_points()
        lines = [b"q", _line(*_turned(angle), _told(x), _told(y), b"cm"), b"BT"]
        before = 0.0
        for (font, part), run in groupby(_LAID[key], self._part_of_font):
            glyphs = list(run)
            name = self.file.fontName(FontPath(font.fname, font.face_index), part)
            lines.append(_line(_told(name), _told(size), b"Tf"))
            lines.append(_line(_told(glyphs[0].x - before), b"0 Td"))
            lines.append(_line(_told(self._shown(glyphs, size)), b"TJ"))
            before = glyphs[0].x
        self.file.write(b"\n".join([*lines, b"ET", b"Q", b""]))

    def _part_of_font(self, glyph: Glyph) -> tuple[Any, int]:
        return glyph.font, self._code(glyph)[0]

    def _code(self, glyph: Glyph) -> tuple[int, int]:
        """Return the part of the font and the number in it by which a letter is shown in this file."""
        key = glyph[:3]
        if key not in self._codes:
            self._codes[key] = self.file._character_tracker.track_glyph(*key)
        return self._codes[key]

    def _shown(self, glyphs: list[Glyph], size: float) -> list[Any]:
        """Return letters of a run, and between them the kerning where there is any."""
        shown: list[Any] = []
        for glyph in glyphs:
            code = self._code(glyph)[1].to_bytes(2, "big")
            if glyph.kern:
                shown.append(-1000 * glyph.kern / size)
            if shown and isinstance(shown[-1], bytes):
                shown[-1] += code
            else:
                shown.append(code)
        return shown


class File(_pdf.PdfFile):  # type: ignore[misc]
    """A file whose pictures are of cells."""

    def writeImages(self) -> None:
        """Write the pictures, each behind its mask where some of it is clear."""
        for picture, _, place in self._images.values():
            mask = None
            alpha = picture.image[:, :, 3]
            if (alpha != 255).any():
                mask = self.reserveObject("smask")
                self._write_picture(mask, picture.of(alpha), Name("DeviceGray"))
            values, palette = _indexed(picture.image)
            few = picture.of(values).convert("P")
            few.putpalette(palette)
            colours = [Name("Indexed"), Name("DeviceRGB"), len(palette) // 3 - 1, palette]
            self._write_picture(place, few, colours, mask)

    def _write_picture(self, place: Any, picture: Image.Image, colours: Any, mask: Any = None) -> None:
        data, bits, _ = self._writePng(picture)
        told = {
            "Type": Name("XObject"),
            "Subtype": Name("Image"),
            "Width": picture.width,
            "Height": picture.height,
            "ColorSpace": colours,
            "BitsPerComponent": bits,
        }
        if mask:
            told["SMask"] = mask
        png = {"Predictor": 10, "Colors": 1, "Columns": picture.width}
        if picture.mode == "P":
            png["BitsPerComponent"] = bits
        self.beginStream(place.id, self.reserveObject("length of image stream"), told, png=png)
        self.currentstream.write(data)
        self.endStream()


def _indexed(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], bytes]:
    """Return the place of each pixel's colour in a palette, and the palette: red, green, blue of each."""
    picture: Any = Image.fromarray(image[:, :, :3])
    palette = np.array([colour for _, colour in picture.getcolors()], dtype=np.uint8)
    # A colour as one number, as it is four bytes.
    each = image.view("<u4")[:, :, 0] & 0xFFFFFF
    place = np.zeros(each.shape, dtype=np.uint8)
    for i, (red, green, blue) in enumerate(palette.tolist()):
        place[each == red + (green << 8) + (blue << 16)] = i
    return place, palette.tobytes()
