"""Colours of classes and bands, light and dark, as everybody sees them: told apart, and in one order of lightness.

CIEDE2000 (Sharma, Wu & Dalal 2005, doi:10.1002/col.20070) and the simulations (Machado, Oliveira & Fernandes 2009,
doi:10.1109/TVCG.2009.113, severity 1.0, on linear RGB) are written out here.
"""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pytest

from pipelines.publish.words import palette
from pipelines.publish.words.html import stylesheet

LEAST = 10
READERS = {
    "none": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,
}
COLOURED = ("none", "protanopia", "deuteranopia", "tritanopia")
SCALES = {"klass": ("utan", "mindre_del", "storre_del", "tackt", "ingen_adress"), "band": ("4", "3", "2", "1", "0")}
ASIDE = ("fa_under_halften", "fa_minst_halften", "ej_redovisad")
NAMED = {
    "underlag": ("adress", "ruta", "omrade", "blandat", "statistik", "ingen"),
    "teknik": ("fiber", "kabel-tv", "vdsl", "xdsl", "fast_radio", "lte", "nr", "okand", "ingen"),
    "forandring": ("samre", "lika_utan", "lika", "battre", "ny", "okand", "ingen_adress"),
}


def colours(scheme: str) -> dict[str, str]:
    light, dark = stylesheet().split("@media screen and (prefers-color-scheme: dark)")[:2]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light if scheme == "light" else dark))


def lab(colour: str, reader: str) -> tuple[float, float, float]:
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(READERS[reader]) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = xyz / (0.9505, 1.0, 1.089)
    f = np.where(f > (6 / 29) ** 3, np.cbrt(f), f / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def ciede2000(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 - 0.17 * cos(hue - 30) + 0.24 * cos(2 * hue) + 0.32 * cos(3 * hue + 6) - 0.20 * cos(4 * hue - 63)
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    twist = 60 * np.exp(-(((hue - 275) / 25) ** 2))
    r = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * np.sin(np.radians(twist))
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + r * dc * dh))


def cos(degrees: float) -> float:
    return float(np.cos(np.radians(degrees)))


def too_near(named: dict[str, str], pairs, readers) -> dict[tuple[str, str, str], float]:
    far = {(a, b, r): ciede2000(lab(named[a], r), lab(named[b], r)) for a, b in pairs for r in readers}
    return {key: round(d, 1) for key, d in far.items() if d < LEAST}


def test_the_formula_gives_the_papers_own_figures():
    """Rows 1, 7, 13 and 25 of the paper's test data."""
    for one, other, told in (
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, -0.001, 2.49), (50.0, 0.0009, -2.49), 4.8045),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ):
        assert ciede2000(one, other) == pytest.approx(told, abs=1e-4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scale", SCALES)
def test_neighbours_of_a_scale_are_told_apart_and_lightness_goes_one_way(scheme, scale):
    every = colours(scheme)
    named = {x: every[f"{scale}-{x}"] for x in SCALES[scale]}
    if scale == "band":
        named["ingen_adress"] = every["klass-ingen_adress"]
    assert too_near(named, pairwise(named), READERS) == {}
    light = np.array([lab(c, "none")[0] for c in named.values()])
    assert (np.diff(light) * (1 if scheme == "light" else -1) > 5).all(), light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_two_classes_are_told_apart_by_who_sees_no_red_green_or_blue(scheme):
    every = colours(scheme)
    named = {x: every[f"klass-{x}"] for x in (*SCALES["klass"], *ASIDE)}
    assert too_near(named, combinations(named, 2), COLOURED) == {}
    assert too_near(named, [ASIDE[:2]], ["grey"]) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("group", NAMED)
def test_every_two_names_of_a_layer_are_told_apart(scheme, group):
    every = colours(scheme)
    named = {x: every[f"{group}-{x}"] for x in NAMED[group]}
    assert too_near(named, combinations(named, 2), COLOURED) == {}


def test_pages_prints_and_qgis_have_the_same_classes():
    every = colours("light")
    assert {k: every[f"klass-{k}"] for k in palette.CLASS_COLOURS} == palette.CLASS_COLOURS
    assert {k: every[f"teknik-{k}"] for k in palette.TECHNIQUE_COLOURS} == palette.TECHNIQUE_COLOURS
    steps = reversed(range(len(palette.KOMMUN_COLOURS)))
    assert tuple(every[f"band-{k}"] for k in steps) == palette.KOMMUN_COLOURS


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_of_what_can_be_pressed_and_placeholders_are_seen(scheme):
    """WCAG 1.4.11 and 1.4.3."""
    every = colours(scheme)

    def luminance(name):
        rgb = np.array([int(every[name][i : i + 2], 16) / 255 for i in (1, 3, 5)])
        return float(np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722))

    def contrast(a, b):
        low, high = sorted((luminance(a), luminance(b)))
        return (high + 0.05) / (low + 0.05)

    assert min(contrast("ram", "papper"), contrast("ram", "yta")) >= 3
    assert min(contrast("svag", "papper"), contrast("svag", "yta")) >= 4.5


def test_what_is_printed_has_the_colours_of_the_pages():
    """One look for map, pages and prints: the light scheme's, by the names that both give them."""
    named = {"INK": "text", "QUIET": "svag", "RULE": "kant", "ACCENT": "accent", "DEMO": "demo"}
    named |= {"OUTLINE": "grans", "NEIGHBOUR": "granne", "WATER": "vatten"}
    light = colours("light")
    assert {x: getattr(palette, x) for x in named} == {x: light[name] for x, name in named.items()}
