"""PTS's workbooks, counted from the hidden truth: techniques, speeds, mobile coverage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.demo.files import pack
from pipelines.demo.files.lanen import LANEN
from pipelines.demo.world.common import DEMO_TEXT, Floats, stream

TEKNIK = {
    "Tillgång via xDSL": "xdsl",
    "Tillgång via VDSL": "vdsl",
    "Tillgång via fiber eller fiber-lan": "fiber",
    "I närhet av fiber": "nara",
    "Tillgång via kabel-tv": "kabel",
    "Tillgång via fast radio": "fast_radio",
    "Tillgång via LTE (ej 450 MHz)": "lte",
    "Tillgång via NR (5G)": "nr",
    "Tillgång via trådbunden accessteknik": "trad",
    "Total tillgång (trådbunden och trådlös accessteknik)": "alla",
}
HASTIGHET = {
    "Tillgång till minst 30 Mbit/s": "tillgang_30",
    "Tillgång till minst 100 Mbit/s": "tillgang_100",
    "Tillgång till minst 1 Gbit/s": "tillgang_1000",
    "Tillgång till minst 30 Mbit/s inkl. absolut närhet": "passerad_30",
    "Tillgång till minst 100 Mbit/s inkl. absolut närhet": "passerad_100",
    "Tillgång till minst 1 Gbit/s inkl. absolut närhet": "passerad_1000",
}
MEASURES = list(dict.fromkeys([*TEKNIK.values(), *HASTIGHET.values()]))
KINDS = ("total", "tätbebyggt", "glesbebyggt")
BASES = {"Hushåll": "hushall", "Arbetsställen": "arbetsstallen"}


Row = tuple[list[Any], int, Floats]
"""An area's leading cells (level, kind, län, kommun), its count, its share per measure."""


def write(region: Region, addresses: pd.DataFrame, riket: float, folder: Path) -> list[Row]:
    """Write the three workbooks. ``riket`` is the whole country's share with 100 Mbit/s.

    Returns
    -------
    list of Row
        The rows of households, for the earlier years to end in.
    """
    rng = stream(region.demo.fro, "pts")
    year = region.demo.ar
    stem = f"mtbbk_{year % 100:02d}-demo_tabellbilaga"
    rows = {base: _rows(region, addresses, base, riket, rng) for base in BASES}
    for kind, columns in (("teknik", TEKNIK), ("hastighet", HASTIGHET)):
        sheets = {**_front(region, kind)}
        for base in BASES:
            sheets[f"{kind.capitalize()} kommun {base.lower()}"] = _sheet(
                year, base, columns, rows[base], preamble=kind == "hastighet"
            )
        pack.write_xlsx(folder / "pts" / f"{stem}_{kind}_v1.0.xlsx", f"tabellbilaga {kind} {year}", sheets, year)
    _mobile(region, addresses, rng, folder / "pts" / f"{stem}_mobiltäckning_v1.0.xlsx")
    return rows["Hushåll"]


def _truth(addresses: pd.DataFrame) -> Floats:
    """What each address has, one column per entry of ``MEASURES``."""
    a = addresses
    copper = (a["xdsl_mbit"] > 0) | (a["vdsl_mbit"] > 0)
    wired = a["fiber"] | a["kabel"] | copper
    made = {
        "xdsl": copper,
        "vdsl": a["vdsl_mbit"] > 0,
        "trad": wired,
        "alla": wired | a["fast_radio"] | a["lte"] | a["nr"],
    }
    return np.column_stack([made.get(m, a.get(m)) for m in MEASURES]).astype(np.float64)


def _rows(
    region: Region, addresses: pd.DataFrame, base: str, riket: float, rng: np.random.Generator
) -> list[tuple[list[Any], int, Floats]]:
    """One row per area and kind: its leading cells, its count, its share per measure (NaN when empty)."""
    weight = addresses[BASES[base]].to_numpy(dtype=np.float64)
    group = 2 * addresses["kommun"].to_numpy() + np.where(addresses["tat"], 0, 1)
    size = 2 * len(region.lan.kommuner)
    has = _truth(addresses)
    count = np.bincount(group, weights=weight, minlength=size).reshape(-1, 2)
    met = np.stack([np.bincount(group, weights=weight * h, minlength=size) for h in has.T], axis=-1)
    met = met.reshape(-1, 2, len(MEASURES))
    lan_of = _lan_of(region)
    lanen = {
        name: (count[lan_of == name].sum(axis=0), met[lan_of == name].sum(axis=0))
        for name in dict.fromkeys(lan_of.tolist())
    }
    if not region.riket:
        lanen |= _others(region, *lanen[region.lan.namn], riket, rng)
    total_count = np.sum([c for c, _ in lanen.values()], axis=0)
    total_met = np.sum([m for _, m in lanen.values()], axis=0)
    rows = _three(["Riket", None, None], total_count, total_met)
    for name in sorted(lanen, key=lambda x: (_code(region, x), x)):
        rows += _three(["Län", name, None], *lanen[name])
    for i, kommun in enumerate(region.lan.kommuner):
        rows += _three(["Kommun", lan_of[i], kommun.namn], count[i], met[i])
    return rows


def _lan_of(region: Region) -> NDArray[Any]:
    """Return the name of each kommun's län: the region's own, or by code where the region is the country."""
    names = [
        LANEN[k.kod[:2]][0] if region.riket and k.kod[:2] in LANEN else region.lan.namn for k in region.lan.kommuner
    ]
    return np.array(names, dtype=object)


def _code(region: Region, name: str) -> str:
    return next((c for c, (n, _) in LANEN.items() if n == name), region.lan.kod)


def _three(lead: list[Any], count: Floats, met: Floats) -> list[tuple[list[Any], int, Floats]]:
    out = []
    for kind, c, m in zip(KINDS, [count.sum(), *count], [met.sum(axis=0), *met], strict=True):
        share = m / c if c > 0 else np.full(len(MEASURES), np.nan)
        out.append(([lead[0], kind, *lead[1:]], round(float(c)), share))
    return out


def _others(
    region: Region, own: Floats, met: Floats, riket: float, rng: np.random.Generator
) -> dict[str, tuple[Floats, Floats]]:
    """Made-up län: the region's own shares, moved on the logit scale so that riket comes out right."""
    others = {n: k for c, (n, k) in LANEN.items() if c != region.lan.kod and n != region.lan.namn}
    rate = own.sum() / max(region.demo.befolkning, 1) * 1_000
    gles = np.clip(rng.normal(0.12, 0.035, len(others)), 0.03, 0.25)
    size = np.array(list(others.values()), dtype=np.float64) * rate
    gles = np.where(size > 5e5 * rate / 1_000, 0.4 * gles, gles)
    count = np.round(np.column_stack([size * (1 - gles), size * gles]))
    share = np.clip(np.where(own[:, None] > 0, met / np.maximum(own[:, None], 1), 0.9), 1e-4, 1 - 1e-4)
    logit = np.log(share / (1 - share))
    push = rng.normal(0, 0.35, (len(others), 1, 1))
    hundred = MEASURES.index("tillgang_100")
    wanted = riket * (count.sum() + own.sum()) - met[:, hundred].sum()
    low, high = -6.0, 6.0
    for _ in range(60):
        mid = (low + high) / 2
        got = 1 / (1 + np.exp(-(logit + push + mid)))
        low, high = (mid, high) if (got[:, :, hundred] * count).sum() < wanted else (low, mid)
    return {
        name: (c, np.round(s * c[:, None]))
        for name, c, s in zip(others, count, 1 / (1 + np.exp(-(logit + push + low))), strict=True)
    }


def _sheet(
    year: int, base: str, columns: dict[str, str], rows: list[tuple[list[Any], int, Floats]], *, preamble: bool
) -> list[list[Any]]:
    """One long table. Leading columns as PTS has them; shares as decimals 0–1."""
    at = [MEASURES.index(m) for m in columns.values()]
    head = ["Årtal", "Bas", "Aggregerat på", "Område", "Lännamn", "Kommunnamn", f"Antal {base.lower()}"]
    out: list[list[Any]] = []
    if preamble:
        out += [[f"Tillgång till bredband i olika hastigheter, {base.lower()}, 1 oktober {year}"], []]
        out[0] += [None] * 3 + [DEMO_TEXT]
    out.append([*head, *columns])
    for (level, kind, lan, kommun), count, share in rows:
        cells = [None if np.isnan(v) else round(float(v), 6) for v in share[at]]
        out.append([year, base, level, kind, lan, kommun, count, *cells])
    return out


def _front(region: Region, kind: str) -> dict[str, list[list[Any]]]:
    """The sheets before the tables: title, contents, definitions."""
    year = region.demo.ar
    return {
        "Innehåll": [
            [f"Mobiltäcknings- och bredbandskartläggning {year}: tabellbilaga {kind}"],
            [DEMO_TEXT],
            [],
            ["Blad", "Innehåll"],
            *[[f"{kind.capitalize()} kommun {b.lower()}", f"Andel av {b.lower()} per kommun"] for b in BASES],
        ],
        "Läs mig": [
            ["Uppgifterna avser 1 oktober.", year],
            ["Filen efterliknar PTS:s tabellbilaga. Alla tal är påhittade."],
            ["Andelar anges som decimaltal mellan 0 och 1. Tom cell: området saknar hushåll eller arbetsställen."],
        ],
        "Definitioner": [
            ["Begrepp", "Förklaring"],
            ["Tillgång", "Ansluten, eller kan anslutas omgående."],
            ["Absolut närhet", "Fiber finns så nära att byggnaden kan anslutas. De anslutna ingår."],
            ["Glesbebyggt", "Utanför tätort och småort."],
        ],
    }


def _mobile(region: Region, addresses: pd.DataFrame, rng: np.random.Generator, path: Path) -> None:
    """Surface coverage as text, with the signs PTS uses; two header rows."""
    groups = ("Data 10 Mbit/s", "Data 30 Mbit/s", "Data 100 Mbit/s")
    head = ["Årtal", "Aggregerat på", "Lännamn", "Kommunnamn"]
    first: list[Any] = [*head, *[x for g in groups for x in (g, None)]]
    second: list[Any] = [None] * 4 + ["Minst en operatör", "Samtliga operatörer"] * len(groups)
    gles = addresses.groupby("kommun")["nr"].mean().reindex(range(len(region.lan.kommuner))).fillna(0.5)
    level = np.array([5.5, 3.4, 3.6, 1.7, 0.4, -1.6]) + 3 * (gles.to_numpy()[:, None] - 0.9)
    level = level + rng.normal(0, 0.8, level.shape)
    share = 1 / (1 + np.exp(-level))
    year = region.demo.ar
    own = _signs(share.mean(axis=0))
    rows: list[list[Any]] = [[year, "Riket", None, None, *own]]  # a region that is riket has riket's row
    if not region.riket:
        rows = [
            [year, "Riket", None, None, *_signs(share.mean(axis=0) * 0.93)],
            [year, "Län", region.lan.namn, None, *own],
        ]
    for kommun, lan, values in zip(region.lan.kommuner, _lan_of(region), share, strict=True):
        rows.append([year, "Kommun", lan, kommun.namn, *_signs(values)])
    if len(rows) > 2:
        rows[-1][-1] = "-"
    sheets = {"Läs mig": [[f"Mobiltäckning {year}"], [DEMO_TEXT]], "Yttäckning - aggregerad": [first, second, *rows]}
    pack.write_xlsx(
        path, f"tabellbilaga mobiltäckning {year}", sheets, year, merges=((0, 4, 0, 5), (0, 6, 0, 7), (0, 8, 0, 9))
    )


def _signs(share: Floats) -> list[str]:
    return [">99,99%" if v > 0.9999 else "<0,01%" if v < 0.0001 else f"{v * 100:.2f}%".replace(".", ",") for v in share]
