"""What the open edition tells of its run and its sources: nothing that unpublishable evidence decides."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pipelines.core import quoted
from pipelines.core.publishers import BY_AGREEMENT
from pipelines.core.quoted import file_name

if TYPE_CHECKING:
    from pipelines.core.paths import Paths
    from pipelines.core.quoted import RunFacts, Source

OPEN_CELLS = ("oppen_rutnat_250m", "oppen_bristomraden", "oppen_projekt")
"""What is published below kommun level, as tables between the steps."""
OPEN_RUN = "oppen_korning.json"
"""Beside them: what :func:`open_run` says, written with the tables."""


def read_open_facts(paths: Paths) -> RunFacts:
    """Return the facts of the run as the open edition tells them.

    The run's own id is a hash of every input, also of those that may not be published: who has guessed what such a
    file holds could see it there. The open edition's id is a hash of what it tells of cells, gap areas and
    projects, and so tells nothing more; its dates are those of inputs that may be named.
    """
    told = paths.step / OPEN_RUN
    own: Any = json.loads(told.read_text(encoding="utf-8")) if told.exists() else open_run(paths)
    facts: RunFacts = {**quoted.read_facts(paths), **own}
    return facts


def open_run(paths: Paths) -> dict[str, str]:
    """Return what the open edition tells otherwise than the run: its id, and the newest date of its inputs."""
    facts = quoted.read_facts(paths)
    digest = hashlib.sha256("\0".join((facts["lanskod"], facts["pts_datum"], facts["version"])).encode())
    for path in map(paths.table, OPEN_CELLS):
        digest.update(path.read_bytes() if path.exists() else b"")
    newest = facts["senaste_indatadatum"]
    if hidden := hidden_files(paths):
        newest = max([facts["pts_datum"], *(date for *_, date in quoted.used_files(paths, hidden) if date)])
    return {"korning_id": digest.hexdigest()[:12], "senaste_indatadatum": newest}


def read_open_sources(paths: Paths) -> list[Source]:
    """Return the sources as the open edition may tell them.

    Those by agreement are one, unnamed; files that may not be published below kommun level are not told of at all.
    """
    rows = quoted.used_files(paths, hidden_files(paths))
    return quoted.by_publisher([(p, "", "", d) if p == BY_AGREEMENT else (p, i, r, d) for p, i, r, d in rows])


def hidden_files(paths: Paths) -> set[str]:
    """Return the names of the files of evidence that somewhere may not be published below kommun level."""
    import pyarrow.parquet as pq

    listed = paths.table("kallor")
    if not listed.exists():
        return set()
    with pq.ParquetFile(listed) as file:  # spares small steps pandas, which read_table imports
        sources = file.read(["fil", "far_publiceras"]).to_pylist()
    return {file_name(x["fil"]) for x in sources if not x["far_publiceras"]}
