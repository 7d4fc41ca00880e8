"""How good is the model: ``make utvardera`` hides the evidence of some kommuner and scores what is modelled.

On the demo region the scores are against its simulated truth, and say so; where a region has complete
evidence for enough kommuner, against that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.orders import progress

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.orders.evaluate.trial import Trial

SEEDS = "1,2,3"


def run(region: Region, paths: Paths, seeds: str = "") -> None:
    """Run the trials, write ``OUT/utvardering/`` and judge.

    Parameters
    ----------
    region, paths
    seeds : str
        Whole numbers with commas between: one trial each, with other kommuner hidden. Default 1,2,3.

    Raises
    ------
    DataError
        When too few kommuner have a known truth, or when the model fails a criterion: the files are written
        then too.
    """
    from pipelines.orders.evaluate import evaluation_report, judge

    numbers = read_seeds(seeds or SEEDS)
    trials, plans, simulated = run_trials(region, paths, numbers)
    verdicts = judge.judge(trials) + judge.of_decisions(plans)
    folder = evaluation_report.write(region, paths, trials, plans, verdicts, simulated)
    failed = [v for v in verdicts if v.judged and not v.holds]
    if failed:
        raise DataError(
            f"Modellen klarar inte {len(failed)} av {sum(v.judged for v in verdicts)} krav.",
            file=folder / "utvardering.md",
            details=[v.told for v in failed],
            action="Läs rapporten. Använd inte modellerade tal under kommunnivå förrän orsaken är förstådd.",
        )


def run_trials(
    region: Region, paths: Paths, seeds: tuple[int, ...]
) -> tuple[list[Trial], list[dict[str, object]], bool]:
    """Return the trials, what the edition's plans give, and whether the truth is simulated.

    A trial per seed, one with statistics only and, where the truth is simulated, one of the edition as it is; without a
    simulated truth nothing is known of the plans.
    """
    from pipelines.coverage import address_coverage
    from pipelines.evidence import decided
    from pipelines.orders.evaluate import decisions, known_truth, trial
    from pipelines.people import households

    given = address_coverage.read(region, paths)
    evidence = decided.load(paths.table("evidens_beslut"))
    placed, _, _ = households.place(region, paths, Ledger("evaluate"))
    known = known_truth.read(paths, given.ground.addresses, given.ground.households, evidence)
    kommun = given.ground.addresses["kommunkod"]
    tried = [(f"frö {seed}", known_truth.hidden_kommuner(known, seed)) for seed in seeds]
    trials = [(name, hidden, kommun.isin(hidden).to_numpy()) for name, hidden in tried]
    nothing = np.ones(len(kommun), dtype=bool)
    trials.append((trial.STATISTICS_ONLY, known.kommuner, nothing))
    if known.simulated:
        trials.append((trial.SHIPPED, known.kommuner, ~nothing))
    said = [f"Försök: {name}" for name, _, _ in trials]
    out, plans = [], []
    for at in progress.parts([*said, *(["Utgåvans planer"] if known.simulated else [])]):
        if at == len(trials):
            plans = decisions.of_edition(region, paths, given.ground.addresses["adress_id"], known)
        else:
            name, hidden, forget = trials[at]
            out.append(trial.run(name, given, placed, evidence, known, hidden, forget))
    return out, plans, known.simulated


def read_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds a planner has written.

    >>> read_seeds("1, 2,3")
    (1, 2, 3)
    """
    try:
        seeds = tuple(int(x) for x in text.split(","))
    except ValueError:
        seeds = ()
    if not seeds or min(seeds) < 0 or len(set(seeds)) < len(seeds):
        raise DataError(
            "Fröna går inte att läsa.",
            column="FRON",
            found=text,
            expected="olika hela tal, 0 eller större, med kommatecken emellan",
            action="Skriv till exempel FRON=1,2,3.",
        )
    return seeds
