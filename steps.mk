# Skrivs av «make docs» ur pipelines/steps.py; ändra där.

FOLDERS := lantmateriet scb pts kolada granser vagar tackning
GROUPS := lantmateriet scb pts granser vagar tackning
STEPS := 38

CODE := $(STEG)/kod/inventory.txt $(STEG)/kod/lantmateriet.txt $(STEG)/kod/scb.txt $(STEG)/kod/pts.txt \
  $(STEG)/kod/granser.txt $(STEG)/kod/vagar.txt $(STEG)/kod/tackning.txt $(STEG)/kod/buildings.txt \
  $(STEG)/kod/grid.txt $(STEG)/kod/dwellings.txt $(STEG)/kod/evidence.txt $(STEG)/kod/households.txt \
  $(STEG)/kod/coverage.txt $(STEG)/kod/summaries.txt $(STEG)/kod/junctions.txt $(STEG)/kod/gaps.txt \
  $(STEG)/kod/goals.txt $(STEG)/kod/reconciliation.txt $(STEG)/kod/open_cells.txt $(STEG)/kod/open_areas.txt \
  $(STEG)/kod/history.txt $(STEG)/kod/laws.txt $(STEG)/kod/open_tables.txt $(STEG)/kod/ground.txt \
  $(STEG)/kod/printmap.txt $(STEG)/kod/geopackage.txt $(STEG)/kod/open_data.txt $(STEG)/kod/webmap.txt \
  $(STEG)/kod/tiles.txt $(STEG)/kod/pages.txt $(STEG)/kod/raster.txt $(STEG)/kod/tables.txt $(STEG)/kod/qgis.txt \
  $(STEG)/kod/report.txt $(STEG)/kod/specification.txt $(STEG)/kod/catalogue.txt $(STEG)/kod/entry.txt \
  $(STEG)/kod/install.txt

READY := $(BUILT)/.printmap.klar $(BUILT)/.geopackage.klar $(BUILT)/.open_data.klar $(BUILT)/.webmap.klar \
  $(BUILT)/.tiles.klar $(BUILT)/.pages.klar $(BUILT)/.raster.klar $(BUILT)/.tables.klar $(BUILT)/.qgis.klar \
  $(BUILT)/.report.klar $(BUILT)/.specification.klar $(BUILT)/.catalogue.klar $(BUILT)/.entry.klar

JUDGED := $(DONE)/gaps.json

$(DONE)/lantmateriet.json: $(STEG)/kod/lantmateriet.txt $(STEG)/indata/lantmateriet.json $(STEG)/indata/granser.json \
  $(STEG)/konfiguration.txt $(STEG)/val.txt
	$(STEP) 2 'Läser lantmateriet'
	@$(WARM) lantmateriet $(ARGS)

$(DONE)/scb.json: $(STEG)/kod/scb.txt $(STEG)/indata/scb.json $(STEG)/indata/granser.json $(STEG)/konfiguration.txt \
  $(STEG)/val.txt
	$(STEP) 3 'Läser scb'
	@$(WARM) scb $(ARGS)

$(DONE)/pts.json: $(STEG)/kod/pts.txt $(STEG)/indata/pts.json $(STEG)/konfiguration.txt $(STEG)/val.txt
	$(STEP) 4 'Läser pts'
	@$(WARM) pts $(ARGS)

$(DONE)/granser.json: $(STEG)/kod/granser.txt $(STEG)/indata/granser.json $(STEG)/konfiguration.txt $(STEG)/val.txt
	$(STEP) 5 'Läser granser'
	@$(WARM) granser $(ARGS)

$(DONE)/vagar.json: $(STEG)/kod/vagar.txt $(STEG)/indata/vagar.json $(STEG)/indata/granser.json $(STEG)/konfiguration.txt \
  $(STEG)/val.txt | $(DONE)/grid.json
	$(STEP) 6 'Läser vagar'
	@$(WARM) vagar $(ARGS)

$(DONE)/tackning.json: $(STEG)/kod/tackning.txt $(STEG)/indata/tackning.json $(STEG)/konfiguration.txt $(STEG)/val.txt \
  $(DONE)/lantmateriet.json
	$(STEP) 7 'Läser tackning'
	@$(WARM) tackning $(ARGS)

$(DONE)/buildings.json: $(STEG)/kod/buildings.txt $(STEG)/indata/lantmateriet.json $(STEG)/indata/granser.json \
  $(STEG)/konfiguration.txt $(STEG)/val.txt
	$(STEP) 8 'Läser byggnader'
	@$(WARM) buildings $(ARGS)

$(DONE)/grid.json: $(STEG)/kod/grid.txt $(DONE)/lantmateriet.json $(DONE)/scb.json $(DONE)/pts.json $(DONE)/granser.json
	$(STEP) 9 'Rutor, land och områdestyp'
	@$(WARM) grid $(ARGS)

$(DONE)/dwellings.json: $(STEG)/kod/dwellings.txt $(DONE)/grid.json $(DONE)/buildings.json
	$(STEP) 10 'Hustyp och bostäder per adress'
	@$(WARM) dwellings $(ARGS) --jobs $(JOBS)

$(DONE)/evidence.json: $(STEG)/kod/evidence.txt $(DONE)/dwellings.json $(DONE)/tackning.json
	$(STEP) 11 'Täckningsuppgifter per adress'
	@$(WARM) evidence $(ARGS) --jobs $(JOBS)

$(DONE)/households.json: $(STEG)/kod/households.txt $(DONE)/evidence.json
	$(STEP) 12 'Folkmängd och hushåll per adress'
	@$(WARM) households $(ARGS) --jobs $(JOBS)

$(DONE)/coverage.json: $(STEG)/kod/coverage.txt $(DONE)/households.json
	$(STEP) 13 'Täckning per adress'
	@$(WARM) coverage $(ARGS) --jobs $(JOBS)

$(DONE)/summaries.json: $(STEG)/kod/summaries.txt $(DONE)/coverage.json
	$(STEP) 14 'Summerar rutor, kommuner och län'
	@$(WARM) summaries $(ARGS)

$(STEG)/vagnat.parquet: $(STEG)/kod/junctions.txt $(DONE)/grid.json $(DONE)/vagar.json
	$(STEP) 15 'Var vägar möts'
	@$(WARM) junctions $(ARGS)

$(DONE)/gaps.json: $(STEG)/kod/gaps.txt $(STEG)/tidigare.txt $(DONE)/coverage.json $(STEG)/vagnat.parquet
	$(STEP) 16 'Bristområden, projekt, schakt och kostnad'
	@$(WARM) gaps $(ARGS) --jobs $(JOBS)

$(DONE)/goals.json: $(STEG)/kod/goals.txt $(DONE)/gaps.json $(DONE)/summaries.json
	$(STEP) 17 'Mål, avstämning mot PTS och regional prioritering'
	@$(WARM) goals $(ARGS) --jobs $(JOBS)

$(DONE)/reconciliation.json: $(STEG)/kod/reconciliation.txt $(STEG)/publicerade.txt $(DONE)/goals.json
	$(STEP) 18 'Avstämning mot publicerade tal'
	@$(WARM) reconciliation $(ARGS)

$(STEG)/oppna_rutor.parquet: $(STEG)/kod/open_cells.txt $(DONE)/coverage.json
	$(STEP) 19 'Rutor som de får visas'
	@$(WARM) open_cells $(ARGS)

$(STEG)/oppen_bristomraden.parquet: $(STEG)/kod/open_areas.txt $(STEG)/oppna_rutor.parquet $(STEG)/vagnat.parquet
	$(STEP) 20 'Områden och projekt som de får visas'
	@$(WARM) open_areas $(ARGS)

$(DONE)/history.json: $(STEG)/kod/history.txt $(DONE)/pts.json | $(DONE)/grid.json
	$(STEP) 21 'Historik och framskrivning'
	@$(WARM) history $(ARGS)

$(STEG)/lagar.klar: $(STEG)/kod/laws.txt $(STEG)/tidigare.txt $(STEG)/publicerade.txt $(DONE)/reconciliation.json \
  $(STEG)/oppna_rutor.parquet $(DONE)/history.json
	$(STEP) 22 'Kontrollerar lagarna'
	@$(WARM) laws $(ARGS)
	$(STAMP)

$(STEG)/oppen_lan.parquet: $(STEG)/kod/open_tables.txt $(STEG)/korning.json $(STEG)/oppen_bristomraden.parquet
	$(STEP) 23 'Det som publiceras'
	@$(WARM) open_tables $(ARGS)

$(STEG)/grund_granser.parquet: $(STEG)/kod/ground.txt $(DONE)/granser.json $(DONE)/vagar.json
	$(STEP) 24 'Underlagskarta'
	@$(WARM) ground $(ARGS)

$(BUILT)/.printmap.klar: $(STEG)/kod/printmap.txt $(STEG)/oppen_lan.parquet $(STEG)/grund_granser.parquet
	$(STEP) 25 'Kartor för utskrift'
	@$(WARM) printmap $(ARGS) --jobs $(JOBS)

$(BUILT)/.geopackage.klar: $(STEG)/kod/geopackage.txt $(STEG)/korning.json $(STEG)/grund_granser.parquet
	$(STEP) 26 'GeoPackage'
	@$(WARM) geopackage $(ARGS)

$(BUILT)/.open_data.klar: $(STEG)/kod/open_data.txt $(STEG)/oppen_lan.parquet $(STEG)/grund_granser.parquet
	$(STEP) 27 'Öppna data'
	@$(WARM) open_data $(ARGS)

$(BUILT)/.webmap.klar: $(STEG)/kod/webmap.txt $(STEG)/tidigare.txt $(STEG)/oppen_lan.parquet $(STEG)/grund_granser.parquet
	$(STEP) 28 'Webbkarta'
	@$(WARM) webmap $(ARGS)

$(BUILT)/.tiles.klar: $(STEG)/kod/tiles.txt $(STEG)/oppen_lan.parquet
	$(STEP) 29 'Kartrutor'
	@$(WARM) tiles $(ARGS)

$(BUILT)/.pages.klar: $(STEG)/kod/pages.txt $(STEG)/oppen_lan.parquet $(STEG)/grund_granser.parquet
	$(STEP) 30 'Kommunsidor'
	@$(WARM) pages $(ARGS)

$(BUILT)/.raster.klar: $(STEG)/kod/raster.txt $(STEG)/oppen_lan.parquet
	$(STEP) 31 'Raster'
	@$(WARM) raster $(ARGS)

$(BUILT)/.tables.klar: $(STEG)/kod/tables.txt $(STEG)/korning.json
	$(STEP) 32 'Arbetsbok och tabeller'
	@$(WARM) tables $(ARGS)

$(BUILT)/.qgis.klar: $(STEG)/kod/qgis.txt $(STEG)/oppen_lan.parquet
	$(STEP) 33 'QGIS-projekt'
	@$(WARM) qgis $(ARGS)

$(BUILT)/.report.klar: $(STEG)/kod/report.txt $(STEG)/tidigare.txt $(STEG)/publicerade.txt $(STEG)/korning.json
	$(STEP) 34 'Rapport och manifest'
	@$(WARM) report $(ARGS)

$(BUILT)/.specification.klar: $(STEG)/kod/specification.txt $(BUILT)/.printmap.klar $(BUILT)/.open_data.klar $(BUILT)/.webmap.klar \
  $(BUILT)/.pages.klar $(BUILT)/.tiles.klar $(BUILT)/.raster.klar $(BUILT)/.qgis.klar
	$(STEP) 35 'Dataproduktspecifikation'
	@$(WARM) specification $(ARGS)

$(BUILT)/.catalogue.klar: $(STEG)/kod/catalogue.txt $(BUILT)/.specification.klar
	$(STEP) 36 'Katalog och metadata'
	@$(WARM) catalogue $(ARGS)

$(BUILT)/.entry.klar: $(STEG)/kod/entry.txt $(BUILT)/.catalogue.klar
	$(STEP) 37 'Ingångssida'
	@$(WARM) entry $(ARGS)
