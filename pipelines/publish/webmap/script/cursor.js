// The chosen cell: by click, or by keyboard (Enter under the crosshair, then arrows cell by cell).
(function () {
  'use strict';
  // Where a cell is narrower than this on the screen, a click means the nearest cell somebody lives in, so far away.
  const SMALL_PX = 4, REACH_PX = 10;
  // A road is told of by a cell somebody lives in, so many cells from where its name stands.
  const REACH_CELLS = 2;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  // onChoose(i): the cell's place in the arrays, -1 where there is none, null when nothing is chosen.
  // onWhole(i, latlng): true where what the cell is a part of is chosen, and not the cell. onLeave(): Escape.
  bredband.cursor = function (map, layer, grid, onChoose, { onWhole, onLeave }) {
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

    function lookup(column, row) {
      const inside = column >= 0 && row >= 0 && column < grid.columns && row < grid.rows;
      return inside ? grid.lookup[column * grid.rows + row] : -1;
    }

    function choose(column, row) {
      at = [column, row];
      draw();
      onChoose(lookup(column, row));
    }

    function chooseAt(latlng) {
      const [u, v] = layer.cellAt(latlng);
      choose(Math.floor(u), Math.floor(v));
    }

    // The nearest inhabited cell whose middle is within reach, or the one at the point.
    function nearest([u, v], reach) {
      const { texts, values } = grid.fields[grid.levels[0].klass], none = texts.indexOf('ingen_adress');
      let best = [Math.floor(u), Math.floor(v)], least = reach;
      for (let c = Math.max(0, Math.floor(u - reach)); c <= Math.min(grid.columns - 1, u + reach); c++) {
        for (let r = Math.max(0, Math.floor(v - reach)); r <= Math.min(grid.rows - 1, v + reach); r++) {
          const i = grid.lookup[c * grid.rows + r], far = Math.hypot(c + 0.5 - u, r + 0.5 - v);
          if (i >= 0 && far < least && values[i] !== none) [best, least] = [[c, r], far];
        }
      }
      return best;
    }

    function chooseNear(latlng) {
      const p = map.latLngToContainerPoint(latlng), at = layer.cellAt(latlng);
      const beside = layer.cellAt(map.containerPointToLatLng(p.add([10, 0])));
      const pixel = Math.hypot(beside[0] - at[0], beside[1] - at[1]) / 10;
      const exact = at.map(Math.floor), near = pixel * SMALL_PX > 1 ? nearest(at, pixel * REACH_PX) : exact;
      const here = lookup(...exact);
      if (!onWhole(here < 0 ? lookup(...near) : here, latlng)) choose(...near);
    }

    function chooseBy(latlng) {
      choose(...nearest(layer.cellAt(latlng), REACH_CELLS));
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

    map.on('click', (event) => chooseNear(event.latlng));
    // Before Leaflet's own handler, which pans with the arrows.
    map.getContainer().addEventListener('keydown', (event) => {
      if (event.target !== map.getContainer() || event.altKey || event.ctrlKey || event.metaKey) return;
      const arrow = ARROWS[event.key];
      if (event.key === 'Enter') chooseNear(map.getCenter());
      else if (event.key === 'Escape') onLeave();
      else if (arrow && at) {
        choose(at[0] + arrow[0], at[1] + arrow[1]);
        keepInView();
      } else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);

    return { choose, chooseAt, chooseBy, clear };
  };
})();
