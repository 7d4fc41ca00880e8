"""What the codes of the tables mean, in Swedish: value maps in QGIS, enumerations in GeoPackage.

A column has the list whose codes its contract allows; a test sees that no coded column lacks one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.publish.words.palette import BASIS_LABELS, CLASS_LABELS

if TYPE_CHECKING:
    from pipelines.tables.contracts import Column, Table

STATUS_LABELS = {
    "tillgang": "Tillgång",
    "passerad": "Passerad",
    "planerad": "Planerad",
    "ingen": "Ingen täckning",
    "okand": "Okänd, modellerad",
}
TECHNIQUE_LABELS = {
    "fiber": "Fiber",
    "kabel-tv": "Kabel-tv",
    "vdsl": "VDSL",
    "xdsl": "xDSL",
    "fast_radio": "Fast radio",
    "lte": "LTE (4G)",
    "nr": "NR (5G)",
    "okand": "Okänd, modellerad",
    "ingen": "Ingen",
}
COST_LABELS = {
    "ej_redovisad": "Ej redovisad",
    "under_0_5": "Under 0,5 miljoner kr",
    "0_5_1": "0,5–1 miljon kr",
    "1_2": "1–2 miljoner kr",
    "2_5": "2–5 miljoner kr",
    "5_10": "5–10 miljoner kr",
    "10_20": "10–20 miljoner kr",
    "20_50": "20–50 miljoner kr",
    "over_50": "Minst 50 miljoner kr",
}
CODES: dict[str, dict[str, str]] = {
    "underlag": {**BASIS_LABELS, "ingen": "Inga adresser"},
    "omradestyp": {"tatbebyggt": "Tätbebyggt", "glesbebyggt": "Glesbebyggt"},
    "matt": {"tillgang": "Tillgång", "passerad": "Passerad"},
    "status": STATUS_LABELS,
    "teknik": TECHNIQUE_LABELS,
    "teknik_i_uppgift": {k: v for k, v in TECHNIQUE_LABELS.items() if k not in ("okand", "ingen")},
    "klass": CLASS_LABELS,
    "sammanslagen": {
        "250": "Rutans egna adresser",
        "500": "Rutor med för få adresser inom 500 m, tillsammans",
        "1000": "Rutor med för få adresser inom 1 km, tillsammans",
    },
    "slag_av_schakt": {
        "vag": "Längs väg",
        "stick": "Stick, väg till adress",
        "sjo": "Över vatten: färjeled eller sjökabel",
        "fagelvag": "Rak linje på land",
    },
    "vagklass": {
        "motorvag": "Motorväg",
        "landsvag": "Landsväg",
        "landsvag_liten": "Mindre landsväg",
        "smavag": "Småväg",
        "huvudgata": "Huvudgata",
        "lokalgata": "Lokalgata",
        "cykelvag": "Cykelväg",
        "traktorvag": "Traktorväg",
        "farjeled": "Färjeled",
    },
    "kostnadsklass": COST_LABELS,
    "svar": {"ja": "Ja, alla hushåll", "nej": "Nej, inget", "andel": "En del: fyll i andelen"},
    "pts_kalla": {
        "hastighet": "PTS, hastighet",
        "kolada": "Kolada",
        "teknik": "PTS, teknik (undre gräns)",
        "saknas": "Saknas",
    },
    "olikhet": {"": "Som det står", ">": "Minst", "<": "Högst"},
    "niva": {"riket": "Riket", "lan": "Länet", "kommun": "Kommun"},
    "niva_lan_kommun": {"lan": "Länet", "kommun": "Kommun"},
    "omradestyp_totalt": {"totalt": "Hela området", "tatbebyggt": "Tätbebyggt", "glesbebyggt": "Glesbebyggt"},
    "matt_serie": {"": "Inget mått", "tillgang": "Tillgång", "passerad": "Passerad: tillgång eller fiber förbi"},
    "teknik_serie": {
        "": "Ingen: serien gäller en hastighet",
        "xdsl": "xDSL",
        "vdsl": "VDSL",
        "fiber": "Fiber",
        "kabel_tv": "Kabel-tv",
        "fast_radio": "Fast radio",
        "lte": "LTE (4G)",
        "nr": "NR (5G)",
        "tradbunden": "Trådbunden, någon",
        "total": "Någon teknik",
    },
    "bas": {"hushall": "Hushåll", "befolkning": "Befolkning"},
    "bas_serie": {"": "Ingen serie", "hushall": "Hushåll", "befolkning": "Befolkning"},
    "utfall_framskrivning": {
        "natt": "Nått enligt serien",
        "nas": "Nås med dagens takt",
        "nas_inte": "Nås inte med dagens takt",
        "for_fa_ar": "För få år att dra en linje genom",
        "ingen_serie": "Ingen serie har tröskeln",
    },
    "storhet": {
        "andel_hushall": "Andel av hushållen",
        "hushall": "Antal hushåll",
        "folkmangd": "Folkmängd",
        "land_ha": "Landareal",
    },
    "enhet": {"procent": "Procent", "antal": "Antal", "ha": "Hektar"},
    "utfall_avstamning": {
        "inom": "Inom toleransen",
        "utanfor": "Utanför toleransen",
        "ej_jamforbart": "Går inte att jämföra",
        "oavgjort": "Avrundningen kan vara hela skillnaden",
    },
    "forandring_ruta": {
        "nytackt": "Har fått täckning",
        "forlorad": "Har mist täckning",
        "oforandrad": "Oförändrad",
        "ny_ruta": "Ny ruta",
        "borta": "Rutan finns inte längre",
    },
    "forandring_omrade": {
        "stangt": "Stängt",
        "krympt": "Krympt",
        "vuxit": "Vuxit",
        "andrat": "Ändrat",
        "oforandrat": "Oförändrat",
        "nytt": "Nytt",
    },
}
"""Label by code, by name of the list."""


def code_list(column: Column) -> str:
    """Return the name of the list a column's codes come from; empty for a column of free values.

    Raises
    ------
    LookupError
        When the contract allows codes that no list has.

    Examples
    --------
    >>> from pipelines.tables.fields import field
    >>> code_list(field("omradestyp")), CODES["omradestyp"]["glesbebyggt"]
    ('omradestyp', 'Glesbebyggt')
    """
    if not column.values:
        return ""
    for name, labels in CODES.items():
        if set(labels) == set(column.values):
            return name
    raise LookupError(f"{column.name}: {column.values}")


def used(tables: tuple[Table, ...] | list[Table]) -> list[str]:
    """Return the names of the lists that some table's columns use, in the order of :data:`CODES`."""
    found = {code_list(c) for t in tables for c in t.columns}
    return [name for name in CODES if name in found]
