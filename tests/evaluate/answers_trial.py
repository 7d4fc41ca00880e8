"""Are answers that ``make fraga`` chooses worth more than answers at random? On the demo, which knows the truth.

    python -m tests.evaluate.answers_trial RAW OUT WORK [COUNT [SEEDS]]

RAW is a demo region (``data/raw/demo``), OUT a finished run of it, WORK an empty folder. All evidence is hidden; the
steps are run on statistics alone, then with COUNT answers chosen, then with as many at random. Answers are true, and go
the whole way: a list in ``tackning/``. What counts is the true reach of the plan for ``[projekt] budget_sek``.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.config.region import load_region
from pipelines.core import files
from pipelines.core.cell_grid import scb_id
from pipelines.core.level import LEVELS, Level
from pipelines.core.paths import Paths
from pipelines.orders.evaluate import decisions, known_truth
from pipelines.orders.fraga import answer_value, asked_cells
from pipelines.steps import STEPS

RERUN = ("tackning", "evidence", "households", "coverage", "gaps")
ASKED = (Level("tillgang", 100), Level("passerad", 1000))
SOURCES = "fil,kommunkod,fullstandig,referensdatum,avtal,far_publiceras\n"
LIST = "rutid_scb,teknik,ned_mbit,status,andel\n"


class Trial:
    """A run on statistics alone, and runs with answers beside it."""

    def __init__(self, raw: Path, out: Path, work: Path) -> None:
        self.raw, self.out, self.work = raw, out, work
        config = next(iter(sorted(raw.parent.glob("*.toml"))), Path("config/vastra-gotaland.toml"))
        self.region = load_region(config)
        self.base = self.rerun("statistik", "")
        columns = ["adress_id", "rutid", "kommunkod", "omradestyp"]
        self.addresses = files.read_points(self.base.table("adresser_ruta"), columns)
        self.truth = known_truth.simulated(files.read_table(raw / known_truth.DEMO_TRUTH), self.addresses)

    def rerun(self, name: str, answers: str) -> Paths:
        """Run the steps from evidence on, with a list of answers and no other evidence."""
        folder = self.work / name
        paths = Paths(Path("config/vastra-gotaland.toml"), folder / "raw", folder / "out", folder / "maps")
        shutil.rmtree(folder, ignore_errors=True)
        paths.raw.mkdir(parents=True)
        for part in self.raw.iterdir():
            if part.name != "tackning":
                (paths.raw / part.name).symlink_to(part.resolve())
        if answers:
            (paths.raw / "tackning").mkdir()
            (paths.raw / "tackning/rutor_svar.csv").write_text(LIST + answers)
            rows = (f"rutor_svar.csv,{k},nej,,,nej\n" for k in self.region.kommunkoder)
            (paths.raw / "tackning/kallor.csv").write_text(SOURCES + "".join(rows))
        steps = paths.table("x").parent
        steps.mkdir(parents=True)
        written = {table for step in RERUN for table in STEPS[step].writes}
        for table in self.out.joinpath(".steg").glob("*.parquet"):
            if table.stem not in written:
                (steps / table.name).symlink_to(table.resolve())
        shutil.copytree(self.out / ".steg/liggare", steps / "liggare")
        for step in RERUN:
            importlib.import_module(STEPS[step].module).run(self.region, paths)
        return paths

    def choose(self, level: Level, count: int) -> np.ndarray:
        """Choose cells as ``make fraga`` does."""
        coverage = files.read_table(self.base.table("adresser_tackning"), [level.probability, level.basis])
        homes = files.read_table(self.base.table("adresser_hushall"), ["hushall"])["hushall"].to_numpy()
        ground = asked_cells.Ground(
            self.addresses["rutid"].to_numpy(),
            self.addresses[["e_m", "n_m"]].to_numpy(),
            homes,
            coverage[level.probability].to_numpy(),
            (coverage[level.basis] == "statistik").to_numpy(),
            (self.addresses["omradestyp"] == "tatbebyggt").to_numpy(),
        )
        asked = asked_cells.gather(ground, self.region)
        rows = files.read_shapes(self.base.table("projekt"))
        rows = rows[(rows["matt"] == level.measure) & (rows["troskel_mbit"] == level.mbit) & (rows["hushall_utan"] > 0)]
        rows = rows[np.isfinite(rows["kostnad_sek"])]
        money = self.region.projekt.budget_sek
        known = (rows[x].to_numpy(np.float64) for x in ("kostnad_sek", "hushall_utan"))
        price = answer_value.price(asked.cells, asked.rutid, count, *known, money)
        worth = answer_value.value(asked.cells, price)
        best = answer_value.best(worth, asked.rutid, count)
        print(f"{level.code}: väntad vinst {worth[best].sum():.0f} hushåll", flush=True)
        return asked.rutid[best]

    def answers(self, level: Level, cells: np.ndarray) -> str:
        """Return the true answers: the share of each cell's households that has the level, of addresses where none."""
        weight = self.truth.households + 1e-9
        had = 1 - self.truth.uncovered[:, LEVELS.index(level)]
        inside = self.addresses["rutid"].isin(cells).to_numpy()
        rows = pd.DataFrame({"r": self.addresses["rutid"], "w": weight, "h": weight * had})[inside].groupby("r").sum()
        share = (rows["h"] / rows["w"]).round(6)
        lines = zip(scb_id(rows.index.to_numpy()), share, strict=True)
        return "".join(f"{name},fiber,{level.mbit},{level.measure},{s:.6f}\n" for name, s in lines)

    def reach(self, paths: Paths, level: Level) -> float:
        """Return how many households without coverage the plan for the budget truly reaches."""
        rows = decisions.of_edition(self.region, paths, self.addresses["adress_id"], self.truth)
        money = self.region.projekt.budget_sek / 1e6
        mine = [
            r for r in rows if (r["matt"], r["troskel_mbit"], r["budget_mkr"]) == (level.measure, level.mbit, money)
        ]
        return float(str(mine[0]["hushall_ratt"])) if mine else 0.0


def main(raw: str, out: str, work: str, count: str = "1000", seeds: str = "1,2,3") -> None:
    """Print the reach without answers, with those chosen, and with some at random."""
    trial = Trial(Path(raw), Path(out), Path(work))
    inhabited = np.unique(trial.addresses["rutid"].to_numpy()[trial.truth.households > 0])
    for level in ASKED:
        before = trial.reach(trial.base, level)
        print(f"{level.code}: utan svar {before:.0f} hushåll", flush=True)
        picks = {"valda": trial.choose(level, int(count))}
        for seed in map(int, filter(None, seeds.split(","))):
            picks[f"slump {seed}"] = np.random.default_rng(seed).permutation(inhabited)[: int(count)]
        for name, cells in picks.items():
            paths = trial.rerun("svar", trial.answers(level, cells))
            after = trial.reach(paths, level)
            print(f"{level.code}: {name} {after:.0f} hushåll, vinst {after - before:.0f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
