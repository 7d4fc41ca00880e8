"""Earlier years: PTS's historic workbook and Kolada's answer, ending in what the demo region is today.

The län's path is that of the published shares (``demo.kalibrering_fil``); a kommun's runs beside it and goes
through its own published shares where there are any.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.config.region import Region
from pipelines.core.files import write_text
from pipelines.demo.files import pack
from pipelines.demo.files.lanen import LANEN
from pipelines.demo.files.write_pts import MEASURES
from pipelines.demo.world import targets
from pipelines.demo.world.common import DEMO_TEXT, Floats, stream

Row = tuple[list[Any], int, Floats]
FIRST, LAST_OLD = 2015, 2022
"""The years of PTS's historic workbook."""
HISTORIC = {
    "Andel med tillgång till fast bredband via xDSL": ("xdsl", -0.35),
    "Andel med tillgång till fast bredband via VDSL": ("vdsl", -0.05),
    "Andel med tillgång till fast bredband via fiber": ("fiber", None),
    "Andel med fiber i närheten": ("nara", None),
    "Andel med tillgång till fast bredband via kabel-tv": ("kabel", -0.01),
    "Andel med tillgång till fast bredband via fast radio": ("fast_radio", 0.1),
    "Andel med tillgång till fast bredband via LTE ej 450 MHz": ("lte", 0.25),
}
"""PTS's headers, our measure, and its change a year on the logit scale; None: as the län's own path."""
KOLADA = (
    ("N07900", "tillgang_100", "total", 2010 + 5),
    ("N07919", "passerad_1000", "tätbebyggt", 2017),
    ("N07920", "passerad_1000", "glesbebyggt", 2017),
)
PEOPLE_FROM, PEOPLE_SHIFT = 2021, 0.06
"""From 2021 two of Kolada's indicators are shares of the population; households beside it (made-up, logit)."""
PACE = 0.3
"""Change a year (logit) where nothing is published."""
_EPS = 1e-4


def write(region: Region, config: Path, rows: list[Row], folder: Path) -> None:
    """Write both files. ``rows`` are the households' rows of the *teknik* workbook: area, count, share by measure."""
    rng = stream(region.demo.fro, "historik")
    years = np.arange(FIRST, region.demo.ar + 1, dtype=np.float64)
    table = targets._read(region, config)
    _, lan = _by_name(region, rows)[region.lan.namn, "total"]
    now = float(lan[MEASURES.index("tillgang_100")])
    path = _through(years, targets._shares(table, region.lan.kortnamn, "totalt", "tillgang_100"), now)
    shift = path - path[-1]
    _workbook(region, rows, years, shift, rng, folder)
    _kolada(region, rows, years, shift, table, rng, folder)


def _by_name(region: Region, rows: list[Row]) -> dict[tuple[str, str], tuple[int, Floats]]:
    """Return count and shares by kommun's or län's name and class; a region that is riket has riket's row."""
    return {
        (region.lan.namn if level == "Riket" else kommun or lan, kind): (n, s)
        for (level, kind, lan, kommun), n, s in rows
        if level != "Riket" or region.riket
    }


def _logit(share: Any) -> Floats:
    p = np.clip(np.asarray(share, dtype=np.float64), _EPS, 1 - _EPS)
    z: Floats = np.log(p / (1 - p))
    return z


def _share(logit: Floats) -> Floats:
    p: Floats = 1 / (1 + np.exp(-logit))
    return p


def _through(years: Floats, known: Any, now: float) -> Floats:
    """Return logits by year through the known shares, in straight lines between them, ending in ``now``."""
    at = {int(y): float(_logit(s)) for y, s in known.items() if years[0] <= int(y) < years[-1]}
    at[int(years[-1])] = float(_logit(now))
    first = min(at)
    if first > years[0]:
        at[int(years[0])] = at[first] - PACE * (first - years[0])
    order = sorted(at)
    z: Floats = np.interp(years, order, [at[y] for y in order])
    return z


def _workbook(
    region: Region, rows: list[Row], years: Floats, shift: Floats, rng: np.random.Generator, folder: Path
) -> None:
    old = years <= LAST_OLD
    codes = {n: c for c, (n, _) in LANEN.items()} | {region.lan.namn: region.lan.kod}
    kommuner = {k.namn: int(k.kod) for k in region.lan.kommuner}
    head: list[list[Any]] = [["Kod", "Namn"], [None, None], [None, None]]
    merges = []
    for i, name in enumerate(HISTORIC):
        start = 2 + i * int(old.sum())
        head[0] += [name] + [None] * (int(old.sum()) - 1)
        head[1] += [int(y) for y in years[old]]
        head[2] += ["Hushåll"] * int(old.sum())
        merges.append((4, start, 4, start + int(old.sum()) - 1))
    body = []
    for (level, kind, lan, kommun), _, share in rows:
        if kind != "total":
            continue
        code = 0 if level == "Riket" else kommuner[kommun] if level == "Kommun" else int(codes[lan])
        cells: list[Any] = [code, level if level == "Riket" else kommun or lan]
        for measure, pace in HISTORIC.values():
            now = share[MEASURES.index(measure)]
            change = shift if pace is None else pace * (years - years[-1])
            noise = rng.normal(0, 0.03, len(years))
            values = _share(_logit(now) + change + noise)[old]
            cells += [None if np.isnan(now) else round(float(v), 6) for v in values]
        body.append(cells)
    title: list[list[Any]] = [["Historiska uppgifter, andel av hushållen", None, DEMO_TEXT], [], [], []]
    pack.write_xlsx(
        folder / "pts" / "tabellbilaga-historiska-uppgifter-teknik-demo.xlsx",
        "tabellbilaga historiska uppgifter",
        {
            "Läs mig": [["Filen efterliknar PTS:s tabellbilaga. Alla tal är påhittade."], [DEMO_TEXT]],
            "Fast bredband-teknik, totalt": [*title, *head, *body],
        },
        LAST_OLD,
        merges=merges,
    )


def _kolada(
    region: Region, rows: list[Row], years: Floats, shift: Floats, table: Any, rng: np.random.Generator, folder: Path
) -> None:
    codes = {region.lan.namn: f"00{region.lan.kod}", **{k.namn: k.kod for k in region.lan.kommuner}}
    shares = _by_name(region, rows)
    values: list[dict[str, Any]] = []
    for name, code in codes.items():
        pace = rng.normal(1, 0.12)
        series: dict[str, Floats] = {}
        for kpi, measure, kind, _ in KOLADA:
            noise = np.append(rng.normal(0, 0.05, len(years) - 1), 0)
            z = _logit(shares[name, kind][1][MEASURES.index(measure)]) + pace * shift + noise
            if kpi == "N07900":
                z = _anchored(z, years, targets._shares(table, _short(region, name), "totalt", "tillgang_100"))
                z = z + np.where(years >= PEOPLE_FROM, PEOPLE_SHIFT, 0)
            series[kpi] = 100 * _share(z)
        weight = [shares[name, kind][0] for kind in ("tätbebyggt", "glesbebyggt")]
        sparse = weight[1] / max(sum(weight), 1)
        series["N07918"] = (1 - sparse) * series["N07919"] + sparse * series["N07920"]
        first = {kpi: year for kpi, _, _, year in KOLADA} | {"N07918": 2017}
        for kpi in sorted(series):
            for year, value in zip(years, series[kpi], strict=True):
                if year >= first[kpi] and np.isfinite(value):
                    values.append(_value(kpi, code, int(year), float(value)))
    body = {"_kommentar": DEMO_TEXT, "values": values}
    write_text(folder / "kolada" / "kolada_demo.json", json.dumps(body, ensure_ascii=False, indent=0) + "\n")


def _short(region: Region, name: str) -> str:
    return region.lan.kortnamn if name == region.lan.namn else name


def _anchored(z: Floats, years: Floats, known: Any) -> Floats:
    """Return logits moved to go through the published shares; the last year stays as it is."""
    at = {int(y): float(_logit(s)) for y, s in known.items() if years[0] <= int(y) < years[-1]}
    if not at:
        return z
    off = {y: v - float(z[years == y][0]) for y, v in at.items()} | {int(years[-1]): 0.0}
    order = sorted(off)
    moved: Floats = z + np.interp(years, order, [off[y] for y in order])
    return moved


def _value(kpi: str, code: str, year: int, value: float) -> dict[str, Any]:
    inner = {"gender": "T", "count": 1, "status": "", "value": round(value, 2)}
    return {"kpi": kpi, "municipality": code, "period": year, "values": [inner]}
