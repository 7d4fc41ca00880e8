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

  bredband.controls = function (map, layer, page, texts, { onHome, locate, own }) {
    const say = (text) => { $('meddelande').textContent = text; };
    L.control.zoom({ position: 'topright', zoomInTitle: texts.zooma_in, zoomOutTitle: texts.zooma_ut }).addTo(map);
    L.control.scale({ imperial: false, position: 'topleft' }).addTo(map);
    button(texts.hela_lanet, 'hela-lanet', onHome).addTo(map);
    button(texts.min_plats, 'min-plats', locate).addTo(map);
    $('dela').addEventListener('click', () => share(texts, say, own));
    $('skriv-ut').addEventListener('click', () => window.print());
    background(map, layer, page, texts);
    return { say };
  };
})();
