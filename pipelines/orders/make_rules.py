"""``steps.mk``: the rules of make for the steps, made from ``steps.py``, and the publishers' folders and groups.

The Makefile has what the rules are made of.

A step's one target is its ledger, the last of its tables, or the stamp of its products; it depends on the sum of its
own code, on the lists it goes by and on the targets of the steps whose work it reads.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

from pipelines.core.publishers import FOLDERS
from pipelines.steps import JOB, PUBLISHERS, STEPS, Step, behind, needs_directly

FILE = Path("steps.mk")
BY_HAND = ("inventory", "install")
"""Steps whose rules stand in the Makefile: they begin and end the job, for files make lists or finds."""
_TARGETS = {"laws": "$(STEG)/lagar.klar"}
_DONE = {"laws": "$(STEG)/korning.json"}
"""What others wait for, where it is another file than the target: rewritten only when the run is another one."""


def page() -> str:
    """Return ``steps.mk``."""
    rules = [rule(step) for step in JOB if step.name not in BY_HAND]
    head = "# Skrivs av «make docs» ur pipelines/steps.py; ändra där.\n"
    given = f"FOLDERS := {' '.join(FOLDERS)}\nGROUPS := {' '.join(PUBLISHERS)}\nSTEPS := {len(JOB)}\n"
    code = f"CODE := {_lines(f'$(STEG)/kod/{s.name}.txt' for s in JOB)}\n"
    return "\n".join([head, given, code, ready(), judged(), *rules])


def ready() -> str:
    """Return the variable with all that must be there before an edition is put in place."""
    return f"READY := {_lines(target(s) for s in JOB if s.makes)}\n"


def judged() -> str:
    """Return the variable with what ``make utvardera`` must have first: it works on a run's tables, finished or not."""
    return f"JUDGED := {_lines(done(STEPS[name]) for name in needs_directly(STEPS['evaluate']))}\n"


def rule(step: Step) -> str:
    """Return the rule of a step."""
    options = "".join(f" --{o.name} $(JOBS)" for o in step.options if o.name == "jobs")
    lines = [
        f"{target(step)}: {_lines([*prerequisites(step), *waits(step)])}",
        f"\t$(STEP) {JOB.index(step) + 1} '{step.says}'",
        f"\t@$(WARM) {step.name} $(ARGS){options}",
        *(["\t$(STAMP)"] if step.name in _TARGETS else []),
    ]
    return "\n".join(lines) + "\n"


def prerequisites(step: Step) -> list[str]:
    """Return what a step's target depends on.

    What has most behind it comes first: make begins what it finds first, and the longest chain decides how long a run
    takes.
    """
    ahead = sorted(needs_directly(step), key=lambda name: -len(behind(STEPS[name])))
    before = [done(STEPS[name]) for name in ahead if name != "inventory"]
    listed = [f"$(STEG)/indata/{group}.json" for group in step.inputs] if step.reads_files else []
    listed += [f"$(STEG)/{name}.txt" for name in ("konfiguration", "val")] if step.reads_files else []
    return [f"$(STEG)/kod/{step.name}.txt", *listed, *(f"$(STEG)/{name}.txt" for name in step.lists), *before]


def waits(step: Step) -> list[str]:
    """Return what a step's target waits for without depending on it, in make's own words."""
    return ["|", *(done(STEPS[name]) for name in step.lets_by)] if step.lets_by else []


def target(step: Step) -> str:
    """Return the file that stands for a step's work."""
    if step.name in _TARGETS:
        return _TARGETS[step.name]
    if step.makes:
        return f"$(BUILT)/.{step.name}.klar"
    return f"$(DONE)/{step.name}.json" if step.ledger else f"$(STEG)/{step.writes[-1]}.parquet"


def done(step: Step) -> str:
    """Return the file that others wait for."""
    return _DONE.get(step.name, target(step))


def _lines(words: Iterable[str]) -> str:
    """Return words on one line, or several where that is too long."""
    return " \\\n  ".join(textwrap.wrap(" ".join(words), 110, break_long_words=False, break_on_hyphens=False))
