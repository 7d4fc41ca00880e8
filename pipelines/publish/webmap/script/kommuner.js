// The län seen from afar: kommuner coloured by their published share, where cells are too narrow to be seen.
(function () {
  'use strict';
  // From here a cell is wider than two pixels of CSS, on a screen of any fineness.
  const CELLS_FROM = 9.5;

  // What bredband.GridLayer.paint takes as `whole`, and the legend's rows.
  bredband.kommuner = function (grid, page, texts) {
    const { kommuner: codes, parts } = grid;

    // Of each kommun the step of its share, -1 where that is not told.
    const steps = (state) => codes.map((code) => page.jamfor[code][grid.level(state).kod][5]);
    const tone = (step) => (step < 0 ? '--klass-ej_redovisad' : `--band-${page.steg.length - 1 - step}`);

    // What is shown instead of the cells; null where the reader asked for what only cells tell.
    function made(state, chosen) {
      if (state.lager !== 'klass' || state.tid !== 'nu' || state.omraden) return null;
      const { rgb, packed } = bredband.palette, each = steps(state), colours = new Uint32Array(256);
      const tones = new Map([...page.steg.keys(), -1].map((step) => [step, packed(rgb(tone(step)))]));
      each.forEach((step, k) => { colours[k + 1] = tones.get(step); });
      const told = page.steg.map((text, step) => [step, text]);
      if (each.includes(-1)) told.push([-1, texts.klass.ej_redovisad]);
      const legend = told.map(([step, text]) => ({
        plain: text, colour: tones.get(step), codes: each.flatMap((x, k) => (x === step ? [k + 1] : [])),
      }));
      const edges = ['--markering', '--markering-yttre'].map((name) => packed(rgb(name)));
      return { parts, below: CELLS_FROM, colours, legend, chosen: codes.indexOf(chosen) + 1, edges };
    }

    return { made };
  };
})();
