"""The words that a coded column may hold, where code or several fields go by them (``fields.csv`` names them)."""

from __future__ import annotations

from pipelines.config.region import CLASSES, STATUSES, TECHNIQUES
from pipelines.core.classes import CODES as CELL_CLASSES
from pipelines.core.figure import SIGNS
from pipelines.core.level import MEASURES

__all__ = ["CELL_CLASSES", "CLASSES", "MEASURES", "SIGNS", "STATUSES", "TECHNIQUES"]
SOME_MEASURE = ("", *MEASURES)
AREA_TYPES = ("totalt", *CLASSES)
BEST_TECHNIQUES = (*TECHNIQUES, "okand", "ingen")
PUBLISHED_TECHNIQUES = ("", "xdsl", "vdsl", "fiber", "kabel_tv", "fast_radio", "lte", "nr", "tradbunden", "total")
ADDRESS_STATUSES = (*STATUSES, "ingen", "okand")
UNDERLAG = ("adress", "ruta", "omrade", "statistik", "blandat", "ingen")
PTS_SOURCES = ("hastighet", "kolada", "teknik", "saknas")
MERGED_M = ("250", "500", "1000")
UNITS = ("hushall", "arbetsstallen", "fritidshus")
AREA_LEVELS = ("riket", "lan", "delregion", "kommun")
KNOWN = ("publicerad", "beraknad", "uppmatt", "modellerad", "blandad")
REASONS = ("prioriteras", "under_taket", "over_taket", "ryms_inte", "kostnad_okand")
QUANTITIES = ("andel_hushall", "andel_befolkning", "hushall", "folkmangd", "land_ha")
VERDICTS = ("inom", "utanfor", "ej_jamforbart")
CAUSES = (
    *("", "uppgifter_farre", "uppgifter_fler", "undre_grans", "sammanslagen", "oforklarad"),
    *("annat_matt", "annan_rakning", "rutorna", "granser"),
)
"""Why a published figure differs from ours; the words are in ``goals/deviations.py``."""
OUTCOMES = ("natt", "nas", "nas_inte", "for_fa_ar", "ingen_serie")
CELL_STATES = ("nytackt", "forlorad", "oforandrad", "ny_ruta", "borta")
AREA_STATES = ("stangt", "krympt", "vuxit", "andrat", "oforandrat", "nytt")
KINDS = ("hushall_smahus", "hushall_flerbostad", "fritidshus", "arbetsstallen")
"""Counts at an address that tell what stands there apart; missing where no buildings, or no workplaces, are known."""
HOUSE_TYPES = ("smahus", "flerbostad", "verksamhet", "ovrig", "okand")
DWELLINGS = ("", "smahus", "flerbostad")
ROAD_CLASSES = (
    *("motorvag", "landsvag", "landsvag_liten", "smavag", "huvudgata", "lokalgata"),
    *("cykelvag", "traktorvag", "farjeled"),
)
ROAD_LEVELS = ("mark", "bro", "underfart", "tunnel", "bro_och_underfart")
"""Whether a road lies on the ground; what does not joins other roads at its ends alone."""
TRENCH_KINDS = ("vag", "stick", "sjo", "fagelvag")
"""What a metre of trench is: along a road, from it to a house, over water, straight where no road goes."""
COST_CLASSES = ("ej_redovisad", "under_0_5", "0_5_1", "1_2", "2_5", "5_10", "10_20", "20_50", "over_50")
"""Classes of cost in million kronor."""
