// SWEREF 99 TM (EPSG:3006) <-> latitude and longitude: transverse Mercator on GRS 80 by Krüger's series
// to the fourth order (below a millimetre within the zone). Constants: Lantmäteriet's definition of
// SWEREF 99 TM (central meridian 15°, scale 0.9996, false easting 500 000 m).
(function () {
  'use strict';
  const A = 6378137, F = 1 / 298.257222101, K0 = 0.9996, E0 = 500000, LON0 = 15 * Math.PI / 180;
  const n = F / (2 - F), n2 = n * n, n3 = n2 * n, n4 = n3 * n;
  const ECC = Math.sqrt(F * (2 - F));
  const RADIUS = K0 * A / (1 + n) * (1 + n2 / 4 + n4 / 64);
  const ALPHA = [
    n / 2 - 2 / 3 * n2 + 5 / 16 * n3 + 41 / 180 * n4,
    13 / 48 * n2 - 3 / 5 * n3 + 557 / 1440 * n4,
    61 / 240 * n3 - 103 / 140 * n4,
    49561 / 161280 * n4,
  ];
  const BETA = [
    n / 2 - 2 / 3 * n2 + 37 / 96 * n3 - 1 / 360 * n4,
    1 / 48 * n2 + 1 / 15 * n3 - 437 / 1440 * n4,
    17 / 480 * n3 - 37 / 840 * n4,
    4397 / 161280 * n4,
  ];
  const DELTA = [
    2 * n - 2 / 3 * n2 - 2 * n3 + 116 / 45 * n4,
    7 / 3 * n2 - 8 / 5 * n3 - 227 / 45 * n4,
    56 / 15 * n3 - 136 / 35 * n4,
    4279 / 630 * n4,
  ];
  const DEG = Math.PI / 180;

  // The sums of c[j] sin(2jx) cosh(2jy) and c[j] cos(2jx) sinh(2jy): the two parts of c[j] sin(2j(x + iy)), each out of
  // the two before it.
  function series(c, x, y) {
    const s = Math.sin(2 * x), k = Math.cos(2 * x), h = Math.sinh(2 * y), d = Math.cosh(2 * y), re = 2 * k * d, im = -2 * s * h;
    let a = s * d, b = k * h, a0 = 0, b0 = 0, sumA = c[0] * a, sumB = c[0] * b;
    for (let j = 1; j < 4; j++) {
      [a, b, a0, b0] = [re * a - im * b - a0, re * b + im * a - b0, a, b];
      sumA += c[j] * a;
      sumB += c[j] * b;
    }
    return [sumA, sumB];
  }

  // Latitude and longitude in degrees -> [easting, northing] in metres.
  function forward(lat, lon) {
    const s = Math.sin(lat * DEG), d = lon * DEG - LON0;
    const t = Math.sinh(Math.atanh(s) - ECC * Math.atanh(ECC * s));
    const xi = Math.atan2(t, Math.cos(d)), eta = Math.atanh(Math.sin(d) / Math.sqrt(1 + t * t));
    const [north, east] = series(ALPHA, xi, eta);
    return [E0 + RADIUS * (eta + east), RADIUS * (xi + north)];
  }

  // Easting and northing in metres -> [latitude, longitude] in degrees.
  function inverse(e, north) {
    const x = north / RADIUS, y = (e - E0) / RADIUS, [a, b] = series(BETA, x, y), xi = x - a, eta = y - b;
    const chi = Math.asin(Math.sin(xi) / Math.cosh(eta));
    let lat = chi;
    for (let j = 1; j <= 4; j++) lat += DELTA[j - 1] * Math.sin(2 * j * chi);
    return [lat / DEG, (LON0 + Math.atan2(Math.sinh(eta), Math.cos(xi))) / DEG];
  }

  window.bredband = window.bredband || {};
  window.bredband.sweref = { forward, inverse };
})();
