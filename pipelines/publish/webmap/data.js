// The decoder of encode.py's stream, and a cell's place in it.
(function () {
  'use strict';

  function bytesOf(id) {
    const raw = atob(document.getElementById(id).textContent.trim());
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }

  async function inflate(id) {
    const stream = new Blob([bytesOf(id)]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  function json(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  async function inflateJson(id) {
    return JSON.parse(new TextDecoder().decode(await inflate(id)));
  }

  function unshuffle(bytes, at, count, width) {
    const out = new (width > 2 ? Uint32Array : width > 1 ? Uint16Array : Uint8Array)(count);
    for (let b = 0; b < width; b++) {
      const plane = bytes.subarray(at + b * count, at + (b + 1) * count), step = 2 ** (8 * b);
      for (let i = 0; i < count; i++) out[i] += plane[i] * step;
    }
    return out;
  }

  // description + bytes -> { count, columns, rows, place, fields, lookup }. `place` is column * rows + row.
  function decode(description, bytes) {
    const count = description.antal, columns = description.kolumner, rows = description.rader;
    const place = unshuffle(bytes, 0, count, 4);
    for (let i = 1; i < count; i++) place[i] += place[i - 1];
    const fields = {};
    let at = 4 * count;
    for (const f of description.falt) {
      const values = f.byte === 1 ? bytes.subarray(at, at + count) : unshuffle(bytes, at, count, f.byte);
      fields[f.namn] = { values, texts: f.varden || null, scale: f.skala || 1 };
      at += f.byte * count;
    }
    if (at !== bytes.length) throw new Error('data length');
    const lookup = new Int32Array(columns * rows).fill(-1);
    for (let i = 0; i < count; i++) lookup[place[i]] = i;
    return {
      count, columns, rows, place, fields, lookup,
      column0: description.kolumn0, row0: description.rad0, size: description.cell_m,
    };
  }

  window.bredband.data = { inflate, inflateJson, json, decode };
})();
