"""What may make a figure wrong stands first in the report, and last on the console."""

from __future__ import annotations

from pipelines.core.ledger import Ledger
from pipelines.publish.report.write_report import console, read_first, remarks


def said() -> dict[str, Ledger]:
    books = {name: Ledger(name) for name in ("tackning", "coverage")}
    books["tackning"].add("bortfall", "a.csv", "rader som upprepar en annan", 3, "räknades en gång")
    books["coverage"].add("allvarlig", "b.csv", "40 av 46 rader träffar inget", 40, "kontrollera filen", ["rad 2: x"])
    books["coverage"].add("allvarlig", "c\x1b[31m.csv", "listan kan gälla 1 km-rutor", 9, "ange rutstorl")
    return books


def test_serious_entries_have_a_section_of_their_own_and_stand_nowhere_else() -> None:
    first = read_first(said())
    assert first.startswith("## ⚠ Läs detta först") and "40 av 46 rader träffar inget" in first and "rad 2: x" in first
    assert "40 av 46" not in remarks(said()) and "rader som upprepar en annan" in remarks(said())


def test_the_console_says_each_in_a_line_without_control_characters() -> None:
    assert console(said()).splitlines() == [
        "⚠ b.csv: 40 av 46 rader träffar inget. Kontrollera filen.",
        "⚠ c�[31m.csv: listan kan gälla 1 km-rutor. Ange rutstorl.",
        "⚠ Tal i utgåvan kan vara fel: läs «Läs detta först» i rapport.md.",
    ]


def test_nothing_serious_says_nothing() -> None:
    books = {"tackning": said()["tackning"]}
    assert read_first(books) == "" and console(books) == ""
