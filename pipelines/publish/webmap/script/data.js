// The decoder of encode.py's streams, and a cell's place in the grid.
(function () {
  'use strict';

  function bytesOf(id) {
    const text = document.getElementById(id).textContent;
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text.trim());
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

  function once(make) {
    let made = null;
    return () => (made ??= make());
  }

  // field, with a property `values` that is made when it is first read, and from then on is as any other.
  function lazy(field, make) {
    return Object.defineProperty(field, 'values', {
      configurable: true, enumerable: true,
      get() {
        const values = make();
        Object.defineProperty(field, 'values', { value: values, enumerable: true });
        return values;
      },
    });
  }

  // empty: 0 stands for no number, and any other for one less.
  // lived: the rows that a field with a value for all the others (`tom`) is told of.
  // A field's values are made when they are first asked for: most are of levels and layers that nobody looks at yet.
  function decodeFields(described, bytes, at, count, lived = null) {
    const fields = {}, written = {};
    for (const f of described) {
      const some = 'tom' in f, told = some ? lived.length : count, from = at;
      written[f.namn] = once(() => {
        const values = f.byte === 1 ? bytes.subarray(from, from + told) : unshuffle(bytes, from, told, f.byte);
        if ('mot' in f) for (let k = 0, base = written[f.mot](); k < told; k++) values[k] += base[k];
        return values;
      });
      const whole = () => {
        const values = written[f.namn](), all = new values.constructor(count);
        if (f.tom) all.fill(f.tom);
        for (let k = 0; k < told; k++) all[lived[k]] = values[k];
        return all;
      };
      fields[f.namn] = lazy({ texts: f.varden || null, scale: f.skala || 1, empty: Boolean(f.tomt) }, some ? whole : written[f.namn]);
      at += f.byte * told;
    }
    return { fields, at };
  }

  // levels: what the fields of each level are called. -> { count, columns, rows, place, fields, lookup, levels, level }.
  // `place` is column * rows + row; level(state) is the one of a measure and threshold, undefined where there is none.
  function decode(description, bytes, levels) {
    const count = description.antal, columns = description.kolumner, rows = description.rader;
    const place = unshuffle(bytes, 0, count, 4);
    for (let i = 1; i < count; i++) place[i] += place[i - 1];
    const lived = new Uint32Array(description.bebodda), head = 4 * count, bits = Math.ceil(count / 8);
    for (let i = 0, k = 0; i < count; i++) if (bytes[head + (i >> 3)] >> (i & 7) & 1) lived[k++] = i;
    const { fields, at } = decodeFields(description.falt, bytes, head + bits, count, lived);
    if (at !== bytes.length) throw new Error('data length');
    const lookup = new Int32Array(columns * rows).fill(-1);
    for (let i = 0; i < count; i++) lookup[place[i]] = i;
    return {
      count, columns, rows, place, fields, lookup,
      levels, level: ({ matt, troskel }) => levels.find((x) => x.matt === matt && x.troskel === troskel),
      column0: description.kolumn0, row0: description.rad0, size: description.cell_m,
    };
  }

  window.bredband.data = { inflate, inflateJson, json, decode, decodeFields, unshuffle };
})();
