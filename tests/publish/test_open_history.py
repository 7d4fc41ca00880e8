"""The open history: no finer than the kommun table tells PTS's share; earlier years with one decimal."""

from __future__ import annotations

import pandas as pd

from pipelines.contracts_history import FRAMSKRIVNING_OPPEN, HISTORIK, HISTORIK_OPPEN
from pipelines.publish.open_tables import checked
from pipelines.publish.open_tables.history import open_history
from pipelines.region import MEASURES, THRESHOLDS


def rows() -> pd.DataFrame:
    base = {
        "kommunnamn": "x",
        "bas": "hushall",
        "kalla": "PTS",
        "brott": "",
        "omradestyp": "totalt",
        "teknik": "",
    }
    cases = [
        ("kommun", "1480", 2024, "pts_hastighet_tillgang_100", "tillgang", 100, "totalt", 91.2345),
        ("kommun", "1480", 2025, "pts_hastighet_tillgang_100", "tillgang", 100, "totalt", 92.3456),
        ("kommun", "1490", 2025, "pts_hastighet_tillgang_100", "tillgang", 100, "totalt", 93.4567),
        ("kommun", "1499", 2025, "pts_hastighet_tillgang_100", "tillgang", 100, "totalt", 94.5678),
        ("kommun", "1480", 2025, "pts_hastighet_tillgang_100", "tillgang", 100, "glesbebyggt", 71.2345),
        ("kommun", "1480", 2025, "pts_teknik_fiber", "tillgang", None, "totalt", 81.2345),
        ("kommun", "1490", 2025, "pts_teknik_fiber", "tillgang", None, "totalt", 82.3456),
        ("lan", "14", 2025, "pts_hastighet_tillgang_100", "tillgang", 100, "totalt", 95.6789),
    ]
    frame = pd.DataFrame(
        [
            {**base, "niva": n, "kommunkod": k, "ar": y, "serie": s, "matt": m, "troskel_mbit": t, "omradestyp": o,
             "teknik": "" if t else "fiber", "andel_pct": a}
            for n, k, y, s, m, t, o, a in cases
        ]
    ).astype({"troskel_mbit": "Int64"})[HISTORIK.names]  # fmt: skip
    return frame.astype({c.name: "str" for c in HISTORIK.columns if c.kind == "text"})


def test_the_editions_own_year_is_told_as_the_kommun_table_tells_it():
    decimals = pd.DataFrame(
        {
            f"pts_andel_{'passerade_' if m == 'passerad' else ''}{t}_pct": 1
            for m in MEASURES
            for t in THRESHOLDS
        },
        index=["1480", "1490", "1499"],
    )
    decimals["pts_andel_100_pct"] = [1, 0, -1]
    out = checked(open_history(rows(), decimals, 2025), HISTORIK_OPPEN)
    told = {(r.kommunkod, r.ar, r.serie, r.omradestyp): r.andel_pct for r in out.itertuples()}
    speed, fiber = "pts_hastighet_tillgang_100", "pts_teknik_fiber"
    assert told == {
        ("1480", 2024, speed, "totalt"): 91.2,  # ett tidigare år
        ("1480", 2025, speed, "totalt"): 92.3,  # kommuntabellen har en decimal
        ("1490", 2025, speed, "totalt"): 93.0,  # kommuntabellen har hela procent
        ("1480", 2025, fiber, "totalt"): 81.2,  # en teknik: som den grövsta av kommunens andelar
        ("1490", 2025, fiber, "totalt"): 82.0,
        ("14", 2025, speed, "totalt"): 95.7,
    }, "1499 visas inte, inte heller glesbebyggt i en kommun utgåvans eget år"


def test_the_open_projection_tells_years_and_words_but_no_share():
    assert not {"senaste_pct", "takt_pe"} & set(FRAMSKRIVNING_OPPEN.names)
    assert all(c.klass == "oppen" for t in (HISTORIK_OPPEN, FRAMSKRIVNING_OPPEN) for c in t.columns)
