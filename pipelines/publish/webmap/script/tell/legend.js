// The legend, with how many cells of each kind, or how many kommuner, the map's view holds.
(function () {
  'use strict';
  const $ = (id) => document.getElementById(id);

  // The view as a polygon of exact points in cells from the grid's south-west corner. Its sides bend by less than a cell.
  function viewPolygon(map, layer) {
    const size = map.getSize(), at = (x, y) => layer.cellAt(map.containerPointToLatLng([x * size.x, y * size.y]));
    const steps = [0, 0.25, 0.5, 0.75];
    return [
      ...steps.map((s) => at(s, 1)), ...steps.map((s) => at(1, 1 - s)),
      ...steps.map((s) => at(1 - s, 0)), ...steps.map((s) => at(0, s)),
    ];
  }

  // How many cells of each code have their centre in the (convex) polygon.
  function countIn(polygon, raster) {
    const counts = new Uint32Array(256), { codes, columns, rows } = raster;
    const us = polygon.map((p) => p[0]);
    const first = Math.max(0, Math.ceil(Math.min(...us) - 0.5)), last = Math.min(columns - 1, Math.floor(Math.max(...us) - 0.5));
    for (let c = first; c <= last; c++) {
      let low = Infinity, high = -Infinity;
      const u = c + 0.5;
      for (let k = 0; k < polygon.length; k++) {
        const [a, b] = [polygon[k], polygon[(k + 1) % polygon.length]];
        if ((a[0] <= u) === (b[0] <= u)) continue;
        const v = a[1] + (b[1] - a[1]) * (u - a[0]) / (b[0] - a[0]);
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
      const from = c * rows + Math.max(0, Math.ceil(low - 0.5)), to = c * rows + Math.min(rows - 1, Math.floor(high - 0.5));
      for (let k = from; k <= to; k++) counts[codes[k]]++;
    }
    return counts;
  }

  bredband.legend = function (map, layer, page, texts) {
    const narrow = window.matchMedia('(max-width: 60rem)');
    let made = null, state = null, whole = null, afar = false, cells = [], planned = null;

    function item({ code, text, plain, colour, codes }) {
      const li = bredband.element('li'), canvas = bredband.element('canvas'), number = bredband.element('span');
      bredband.palette.swatch(canvas, code, colour ? null : made().colours, colour);
      canvas.setAttribute('aria-hidden', 'true');
      number.className = 'antal';
      li.append(canvas, bredband.element('span', plain ?? (text.length > 1 ? texts[text[0]][text[1]] : texts[text[0]])), number);
      return { li, number, rank: code >> 2, codes };
    }

    // layerMade(): what palette.layer gives; null before the cells are there.
    function show(layerMade, stateNow, wholeNow) {
      [made, state, whole] = [layerMade, stateNow, wholeNow];
      draw();
    }

    function draw() {
      afar = Boolean(layer.wholeAt(map.getZoom()));
      const shown = afar ? whole.legend : made().legend;
      const values = {
        troskel: bredband.number(state.troskel, 1), matt: texts.matt_namn[state.matt].toLowerCase(), datum: page.fore,
      };
      $('legend-titel').textContent = bredband.fill(texts[afar ? 'legend_kommuner' : `legend_${state.lager}`], values);
      cells = shown.map(item);
      $('legend').replaceChildren(...cells.map((c) => c.li));
      // The same without counts, for the sheet that covers the legend on a phone.
      $('legend-rad').replaceChildren(...(narrow.matches ? shown.map((row) => item(row).li) : []));
      const { patterned, dotted, legend } = afar ? {} : made(), { STRIPES, SPECKLES, DOTS } = bredband.palette;
      const pattern = (kind, plain) => item({ code: (legend[0].code & ~3) + kind, plain });
      planned = dotted ? pattern(DOTS, texts.legend_planerad) : null;
      $('monster').hidden = !patterned;
      $('monster-lista').replaceChildren(...(!patterned ? [] : [
        pattern(STRIPES, texts.legend_modellerad).li, pattern(SPECKLES, texts.legend_blandat).li, ...(planned ? [planned.li] : []),
      ]));
      $('legend-grund').hidden = afar || state.lager !== 'klass';
      $('legend-omraden').hidden = !state.omraden;
      count();
    }

    function countKommuner(seen) {
      let all = 0;
      for (const { number, codes } of cells) {
        const some = codes.filter((code) => seen[code]).length;
        number.textContent = bredband.number(some, 1);
        all += some;
      }
      $('legend-antal').textContent = bredband.fill(texts.legend_antal_kommuner, { antal: bredband.number(all, 1) });
    }

    function count() {
      const parts = layer.wholeAt(map.getZoom());
      if (!parts && !made) return;
      if (Boolean(parts) !== afar) return draw();
      if (parts) return countKommuner(countIn(viewPolygon(map, layer), parts));
      const counts = countIn(viewPolygon(map, layer), layer.cells().raster), { RAISED, DOTS } = bredband.palette;
      const each = (code) => counts[code] + counts[code + RAISED], of = (rank) => [0, 1, 2, 3].reduce((n, k) => n + each(rank * 4 + k), 0);
      let lived = 0;
      for (const { number, rank } of cells) {
        number.textContent = bredband.number(of(rank), 1);
        if (rank > 1) lived += of(rank);
      }
      if (planned) {
        const dotted = Array.from({ length: RAISED / 4 }, (_, rank) => each(rank * 4 + DOTS));
        planned.number.textContent = bredband.number(dotted.reduce((a, b) => a + b), 1);
      }
      $('legend-antal').textContent = bredband.fill(texts.legend_antal, { antal: bredband.number(lived, 1) });
    }

    map.on('moveend resize', count);
    narrow.addEventListener('change', () => { if (state) draw(); });
    return { show };
  };
})();
