"""``docs/floden.md``: a flow chart of the steps, and what each reads, writes and makes."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.steps import JOB, ON_ORDER, Step, needs_directly, writers


def page() -> str:
    """Return the page: the chart, then a table of the steps of ``make coverage`` and of those on order."""
    lines = [
        "# Flödet",
        "",
        "Stegen i `make coverage`, från indata till färdig utgåva. Sidan skrivs av `make docs` ur",
        "`pipelines/steps.py`, som också Makefilens regler och kommandoraden kommer ur; ändra där. Ett steg kan bara",
        "läsa det som står här.",
        "",
        *chart(),
        "",
        "| steg | gör | läser | skriver | modul |",
        "|---|---|---|---|---|",
        *(_row(step) for step in JOB),
        "",
        "## På beställning",
        "",
        "| steg | gör | läser | val | modul |",
        "|---|---|---|---|---|",
    ]
    for step in ON_ORDER:
        options = "<br>".join(f"`--{o.name}` {o.text}" for o in step.options) or "–"
        lines.append(f"| `{step.name}` | {step.text} | {_read(step)} | {options} | `{step.module}` |")
    return "\n".join(lines) + "\n"


def chart() -> list[str]:
    """Return the flow chart in Mermaid: an arrow from a step to each that reads its work directly."""
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'  {step.name}["{step.says}"]' for step in JOB]
    lines += [f"  {before} --> {step.name}" for step in JOB for before in needs_directly(step)]
    return [*lines, "```"]


def _row(step: Step) -> str:
    written = [*step.writes, *step.makes]
    return f"| `{step.name}` | {step.text} | {_read(step)} | {_listed(written)} | `{step.module}` |"


def _read(step: Step) -> str:
    """What a step reads of a run; an order on a finished edition is told as such."""
    by_table = writers()
    tables = [f"{table} ({by_table[table]})" for table in step.reads]
    built = [f"produkterna i {folder}/" for folder in step.built]
    read = [*(f"indata/{g}" for g in step.inputs), *tables, *(f"liggare {name}" for name in step.ledgers), *built]
    return "en färdig utgåva" if step.works_in == "edition" else _listed(read)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(word.replace("*", "\\*") for word in words) or "–"
