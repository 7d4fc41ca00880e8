"""``bredband_oppen.xlsx``: kommuner, län and gap areas of the open edition for a spreadsheet, columns explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.quoted import RunFacts, Source
from pipelines.publish.catalogue.wording import licence_line
from pipelines.publish.products import OPEN_XLSX
from pipelines.publish.words.edition_facts import credit_lines
from pipelines.publish.workbook import book, readme
from pipelines.publish.workbook.workbook_content import Sheet
from pipelines.tables import open_contracts

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

SHEETS = (
    (open_contracts.KOMMUNER_OPPNA, "Kommuner", "Länet står på bladet Län."),
    (open_contracts.LAN_OPPNA, "Län", ""),
    (
        open_contracts.BRISTOMRADEN_OPPNA,
        "Bristområden",
        "Alla trösklar och mått: filtrera på tröskel och mått, summera aldrig över dem.",
    ),
)


def write(
    frames: dict[str, pd.DataFrame], region: Region, facts: RunFacts, sources: list[Source], paths: Paths
) -> None:
    """Write the workbook.

    Parameters
    ----------
    frames : dict of DataFrame
        The open tables by name.
    """
    sheets = [Sheet(name, frames[t.name], t, (note,) if note else ()) for t, name, note in SHEETS]
    small = region.publicering.undertryckningsgrans
    edition = [
        (
            "Små antal",
            f"Antal under {small} anges aldrig: antal är avrundade till steg om {2 * small} eller står som "
            "minst och högst.",
        ),
        ("Licens", licence_line(region)),
        *(("Källa", line) for line in credit_lines(sources)),
    ]
    about = readme.table(sheets, facts, edition)
    book.write_workbook(sheets, about, paths.built(OPEN_XLSX), facts, "öppna data")
