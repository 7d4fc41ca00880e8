"""What is archived: which edition of which run, and what the package is called."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.quoted import RunFacts, read_facts
from pipelines.disclosure.open_run import read_open_facts

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

KINDS = {"intern": "INTERN", "oppen": "OPPEN"}
RUN_FIRST = "Kör make coverage (med samma CONFIG, RAW, OUT och MAPS) och sedan make arkiv igen."


@dataclass(frozen=True)
class Order:
    """One package: its kind (``intern`` or ``oppen``), its region, the facts of its run, the version of the code."""

    kind: str
    region: Region
    facts: RunFacts
    code: str

    @property
    def internal(self) -> bool:
        """Whether it holds more than what is published."""
        return self.kind == "intern"

    @property
    def date(self) -> str:
        """Date of the package: the newest date of the inputs (the wall clock would give other bytes)."""
        return self.facts["senaste_indatadatum"]

    @property
    def name(self) -> str:
        """Name of the package: län, date, run, kind, and DEMO where it is one."""
        facts = self.facts
        words = ["bredband", facts["lanskod"], self.date, facts["korning_id"], KINDS[self.kind]]
        return "_".join([*words, "DEMO"] if facts["demo"] else words)

    @property
    def title(self) -> str:
        """Title of the package, marked when its figures are made up."""
        kind = "intern utgåva" if self.internal else "öppen utgåva"
        return f"{'DEMO – ' if self.facts['demo'] else ''}{self.region.publicering.titel}, {kind}"


def order(region: Region, paths: Paths, edition: str) -> Order:
    """Read what was ordered, and see that there is a finished run of this configuration.

    Raises
    ------
    DataError
        When ``edition`` is unknown, or no run of this configuration is finished.
    """
    kind = edition.strip().lower().replace("ö", "o") or "intern"
    if kind not in KINDS:
        raise DataError(
            "UTGAVA går inte att använda.",
            expected="intern eller oppen",
            found=edition,
            action="Till exempel make arkiv UTGAVA=oppen.",
        )
    made = paths.out / "manifest.json"
    if not paths.run_facts.exists() or not made.exists():
        raise DataError("Det finns ingen färdig utgåva att arkivera.", file=paths.out, action=RUN_FIRST)
    facts = read_facts(paths)
    manifest = json.loads(made.read_text(encoding="utf-8"))
    if manifest["korning_id"] != facts["korning_id"]:
        raise DataError(
            "Utgåvan är inte klar: en nyare körning är påbörjad.",
            file=made,
            expected=facts["korning_id"],
            found=manifest["korning_id"],
            action=RUN_FIRST,
        )
    if manifest["konfiguration"]["sha256"] != files.sha256(paths.config):
        raise DataError(
            "Konfigurationen har ändrats sedan utgåvan gjordes.",
            file=paths.config,
            expected=f"sha256 {manifest['konfiguration']['sha256']}",
            found=f"sha256 {files.sha256(paths.config)}",
            action=RUN_FIRST,
        )
    told = facts if kind == "intern" else read_open_facts(paths)
    return Order(kind, region, told, str(manifest.get("kodversion", "okänd kod")))
