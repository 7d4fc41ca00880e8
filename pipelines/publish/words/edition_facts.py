"""What every product quotes about the run: its id, its dates, whether it is a demo, its sources."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from typing import Any, TypedDict

from pipelines.core import ledger
from pipelines.core.paths import Paths

SOURCE_STAGES = ("pts", "scb", "lantmateriet", "granser", "tackning")
"""The stages whose ledgers list the publishers' files, in the order they are credited."""
BY_AGREEMENT = "enligt avtal"
"""Publisher of the files under ``tackning/`` in the ledgers: their licence field names the agreement."""
DEMO_TEXT = "DEMO – påhittade uppgifter, ingenting här är verkligt."


class RunFacts(TypedDict):
    """Facts of one run, as ``laws/run_facts.py`` writes them."""

    korning_id: str
    demo: bool
    lan: str
    lanskod: str
    pts_ar: int
    pts_datum: str
    scb_ar: int
    senaste_indatadatum: str
    version: str


@dataclass(frozen=True)
class Source:
    """A publisher under one licence: what of it was used, and the newest reference date."""

    publisher: str
    licence: str
    roles: tuple[str, ...]
    date: str


def read_facts(paths: Paths) -> RunFacts:
    """Read the facts of the run."""
    facts: RunFacts = json.loads(paths.run_facts.read_text(encoding="utf-8"))
    return facts


OPEN_CELLS = ("oppen_rutnat_250m", "oppen_bristomraden")
"""What is published below kommun level, as tables between the steps."""
OPEN_RUN = "oppen_korning.json"
"""Beside them: what :func:`open_run` says, written with the tables."""


def read_open_facts(paths: Paths) -> RunFacts:
    """Return the facts of the run as the open edition tells them.

    The run's own id is a hash of every input, also of those that may not be published: who has guessed what such a
    file holds could see it there. The open edition's id is a hash of what it tells of cells and gap areas, and so
    tells nothing more; its dates are those of inputs that may be named.
    """
    told = paths.step / OPEN_RUN
    own: Any = json.loads(told.read_text(encoding="utf-8")) if told.exists() else open_run(paths)
    facts: RunFacts = {**read_facts(paths), **own}
    return facts


def open_run(paths: Paths) -> dict[str, str]:
    """Return what the open edition tells otherwise than the run: its id, and the newest date of its inputs."""
    facts = read_facts(paths)
    digest = hashlib.sha256("\0".join((facts["lanskod"], facts["pts_datum"], facts["version"])).encode())
    for path in map(paths.table, OPEN_CELLS):
        digest.update(path.read_bytes() if path.exists() else b"")
    newest = facts["senaste_indatadatum"]
    if hidden_files(paths):
        newest = max([facts["pts_datum"], *(date for *_, date in _used(paths, open_only=True) if date)])
    return {"korning_id": digest.hexdigest()[:12], "senaste_indatadatum": newest}


def demo_prefix(facts: RunFacts) -> str:
    """Return what a title begins with: ``DEMO – `` or nothing."""
    return "DEMO – " if facts["demo"] else ""


def midnight(facts: RunFacts) -> str:
    """Return the newest date of the inputs as a time in UTC, the one time stamp of all products."""
    return f"{facts['senaste_indatadatum']}T00:00:00.000Z"


def epoch(facts: RunFacts) -> int:
    """Return the newest date of the inputs as seconds since 1970, as ``SOURCE_DATE_EPOCH`` wants it."""
    from datetime import UTC, datetime

    return int(datetime.fromisoformat(facts["senaste_indatadatum"]).replace(tzinfo=UTC).timestamp())


def read_sources(paths: Paths) -> list[Source]:
    """Return the publishers whose files were used, from the ledgers of the source stages.

    One entry per publisher and licence, in the order of :data:`SOURCE_STAGES`.
    """
    return _by_publisher(_used(paths))


def read_open_sources(paths: Paths) -> list[Source]:
    """Return the sources as the open edition may tell them.

    Those by agreement are one, unnamed; files that may not be published below kommun level are not told of at all.
    """
    rows = _used(paths, open_only=True)
    return _by_publisher([(p, "", "", d) if p == BY_AGREEMENT else (p, i, r, d) for p, i, r, d in rows])


def hidden_files(paths: Paths) -> set[str]:
    """Return the names of the files of evidence that somewhere may not be published below kommun level."""
    from pipelines.core import files

    listed = paths.table("kallor")
    if not listed.exists():
        return set()
    sources = files.read_table(listed, ["fil", "far_publiceras"])
    return {file_name(x) for x in sources.loc[~sources["far_publiceras"].to_numpy(bool), "fil"]}


def file_name(path: object) -> str:
    """Return a path's last part, in composed letters.

    >>> file_name("tackning/adresser.csv")
    'adresser.csv'
    """
    return unicodedata.normalize("NFC", str(path)).rpartition("/")[2]


def _used(paths: Paths, *, open_only: bool = False) -> list[tuple[str, str, str, str]]:
    """Return publisher, licence, role and reference date of every file that was used, in the stages' order."""
    found: list[tuple[str, str, str, str]] = []
    hidden = hidden_files(paths) if open_only else set()
    for stage in SOURCE_STAGES:
        for f in ledger.files_of(paths.ledger(stage)):
            if f["anvand"] and not (stage == "tackning" and file_name(f["fil"]) in hidden):
                found.append((f["utgivare"], f["licens"], f["roll"], f["referensdatum"] or ""))
    return found


def _by_publisher(rows: list[tuple[str, str, str, str]]) -> list[Source]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for publisher, licence, role, date in rows:
        found.setdefault((publisher, licence), []).append((role, date))
    return [
        Source(publisher, licence, tuple(sorted({r for r, _ in told if r})), max(d for _, d in told))
        for (publisher, licence), told in found.items()
    ]


def credit(source: Source) -> str:
    """Return how a publisher is credited: name, licence, newest reference date.

    >>> credit(Source("Lantmäteriet", "CC BY 4.0", (), "2025-11-15"))
    '© Lantmäteriet (CC BY 4.0), 2025-11-15'
    >>> credit(Source("PTS", "", (), ""))
    'PTS'
    """
    mark = "© " if source.licence.upper().startswith("CC BY") else ""
    licence = f" ({source.licence})" if source.licence else ""
    return f"{mark}{source.publisher}{licence}" + (f", {source.date}" if source.date else "")


def credit_lines(sources: list[Source]) -> list[str]:
    """Return how a published product credits its sources: agreements in one line, never by name.

    >>> credit_lines([Source("SCB", "CC0", (), ""), Source("enligt avtal", "Hemligt AB 2025:7", (), "2025-06-30")])
    ['SCB (CC0)', 'Täckningsuppgifter lämnade enligt avtal, de nyaste från 2025-06-30']
    """
    lines = [credit(s) for s in sources if s.publisher and s.publisher != BY_AGREEMENT]
    dates = [s.date for s in sources if s.publisher == BY_AGREEMENT]
    if dates:
        newest = f", de nyaste från {max(dates)}" if any(dates) else ""
        lines.append(f"Täckningsuppgifter lämnade enligt avtal{newest}")
    return lines
