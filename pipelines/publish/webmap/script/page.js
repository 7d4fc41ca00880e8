// The page: wires the controls, the map, the facts panel, the legend, the lists and the address together.
(function () {
  'use strict';
  const $ = (id) => document.getElementById(id);
  bredband.calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

  // Map options for a reader who has asked for less motion.
  bredband.motion = () => (bredband.calm()
    ? { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false } : {});

  // What is shown is said where it is not what the controls say.
  function measure(form, state, grid, page, texts) {
    const whole = state.lager === 'underlag' && grid.level(state).underlag === 'underlag', earlier = state.lager === 'klass' && state.tid === 'fore';
    for (const radio of form.elements.tid || []) radio.disabled = state.lager !== 'klass';
    $('matt-not').textContent = whole ? texts.matt_samlat
      : earlier ? bredband.fill(texts.tid_not, { datum: page.fore }) : '';
    return { ...state, tid: earlier ? 'fore' : 'nu' };
  }

  // The state of the page as one object, so that it can be put in an address or taken from one.
  function chosen({ lager, troskel, matt, tid, omraden }) {
    return {
      lager: lager.value, troskel: Number(troskel.value), matt: matt.value, tid: tid ? tid.value : 'nu', omraden: omraden.checked,
    };
  }

  class View {
    constructor(map, layer, grid, page, texts, shapes) {
      Object.assign(this, { map, layer, grid, page, texts, bounds: shapes.bounds });
      this.form = $('val');
      this.cell = null;
      this.area = 0;
      this.place = null; // a name that was searched for
      this.asked = null; // a road that was, until a cell of it is chosen
      this.own = null; // while the reader's own place is shown: the view the address keeps
      this.legend = bredband.legend(map, layer, page, texts);
      this.kommuner = bredband.kommuner(grid, page, texts);
    }

    // The län in kommuner, before the cells are there. -> whether that is what the reader asked for
    first() {
      const state = chosen(this.form.elements), whole = this.kommuner.made(state, '');
      if (location.hash || !whole || this.map.getZoom() >= whole.below) return false;
      this.layer.paint(null, null, whole);
      this.legend.show(null, state, whole);
      return true;
    }

    // From here on the view answers. The grid has its cells now.
    complete(ground, areas, facts, shapes) {
      const { map, layer, grid, page, texts } = this;
      Object.assign(this, { areas, facts });
      this.panel = $('fakta');
      this.names = bredband.names(shapes);
      this.table = bredband.table($('kommuntabell'));
      this.list = bredband.areaList(areas, page, texts, (area) => this.showArea(area, true));
      this.cursor = bredband.cursor(map, layer, grid, (i) => this.onCell(i), {
        onWhole: (i, at) => this.onKommun(i, at), onLeave: () => this.close(),
      });
      this.sheet = bredband.sheet(map, () => this.close());
      this.address = bredband.address(() => this.current(), (view) => this.take(view));
      this.ownPlace = bredband.ownPlace(map, layer, facts, shapes, texts, {
        begin: () => this.begin(), choose: (...at) => this.cursor.choose(...at), clear: () => this.cursor.clear(),
      });
      facts.onArea = (area) => this.showArea(area);
      this.form.addEventListener('submit', (event) => event.preventDefault());
      this.form.addEventListener('change', (event) => {
        if (event.target.name) this.update(true);
      });
      $('dela-plats').addEventListener('change', () => this.tellOwn());
      for (const query of ['(prefers-color-scheme: dark)', 'print']) {
        window.matchMedia(query).addEventListener('change', () => {
          ground.repaint();
          this.update();
        });
      }
      map.on('moveend', () => this.address.write(false));
      if (location.hash) this.address.take();
      else this.update();
    }

    update(step = false) {
      const state = measure(this.form, chosen(this.form.elements), this.grid, this.page, this.texts), before = this.state;
      this.state = state;
      if (before && (before.troskel !== state.troskel || before.matt !== state.matt)) {
        this.area = 0;
        this.built = null;
      }
      const { palette } = bredband, of = this.built ?? (state.omraden ? this.areas.of(state) : null);
      const made = bredband.data.once(() => palette.layer(this.grid, state, of));
      const colours = ['--markering', '--markerat'].map((name) => palette.packed(palette.rgb(name)));
      const whole = this.kommuner.made(state, this.kommun());
      this.layer.paint(made, of && { of, chosen: this.built ? 1 : this.area, colours }, whole);
      // What is seen when one zooms in is made ready while the reader looks.
      clearTimeout(this.soon);
      this.soon = setTimeout(() => this.layer.cells(), 200);
      this.painted = this.kommun();
      this.legend.show(made, state, whole);
      this.table.follow(this.grid.level(state).kod, bredband.fill(this.texts.tabell_caption, {
        troskel: bredband.number(state.troskel, 1), matt: this.texts.matt_namn[state.matt].toLowerCase(),
      }));
      this.list.follow(state);
      if (this.plan && (!before || before.troskel !== state.troskel || before.matt !== state.matt)) setTimeout(() => this.plan.follow(this.state));
      this.facts.show(this.panel, this.cell, state, this.place);
      if (step) this.address.write(true);
    }

    onCell(i) {
      if (this.built && !(i >= 0 && this.built[i])) this.built = null;
      const area = i !== null && i >= 0 && this.state.omraden ? this.areas.of(this.state)[i] : 0, moved = area !== this.area;
      this.cell = i;
      this.area = area;
      if (i !== null) this.place = this.asked;
      if (moved || this.painted !== this.kommun()) this.update();
      else this.facts.show(this.panel, i, this.state, this.place);
      this.address.write(true);
      this.sheet.open(this.cell !== null || this.place !== null, this.quiet);
    }

    // The code of the kommun that is chosen, or ''.
    kommun() {
      return this.place?.kind === 'kommun' ? this.place.code : '';
    }

    // A kommun is chosen at a point, where kommuner and not cells are seen. -> whether it was
    onKommun(i, at) {
      if (i < 0 || !this.layer.wholeAt(this.map.getZoom())) return false;
      const code = this.facts.text('kommunkod', i);
      this.place = this.names.find((name) => name.kind === 'kommun' && name.code === code);
      this.cursor.clear();
      this.sheet.keep(at);
      return true;
    }

    // Found by its name: on a phone the map is brought to the top, above the sheet.
    toMap() {
      if (window.matchMedia('(max-width: 60rem)').matches) $('karta').scrollIntoView({ block: 'start', behavior: 'auto' });
    }

    showPlace(name) {
      const { lat, lng, zoom, bounds, answer } = name;
      this.leave();
      this.toMap();
      if (answer === 'ruta') {
        this.map.setView([lat, lng], zoom, { animate: false });
        this.asked = name;
        this.cursor.chooseBy({ lat, lng });
        this.asked = null;
        return;
      }
      this.place = name;
      this.cursor.clear();
      if (bounds) this.map.fitBounds(bounds, { animate: false });
      else this.map.setView([lat, lng], zoom, { animate: false });
    }

    // Nothing is chosen any more.
    close() {
      this.place = null;
      this.cursor.clear();
      $('karta').focus({ preventScroll: true });
    }

    home() {
      this.leave();
      this.map.fitBounds(this.bounds, { animate: !bredband.calm() });
    }

    // Begins to show the reader's own place: from now on the address says where the map was before.
    begin() {
      const { zoom, lat, lng, ruta, omrade, kommun } = this.current();
      this.own ??= { zoom, lat, lng, ruta, omrade, kommun };
      $('dela-val').hidden = false;
      $('dela-plats').checked = false;
    }

    // The reader wants the own place in the address after all.
    tellOwn() {
      this.own = null;
      $('dela-val').hidden = true;
      this.address.write(true);
      $('meddelande').textContent = this.texts.dela_plats_klar;
    }

    // What is shown is no longer the own place, or may be told.
    leave() {
      this.own = null;
      $('dela-val').hidden = true;
      this.ownPlace.forget();
    }

    // Shows a whole gap area, chosen; its facts are those of its own cell.
    showArea(area, fromList = false) {
      if (fromList) this.leave();
      this.form.elements.omraden.checked = true;
      this.update();
      this.map.fitBounds(this.areas.bounds(this.state, area).pad(0.3), { maxZoom: 14, animate: false });
      const cell = this.areas.members(this.state, area)[0], [e, n] = this.facts.corner(cell), { size, column0, row0 } = this.grid;
      this.cursor.choose(e / size - column0, n / size - row0);
      if (fromList) {
        $('karta').scrollIntoView({ block: 'center', behavior: bredband.calm() ? 'auto' : 'smooth' });
        $('karta').focus({ preventScroll: true });
      }
    }

    // Shows a project: its cells ringed, and one of them chosen.
    showProject(i) {
      this.leave();
      const cells = this.projects.members(this.state, i);
      if (!cells.length) return;
      this.built = new Uint8Array(this.grid.count);
      for (const cell of cells) this.built[cell] = 1;
      this.update();
      this.map.fitBounds(this.areas.around(cells).pad(0.3), { maxZoom: 14, animate: false });
      const [e, n] = this.facts.corner(cells[0]), { size, column0, row0 } = this.grid;
      this.cursor.choose(e / size - column0, n / size - row0);
      $('karta').scrollIntoView({ block: 'center', behavior: bredband.calm() ? 'auto' : 'smooth' });
      $('karta').focus({ preventScroll: true });
    }

    showCell(column, row) {
      this.leave();
      if (!this.quiet) this.toMap();
      const { size, column0, row0 } = this.grid;
      const at = bredband.sweref.inverse((column0 + column + 0.5) * size, (row0 + row + 0.5) * size);
      this.map.setView(at, Math.max(13, this.map.getZoom()), { animate: false });
      this.cursor.choose(column, row);
    }

    current() {
      const { lat, lng } = this.map.getCenter(), inside = this.cell !== null && this.cell >= 0;
      return {
        ...this.state, zoom: this.map.getZoom(), lat, lng, ruta: inside ? this.facts.id(this.cell) : '',
        omrade: inside && this.area ? this.areas.id(this.state, this.area) : '',
        kommun: this.place ? this.place.code : '', ...this.own,
      };
    }

    // A view out of the address: what is there and makes sense is taken, the rest stays as on a new page.
    take(view) {
      this.leave();
      const before = this.place;
      this.place = view.kommun ? this.names.find((x) => x.kind === 'kommun' && x.code === view.kommun) || null : null;
      const { elements } = this.form, set = (name, value) => {
        const radios = elements[name] ? [...elements[name]] : [];
        const wanted = radios.find((r) => r.value === value) || radios.find((r) => r.defaultChecked);
        if (wanted) wanted.checked = true;
      };
      const found = view.omrade ? this.areas.find(view.omrade) : null;
      set('lager', view.lager);
      set('troskel', found ? String(found.troskel) : view.troskel);
      set('matt', found ? found.matt : view.matt);
      set('tid', view.tid);
      elements.omraden.checked = view.omraden || Boolean(found);
      this.update();
      const placed = view.zoom !== null && Math.abs(view.lat ?? 99) < 90 && Math.abs(view.lng ?? 999) <= 180;
      if (placed) this.map.setView([view.lat, view.lng], Math.round(view.zoom * 8) / 8, { animate: false });
      else if (!found && !view.ruta) this.map.fitBounds(this.bounds, { animate: false });
      const cell = found ? this.areas.members(this.state, found.area)[0] : view.ruta ? this.facts.place(view.ruta) : -1;
      this.quiet = true;
      if (cell >= 0) {
        const [e, n] = this.facts.corner(cell), { size, column0, row0 } = this.grid, at = [e / size - column0, n / size - row0];
        if (found && !placed) this.showArea(found.area);
        else if (placed) this.cursor.choose(...at);
        else this.showCell(...at);
      } else if (this.cell !== null || this.place || before) this.cursor.clear();
      else this.facts.show(this.panel, null, this.state);
      this.quiet = false;
    }
  }

  // The page stands below the map too, with the rest of its data and scripts.
  const parsed = () => new Promise((done) => {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', done);
    else done();
  });

  // Called by the map's own script, which stands below the map and above the rest. layer: a bredband.GridLayer not yet painted.
  bredband.start = async function (map, layer) {
    const texts = bredband.data.json('texter'), page = bredband.data.json('sida'), status = $('laddar');
    bredband.number.signs = texts.tal;
    if (bredband.calm()) map.panBy = (by, options) => L.Map.prototype.panBy.call(map, by, { ...options, animate: false });
    const fail = (text) => {
      // As without script: the picture, the key figures and the table; nothing that only looks as if it worked.
      document.documentElement.classList.remove('skript', 'vantar');
      status.hidden = false;
      status.setAttribute('role', 'alert');
      status.textContent = text;
      status.className = 'laddar fel';
    };
    if (!('DecompressionStream' in window)) {
      await parsed();
      bredband.table($('kommuntabell'));
      return fail(texts.fel_webblasare);
    }
    const release = bredband.hold(), task = () => new Promise((done) => setTimeout(done));
    let pictured = null;
    bredband.pictured = new Promise((done) => { pictured = done; });
    try {
      const [shapes, lan, water] = await Promise.all([
        bredband.data.inflateJson('karta-data'), bredband.data.inflate('rutnat-data'), bredband.data.inflate('grund-lan-data'),
      ]);
      map.fitBounds(shapes.bounds, { animate: false });
      map.setMaxBounds(L.latLngBounds(shapes.bounds).pad(0.6)); // so far that a sheet over the foot hides no corner
      const names = bredband.outline(map, shapes, page.samst), ground = bredband.ground(map, layer.options);
      ground.add(bredband.groundData.decode(page.grund.lan, water));
      const grid = bredband.data.where(page.rutnat, lan, page.nivaer);
      layer.setGrid(grid);
      const view = new View(map, layer, grid, page, texts, shapes);
      bredband.controls(map, layer, page, texts, {
        onHome: () => view.home(), locate: () => (view.toMap(), view.ownPlace.locate()), own: () => Boolean(view.own), home: shapes.bounds,
      });
      // A tab that nobody looks at draws no frames.
      const picture = () => {
        names.begin();
        layer.addTo(map);
        status.hidden = true;
        bredband.readyAt = performance.now();
        return new Promise((done) => {
          requestAnimationFrame(() => setTimeout(done));
          setTimeout(done, 300);
        });
      };
      // The cells, what lies below the map, and what is only seen zoomed in come after the first picture, in turns.
      const first = view.first();
      if (first) await picture();
      await parsed();
      bredband.data.decode(grid, page.rutnat, await bredband.data.inflate('rutor-data'));
      await task();
      const facts = new bredband.Facts(grid, page, texts);
      const decoded = bredband.areas.decode(page.omraden, await bredband.data.inflate('omraden-data'), grid);
      const areas = new bredband.areas.Areas(decoded, facts, page, texts, shapes.orter);
      facts.areas = areas;
      await task();
      ground.add(bredband.groundData.decode(page.grund.grov, await bredband.data.inflate('grund-grov-data')));
      view.complete(ground, areas, facts, shapes);
      const search = bredband.search(view.names, facts, areas, page, texts, {
        onPlace: (name) => view.showPlace(name), onCell: (u, v) => view.showCell(u, v),
        onArea: (found) => view.take({ ...view.current(), zoom: null, omrade: areas.id(found, found.area) }),
      });
      Object.assign(bredband, { cursorAt: view.cursor.chooseAt, grid, view });
      if (!first) await picture();
      document.documentElement.classList.remove('vantar');
      document.documentElement.dataset.klar = 'ja';
      bredband.answersAt = performance.now();
      release();
      pictured();
      await task();
      view.projects = new bredband.projects.Projects(
        bredband.projects.decode(page.projekt, await bredband.data.inflate('projekt-data')), page, grid, areas,
      );
      view.plan = bredband.projectList(view.projects, page, texts, (i) => view.showProject(i));
      view.plan.follow(view.state);
      document.documentElement.dataset.plan = 'ja';
      await task();
      ground.add(bredband.groundData.decode(page.grund.fin, await bredband.data.inflate('grund-fin-data')));
      const along = bredband.groundData.decodeNames(page.grund.namn, await bredband.data.inflate('grund-namn-data'));
      names.add(along);
      search.add(bredband.roadNames(along, (lat, lng) => facts.kommunAt(layer.cellAt({ lat, lng }))));
      document.documentElement.dataset.grund = 'ja';
    } catch (error) {
      fail(texts.fel_data);
      throw error;
    }
  };
})();
