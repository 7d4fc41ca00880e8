"""The report on the model: what it was fitted on, its coefficients, how wide its intervals are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core import ledger
from pipelines.core.facts import Model
from pipelines.core.level import LEVELS
from pipelines.publish.words.markdown import table
from pipelines.publish.words.swedish import number

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region

PLAIN = "enkel"
KOMMUN_INTERVALS = (
    "PTS vet mer om en hel kommun än vi: intervallet går från PTS:s undre gräns till dess övre, och till vårt tal där "
    "det är ett annat. Att PTS:s tal kan vara fel ingår inte. Inom kommunen: lagret osakerhet_5km."
)
"""What the intervals of kommuner and län are, and are not."""
FEATURES = {
    "ln_adresser_1x1": "Adresser i rutan",
    "ln_adresser_5x5": "Adresser i 5 × 5 rutor",
    "ln_adresser_9x9": "Adresser i 9 × 9 rutor",
    "ln_adresser_17x17": "Adresser i 17 × 17 rutor",
    "ln_adresser_41x41": "Adresser i 41 × 41 rutor",
    "ln_km_till_tatort": "Avstånd till närmaste tätort (km)",
    "ln_tatortens_adresser": "Adresser i närmaste tätort",
    "ln_folk_per_adress_3x3": "Folk per adress i 3 × 3 rutor",
    "ln_folk_per_adress_9x9": "Folk per adress i 9 × 9 rutor",
}
"""What the model goes by; each enters as a natural logarithm."""


def section(said: ledger.Ledger, squares: pd.DataFrame, region: Region) -> str:
    """Return the report's section; ``squares`` is the table ``osakerhet_5km``."""
    model = said.facts["modell"]
    return "\n\n".join(("## Modellen", basis(model, region), coefficients(model), widths(model, squares)))


def basis(model: Model, region: Region) -> str:
    """What the modelled coverage rests on."""
    limits = (
        " Modellen säger var i kommunen täckning troligen saknas, aldrig vem som saknar den. Dess träffsäkerhet prövas "
        "av `make utvardera`."
    )
    if model["metod"] == PLAIN:
        return "Den enkla metoden: efter avlägsenhet allena (konfigurationen, `[modell] metod`)." + limits
    taught = [f"{k} {region.kommunnamn.get(k, '')}" for k in model["larokommuner"]]
    if not taught:
        return (
            "För få kommuner har fullständiga täckningsuppgifter: koefficienterna är **antagna**, se Antaget nedan."
            + limits
        )
    return (
        f"Anpassad på {len(taught)} kommuner med fullständiga täckningsuppgifter: {', '.join(taught)}. Nivån i varje "
        "kommun och områdestyp är PTS:s; uppgifterna lär bara ut var i den täckning saknas. Den öppna utgåvan har "
        "en egen anpassning, på det som får publiceras." + limits
    )


def coefficients(model: Model) -> str:
    """Log-odds of lacking coverage, per unit of each feature's logarithm."""
    if model["metod"] == PLAIN:
        return ""
    fits = model["koefficienter"]
    head = ("Egenskap (naturlig logaritm)", *(f"{f['matt']}, {f['klass']}" for f in fits))
    rows = [(told, *(number(f["per_enhet"][name], 2) for f in fits)) for name, told in FEATURES.items()]
    rows.append(("Lärt, andel som behölls", *(number(f["krympning"], 2) for f in fits)))
    return (
        "Koefficienter: hur oddsens logaritm för att *sakna* täckning ändras per enhet. *Lärt, andel som behölls*: "
        "avsteget från de antagna koefficienterna, gånger det värde det hade i kommuner som lämnats utanför.\n\n"
        + table(head, rows)
    )


def widths(model: Model, squares: pd.DataFrame) -> str:
    """How neighbours go together, and how wide the intervals are."""
    together = table(
        ("Mått", "Områdestyp", "I en by", "I en 5 × 5 km-ruta", "Under (standardavvikelser)", "Över"),
        [
            (
                x["matt"],
                x["klass"],
                number(x["by"], 2),
                number(x["ruta_5km"], 2),
                number(x["under"], 2),
                number(x["over"], 2),
            )
            for x in model["samvariation"]
        ],
        left=2,
    )
    rows = []
    for level in LEVELS.of("tillgang"):
        t, lacking = level.mbit, level.without()
        wide = squares[level.limit("hog")] - squares[level.limit("lag")]
        modelled = squares[f"hushall_modellerade_{t}"] > 0
        expected = float(squares.loc[modelled, lacking].sum())
        rows.append(
            (
                f"{t} Mbit/s",
                number(int(modelled.sum())),
                number(expected),
                number(float(wide[modelled].median()) if modelled.any() else 0.0),
                number(float(wide.max()) if len(wide) else 0.0),
            )
        )
    head = ("Tröskel", "Rutor med modellerade hushåll", "Väntat antal där", "Bredd, median", "Bredd, störst")
    return (
        "Så följs grannar åt (korrelation mellan två adresser), och så långt intervallen når:\n\n"
        + together
        + "\n\n90 %-intervall per 5 × 5 km-ruta (lagret `osakerhet_5km`), för hushåll utan tillgång:\n\n"
        + table(head, rows)
        + f"\n\n`hushall_utan_t_lag` och `_hog`: {KOMMUN_INTERVALS}"
    )
