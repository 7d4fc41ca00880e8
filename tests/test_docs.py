"""The docs say what the program is: pages written out of the model, commands that exist, links that lead somewhere."""

import re
from pathlib import Path

import pytest

from pipelines.orders import describe
from pipelines.steps import STEPS
from pipelines.tables import gap_tables, summary_tables

ROOT = Path(__file__).parents[1]
TEXTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "data").glob("*/README.md")),
]
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def targets() -> set[str]:
    """Every target of the Makefile that has a name one can type."""
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def code(path: Path) -> str:
    """What stands as code in a page."""
    return "\n".join(CODE.findall(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", describe.PAGES)
def test_a_page_out_of_the_model_is_up_to_date(name):
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == describe.PAGES[name](), "kör make docs"


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_commands_that_are_named_exist(path):
    text = code(path)
    goals = set(re.findall(r"\bmake ([a-z][a-z-]*)", text))
    assert goals <= targets()
    stages = set(re.findall(r"-m pipelines ([a-z]+)", text))
    assert stages <= set(STEPS)


def test_the_readme_names_the_commands_a_user_starts_with():
    goals = set(re.findall(r"\bmake ([a-z][a-z-]*)", code(ROOT / "README.md")))
    assert {"coverage", "test", "help", "lint", "bench", "docs"} <= goals


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_to_files_that_exist(path):
    text = CODE.sub("", path.read_text(encoding="utf-8"))
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    links = [link for link in links if link and not re.match(r"[a-z]+:", link)]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_dictionary_has_every_column_of_the_gap_areas():
    page = (ROOT / "docs/datalexikon.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    for table in (
        gap_tables.BRISTOMRADEN,
        gap_tables.BRISTOMRADEN_KOMMUN,
        gap_tables.BRISTOMRADEN_RUTOR,
        gap_tables.SCHAKT,
        gap_tables.BRISTKURVA,
        summary_tables.RUTNAT,
    ):
        assert re.findall(r"^\| `(\w+)` \|", sections[table.name], re.MULTILINE) == table.names


def test_the_architecture_names_files_that_exist():
    page = (ROOT / "docs/arkitektur.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_./]+\.(?:py|md|json)|tests/[a-z_/]+)`", page))
    places = (
        ROOT,
        ROOT / "pipelines",
        ROOT / "tests/publish",
        *(p.parent for p in (ROOT / "pipelines/publish").rglob("sv.json")),
    )
    assert [x for x in sorted(named) if not any((place / x).exists() for place in places)] == []


def test_the_architecture_has_every_folder_in_the_order_of_the_flow():
    from tests.test_layers import BESIDE, ORDER

    rows = re.findall(r"^\| (`[a-z].*?) \|", (ROOT / "docs/arkitektur.md").read_text(encoding="utf-8"), re.MULTILINE)
    told = [name for row in rows for name in re.findall(r"`([a-z]+)(?:/<\w+>)?`", row)]
    assert [n for n in told if n in {*ORDER, *BESIDE}][: len(ORDER) + len(BESIDE)] == [*ORDER, *BESIDE]
