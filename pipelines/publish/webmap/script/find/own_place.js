// The reader's own place: shown with how surely it is known, told of only where that is surer than a cell is wide,
// and kept out of the address until the reader asks to have it there.
(function () {
  'use strict';

  function inside(rings, lat, lng) {
    let within = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [a, b] = ring[i], [c, d] = ring[j];
        if ((a > lat) !== (c > lat) && lng < (d - b) * (lat - a) / (c - a) + b) within = !within;
      }
    }
    return within;
  }

  // A cell at the border lies in two län: the outlines say in which of them the place is. Small islets have cells, but
  // no outline. -> 'lan', 'vatten' or 'utanfor'.
  function where(shapes, cell, lat, lng) {
    const rings = (name) => shapes[name].map(bredband.line);
    if (inside(rings('lansgrans'), lat, lng)) return cell < 0 ? 'vatten' : 'lan';
    return cell >= 0 && !inside(rings('grannar'), lat, lng) ? 'lan' : 'utanfor';
  }

  // show(cell): centre and choose nothing (null), or that cell's column and row. -> { locate, clear }
  bredband.ownPlace = function (map, layer, facts, shapes, texts, { begin, choose, clear }) {
    const status = document.getElementById('plats-besked'), { number, fill } = bredband;
    let drawn = null;

    function say(text) {
      status.textContent = text;
      status.hidden = !text;
    }

    function forget() {
      if (drawn) drawn.remove();
      drawn = null;
      say('');
    }

    function draw(at, radius) {
      drawn = L.layerGroup([
        L.circle(at, { radius, className: 'egen-plats-ring', interactive: false }),
        L.circleMarker(at, { radius: 6, className: 'egen-plats', interactive: false }),
      ]).addTo(map);
    }

    function found({ latitude, longitude, accuracy }) {
      const at = [latitude, longitude], size = facts.grid.size, [u, v] = layer.cellAt({ lat: latitude, lng: longitude });
      const column = Math.floor(u), row = Math.floor(v), radius = Math.max(1, Math.ceil(accuracy));
      const there = where(shapes, facts.at(column, row), ...at), values = { m: number(radius, 1), ruta: number(size, 1) };
      forget();
      if (there === 'utanfor') return say(texts.plats_utanfor);
      begin();
      draw(at, radius);
      clear();
      const whole = L.latLng(at).toBounds(2 * radius);
      if (2 * radius > size) {
        map.fitBounds(whole, { animate: false, maxZoom: 14 });
        return say(fill(texts.plats_oviss, values));
      }
      map.setView(at, 14, { animate: false });
      if (there === 'vatten') return say(fill(texts.plats_vatten, values));
      choose(column, row);
      const reach = radius / size, over = [u - column, v - row].some((x) => x < reach || 1 - x < reach);
      return say(fill(texts.plats_funnen, values) + (over ? ` ${fill(texts.plats_grans, values)}` : ''));
    }

    function locate() {
      forget();
      if (!navigator.geolocation) return say(texts.plats_saknas);
      say(texts.plats_soker);
      return navigator.geolocation.getCurrentPosition(
        ({ coords }) => found(coords),
        (error) => say(error.code === error.PERMISSION_DENIED ? texts.plats_nekad : texts.plats_fel),
        { timeout: 15000, maximumAge: 60000, enableHighAccuracy: true },
      );
    }

    return { locate, forget };
  };
})();
