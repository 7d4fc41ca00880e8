"""Where a run reads and writes: three folders, and the tables between the stages under ``OUT/.steg``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Uses:
    """What a step says that it touches of what lies between the steps."""

    step: str
    tables: frozenset[str]
    ledgers: frozenset[str]
    inventories: frozenset[str]

    def require(self, name: str, kind: str, names: frozenset[str]) -> None:
        """Check that the step has named a table, a ledger or an inventory.

        Raises
        ------
        LookupError
            When it has not: a fault in the program.
        """
        if name not in names:
            raise LookupError(f"step {self.step} touches the {kind} {name}, which pipelines/steps.py does not name")


@dataclass(frozen=True)
class Paths:
    """The folders of one run. Nothing is read or written outside them (and the configuration).

    Attributes
    ----------
    config : Path
        The region's TOML file.
    raw : Path
        The publishers' files; the demo region's own folder when the run is a demo.
    out : Path
        The internal edition.
    maps : Path
        The published edition.
    earlier : Path, optional
        ``OUT`` of an earlier edition, from which gap areas inherit their ids.
    uses : Uses, optional
        The tables, ledgers and inventories that may be touched; all of them where nothing is said.
    """

    config: Path
    raw: Path
    out: Path
    maps: Path
    earlier: Path | None = None
    uses: Uses | None = field(default=None, compare=False, repr=False)

    @property
    def step(self) -> Path:
        """Folder of the tables between stages."""
        return self.out / ".steg"

    def table(self, name: str) -> Path:
        """Parquet file of one table between stages."""
        if self.uses is not None:
            self.uses.require(name, "table", self.uses.tables)
        return self.step / f"{name}.parquet"

    def ledger(self, stage: str) -> Path:
        """Ledger of one stage."""
        if self.uses is not None:
            self.uses.require(stage, "ledger", self.uses.ledgers)
        return self.step / "liggare" / f"{stage}.json"

    def built(self, product: str) -> Path:
        """A product, built and waiting to be put in place; ``product`` is ``out/…`` or ``maps/…``."""
        return self.step / "produkter" / product

    def inventory(self, group: str) -> Path:
        """Inventory of one publisher's folder: files, checksums, demo mark."""
        if self.uses is not None:
            self.uses.require(group, "inventory", self.uses.inventories)
        return self.step / "indata" / f"{group}.json"

    @property
    def run_facts(self) -> Path:
        """Facts of the run every product quotes: run id, demo or not, dates."""
        return self.step / "korning.json"

    @property
    def warnings(self) -> Path:
        """What the console says last: why a figure of this edition may be wrong."""
        return self.step / "varningar.txt"
