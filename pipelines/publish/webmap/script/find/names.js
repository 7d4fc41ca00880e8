// Every name that can be searched, in one list. More kinds of names are added here: each has a kind (its word is the
// text sok_<kind>), the kommun it lies in, where it is, and what it is worth beside its likes (the most important first).
(function () {
  'use strict';
  const ZOOM = { tatort: 13, smaort: 14 };

  function once(every) {
    const seen = new Set();
    return every.filter(({ name, kind, code }) => {
      const key = `${kind}|${code}|${name}`, first = !seen.has(key);
      seen.add(key);
      return first;
    });
  }

  // -> [{ name, kind, code, lat, lng, bounds, zoom }]; code: the kommun's. A name of one kind in one kommun once.
  bredband.names = function (shapes) {
    return once([
      ...shapes.kommuner.map(([name, lat, lng, bounds, code]) => ({ name, kind: 'kommun', code, lat, lng, bounds })),
      ...shapes.orter.map(([name, lat, lng, code, kind]) => ({ name, kind, code, lat, lng, zoom: ZOOM[kind] })),
    ]);
  };

  // The names along roads, which come after the first picture: each where its road is longest in the kommun.
  // labels: bredband.groundData.decodeNames. kommunAt(lat, lng): a code, or '' beyond the län and over water: what no
  // kommun is known of is not searched for.
  bredband.roadNames = function (labels, kommunAt) {
    return once(labels.map(({ entry: [name, lat, lng], className: kind }) => (
      { name, kind, code: kommunAt(lat, lng), lat, lng, zoom: 15, answer: 'ruta' }
    )).filter(({ code }) => code));
  };
})();
