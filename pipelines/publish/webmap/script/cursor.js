// The chosen cell: by click, or by keyboard (Enter under the crosshair, then arrows cell by cell).
(function () {
  'use strict';
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  // onChoose(i): the cell's place in the arrays, -1 where there is none, null when nothing is chosen.
  bredband.cursor = function (map, layer, grid, onChoose) {
    let at = null, outline = null;

    function corners(column, row) {
      const s = grid.size, e = (grid.column0 + column) * s, n = (grid.row0 + row) * s;
      return [[e, n], [e + s, n], [e + s, n + s], [e, n + s]].map(([x, y]) => bredband.sweref.inverse(x, y));
    }

    function draw() {
      if (outline) outline.remove();
      outline = null;
      map.getContainer().classList.toggle('ruta-vald', at !== null);
      if (!at) return;
      const shape = corners(...at);
      outline = L.layerGroup(['markering-yttre', 'markering'].map((className) => (
        L.polygon(shape, { className, interactive: false, fill: false, smoothFactor: 0 })
      ))).addTo(map);
    }

    function choose(column, row) {
      at = [column, row];
      draw();
      const inside = column >= 0 && row >= 0 && column < grid.columns && row < grid.rows;
      onChoose(inside ? grid.lookup[column * grid.rows + row] : -1);
    }

    function chooseAt(latlng) {
      const [u, v] = layer.cellAt(latlng);
      choose(Math.floor(u), Math.floor(v));
    }

    function clear() {
      at = null;
      draw();
      onChoose(null);
    }

    function keepInView() {
      const shape = L.latLngBounds(corners(...at));
      if (!map.getBounds().pad(-0.1).contains(shape)) {
        map.panTo(shape.getCenter(), { animate: !bredband.calm() });
      }
    }

    map.on('click', (event) => chooseAt(event.latlng));
    // Before Leaflet's own handler, which pans with the arrows.
    map.getContainer().addEventListener('keydown', (event) => {
      if (event.target !== map.getContainer() || event.altKey || event.ctrlKey || event.metaKey) return;
      const arrow = ARROWS[event.key];
      if (event.key === 'Enter') chooseAt(map.getCenter());
      else if (event.key === 'Escape' && at) clear();
      else if (arrow && at) {
        choose(at[0] + arrow[0], at[1] + arrow[1]);
        keepInView();
      } else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);

    return { choose, chooseAt, clear };
  };
})();
