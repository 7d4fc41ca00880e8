# Bredband: gap analysis of broadband coverage in 250 m cells. «make help» explains every target.
#
# Every stage is a file target: it reads files, writes beside and renames. A publisher's files are known
# by their content (checksums in .steg/indata), so touching a file redoes nothing that matters.

ifeq ($(filter grouped-target,$(.FEATURES)),)
$(error GNU make 4.3 eller nyare behövs (den här är $(MAKE_VERSION)))
endif

SHELL := /bin/sh
# Compiled once, not anew by every step, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

CONFIG ?= config/vastra-gotaland.toml
RAW    ?= data/raw
OUT    ?= data/processed
MAPS   ?= maps
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
            $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(JOBS)
endif
MAKEFLAGS += --output-sync=target

define NOT_SPACED
$(if $(word 2,$($(1))),$(error FEL: $(1)=«$($(1))» innehåller mellanslag, det klarar make inte. Välj en annan mapp eller en relativ sökväg))
endef
$(foreach v,CONFIG RAW OUT MAPS TIDIGARE,$(eval $(call NOT_SPACED,$(v))))

# --- input: the publishers' files, or the demo region where there are none -----------------------------

GROUPS := lantmateriet scb pts granser tackning
FOLDERS := lantmateriet scb pts kolada granser tackning
PUBLISHED := $(wildcard $(FOLDERS:%=$(RAW)/%/*))
ifeq ($(PUBLISHED),)
  IN := $(RAW)/demo
  DEMO_MARK := $(IN)/DEMO.json
else
  IN := $(RAW)
endif
# A folder is newer when a file comes or goes.
INPUT := $(wildcard $(FOLDERS:%=$(IN)/%) $(FOLDERS:%=$(IN)/%/*))

STEG := $(OUT)/.steg
DONE := $(STEG)/liggare
BUILT := $(STEG)/produkter
VENV := .venv
RUN  := $(VENV)/bin/python -m pipelines
ARGS  = --config $(CONFIG) --raw $(IN) --out $(OUT) --maps $(MAPS) $(if $(TIDIGARE),--earlier $(TIDIGARE))
SAY   = @printf '  %s\n'

CORE    := $(wildcard pipelines/*.py)
SOURCES := $(CORE) $(wildcard pipelines/sources/*.py)
STAGES  := $(CORE) $(wildcard pipelines/stages/*.py pipelines/stages/*/*.py)
# Files only: a folder is newer whenever Python lays its bytecode there.
ALLCODE := $(SOURCES) $(STAGES) $(filter-out %.pyc,$(wildcard pipelines/publish/*.* pipelines/publish/*/*.*))
DEMOCODE := $(CORE) $(wildcard pipelines/demo/*.py)

TABLES := oversikt mal bristomraden kurva pts_projekt avstamning avstamning_kallor historik framskrivning \
          lasmig
CLASS_RASTERS := $(foreach e,tif tif.aux.xml qml,$(foreach m,tillgang passerad,$(foreach t,30 100 1000,klass_$(m)_$(t).$(e))))
PRODUCTS_OUT  := bredband.gpkg kommuner.csv kommuner.xlsx prioritering_pts.csv $(TABLES:%=tabeller/%.csv) \
                 tackning_250m.tif rapport.md manifest.json bredbandskarta_intern.html \
                 bredband.qgz tackning_250m.qml $(CLASS_RASTERS)
OPEN_DATA := $(addprefix data/,bredband_oppen.gpkg rutnat_250m.csv rutnat_250m.parquet bristomraden.csv \
               bristomraden.parquet kommuner.csv kommuner.parquet kommuner.geojson lan.csv historik.csv \
               framskrivning.csv avstamning_kallor.csv datapackage.json)
OPEN_QGIS := data/bredband_oppen.qgz $(CLASS_RASTERS:%=data/raster/%)
PRODUCTS_MAPS := bredbandskarta.html bredbandskarta.en.html $(OPEN_DATA) $(OPEN_QGIS)
# A step whose files make cannot know (one a kommun) writes a stamp when all are there: $(BUILT)/.<step>.klar.
MANY := printmap kommunsidor
# What was put in place last time, by the list in the folder itself: so a lost page is missed, and clean
# takes away those files and no other.
INSTALLED = sed -n '/\.\./d;s|^[0-9a-f]\{64\}  \([A-Za-z0-9_][A-Za-z0-9_./-]*\)$$|$(1)/\1|p' $(1)/.installerat 2>/dev/null
# What tells of the others: their sizes, checksums and quality. Built last.
CATALOGUE := catalog.rdf catalog.ttl metadata_iso19139.xml
TOLD := specifikation.html $(CATALOGUE)
# The way in lists all the others, and is in none of them.
ENTRY := index.html tillganglighet.html
FINAL := $(sort $(PRODUCTS_OUT:%=$(OUT)/%) $(PRODUCTS_MAPS:%=$(MAPS)/%) $(TOLD:%=$(MAPS)/%) $(ENTRY:%=$(MAPS)/%) \
           $(shell $(call INSTALLED,$(OUT))) $(shell $(call INSTALLED,$(MAPS))))
READY_MAPS := $(PRODUCTS_MAPS:%=$(BUILT)/maps/%) $(MANY:%=$(BUILT)/.%.klar)
READY := $(PRODUCTS_OUT:%=$(BUILT)/out/%) $(READY_MAPS) $(TOLD:%=$(BUILT)/maps/%) $(ENTRY:%=$(BUILT)/maps/%)

.PHONY: help coverage demo fetch plan compare utvardera arkiv verifiera test test-browser test-qgis lint bench docs clean published need-chromium need-qgis FORCE
DEMO_NOTE := DEMO: simulerade data, inga verkliga uppgifter. Egna data läggs i $(RAW)/.
.DEFAULT_GOAL := help

help: ## Visar den här listan
	@printf 'Bredband – gör så här:  make <mål> [VARIABEL=värde]\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@printf '\nVariabler (nu):\n  CONFIG=%s  regionens inställningar\n  RAW=%s  indata\n  OUT=%s  intern utgåva\n' \
	  '$(CONFIG)' '$(RAW)' '$(OUT)'
	@printf '  MAPS=%s  publicerad utgåva\n  JOBS=%s  samtidiga steg\n  TIDIGARE=%s  OUT från en tidigare utgåva: bristområden ärver id\n' \
	  '$(MAPS)' '$(JOBS)' '$(TIDIGARE)'

coverage: $(FINAL) ## Hela jobbet: läser indata, räknar, kontrollerar och skriver alla produkter
	@$(if $(DEMO_MARK),echo '$(DEMO_NOTE)')
	@printf 'Klart. Karta: %s/bredbandskarta.html   Rapport: %s/rapport.md   QGIS: %s/bredband.qgz\n' \
	  '$(MAPS)' '$(OUT)' '$(OUT)'

fetch: | $(VENV)/.klar ## Hämtar utgivarnas filer till RAW [BARA=scb,kolada] [VISA=ja: lista bara] [IGEN=ja: fråga om allt]
	@$(RUN) fetch --config $(CONFIG) --raw $(RAW) --out $(OUT) --maps $(MAPS) --only=$(call AS_WRITTEN,BARA) \
	  --show=$(call AS_WRITTEN,VISA) --again=$(call AS_WRITTEN,IGEN)

demo: $(IN)/DEMO.json ## Gör demoregionen i RAW/demo (görs annars när den behövs)

# --- environment ---------------------------------------------------------------------------------------

$(VENV)/.klar: requirements.lock
	@test -n "$(PYTHON)" || { echo 'FEL: Python 3.11 eller nyare (med venv) hittades inte. Installera det, eller ange PYTHON=…' >&2; exit 1; }
	$(SAY) 'Installerar programmets miljö i $(VENV) (några minuter första gången)'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.klar-test: requirements-dev.lock | $(VENV)/.klar
	$(SAY) 'Installerar testmiljön i $(VENV)'
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# --- input -----------------------------------------------------------------------------------------------

$(RAW)/demo/DEMO.json: $(CONFIG) $(DEMOCODE) | $(VENV)/.klar
	$(SAY) 'Gör demoregionen i $(RAW)/demo (simulerade data)'
	@$(RUN) demo --config $(CONFIG) --raw $(RAW)/demo --out $(OUT) --maps $(MAPS)

# Which configuration and folder this OUT was last made from; rewritten only when that changes.
$(STEG)/val.txt: FORCE
	@mkdir -p $(@D) && printf '%s\n' '$(CONFIG) $(IN) $(TIDIGARE)' | cmp -s - $@ || \
	  printf '%s\n' '$(CONFIG) $(IN) $(TIDIGARE)' > $@

$(STEG)/indata.kollad: $(DEMO_MARK) $(INPUT) $(CORE) pipelines/sources/inventory.py $(STEG)/val.txt | $(VENV)/.klar
	$(SAY) 'Går igenom indata i $(IN)'
	@$(RUN) inventory $(ARGS)
	@touch $@

$(GROUPS:%=$(STEG)/indata/%.json): $(STEG)/indata.kollad
	@test -f $@ || $(RUN) inventory $(ARGS)

# --- sources ---------------------------------------------------------------------------------------------

$(GROUPS:%=$(DONE)/%.json): $(DONE)/%.json: $(STEG)/indata/%.json $(CONFIG) $(STEG)/val.txt $(SOURCES)
	$(SAY) 'Läser $*'
	@$(RUN) $* $(ARGS)

# --- stages ----------------------------------------------------------------------------------------------

$(DONE)/scb.json: $(STEG)/indata/granser.json

$(DONE)/grid.json: $(DONE)/lantmateriet.json $(DONE)/scb.json $(DONE)/pts.json $(DONE)/granser.json $(STAGES)
	$(SAY) 'Rutor, land och områdestyp'
	@$(RUN) grid $(ARGS)

$(DONE)/households.json: $(DONE)/grid.json
	$(SAY) 'Folkmängd och hushåll per adress'
	@$(RUN) households $(ARGS)

$(DONE)/coverage.json: $(DONE)/households.json $(DONE)/tackning.json
	$(SAY) 'Täckning per adress'
	@$(RUN) coverage $(ARGS)

$(DONE)/summaries.json: $(DONE)/coverage.json
	$(SAY) 'Summerar rutor, kommuner och län'
	@$(RUN) summaries $(ARGS)

$(DONE)/gaps.json: $(DONE)/coverage.json $(if $(TIDIGARE),$(TIDIGARE)/bredband.gpkg)
	$(SAY) 'Bristområden, schakt och kostnad'
	@$(RUN) gaps $(ARGS)

$(DONE)/goals.json: $(DONE)/summaries.json $(DONE)/gaps.json
	$(SAY) 'Mål, avstämning mot PTS och regional prioritering'
	@$(RUN) goals $(ARGS)

$(DONE)/reconciliation.json: $(DONE)/goals.json $(wildcard $(CONFIG:.toml=)/*)
	$(SAY) 'Avstämning mot publicerade tal'
	@$(RUN) reconciliation $(ARGS)

$(DONE)/history.json: $(DONE)/pts.json $(STAGES)
	$(SAY) 'Historik och framskrivning'
	@$(RUN) history $(ARGS)

$(STEG)/lagar.klar: $(DONE)/reconciliation.json $(DONE)/history.json $(ALLCODE)
	$(SAY) 'Kontrollerar lagarna'
	@$(RUN) laws $(ARGS)
	@touch $@

# Rewritten only when the run is another one: code that is merely newer makes no product anew.
$(STEG)/korning.json: $(STEG)/lagar.klar
	@test -f $@ || $(RUN) laws $(ARGS)

# --- products: built beside, put in place together ---------------------------------------------------------

$(BUILT)/out/bredband.gpkg: $(STEG)/korning.json
	$(SAY) 'GeoPackage'
	@$(RUN) geopackage $(ARGS)

$(BUILT)/out/tackning_250m.tif $(BUILT)/out/tackning_250m.qml $(CLASS_RASTERS:%=$(BUILT)/out/%) \
$(CLASS_RASTERS:%=$(BUILT)/maps/data/raster/%) &: $(STEG)/oppen_lan.parquet
	$(SAY) 'Raster'
	@$(RUN) raster $(ARGS)

$(BUILT)/out/bredband.qgz $(BUILT)/maps/data/bredband_oppen.qgz &: $(STEG)/oppen_lan.parquet
	$(SAY) 'QGIS-projekt'
	@$(RUN) qgis $(ARGS)

$(BUILT)/out/kommuner.csv $(BUILT)/out/kommuner.xlsx $(BUILT)/out/prioritering_pts.csv \
$(TABLES:%=$(BUILT)/out/tabeller/%.csv) &: $(STEG)/korning.json
	$(SAY) 'Tabeller'
	@$(RUN) tables $(ARGS)

# What is published is told once: every product under maps/ reads these tables.
$(STEG)/oppen_lan.parquet: $(STEG)/korning.json
	$(SAY) 'Det som publiceras'
	@$(RUN) open_tables $(ARGS)

$(OPEN_DATA:%=$(BUILT)/maps/%) &: $(STEG)/oppen_lan.parquet
	$(SAY) 'Öppna data'
	@$(RUN) open_data $(ARGS)

$(BUILT)/out/rapport.md $(BUILT)/out/manifest.json &: $(STEG)/korning.json
	$(SAY) 'Rapport och manifest'
	@$(RUN) report $(ARGS)

$(BUILT)/maps/bredbandskarta.html $(BUILT)/maps/bredbandskarta.en.html \
$(BUILT)/out/bredbandskarta_intern.html &: $(STEG)/oppen_lan.parquet
	$(SAY) 'Webbkarta'
	@$(RUN) webmap $(ARGS)

$(BUILT)/.printmap.klar: $(STEG)/oppen_lan.parquet
	$(SAY) 'Kartor för utskrift'
	@$(RUN) printmap $(ARGS) --jobs $(JOBS)
	@mkdir -p $(@D) && touch $@

$(BUILT)/maps/specifikation.html: $(READY_MAPS)
	$(SAY) 'Dataproduktspecifikation'
	@$(RUN) specification $(ARGS)

$(CATALOGUE:%=$(BUILT)/maps/%) &: $(READY_MAPS) $(BUILT)/maps/specifikation.html
	$(SAY) 'Katalog och metadata'
	@$(RUN) catalogue $(ARGS)

# A page a kommun: which there are stands in the configuration.
$(BUILT)/.kommunsidor.klar: $(STEG)/oppen_lan.parquet
	$(SAY) 'Kommunsidor'
	@$(RUN) pages $(ARGS)

$(ENTRY:%=$(BUILT)/maps/%) &: $(READY_MAPS) $(TOLD:%=$(BUILT)/maps/%)
	$(SAY) 'Ingångssida'
	@$(RUN) entry $(ARGS)

# What lies under MAPS, built but not put in place: the way in comes last. bench takes its time.
published: $(ENTRY:%=$(BUILT)/maps/%)

$(FINAL) &: $(READY)
	$(SAY) 'Lägger produkterna på plats'
	@$(RUN) install $(ARGS)

# --- on order, from a finished edition -----------------------------------------------------------------------

# What a planner writes goes to Python as it stands, in one piece: no expansion, quotes kept.
AS_WRITTEN = '$(subst ','\'',$(strip $(value $(1))))'

plan: | $(VENV)/.klar ## Vad som byggs för BUDGET=<kronor> eller MAL=<procent> [TROSKEL=1000 MATT=passerad]
	@$(RUN) plan $(ARGS) --budget=$(call AS_WRITTEN,BUDGET) --goal=$(call AS_WRITTEN,MAL) \
	  --troskel=$(call AS_WRITTEN,TROSKEL) --matt=$(call AS_WRITTEN,MATT)

compare: | $(VENV)/.klar ## Vad som har ändrats sedan FRAN=<OUT från en tidigare utgåva>
	@$(RUN) compare $(ARGS) --from=$(call AS_WRITTEN,FRAN)

utvardera: $(DONE)/coverage.json ## Hur bra modellen är: gömmer kommuners uppgifter och jämför [FRON=1,2,3]
	$(SAY) 'Utvärderar modellen (några minuter)'
	@$(RUN) evaluate $(ARGS) --seeds=$(call AS_WRITTEN,FRON)
	@printf 'Klart. Läs %s/utvardering/utvardering.md\n' '$(OUT)'

arkiv: | $(VENV)/.klar ## Arkivpaket (BagIt) av den färdiga utgåvan [UTGAVA=oppen: bara det publicerade]
	@$(RUN) archive $(ARGS) --edition=$(call AS_WRITTEN,UTGAVA)

verifiera: | $(VENV)/.klar ## Kontrollerar att arkivpaketet PAKET=<zip-fil eller mapp> är helt och oförändrat
	@$(RUN) verify $(ARGS) --package=$(call AS_WRITTEN,PAKET)

# --- checks ------------------------------------------------------------------------------------------------

PYTEST := $(VENV)/bin/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
ifeq ($(CI),true)
TEST_DEPS := $(VENV)/.klar-test need-chromium need-qgis
else
TEST_DEPS := $(VENV)/.klar-test
TEST_SOME := -m 'not browser and not qgis'
endif

test: $(TEST_DEPS) ## Kör testerna (med CI=true även i Chromium och QGIS)
	@$(PYTEST) $(TEST_SOME)

test-browser: need-chromium $(VENV)/.klar-test ## Kör testerna i Chromium
	@$(PYTEST) -m browser

test-qgis: need-qgis $(VENV)/.klar-test ## Kör testerna i QGIS
	@$(PYTEST) -m qgis

need-chromium:
	@command -v "$${CHROMIUM:-chromium}" >/dev/null 2>&1 || { \
	  echo 'FEL: Chromium saknas. Installera paketet chromium (Debian/Ubuntu: apt-get install chromium), eller ange CHROMIUM=<sökväg>.' >&2; exit 1; }

need-qgis:
	@"$${QGIS_PYTHON:-/usr/bin/python3}" -c 'import qgis.core' 2>/dev/null || { \
	  echo 'FEL: QGIS för Python saknas. Installera paketen qgis och python3-qgis (Debian/Ubuntu: apt-get install qgis python3-qgis), eller ange QGIS_PYTHON=<python med qgis>.' >&2; exit 1; }

lint: $(VENV)/.klar-test ## Granskar stil (ruff) och typer (mypy)
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

bench: coverage $(VENV)/.klar-test ## Mäter varje stegs tid och minne, bredvid golvet: läsa och skriva utan att räkna
	@$(VENV)/bin/python -m pipelines.bench $(ARGS) --jobs $(JOBS)

docs: $(VENV)/.klar ## Skriver om docs/konfiguration.md och docs/datalexikon.md ur modellen
	@$(VENV)/bin/python -m pipelines.describe

clean: ## Tar bort mellanresultat och produkter i OUT och MAPS (inte indata, inte miljön)
	@rm -rf $(STEG) $(FINAL) $(OUT)/plan $(OUT)/jamforelse $(OUT)/utvardering $(OUT)/.installerat $(MAPS)/.installerat
	@printf '%s\n' $(filter-out $(OUT)/ $(MAPS)/,$(sort $(dir $(FINAL)))) | sort -r | xargs rmdir 2>/dev/null || :
	@printf 'Borttaget: mellanresultat och produkter i %s och %s.\n' '$(OUT)' '$(MAPS)'

FORCE:
