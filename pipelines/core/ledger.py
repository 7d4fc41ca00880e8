"""The ledger: every row that was dropped, clamped, imputed, merged or left unmatched, counted by reason.

Each stage keeps one ledger and writes it beside its result; the report prints all of them. A number
that changes silently is the worst thing this program can do, so a stage that alters a row says so here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from pipelines.core.errors import DataError
from pipelines.core.facts import Facts, SourceFile, faults
from pipelines.core.files import write_text

Kind = Literal["allvarlig", "bortfall", "justerad", "antagen", "omatchad", "upplysning", "varning"]
"""``allvarlig``: a figure may be wrong because of it. Told first in the report and last on the console (⚠)."""


@dataclass(frozen=True)
class Entry:
    """One reason in one file: how many rows, what was done with them, a few examples."""

    kind: Kind
    source: str
    reason: str
    count: float
    action: str
    examples: tuple[str, ...] = ()


@dataclass
class Ledger:
    """Collects entries for one stage; ``facts`` holds figures the report quotes."""

    stage: str
    entries: list[Entry] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)

    def add(
        self, kind: Kind, source: str, reason: str, count: float, action: str, examples: Iterable[object] = ()
    ) -> None:
        """Note ``count`` rows; a count of 0 is not noted. At most ten examples are kept."""
        if count:
            shown = tuple(str(x) for _, x in zip(range(10), examples, strict=False))
            self.entries.append(Entry(kind, source, reason, count, action, shown))

    def save(self, path: Path) -> None:
        """Write the ledger as JSON.

        Raises
        ------
        ValueError
            When the step has not left the facts it lists, or has left others: a fault of the program's.
        """
        lacking, unknown = faults(self.stage, self.facts)
        if lacking or unknown:
            raise ValueError(f"facts of {self.stage}: {lacking} are lacking, {unknown} are not listed")
        body = {"steg": self.stage, "poster": [asdict(e) for e in self.entries], "fakta": self.facts}
        write_text(path, json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def files_used(path: Path) -> dict[str, str]:
    """Return role → the files a source's step read for it, for errors; empty where its ledger is not there."""
    out: dict[str, str] = {}
    for f in files_of(path):
        if f["anvand"]:
            out[f["roll"]] = f"{out[f['roll']]}, {f['fil']}" if f["roll"] in out else f["fil"]
    return out


def files_of(path: Path) -> list[SourceFile]:
    """Return what a source's step says of its files; none where its ledger is not there."""
    return load(path).facts["filer"] if path.is_file() else []


def load(path: Path) -> Ledger:
    """Read a ledger written by :meth:`Ledger.save`.

    Raises
    ------
    DataError
        When its facts are not those that the step lists: another version of the program has written it.
    """
    body = json.loads(path.read_text(encoding="utf-8"))
    lacking, unknown = faults(body["steg"], body["fakta"])
    if lacking or unknown:
        raise DataError(
            "En liggare har andra uppgifter än programmet väntar.",
            file=path,
            expected=", ".join(lacking) or "inga fler",
            found=", ".join(unknown) or "de saknas",
            action=f"En annan version av programmet skrev den. Ta bort {path.parent.parent} och kör make coverage.",
        )
    entries = [Entry(**{**e, "examples": tuple(e["examples"])}) for e in body["poster"]]
    return Ledger(body["steg"], entries, body["fakta"])
