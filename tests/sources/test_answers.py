"""Answers to ``make fraga`` as people fill them in, read by the step: what they say, and what is wrong with them."""

from pathlib import Path

import pytest
from tackning_files import KALLOR, put, refused, run

from pipelines.incoming.marks import demo_mark

HEAD = "rutid_scb,kommunnamn,teknik,ned_mbit,status,svar,andel,svarat_av\n"


def answers(tmp: Path, *rows: tuple[str, str], complete: str = "nej", name: str = "rutor_svar_1.csv") -> Path:
    cells = (
        f"3200006{400_000 + 250 * i},Göteborg,fiber,1000,passerad,{s},{a},Berit\n" for i, (s, a) in enumerate(rows)
    )
    path = put(tmp, name, HEAD + "".join(cells), kallor=False)
    (path.parent / "kallor.csv").write_text(KALLOR + f"{name},1480,{complete},2025-10-01,Berit,nej\n")
    return path


def test_ja_nej_a_part_and_most_rows_empty(tmp_path: Path) -> None:
    answers(tmp_path, ("ja", ""), ("Nej", ""), ("andel", "0.25"), ("", "0.5"), ("JA", "1"), *[("", "")] * 20)
    tables, ledger = run(tmp_path)
    assert tables["evidens_ruta"]["andel"].tolist() == [1.0, 0.0, 0.25, 0.5, 1.0]
    assert tables["evidens_ruta"]["rutid"].tolist()[:2] == [3200006400000, 3200006400250]
    assert [(e.kind, e.count) for e in ledger.entries if e.reason == "rader utan svar"] == [("bortfall", 20)]
    assert not tables["kallor"]["fullstandig"].any()


def test_a_no_in_every_row_is_no_warning(tmp_path: Path) -> None:
    answers(tmp_path, ("nej", ""), ("nej", "0"))
    _, ledger = run(tmp_path)
    assert [e.reason for e in ledger.entries if e.kind in ("varning", "allvarlig")] == []


def test_answers_that_differ_are_told(tmp_path: Path) -> None:
    path = answers(tmp_path, ("ja", ""), ("nej", ""))
    path.write_text(path.read_text() + path.read_text().splitlines()[1].replace(",ja,", ",nej,") + "\n")
    _, ledger = run(tmp_path)
    (told,) = [e for e in ledger.entries if e.kind == "varning"]
    assert (told.count, told.examples) == (1, ("3200006400000",))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("kanske", ""), ("«kanske»", "ja (alla hushåll), nej (inget) eller andel")),
        (("ja", "0.5"), ("säger olika om samma ruta", "svar")),
        (("nej", "0.5"), ("säger olika om samma ruta", "svar")),
        (("andel", ""), ("andelen saknas", "0–1")),
        (("andel", "250"), ("utanför 0–1", "250")),
    ],
)
def test_faults_in_answers_that_stop(tmp_path: Path, row: tuple[str, str], told: tuple[str, ...]) -> None:
    answers(tmp_path, ("ja", ""), row)
    refused(tmp_path, "rutor_svar_1.csv", "Rad: 3", *told)


def test_answers_are_never_complete_for_a_kommun(tmp_path: Path) -> None:
    """Every cell that nobody asked about would else lack coverage."""
    answers(tmp_path, ("nej", ""), complete="ja")
    refused(tmp_path, "kallor.csv", "Rad: 2", "fullstandig", "rutor_svar_1.csv", "bara rutorna den nämner")


def test_a_filled_list_of_the_demo_is_a_demo(tmp_path: Path) -> None:
    path = answers(tmp_path, ("nej", ""))
    assert not demo_mark(path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",demo", *(line + ",DEMO" for line in lines[1:])]) + "\n")
    assert demo_mark(path)
