"""What every product quotes of a run: its id, its dates, whether it is a demo, and the sources that were used."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from pipelines.core import ledger
from pipelines.core.publishers import CREDITED, GROUND, INTERNAL_ROLES

if TYPE_CHECKING:
    from pipelines.core.paths import Paths


class _Notes(TypedDict, total=False):
    """``anmarkningar``: what holds of the whole edition, for every product to say, by code; left out where nothing.

    The codes, and what is said, stand in ``publish/words/edition_facts.py``.
    """

    anmarkningar: list[str]


class RunFacts(_Notes):
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


def read_sources(paths: Paths) -> list[Source]:
    """Return the publishers whose files were used, from the ledgers of the source stages.

    One entry per publisher and licence, in the order of :data:`pipelines.core.publishers.CREDITED`.
    """
    return by_publisher(used_files(paths))


def used_files(paths: Paths, hidden: Set[str] = frozenset()) -> list[tuple[str, str, str, str]]:
    """Return publisher, licence, role and reference date of every file that was used, in the stages' order.

    Parameters
    ----------
    hidden : set of str
        Names of files of evidence to leave out.
    """
    found: list[tuple[str, str, str, str]] = []
    for stage in CREDITED:
        for f in ledger.files_of(paths.ledger(stage)):
            left_out = f["roll"] in INTERNAL_ROLES or (stage == "tackning" and file_name(f["fil"]) in hidden)
            if f["anvand"] and not left_out:
                found.append((f["utgivare"], f["licens"], f["roll"], f["referensdatum"] or ""))
    return found


def by_publisher(rows: list[tuple[str, str, str, str]]) -> list[Source]:
    """Return one source per publisher and licence of :func:`used_files`."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for publisher, licence, role, date in rows:
        found.setdefault((publisher, licence), []).append((role, date))
    return [
        Source(publisher, licence, tuple(sorted({r for r, _ in of if r})), max(d for _, d in of))
        for (publisher, licence), of in found.items()
    ]


def of_ground(sources: Iterable[Source]) -> list[Source]:
    """Return the sources that the ground under the maps is drawn from; all, where there is no file of its own.

    >>> of_ground([Source("SCB", "CC0", ("tatorter",), ""), Source("Trafikverket", "CC0", ("vagar",), "")])
    [Source(publisher='Trafikverket', licence='CC0', roles=('vagar',), date='')]
    """
    told = list(sources)
    return [s for s in told if not set(GROUND).isdisjoint(s.roles)] or told


def file_name(path: object) -> str:
    """Return a path's last part, in composed letters.

    >>> file_name("tackning/adresser.csv")
    'adresser.csv'
    """
    return unicodedata.normalize("NFC", str(path)).rpartition("/")[2]
