# Bredband: gap analysis of broadband coverage in 250 m cells. «make help» explains every target.
#
# Every step is a file target: it reads files, writes beside and renames. Their rules stand in steps.mk, which is
# made from pipelines/steps.py. What comes from outside, the publishers' files and the configuration, and the
# program itself, is known by its content (lists and checksums in .steg, made on every run), never by its date,
# and make never sees a name of it: a file may be called anything.

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
# Steps' lines one step at a time. What is long and alone says itself how far it has come, while it goes on.
ifeq ($(filter fetch utvardera bench,$(MAKECMDGOALS)),)
MAKEFLAGS += --output-sync=target
endif

# What is given goes to the shell as it stands, in one piece: no expansion, quotes kept.
QUOTED = '$(subst ','\'',$(value $(1)))'
# What a planner writes: the same, without spaces around it.
AS_WRITTEN = '$(subst ','\'',$(strip $(value $(1))))'

# OUT and MAPS are in the names of targets, so they hold no sign that make reads as its own.
NOT_A_NAME := $$ \# % : ; | & < > ( ) * ? [ ] { } ' " ` ~ \ !
define PLAIN
$(if $(word 2,$(value $(1))),$(error FEL: $(1)=«$(value $(1))» innehåller mellanslag, det klarar make inte. Välj en annan mapp eller en relativ sökväg))
$(foreach s,$(NOT_A_NAME),$(if $(findstring $(s),$(value $(1))),$(error FEL: $(1)=«$(value $(1))» innehåller tecknet $(s), det klarar make inte. Välj en annan mapp eller en relativ sökväg)))
$(if $(filter -%,$(value $(1))),$(error FEL: $(1)=«$(value $(1))» börjar med ett bindestreck. Skriv ./$(value $(1))))
endef
define NEWLINE


endef
$(foreach v,CONFIG RAW TIDIGARE,$(if $(findstring $(NEWLINE),$(value $(v))),$(error FEL: $(v) innehåller en radbrytning, det klarar make inte. Byt namn på mappen)))
$(foreach v,CONFIG RAW OUT MAPS,$(if $(value $(v)),,$(error FEL: $(v) är tomt. Ange en fil eller mapp)))
$(foreach v,OUT MAPS,$(call PLAIN,$(v)))

STEG := $(OUT)/.steg
DONE := $(STEG)/liggare
BUILT := $(STEG)/produkter

# What is made from pipelines/steps.py: the rules of the steps, and the publishers' folders and groups.
include $(dir $(lastword $(MAKEFILE_LIST)))steps.mk

# --- input: the publishers' files, or the demo region where there are none -----------------------------

# Is there anything but what programs leave (pipelines/incoming/roles.py has the same rule)? A folder that
# cannot be read counts: what is wrong with it is told, no demo is made in its place.
PUBLISHED := $(shell for d in $(FOLDERS); do ( \
  cd -- $(call QUOTED,RAW)/$$d 2>/dev/null || { { test -e $(call QUOTED,RAW)/$$d || test -L $(call QUOTED,RAW)/$$d; } && echo ja; exit; }; \
  test -r . || echo ja; \
  for f in *; do case "$$f" in \
    ('~$$'*|[Rr][Ee][Aa][Dd][Mm][Ee]*|[Tt][Hh][Uu][Mm][Bb][Ss].[Dd][Bb]|[Dd][Ee][Ss][Kk][Tt][Oo][Pp].[Ii][Nn][Ii]|*.kalla.json|DEMO.json) ;; \
    (*) if test -e "./$$f" || test -L "./$$f"; then echo ja; exit; fi;; esac; done ); done)
ifeq ($(PUBLISHED),)
  IN := $(value RAW)/demo
  DEMO_MARK := --demo
else
  IN := $(value RAW)
endif

VENV := .venv
RUN  := $(VENV)/bin/python -m pipelines
# The steps of a run share what they import: the first of them starts the process that the others are forked from.
WARM := $(VENV)/bin/python -IS $(dir $(lastword $(MAKEFILE_LIST)))pipelines/warm.py ask $(STEG)/varm
LIST := $(VENV)/bin/python -S -m pipelines.incoming.listing
FOLDERS_IN = --config=$(call QUOTED,CONFIG) --raw=$(call QUOTED,$(1)) --out=$(OUT) --maps=$(MAPS)
ARGS  = $(call FOLDERS_IN,IN) $(if $(value TIDIGARE),--earlier=$(call QUOTED,TIDIGARE))
SAY   = @printf '  %s\n'
# A step's line: its number, of how many, and what it does. In a terminal also a bar, at once and on the terminal
# itself, since make keeps what a target says until it has ended; the next line wipes it out.
IN_TERMINAL = case "$$TERM $$MAKE_TERMOUT" in (dumb*) false;; (*' /dev/'*) :;; (*) false;; esac
WIPE = if $(IN_TERMINAL); then printf '\r\033[K'; fi
STEP = @step() { $(WIPE); printf '  [%s/$(STEPS)] %s\n' "$$1" "$$2"; if $(IN_TERMINAL); then \
	  printf '\r\033[K  %.*s%.*s  %s\r' $$(($$1 * 24 / $(STEPS))) '========================' \
	  $$((24 - $$1 * 24 / $(STEPS))) '........................' "$$2" >"$$MAKE_TERMOUT"; fi; }; step
# A shell's own words for what went wrong are English.
OR_SAY = 2>/dev/null || { printf 'FEL: %s\n' $(1) >&2; exit 2; }
STAMP = @mkdir -p $(@D) && touch $@ $(call OR_SAY,'$@ går inte att skriva. Finns plats på disken$(COMMA) och går mappen att skriva i?')
COMMA := ,
# The steps of this make are one run: none of another may be at work in the same OUT or MAPS.
export BREDBAND_KORNING := $(shell echo $$PPID)
LEAVE = for f in $(OUT)/.las $(MAPS)/.las; do \
	  [ -e $$f ] && read -r run < $$f && [ "$$run" = $(BREDBAND_KORNING) ] && rm -f $$f; done
# An installation that broke off: every command settles it first.
UNFINISHED := $(wildcard $(OUT)/.installation $(MAPS)/.installation)

# What was put in place last time, by the list in the folder itself: so a lost page is missed, and clean
# takes away those files and no other.
INSTALLED = sed -n '/\.\./d;s|^[0-9a-f]\{64\}  \([A-Za-z0-9_][A-Za-z0-9_./-]*\)$$|$(1)/\1|p' $(1)/.installerat 2>/dev/null
FINAL := $(sort $(OUT)/manifest.json $(MAPS)/index.html $(OUT)/.installerat $(MAPS)/.installerat \
           $(shell $(call INSTALLED,$(OUT))) $(shell $(call INSTALLED,$(MAPS))))

.PHONY: help coverage demo fetch plan fraga compare utvardera arkiv verifiera test test-utsatt test-browser test-qgis lint bench docs clean published need-chromium need-qgis FORCE
DEMO_NOTE := DEMO: simulerade data, inga verkliga uppgifter. Egna data läggs i $(value RAW)/.
.DEFAULT_GOAL := help

help: ## Visar den här listan
	@printf 'Bredband – gör så här:  make <mål> [VARIABEL=värde]\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@printf '\nVariabler (nu):\n  CONFIG=%s  regionens inställningar\n  RAW=%s  indata\n  OUT=%s  intern utgåva\n' \
	  $(call QUOTED,CONFIG) $(call QUOTED,RAW) '$(OUT)'
	@printf '  MAPS=%s  publicerad utgåva\n  JOBS=%s  samtidiga steg\n  TIDIGARE=%s  OUT från en tidigare utgåva: bristområden ärver id\n' \
	  '$(MAPS)' '$(JOBS)' $(call QUOTED,TIDIGARE)

coverage: $(FINAL) ## Hela jobbet: läser indata, räknar, kontrollerar och skriver alla produkter
	@$(WIPE)
	@$(if $(DEMO_MARK),printf '%s\n' $(call QUOTED,DEMO_NOTE))
	@$(LEAVE); printf 'Klart. Karta: %s/bredbandskarta.html   Rapport: %s/rapport.md   QGIS: %s/bredband.qgz\n' \
	  '$(MAPS)' '$(OUT)' '$(OUT)'
	@cat $(STEG)/varningar.txt 2>/dev/null || :

fetch: | $(VENV)/.klar ## Hämtar utgivarnas filer till RAW [BARA=scb,kolada] [VISA=ja: lista bara] [IGEN=ja: fråga om allt]
	@$(RUN) fetch $(call FOLDERS_IN,RAW) --only=$(call AS_WRITTEN,BARA) --show=$(call AS_WRITTEN,VISA) --again=$(call AS_WRITTEN,IGEN)

# Made anew when the configuration or the program says another region (exit code 3).
DEMO_IN := $(value RAW)/demo
DEMO_MADE = $(RUN) demo $(call FOLDERS_IN,DEMO_IN)
MAKE_DEMO = { test $$? -eq 3 || exit 2; printf '  Gör demoregionen i %s (simulerade data)\n' $(call QUOTED,DEMO_IN); $(DEMO_MADE); }

ifdef DEMO_MARK
demo: $(STEG)/indata.lista
else
demo: | $(VENV)/.klar
	@test -e $(call QUOTED,RAW)/DEMO.json || $(LIST) $(call FOLDERS_IN,DEMO_IN) --only-demo || $(MAKE_DEMO)
endif
demo: ## Gör demoregionen i RAW/demo (görs annars när den behövs)

# --- environment ---------------------------------------------------------------------------------------

INSTALL := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r
NOT_INSTALLED = { echo 'FEL: Programmets miljö kunde inte installeras i $(VENV) (orsaken står ovanför, på engelska). Kontrollera nätverket och att disken har plats, och kör igen.' >&2; exit 2; }

# Where all of it will be tested, the tests' lock, which holds the program's, is installed at once.
LOCK := $(if $(filter true,$(CI)),requirements-dev.lock,requirements.lock)

$(VENV)/.klar: requirements.lock
	@test -n "$(PYTHON)" || { echo 'FEL: Python 3.11 eller nyare (med venv) hittades inte. Installera det, eller ange PYTHON=…' >&2; exit 1; }
	$(SAY) 'Installerar programmets miljö i $(VENV) (några minuter första gången)'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV) || $(NOT_INSTALLED)
	@$(INSTALL) $(LOCK) || $(NOT_INSTALLED)
	$(if $(findstring dev,$(LOCK)),@touch $(VENV)/.klar-test)
	$(STAMP)

$(VENV)/.klar-test: requirements-dev.lock | $(VENV)/.klar
	$(SAY) 'Installerar testmiljön i $(VENV)'
	@$(INSTALL) requirements-dev.lock || $(NOT_INSTALLED)
	$(STAMP)

# --- input -----------------------------------------------------------------------------------------------

# What lies there and stands there now. Each is rewritten only when its content differs: the files of RAW, the
# configuration, what it names, the earlier edition, which of them this OUT was last made from, and the code that
# each step is made of. Looked at with make -n too, where there is anything to compare with.
LISTS := $(addprefix $(STEG)/,indata.lista konfiguration.txt publicerade.txt tidigare.txt val.txt) $(CODE)
# Never taken away by make when a step is stopped: an edition is put in place, or back, by its own step.
.PRECIOUS: $(LISTS) $(FINAL)
$(LISTS) &: FORCE | $(VENV)/.klar
	+@$(if $(DRY),test ! -d $(STEG) || test ! -x $(VENV)/bin/python || $(LIST) $(ARGS) $(DEMO_MARK) || :,$(LIST) $(ARGS) $(DEMO_MARK) $(if $(DEMO_MARK),|| { $(MAKE_DEMO) && $(LIST) $(ARGS); }))
DRY = $(findstring n,$(firstword -$(MAKEFLAGS)))

INVENTORY_SAID := Går igenom indata i $(value IN)
$(STEG)/indata.kollad: $(STEG)/kod/inventory.txt $(STEG)/indata.lista $(STEG)/val.txt
	$(STEP) 1 $(call QUOTED,INVENTORY_SAID)
	@$(RUN) inventory $(ARGS)
	$(STAMP)

# Rewritten only when the content is another. With make -n too what stands there is what there is.
$(GROUPS:%=$(STEG)/indata/%.json): $(STEG)/indata.kollad
	+@test -f $@ || $(if $(DRY),:,$(RUN) inventory $(ARGS))

$(STEG)/korning.json: $(STEG)/lagar.klar
	+@test -f $@ || $(if $(DRY),:,$(RUN) laws $(ARGS))

# What lies under MAPS, built but not put in place: the way in comes last. bench takes its time.
published: $(BUILT)/.entry.klar

$(FINAL) &: $(STEG)/kod/install.txt $(READY) $(if $(UNFINISHED),FORCE)
	$(STEP) $(STEPS) 'Lägger produkterna på plats'
	@$(RUN) install $(ARGS)

# --- on order, from a finished edition -----------------------------------------------------------------------

plan: | $(VENV)/.klar ## Vad som byggs för BUDGET=<kronor> eller MAL=<procent> [TROSKEL=1000 MATT=passerad]
	@$(RUN) plan $(ARGS) --budget=$(call AS_WRITTEN,BUDGET) --goal=$(call AS_WRITTEN,MAL) \
	  --troskel=$(call AS_WRITTEN,TROSKEL) --matt=$(call AS_WRITTEN,MATT)

fraga: | $(VENV)/.klar ## Vilka rutor det lönar sig mest att fråga om härnäst [ANTAL=1000 TROSKEL=1000 MATT=passerad]
	@$(RUN) fraga $(ARGS) --antal=$(call AS_WRITTEN,ANTAL) \
	  --fraga-troskel=$(call AS_WRITTEN,TROSKEL) --fraga-matt=$(call AS_WRITTEN,MATT)

compare: | $(VENV)/.klar ## Vad som har ändrats sedan FRAN=<OUT från en tidigare utgåva>
	@$(RUN) compare $(ARGS) --from=$(call AS_WRITTEN,FRAN)

utvardera: $(JUDGED) ## Hur bra modellen är: gömmer kommuners uppgifter och jämför [FRON=1,2,3]
	$(SAY) 'Utvärderar modellen (några minuter)'
	@$(RUN) evaluate $(ARGS) --seeds=$(call AS_WRITTEN,FRON)
	@$(LEAVE); printf 'Klart. Läs %s/utvardering/utvardering.md\n' '$(OUT)'

arkiv: | $(VENV)/.klar ## Arkivpaket (BagIt) av den färdiga utgåvan [UTGAVA=oppen: bara det publicerade]
	@$(RUN) archive $(ARGS) --edition=$(call AS_WRITTEN,UTGAVA)

verifiera: | $(VENV)/.klar ## Kontrollerar att arkivpaketet PAKET=<zip-fil eller mapp> är helt och oförändrat
	@$(RUN) verify $(ARGS) --package=$(call AS_WRITTEN,PAKET)

# --- checks ------------------------------------------------------------------------------------------------

PYTEST := env -u BREDBAND_KORNING $(VENV)/bin/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
ifeq ($(CI),true)
TEST_DEPS := $(VENV)/.klar-test need-chromium need-qgis
else
TEST_DEPS := $(VENV)/.klar-test
TEST_SOME := and not browser and not qgis
endif

test: $(TEST_DEPS) ## Kör testerna (med CI=true även i Chromium och QGIS)
	@$(PYTEST) -m 'not utsatt $(TEST_SOME)'

test-utsatt: $(VENV)/.klar-test ## Utsätter programmet för allt: avbrott, fulla diskar, trasiga indata (lång tid)
	@$(PYTEST) -m utsatt

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
	@test -x /usr/lib/cgi-bin/qgis_mapserv.fcgi && PATH="$$PATH:/usr/sbin" command -v lighttpd >/dev/null || { \
	  echo 'FEL: QGIS Server eller lighttpd saknas. Installera paketen qgis-server och lighttpd (Debian/Ubuntu: apt-get install --no-install-recommends qgis-server lighttpd).' >&2; exit 1; }

lint: $(VENV)/.klar-test ## Granskar stil (ruff) och typer (mypy)
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

bench: coverage $(VENV)/.klar-test ## Mäter tid och minne bredvid golvet och det vanliga sättet [VAXER SVERIGE KONTINENT SKRIV=ja]
	@$(VENV)/bin/python -m pipelines.orders.bench.run_bench $(ARGS) --jobs $(JOBS) --vaxer=$(call AS_WRITTEN,VAXER) \
	  --sverige=$(call AS_WRITTEN,SVERIGE) --kontinent=$(call AS_WRITTEN,KONTINENT) --skriv=$(call AS_WRITTEN,SKRIV)

docs: $(VENV)/.klar ## Skriver om steps.mk och sidorna i docs/ som kommer ur programmet självt
	@$(VENV)/bin/python -m pipelines.orders.describe

clean: ## Tar bort mellanresultat och produkter i OUT och MAPS (inte indata, inte miljön)
	@$(if $(wildcard $(OUT)/.las $(MAPS)/.las)$(UNFINISHED),$(PYTHON) -m pipelines.install.start $(OUT) $(MAPS))
	@rm -f $(OUT)/manifest.json
	@put=$$($(call INSTALLED,$(OUT)); $(call INSTALLED,$(MAPS))); \
	  rm -rf $(STEG) $$put $(OUT)/plan $(OUT)/fraga $(OUT)/jamforelse $(OUT)/utvardering $(OUT)/bench $(OUT)/.installerat $(MAPS)/.installerat \
	  $(foreach g,$(OUT)/bredband.gpkg $(MAPS)/data/bredband_oppen.gpkg,$(g)-wal $(g)-shm $(g)-journal) $(call OR_SAY,'Allt gick inte att ta bort i $(OUT) och $(MAPS). Går mapparna att skriva i?'); \
	  for f in $$put; do echo "$${f%/*}"; done | sort -ru | grep -vxF -e $(OUT) -e $(MAPS) | xargs rmdir 2>/dev/null || :
	@printf 'Borttaget: mellanresultat och produkter i %s och %s.\n' '$(OUT)' '$(MAPS)'

.DEFAULT:
	@printf 'FEL: %s är inget mål, och finns inte som fil. «make help» visar målen.\n' '$(subst ','\'',$@)' >&2; exit 2

FORCE:
