"""PxWebApi and Kolada: limits kept, sums right, faults told, nothing fetched twice."""

from __future__ import annotations

import csv
import json

import fetch_servers as servers
import pytest

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.fetch import fetch_all, receipt
from pipelines.read.kolada import kolada_answers
from pipelines.read.scb import scb_totals
from pipelines.tables import contracts
from pipelines.tables.source_tables import SCB_KOMMUN

KOMMUNER = ["9901", "9902", "9903"]


def rows(path):
    with path.open(encoding="utf-8") as f:
        return list(csv.DictReader(f))


def test_population_is_summed_over_sex_and_households_are_the_total(httpserver, region, paths):
    px = servers.PxWeb(httpserver, KOMMUNER)
    fetch_all.run(region, paths, "scb-tabeller")
    people = rows(paths.raw / "scb/folkmangd_kommun_99.csv")
    assert list(people[0]) == ["kommunkod", "kommunnamn", "ar", "folkmangd"]  # the demo's lists have the same form
    assert [(r["kommunkod"], r["ar"]) for r in people] == [(k, y) for k in KOMMUNER for y in ("2023", "2024")]
    # männen plus kvinnorna: 1000·kommun + 10·år + 1 och + 2
    assert [int(r["folkmangd"]) for r in people] == [2 * (1000 * k + 10 * y) + 3 for k in (1, 2, 3) for y in (3, 4)]
    homes = rows(paths.raw / "scb/hushall_kommun_99.csv")
    assert [int(r["hushall"]) for r in homes] == [1000 * k + 10 * y for k in (1, 2, 3) for y in (3, 4)]
    asked = [json.loads(r.get_data())["selection"] for r in px.data.requests]
    assert {s["variableCode"]: s["valueCodes"] for s in asked[0]}["Alder"] == ["totalt"]
    note = receipt.read_receipt(paths.raw / "scb/hushall_kommun_99.csv")
    assert (note.licens, note.referensdatum) == ("CC0", "2024-12-31")
    before = len(px.data)
    fetch_all.run(region, paths, "scb-tabeller")
    assert len(px.data) == before, "en oförändrad tabell hämtas inte om"


def test_dwellings_of_each_type_of_house_are_summed_over_who_owns_them(httpserver, region, paths):
    """Two tenures: 2 x (1000 kommun + 10 year + 100 type) + 1 + 2; and what is fetched can be read."""
    servers.PxWeb(httpserver, KOMMUNER)
    tables = region.hamta.scb_tabeller.model_copy(update={"folkmangd": "", "hushall": "", "bostader": "TAB824"})
    lan = region.model_copy(update={"hamta": region.hamta.model_copy(update={"scb_tabeller": tables})})
    fetch_all.run(lan, paths, "scb-tabeller")
    homes = rows(paths.raw / "scb/bostader_hustyp_99.csv")
    assert list(homes[0]) == ["kommunkod", "kommunnamn", "hustyp", "ar", "bostader"]
    expected = {
        (k, h, y): 2 * (1000 * i + 10 * (int(y) - 2020) + 100 * j) + 3
        for i, k in enumerate(KOMMUNER, 1)
        for j, h in enumerate(("FLERBOST", "SMÅHUS", "SPEC", "ÖVRHUS"))
        for y in ("2023", "2024")
    }
    assert {(r["kommunkod"], r["hustyp"], r["ar"]): int(r["bostader"]) for r in homes} == expected
    assert receipt.read_receipt(paths.raw / "scb/bostader_hustyp_99.csv").referensdatum == "2024-12-31"
    facts: list = []
    scb_totals.run_dwellings(lan, paths, Ledger("scb"), facts)
    first = files.read_table(paths.table("scb_bostader")).iloc[0]
    assert (first["kommunkod"], first["ar"], first["smahus"], first["flerbostadshus"]) == ("9901", 2023, 2263, 2063)
    assert [f["roll"] for f in facts] == ["bostader_hustyp"]


def test_a_table_that_has_changed_is_fetched_again(httpserver, region, paths):
    px = servers.PxWeb(httpserver, KOMMUNER)
    fetch_all.run(region, paths, "scb-tabeller")
    before, px.updated = len(px.data), "2027-02-20T07:00:00Z"
    fetch_all.run(region, paths, "scb-tabeller")
    assert len(px.data) == before + 2


def test_the_limit_of_cells_is_kept(httpserver, region, paths):
    px = servers.PxWeb(httpserver, KOMMUNER, cells=4)
    fetch_all.run(region, paths, "scb-tabeller")
    assert len(px.data) >= 3 + 2, "3 · 2 · 2 celler ryms inte i färre frågor"
    assert len(rows(paths.raw / "scb/folkmangd_kommun_99.csv")) == 6


def test_a_service_that_gives_less_than_it_says(httpserver, region, paths, capsys):
    servers.PxWeb(httpserver, KOMMUNER, cells=2, told_cells=1000)
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "scb-tabeller")
    told = capsys.readouterr().err
    assert "SCB:s databas lämnar inte ut så många celler på en gång" in told and "fran_ar" in told
    assert not (paths.raw / "scb/folkmangd_kommun_99.csv").exists()


def test_too_many_questions_are_waited_out(httpserver, region, paths, sleeps):
    px = servers.PxWeb(httpserver, KOMMUNER)
    px.busy = 2
    fetch_all.run(region, paths, "scb-tabeller")
    assert sleeps.count(7) == 2, "Retry-After följs"
    assert (paths.raw / "scb/hushall_kommun_99.csv").exists()


def test_too_many_questions_for_too_long(httpserver, region, paths, capsys):
    px = servers.PxWeb(httpserver, KOMMUNER)
    px.busy = 1000
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "scb-tabeller")
    assert "SCB:s databas säger att vi frågar för ofta" in capsys.readouterr().err


@pytest.mark.parametrize(
    "answer", [servers.body(servers.BOT, "text/html"), servers.body('{"a": 1}', "application/json")]
)
def test_another_service_than_pxweb(httpserver, region, paths, capsys, answer):
    servers.Log(httpserver, "/px/config", lambda r: answer)
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "scb-tabeller")
    assert "Svaret är inte PxWebApi 2" in capsys.readouterr().err


def test_a_kommun_that_the_table_lacks(httpserver, region, paths, capsys):
    servers.PxWeb(httpserver, KOMMUNER[:2])
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "scb-tabeller")
    told = capsys.readouterr().err
    assert "SCB:s tabell ser inte ut som väntat" in told and "inte 9903" in told


def test_the_fetched_lists_become_the_table_of_totals(httpserver, region, paths):
    servers.PxWeb(httpserver, KOMMUNER)
    fetch_all.run(region, paths, "scb-tabeller")
    facts: list = []
    scb_totals.run_kommun(region, paths, Ledger("scb"), facts)
    table = contracts.check(files.read_table(paths.table("scb_kommun")), SCB_KOMMUN)
    first = table.iloc[0]
    assert (first["kommunkod"], first["ar"], first["folkmangd"], first["hushall"]) == ("9901", 2023, 2063, 1030)
    assert {f["roll"] for f in facts} == {"folkmangd_kommun", "hushall_kommun"}
    for name in ("folkmangd", "hushall"):
        (paths.raw / f"scb/{name}_kommun_99.csv").unlink()
    scb_totals.run_kommun(region, paths, Ledger("scb"), [])
    assert not paths.table("scb_kommun").exists(), "utan listor ingen tabell"


def test_a_hand_made_list_is_read_as_excel_writes_it(region, paths):
    folder = paths.raw / "scb"
    folder.mkdir()
    (folder / "folkmangd_kommun_x.csv").write_text(
        "region;år;Folkmängd\r\n99 Provlän;2024;9 000\r\n9901 Håbo;2024;1 234\r\n9902 Öckerö;2024;..\r\n", "cp1252"
    )
    ledger = Ledger("scb")
    table = scb_totals.kommun_table(region, paths.raw, ledger, [])
    assert table[["kommunkod", "folkmangd"]].to_numpy().tolist() == [["9901", 1234]]
    assert "kommuner utan folkmangd" in ledger.entries[0].reason and ledger.entries[0].count == 2
    assert ledger.entries[0].source == "scb/folkmangd_kommun_x.csv"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("9901;2024;12,5", "ett antal"),
        ("9901;i fjol;1", "ett år"),
        ("Håbo;2024;1", "en kommunkod"),
        ("9901;2024;1\n9901;2024;2", "två gånger"),
    ],
)
def test_a_list_that_cannot_be_read(region, paths, cells, said):
    (paths.raw / "scb").mkdir()
    path = paths.raw / "scb/hushall_kommun_x.csv"
    path.write_text(f"kommunkod;ar;hushall\n{cells}\n", encoding="utf-8")
    with pytest.raises(DataError) as e:
        scb_totals.read_totals(path, "hushall")
    assert said in str(e.value) and "hushall_kommun_x.csv" in str(e.value) and "Rad:" in str(e.value)


def test_kolada_every_page_every_kommun_every_year(httpserver, region, paths):
    server = servers.Kolada(httpserver, ["0099", *KOMMUNER, "0000"])
    fetch_all.run(region, paths, "kolada")
    path = paths.raw / "kolada/kolada_99.json"
    table, newest = kolada_answers.read_kolada([path], region, Ledger("x"))
    assert newest[path] == 2024
    assert len(table) == 4 * 4 * 3
    for row in table.itertuples():
        expected = server.value(row.kpi, row.kommunkod, row.ar)
        assert (row.andel != row.andel) if expected is None else abs(100 * row.andel - expected) < 1e-9
    note = receipt.read_receipt(path)
    assert (note.licens, note.referensdatum) == ("Källa: Kolada", "2024-10-01")
    before = len(server.data)
    fetch_all.run(region, paths, "kolada")
    assert len(server.data) == before
    server.date = "2027-01-01"
    stamp = path.stat().st_mtime_ns
    fetch_all.run(region, paths, "kolada")
    assert len(server.data) > before and path.stat().st_mtime_ns == stamp, "samma svar: filen orörd"
    assert "2027-01-01" in receipt.read_receipt(path).version


def test_kolada_is_asked_for_few_kommuner_at_a_time(httpserver, region, paths):
    from pipelines.config.region import Kommun

    many = tuple(Kommun(kod=f"99{i:02}", namn=f"K{i}", land_ha=1) for i in range(1, 50))
    region = region.model_copy(update={"lan": region.lan.model_copy(update={"kommuner": many})})
    server = servers.Kolada(httpserver, ["0099", *region.kommunkoder])
    server.page = 5000
    fetch_all.run(region, paths, "kolada")
    assert len(server.data) == 3 and max(len(r.args.getlist("municipality_id")) for r in server.data.requests) == 20
    held = json.loads((paths.raw / "kolada/kolada_99.json").read_text())["values"]
    assert len({v["municipality"] for v in held}) == 50


def test_kolada_lacks_a_kommun(httpserver, region, paths, capsys):
    servers.Kolada(httpserver, ["0099", *KOMMUNER[:2]])
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "kolada")
    told = capsys.readouterr().err
    assert "Kolada svarade inte om alla kommuner" in told and "inte 9903" in told
    assert not (paths.raw / "kolada/kolada_99.json").exists()


def test_a_failing_part_is_never_passed_over(httpserver, region, paths, capsys):
    """The client's own division into parts logs a failed part and goes on: so it is never used."""
    server = servers.Kolada(httpserver, ["0099", *KOMMUNER])
    server.data.answer = lambda r: servers.body("x", status=500)
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "kolada")
    assert "Kolada går inte att nå, eller svarar något annat än väntat" in capsys.readouterr().err


def test_kolada_busy(httpserver, region, paths, sleeps):
    server = servers.Kolada(httpserver, ["0099", *KOMMUNER])
    server.kpis.answer = servers.sequence(servers.body("x", status=429, Retry_After="11"), server.kpis.answer)
    fetch_all.run(region, paths, "kolada")
    assert 11 in sleeps and (paths.raw / "kolada/kolada_99.json").exists()


def test_kolada_answers_with_a_page(httpserver, region, paths, capsys):
    server = servers.Kolada(httpserver, ["0099", *KOMMUNER])
    server.kpis.answer = lambda r: servers.body(servers.BOT, "text/html")
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "kolada")
    assert "Kolada går inte att nå, eller svarar något annat än väntat" in capsys.readouterr().err


def test_an_indicator_without_values(httpserver, region, paths, capsys):
    server = servers.Kolada(httpserver, ["0099", *KOMMUNER])
    server.value = lambda kpi, place, year: None if kpi == "N07919" else 50.0
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "kolada")
    told = capsys.readouterr().err
    assert "Kolada har inga värden för ett nyckeltal" in told and "inget för N07919" in told
