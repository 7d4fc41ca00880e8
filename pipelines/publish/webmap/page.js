// The page: wires the controls, the map, the facts panel, the legend and the table together.
(function () {
  'use strict';
  const $ = (id) => document.getElementById(id);
  bredband.calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

  // Map options for a reader who has asked for less motion.
  bredband.motion = () => (bredband.calm()
    ? { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false } : {});

  function legend(made, state, texts) {
    const t = texts, values = { troskel: bredband.number(state.troskel, 1), matt: t[`matt_${state.matt}`].toLowerCase() };
    $('legend-titel').textContent = bredband.fill(t[`legend_${state.lager}`], values);
    const row = ({ code, text, plain }) => {
      const item = bredband.element('li'), canvas = bredband.element('canvas');
      bredband.palette.swatch(canvas, code, made.colours);
      canvas.setAttribute('aria-hidden', 'true');
      item.append(canvas, bredband.element('span', plain === undefined ? t[text[0]][text[1]] : plain));
      return item;
    };
    $('legend').replaceChildren(...made.legend.map(row));
    const code = made.legend[0].code & ~3, { STRIPES, SPECKLES } = bredband.palette;
    $('monster').hidden = !made.patterned;
    $('monster-lista').replaceChildren(
      row({ code: code + STRIPES, plain: t.legend_modellerad }), row({ code: code + SPECKLES, plain: t.legend_blandat }),
    );
    $('legend-grund').hidden = state.lager !== 'klass';
  }

  // The measure is switched off where it means nothing or is not published.
  function measure(form, grid, state, texts) {
    const noBands = state.lager === 'utan' && !bredband.palette.bandField(grid, { ...state, matt: 'passerad' });
    for (const radio of form.elements.matt) {
      radio.disabled = noBands && radio.value === 'passerad';
    }
    const whole = state.lager === 'underlag' && state.matt === 'passerad';
    $('matt-not').textContent = noBands ? texts.matt_saknas : whole ? texts.matt_samlat : '';
    return noBands ? { ...state, matt: 'tillgang' } : state;
  }

  // The state of the page as one object, so that it can be put in an address or taken from one.
  function chosen({ lager, troskel, matt }) {
    return { lager: lager.value, troskel: Number(troskel.value), matt: matt.value };
  }

  function wire(map, layer, grid, page, texts, table) {
    const form = $('val'), panel = $('fakta'), facts = new bredband.Facts(grid, page, texts);
    let cell = null, state = null;
    function update() {
      state = measure(form, grid, chosen(form.elements), texts);
      const made = bredband.palette.layer(grid, state);
      layer.paint(made.codes, made.colours, made.lines);
      legend(made, state, texts);
      table.follow(state, bredband.fill(texts.tabell_caption, {
        troskel: bredband.number(state.troskel, 1), matt: texts[`matt_${state.matt}`].toLowerCase(),
      }));
      if (cell !== null) facts.show(panel, cell, state);
    }
    const cursor = bredband.cursor(map, layer, grid, (i) => {
      cell = i;
      facts.show(panel, cell, state);
      // Where the panel is below the map, bring it into view.
      if (i !== null && window.matchMedia('(max-width: 60rem)').matches) {
        panel.closest('section').scrollIntoView({ block: 'nearest', behavior: bredband.calm() ? 'auto' : 'smooth' });
      }
    });
    form.addEventListener('change', update);
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', update);
    update();
    bredband.cursorAt = cursor.chooseAt;
    bredband.grid = grid;
  }

  function controls(map, texts, bounds) {
    L.control.zoom({ position: 'topright', zoomInTitle: texts.zooma_in, zoomOutTitle: texts.zooma_ut }).addTo(map);
    L.control.scale({ imperial: false, position: 'topleft' }).addTo(map);
    const home = L.control({ position: 'bottomright' });
    home.onAdd = () => {
      const box = L.DomUtil.create('div', 'leaflet-bar'), button = L.DomUtil.create('button', 'hem', box);
      button.type = 'button';
      button.textContent = texts.hela_lanet;
      L.DomEvent.disableClickPropagation(box);
      button.addEventListener('click', () => map.fitBounds(bounds, { animate: !bredband.calm() }));
      return box;
    };
    home.addTo(map);
  }

  // Called by the map's own script. layer: a bredband.GridLayer not yet painted.
  bredband.start = async function (map, layer) {
    const texts = bredband.data.json('texter'), page = bredband.data.json('sida'), status = $('laddar');
    if (bredband.calm()) map.panBy = (by, options) => L.Map.prototype.panBy.call(map, by, { ...options, animate: false });
    const fail = (text) => {
      status.setAttribute('role', 'alert');
      status.textContent = text;
      status.className = 'laddar fel';
    };
    const table = bredband.table($('kommuntabell'));
    if (!('DecompressionStream' in window)) return fail(texts.fel_webblasare);
    try {
      const shapes = await bredband.data.inflateJson('karta-data');
      map.fitBounds(shapes.bounds, { animate: false });
      map.setMaxBounds(L.latLngBounds(shapes.bounds).pad(0.3));
      controls(map, texts, shapes.bounds);
      bredband.outline(map, shapes);
      const grid = bredband.data.decode(page.rutnat, await bredband.data.inflate('rutor-data'));
      layer.setGrid(grid);
      wire(map, layer, grid, page, texts, table);
      layer.addTo(map);
      status.hidden = true;
      bredband.readyAt = performance.now();
      document.documentElement.dataset.klar = 'ja';
    } catch (error) {
      fail(texts.fel_data);
      throw error;
    }
  };
})();
