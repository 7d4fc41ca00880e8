"""Contracts of the reconciliation: every published figure at hand beside ours, with tolerance and reason."""

from __future__ import annotations

from dataclasses import replace

from pipelines.core.figure import SIGNS
from pipelines.tables import code_lists
from pipelines.tables.code_lists import QUANTITIES, VERDICTS
from pipelines.tables.contracts import Column, Table
from pipelines.tables.fields import COUNTY_OR_KOMMUN, WHOLE_OR_TYPE, field, fields

AVSTAMNING_KALLOR = Table(
    "avstamning_kallor",
    "Avstämning mot publicerade tal",
    "Varje publicerat tal som finns till hands bredvid vårt: skillnad, tolerans och varför de får skilja sig. "
    "Toleranserna står i konfigurationens [kontroll].",
    fields(
        COUNTY_OR_KOMMUN,
        field("kod", alias="Kod", description="Läns- eller kommunkod."),
        field("namn", description="Länets eller kommunens namn."),
        field("kalla", klass="oppen", values=(), description="Vem som publicerat talet, och var."),
        field(
            "ar",
            klass="oppen",
            nullable=True,
            low=None,
            high=None,
            alias="År",
            description="Året källans tal gäller; tomt när källan inte säger det.",
        ),
        "storhet",
        WHOLE_OR_TYPE,
        field("troskel_mbit", nullable=True, alias="Tröskel (Mbit/s)", description="Tomt för antal och areal."),
        field("matt", values=code_lists.SOME_MEASURE, description="tillgang eller passerad; tomt för antal och areal."),
        "enhet vart_tal deras_tal skillnad tolerans utfall orsak avvikelse_orsak",
    ),
    key=("niva", "kod", "kalla", "ar", "storhet", "omradestyp", "troskel_mbit", "matt"),
)
AVVIKELSER = Table(
    "avvikelser",
    "Avvikelser efter orsak",
    "Publicerade tal som skiljer sig från våra mer än toleransen, en rad per orsak: hur många, hur mycket, var och vad "
    "som görs. Talen ett och ett: avstamning_kallor och avstamning.",
    fields(
        "avvikelse_orsak forklaring tal_utanfor tal_jamforda antal_kommuner skillnad_hushall",
        field(
            "troskel_mbit", nullable=True, alias="Tröskel (Mbit/s)", description="Där skillnaden i hushåll är störst."
        ),
        field("matt", values=code_lists.SOME_MEASURE, description="Där skillnaden i hushåll är störst."),
        "storst_1 storst_1_skillnad storst_2 storst_2_skillnad storst_3 storst_3_skillnad skillnad_enhet atgard",
    ),
    key=("avvikelse_orsak",),
)
_DECIMALS = {"vart_tal": 1, "deras_tal": 1, "skillnad": 3, "tolerans": 3}
"""Of the open edition: a tenth of a per cent or a hectare; households are held to a hundredth of a per cent."""
ROUNDINGS = (
    "källans tal avrundat till steg om {steg}, vårt är summan av kommunernas avrundade",
    "båda avrundade till steg om {steg}",
    "vår andel är en gräns, källans visas i hela procent",
    "vår andel är en gräns",
    "källans tal visas i hela procent",
)
"""How the two figures of a row are told, added to its reason: the län's count; a count; a share that is a limit beside
one in whole per cent; a share that is a limit; a share beside one in whole per cent."""
OPEN_VERDICTS = (*VERDICTS, "oavgjort")
_OWN = {c.name: c for c in AVSTAMNING_KALLOR.columns}
_TOLD_AS = {
    "storhet": replace(
        _OWN["storhet"],
        description="andel_hushall, hushall, folkmangd eller land_ha.",
        values=tuple(q for q in QUANTITIES if q != "andel_befolkning"),
    ),
    "vart_tal": replace(
        _OWN["vart_tal"],
        description="Som i tabellerna kommuner och lan, i enheten på raden: antal i tiotal, andelar "
        "räknade på dem. Tomt när talet är för litet för att visas.",
        klass="oppen",
    ),
    "deras_tal": replace(
        _OWN["deras_tal"],
        description="Källans tal så fint som vårt visas bredvid det: antal i tiotal, andelar med en "
        "decimal eller i hela procent.",
    ),
    "skillnad": replace(
        _OWN["skillnad"],
        description=f"{_OWN['skillnad'].description} Räknad på talen som visas; tomt när vår andel "
        "bara är en gräns eller talen inte går att jämföra.",
        klass="oppen",
    ),
    "utfall": replace(
        _OWN["utfall"],
        description=f"{_OWN['utfall'].description} Av talen som visas: inom när de skiljer högst "
        "toleransen; oavgjort när de skiljer mer, men avrundningen, eller att vår andel är en gräns, kan vara hela "
        "skälet.",
        values=OPEN_VERDICTS,
    ),
}
_LIMIT = Column(
    "vart_tal_olikhet",
    "text",
    "Vårt tal (olikhet)",
    "> när vår andel är minst talet, < när den är högst talet, annars tomt.",
    klass="oppen",
    values=SIGNS,
)


def _open_columns() -> tuple[Column, ...]:
    """Return the open columns: no class of area, since no share of ours is told for one, and no cause of the exact."""
    out: list[Column] = []
    for c in AVSTAMNING_KALLOR.columns:
        if c.name not in ("omradestyp", "avvikelse_orsak"):
            out.append(replace(_TOLD_AS.get(c.name, c), decimals=_DECIMALS.get(c.name)))
        if c.name == "vart_tal":
            out.append(_LIMIT)
    return tuple(out)


AVSTAMNING_OPPEN = replace(
    AVSTAMNING_KALLOR,
    description="Publicerade tal för hela kommuner och länet bredvid våra, som båda får visas: skillnad, tolerans, "
    "utfall och varför de får skilja sig. Utfallet är räknat på talen som visas, inte på de exakta.",
    columns=_open_columns(),
    key=tuple(k for k in AVSTAMNING_KALLOR.key if k != "omradestyp"),
)
