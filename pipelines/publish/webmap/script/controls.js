// What stands on the map and under it: zoom, the whole län, the reader's own place, sharing, printing, background.
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

  // The place stays in the browser: it is read, shown and forgotten.
  function locate(texts, say, onFound) {
    if (!navigator.geolocation) return say(texts.plats_saknas);
    say(texts.plats_soker);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => say(onFound([coords.latitude, coords.longitude]) ? texts.plats_funnen : texts.plats_utanfor),
      (error) => say(error.code === error.PERMISSION_DENIED ? texts.plats_nekad : texts.plats_fel),
      { timeout: 15000, maximumAge: 60000 },
    );
  }

  async function share(texts, say) {
    try {
      await navigator.clipboard.writeText(location.href);
      say(texts.dela_klar);
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

  bredband.controls = function (map, layer, page, texts, { bounds, onFound }) {
    const say = (text) => { $('meddelande').textContent = text; };
    L.control.zoom({ position: 'topright', zoomInTitle: texts.zooma_in, zoomOutTitle: texts.zooma_ut }).addTo(map);
    L.control.scale({ imperial: false, position: 'topleft' }).addTo(map);
    const home = () => map.fitBounds(bounds, { animate: !bredband.calm() });
    button(texts.hela_lanet, 'hela-lanet', home).addTo(map);
    button(texts.min_plats, 'min-plats', () => locate(texts, say, onFound)).addTo(map);
    $('dela').addEventListener('click', () => share(texts, say));
    $('skriv-ut').addEventListener('click', () => window.print());
    background(map, layer, page, texts);
    return { say };
  };
})();
