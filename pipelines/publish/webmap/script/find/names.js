// Every name that can be searched, in one list. More kinds of names are added here: each has a kind (its word is the
// text sok_<kind>), the kommun it lies in, where it is, and what it is worth beside its likes (the most important first).
(function () {
  'use strict';
  const ZOOM = { tatort: 13, smaort: 14 };

  // -> [{ name, kind, code, lat, lng, bounds, zoom }]; code: the kommun's. A name of one kind in one kommun once.
  bredband.names = function (shapes) {
    const every = [
      ...shapes.kommuner.map(([name, lat, lng, bounds, code]) => ({ name, kind: 'kommun', code, lat, lng, bounds })),
      ...shapes.orter.map(([name, lat, lng, code, kind]) => ({ name, kind, code, lat, lng, zoom: ZOOM[kind] })),
    ];
    const seen = new Set();
    return every.filter(({ name, kind, code }) => {
      const key = `${kind}|${code}|${name}`, first = !seen.has(key);
      seen.add(key);
      return first;
    });
  };
})();
