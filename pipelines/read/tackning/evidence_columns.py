"""What rows of evidence have in common, from text to checked columns: technique, speeds, status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import STATUSES, TECHNIQUES, Region
from pipelines.core.errors import printable
from pipelines.core.ledger import Ledger
from pipelines.formats.headers import words
from pipelines.read.tackning import speeds
from pipelines.read.tackning.evidence_source import MAX_STRAYS, Mask, Source, coded, lost

_TECHNIQUE_WORDS = {
    "fiber": ("fiber", "fibre", "ftth", "fttb", "fttp", "fiber lan", "fiberlan", "fiber eller fiber lan", "gpon"),
    "kabel-tv": ("kabel tv", "kabeltv", "kabel", "coax", "koax", "docsis", "hfc", "cable"),
    "vdsl": ("vdsl", "vdsl2"),
    "xdsl": ("xdsl", "adsl", "adsl2", "dsl", "koppar"),
    "fast_radio": ("fast radio", "fastradio", "fwa", "wimax", "radiolank"),
    "lte": ("lte", "4g", "lte 4g", "4g lte"),
    "nr": ("nr", "5g", "nr 5g", "5g nr"),
}
_STATUS_WORDS = {
    "tillgang": ("tillgang", "tillganglig", "ansluten", "anslutna", "connected", "homes connected", "befintlig"),
    "passerad": ("passerad", "passerade", "homes passed", "passed", "narhet", "i narhet", "absolut narhet", "hp"),
    "planerad": ("planerad", "planerade", "planerat", "planned", "plan", "utbyggnad planerad"),
}
TECHNIQUE_OF = {w: t for t, texts in _TECHNIQUE_WORDS.items() for w in texts}
STATUS_OF = {w: s for s, texts in _STATUS_WORDS.items() for w in texts}
NAMES: dict[str, tuple[str, ...]] = {
    "teknik": ("teknik", "accessteknik", "technology", "bredbandsteknik"),
    **speeds.NAMES,
    "status": ("status", "tillgangsstatus"),
}
REQUIRED = ("teknik", "ned_mbit", "status")
OPTIONAL = tuple(name for name in NAMES if name not in REQUIRED)


def common_columns(source: Source, region: Region, ledger: Ledger) -> tuple[dict[str, Any], Mask]:
    """Return fil, rad, teknik, ned_mbit, ned_antagen, upp_mbit, status; and which rows can be kept.

    Rows without technique or status say nothing and are dropped, counted. A blank ``ned_mbit`` takes the
    technique's configured default.

    Raises
    ------
    DataError
        An unknown technique or status, a speed that is no number, negative or absurd.
    """
    technique = _category(source, "teknik", TECHNIQUE_OF, TECHNIQUES)
    status = _category(source, "status", STATUS_OF, STATUSES)
    keep = (technique >= 0) & (status >= 0)
    lost(source, ~keep, "rader utan teknik eller status", ledger)
    down, unit = speeds.read_speed(source, "ned_mbit", technique, keep, region, ledger)
    up, _ = speeds.read_speed(source, "upp_mbit", technique, keep, region, ledger, like=unit)
    _note_zeros(source, keep & (down == 0) & (status != STATUSES.index("planerad")), ledger)
    blank, assumed = source.codes("ned_mbit") < 0, np.isnan(down)
    configured = {str(t): mbit for t, mbit in region.evidens.standardhastighet_mbit.items()}
    defaults = np.array([configured.get(t, np.nan) for t in TECHNIQUES])
    down = np.where(assumed, defaults[technique], down)
    _require_defaults(source, np.isnan(down) & keep, technique)
    for position, name in enumerate(TECHNIQUES):
        here = assumed & keep & (technique == position)
        for where, why in ((here & blank, "tomt"), (here & ~blank, "utan användbart tal")):
            ledger.add(
                "antagen",
                source.label,
                f"ned_mbit {why} för {name}",
                int(where.sum()),
                f"{defaults[position]:g} Mbit/s antogs (konfigurationen)",
            )
    columns = {
        "fil": coded(np.zeros(len(keep), dtype=np.int32), (source.name,)),
        "rad": source.rows,
        "teknik": coded(technique, TECHNIQUES),
        "ned_mbit": down,
        "ned_antagen": assumed,
        "upp_mbit": up,
        "status": coded(status, STATUSES),
    }
    return columns, keep


def _category(source: Source, column: str, known: Mapping[str, str], order: tuple[str, ...]) -> NDArray[np.int64]:
    texts = source.texts(column)
    meaning = [known.get(words(t)) for t in texts]
    blank = [not t.strip() for t in texts]
    codes = source.codes(column)
    unknown = [i for i, m in enumerate(meaning) if m is None and not blank[i]]
    if unknown:
        shown = ", ".join(f"«{printable(texts[i], 40)}»" for i in unknown[:5])
        raise source.error(
            f"Okänt värde i kolumnen {column}: {shown}.",
            np.isin(codes, unknown),
            column,
            ", ".join(order),
            "Skriv om värdet till något av de väntade.",
        )
    position = [order.index(m) if m else -1 for m in meaning]
    found: NDArray[np.int64] = np.array([*position, -1], dtype=np.int64)[codes]
    return found


def _require_defaults(source: Source, where: Mask, technique: NDArray[np.int64]) -> None:
    if where.any():
        name = TECHNIQUES[technique[int(np.argmax(where))]]
        raise source.error(
            f"Hastigheten är tom och konfigurationen har inget förval för {name}.",
            where,
            "ned_mbit",
            "Mbit/s",
            "Lägg till tekniken i evidens.standardhastighet_mbit.",
        )


def _note_zeros(source: Source, where: Mask, ledger: Ledger) -> None:
    """Count rows that say coverage at no speed at all: they cover nothing."""
    count = int(where.sum())
    ledger.add(
        "allvarlig" if count > MAX_STRAYS * len(where) else "varning",
        source.label,
        "rader med täckning men hastigheten 0",
        count,
        "täcker ingenting; lämna cellen tom om hastigheten är okänd",
        (f"rad {r}" for r in source.rows[where][:10]),
    )
