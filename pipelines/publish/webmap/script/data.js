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

  // Not by way of a Blob: that is fetched from another process, and what is small waits for it.
  async function inflate(id) {
    const { readable, writable } = new DecompressionStream('deflate'), writer = writable.getWriter();
    // What is wrong with the data is told by who reads it.
    writer.write(bytesOf(id)).catch(() => {});
    writer.close().catch(() => {});
    return new Uint8Array(await new Response(readable).arrayBuffer());
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

  // Which cells there are, and in which kommun: all that the whole län takes. levels: what the fields of each level are
  // called. -> { count, columns, rows, column0, row0, size, kommuner, parts, levels, level }; parts: a raster as
  // grid_layer.js draws it, by column * rows + row, 0 where there is no cell and else one more than the kommun's place in
  // `kommuner`. level(state) is the one of a measure and threshold, undefined where there is none.
  function where(description, bytes, levels) {
    const { antal: count, kolumner: columns, rader: rows, foljder: runs, byte: width, kommuner } = description;
    const lengths = unshuffle(bytes, runs, runs, width), codes = new Uint8Array(columns * rows);
    let at = 0;
    for (let k = 0; k < runs; k++) codes.fill(bytes[k], at, at += lengths[k]);
    if (runs * (1 + width) !== bytes.length || at !== codes.length) throw new Error('data length');
    return {
      count, columns, rows, column0: description.kolumn0, row0: description.rad0, size: description.cell_m, kommuner,
      parts: { codes, columns, rows }, levels,
      level: ({ matt, troskel }) => levels.find((x) => x.matt === matt && x.troskel === troskel),
    };
  }

  // What is told of the cells: puts { place, lookup, fields } into the grid that where() gave. place: column * rows + row.
  function decode(grid, description, bytes) {
    const { count, columns, rows, kommuner, parts: { codes } } = grid;
    const place = new Uint32Array(count), lookup = new Int32Array(columns * rows).fill(-1);
    for (let p = 0, i = 0; p < codes.length; p++) {
      if (!codes[p]) continue;
      place[i] = p;
      lookup[p] = i++;
    }
    const lived = new Uint32Array(description.bebodda), head = Math.ceil(count / 8);
    for (let i = 0, k = 0; i < count; i++) if (bytes[i >> 3] >> (i & 7) & 1) lived[k++] = i;
    const { fields, at } = decodeFields(description.falt, bytes, head, count, lived);
    if (at !== bytes.length) throw new Error('data length');
    fields.kommunkod = lazy({ texts: kommuner }, () => Uint8Array.from(place, (p) => codes[p] - 1));
    Object.assign(grid, { place, lookup, fields });
  }

  window.bredband.data = { inflate, inflateJson, json, where, decode, decodeFields, unshuffle, once };
})();
