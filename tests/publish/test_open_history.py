"""The open history: no finer than the kommun table tells PTS's share; earlier years with one decimal."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.config.region import load_region
from pipelines.core.level import LEVELS, MEASURES
from pipelines.disclosure.checked import checked
from pipelines.disclosure.open_history import open_history, open_projection
from pipelines.tables.history_tables import FRAMSKRIVNING_OPPEN, HISTORIK, HISTORIK_OPPEN
from tests.publish.synthetic_tables import CONFIG

THRESHOLDS = LEVELS.mbit


def rows() -> pd.DataFrame:
    base = {"kommunnamn": "x", "bas": "hushall", "kalla": "PTS", "brott": "", "omradestyp": "totalt", "teknik": ""}
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
            {
                **base,
                "niva": n,
                "kommunkod": k,
                "ar": y,
                "serie": s,
                "matt": m,
                "troskel_mbit": t,
                "omradestyp": o,
                "teknik": "" if t else "fiber",
                "andel_pct": a,
            }
            for n, k, y, s, m, t, o, a in cases
        ]
    ).astype({"troskel_mbit": "Int64"})[HISTORIK.names]
    return frame.astype({c.name: "str" for c in HISTORIK.columns if c.kind == "text"})


def test_the_editions_own_year_is_told_as_the_kommun_table_tells_it():
    decimals = pd.DataFrame(
        {f"pts_andel_{'passerade_' if m == 'passerad' else ''}{t}_pct": 1 for m in MEASURES for t in THRESHOLDS},
        index=["1480", "1490", "1499", "14"],
    )
    decimals["pts_andel_100_pct"] = [1, 0, -1, 1]
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


def speeds(latest: float) -> pd.DataFrame:
    """Return five years of kommun 1480 at 30 Mbit/s passed, the last of them given."""
    shares = [(2021, 97.0), (2022, 98.0), (2023, 98.7), (2024, 99.2), (2025, latest)]
    frame = pd.DataFrame(
        [
            {
                "niva": n,
                "kommunkod": k,
                "kommunnamn": "x",
                "ar": y,
                "serie": "pts_hastighet_passerad_30",
                "teknik": "",
                "matt": "passerad",
                "troskel_mbit": 30,
                "omradestyp": "totalt",
                "bas": "hushall",
                "andel_pct": a,
                "kalla": "PTS",
                "brott": "",
            }
            for n, k in (("kommun", "1480"), ("lan", "14"))
            for y, a in shares
        ]
    ).astype({"troskel_mbit": "Int64"})[HISTORIK.names]
    return frame.astype({c.name: "str" for c in HISTORIK.columns if c.kind == "text"})


def told_finely(n: int) -> pd.DataFrame:
    names = [f"pts_andel_{'passerade_' if m == 'passerad' else ''}{t}_pct" for m in MEASURES for t in THRESHOLDS]
    return pd.DataFrame(n, columns=names, index=["1480", "14"])


@pytest.mark.parametrize(
    ("decimals", "alike"), [(0, [99.5, 99.7, 99.94, 99.96]), (-1, [99.5, 100.0]), (1, [99.86, 99.94])]
)
def test_no_year_of_the_projection_tells_shares_apart_that_are_told_alike(decimals, alike):
    """Of the exact share the year a goal is reached would say more than «100» does, or than nothing does."""
    region = load_region(CONFIG)
    out = [open_projection(speeds(x), told_finely(decimals), 2025, region) for x in alike]
    for other in out[1:]:
        pd.testing.assert_frame_equal(out[0], other)
    of = out[0][(out[0]["kommunkod"] == "1480") & (out[0]["mal"].str.contains("30 Mbit/s"))].iloc[0]
    assert of["senaste_ar"] == (2025 if decimals == 1 else 2024)
    assert of["utfall"] != "natt"


def test_a_lan_of_one_kommun_tells_no_more_than_the_kommun():
    both = speeds(99.64)
    both = pd.concat([both, both[both["ar"] == 2025].assign(omradestyp="glesbebyggt")], ignore_index=True)
    out = open_history(both, told_finely(0), 2025)
    own = out[out["ar"] == 2025]
    assert own["andel_pct"].tolist() == [100.0, 100.0]
    assert set(own["omradestyp"]) == {"totalt"}
    two = told_finely(1)
    more = pd.concat([two, two.loc[["1480"]].rename(index={"1480": "1401"})])  # of two, a class of the län is told
    assert len(open_history(both, more, 2025).query("ar == 2025 and niva == 'lan'")) == 2


def test_all_columns_are_open():
    assert all(c.klass == "oppen" for t in (HISTORIK_OPPEN, FRAMSKRIVNING_OPPEN) for c in t.columns)
