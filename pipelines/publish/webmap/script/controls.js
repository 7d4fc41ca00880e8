// What stands on the map and under it: zoom, the whole län, the own place, sharing, printing, background.
(function () {
  'use strict';
  const $ = (id) => document.getElementById(id);

  function button(text, id, action) {
    const control = L.control({ position: 'bottomright' });
    control.onAdd = () => {
      const box = L.DomUtil.create('div', 'leaflet-bar'), made = L.DomUtil.create('button', 'hem', box);
      Object.assign(made, { type: 'button', id, textContent: text });
      L.DomEvent.disableClickPropagation(box);
      made.addEventListener('click', action);
      return box;
    };
    return control;
  }

  // own(): whether the view is of the reader's own place, which the link then says nothing of.
  async function share(texts, say, own) {
    try {
      await navigator.clipboard.writeText(location.href);
      say(own() ? texts.dela_utan_plats : texts.dela_klar);
    } catch {
      say(texts.dela_fel);
    }
  }

  // Nothing is fetched before the reader ticks the box.
  function background(map, layer, page, texts) {
    const box = $('visa-bakgrund');
    if (!box || !page.bakgrund) return;
    const tiles = L.tileLayer(page.bakgrund.url, { maxZoom: 19, attribution: '', pane: 'bakgrund' });
    map.createPane('bakgrund').style.zIndex = 160;
    const credit = document.querySelector('.krediter'), plain = credit.textContent;
    box.addEventListener('change', () => {
      if (box.checked) tiles.addTo(map);
      else tiles.remove();
      layer.setOpacity(box.checked ? 0.65 : 1);
      map.getContainer().classList.toggle('med-bakgrund', box.checked);
      credit.textContent = box.checked ? `${plain}, ${page.bakgrund.kredit}` : plain;
    });
  }

  // On paper the map has the frame of a sheet, whatever the window's is: the whole län still fits, and who has zoomed in
  // keeps middle and scale. home(): the bounds of the län.
  function paper(map, home) {
    const root = document.documentElement.classList;
    let held = null;
    const inFrame = (yes) => {
      root.toggle('papper', yes);
      map.invalidateSize({ animate: false, pan: false });
    };
    window.addEventListener('beforeprint', () => {
      held = { centre: map.getCenter(), zoom: map.getZoom() };
      const whole = held.zoom <= map.getBoundsZoom(home);
      inFrame(true);
      if (whole) map.fitBounds(home, { animate: false });
      else map.setView(held.centre, held.zoom, { reset: true });
    });
    window.addEventListener('afterprint', () => {
      inFrame(false);
      root.remove('bara-karta');
      if (held) map.setView(held.centre, held.zoom, { reset: true });
      held = null;
    });
  }

  bredband.controls = function (map, layer, page, texts, { onHome, locate, own, home }) {
    const say = (text) => { $('meddelande').textContent = text; };
    L.control.zoom({ position: 'topright', zoomInTitle: texts.zooma_in, zoomOutTitle: texts.zooma_ut }).addTo(map);
    L.control.scale({ imperial: false, position: 'topleft' }).addTo(map);
    button(texts.hela_lanet, 'hela-lanet', onHome).addTo(map);
    button(texts.min_plats, 'min-plats', locate).addTo(map);
    $('dela').addEventListener('click', () => share(texts, say, own));
    // The button prints the map on a page of its own; the browser's own command prints the tables too.
    $('skriv-ut').addEventListener('click', () => {
      document.documentElement.classList.add('bara-karta');
      window.print();
    });
    paper(map, home);
    background(map, layer, page, texts);
    return { say };
  };
})();
