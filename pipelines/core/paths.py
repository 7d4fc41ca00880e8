"""Where a run reads and writes: three folders, and the tables between the stages under ``OUT/.steg``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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
    """

    config: Path
    raw: Path
    out: Path
    maps: Path
    earlier: Path | None = None

    @property
    def step(self) -> Path:
        """Folder of the tables between stages."""
        return self.out / ".steg"

    def table(self, name: str) -> Path:
        """Parquet file of one table between stages."""
        return self.step / f"{name}.parquet"

    def ledger(self, stage: str) -> Path:
        """Ledger of one stage."""
        return self.step / "liggare" / f"{stage}.json"

    def built(self, product: str) -> Path:
        """A product, built and waiting to be put in place; ``product`` is ``out/…`` or ``maps/…``."""
        return self.step / "produkter" / product

    def inventory(self, group: str) -> Path:
        """Inventory of one publisher's folder: files, checksums, demo mark."""
        return self.step / "indata" / f"{group}.json"

    @property
    def run_facts(self) -> Path:
        """Facts of the run every product quotes: run id, demo or not, dates."""
        return self.step / "korning.json"

    @property
    def warnings(self) -> Path:
        """What the console says last: why a figure of this edition may be wrong."""
        return self.step / "varningar.txt"
