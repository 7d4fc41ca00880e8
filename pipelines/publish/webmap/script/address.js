// The view in the address: what the reader chose and where, #lager=klass&hast=100&matt=tillgang&z=9&lat=58.1&lng=12.7&ruta=… The words are codes and
// the same in every language. What the reader chooses is a step back; where the map is moved is not.
(function () {
  'use strict';

  function read() {
    const words = new URLSearchParams(location.hash.slice(1)), number = (key) => {
      const value = Number.parseFloat(words.get(key));
      return Number.isFinite(value) ? value : null;
    };
    return {
      lager: words.get('lager'), troskel: words.get('hast'), matt: words.get('matt'), tid: words.get('tid'),
      omraden: words.get('omraden') === 'ja', ruta: words.get('ruta'), omrade: words.get('omrade'),
      kommun: words.get('kommun'),
      zoom: number('z'), lat: number('lat'), lng: number('lng'),
    };
  }

  function written(view) {
    const words = new URLSearchParams({ lager: view.lager, hast: view.troskel, matt: view.matt });
    if (view.tid === 'fore') words.set('tid', 'fore');
    if (view.omraden) words.set('omraden', 'ja');
    words.set('z', view.zoom);
    words.set('lat', view.lat.toFixed(4));
    words.set('lng', view.lng.toFixed(4));
    if (view.omrade) words.set('omrade', view.omrade);
    else if (view.ruta) words.set('ruta', view.ruta);
    else if (view.kommun) words.set('kommun', view.kommun);
    return `#${words}`;
  }

  // current(): the view as it is. apply(view): takes one from the address.
  bredband.address = function (current, apply) {
    const language = document.getElementById('sprak'), other = language && language.getAttribute('href');
    let applying = false, moved = null; // the address of a view that is not written yet

    function follow() {
      if (language) language.href = other + location.hash;
    }

    // Of where the map was moved when the picture is there: the browser takes its time.
    function write(step) {
      if (applying) return;
      const hash = written(current());
      if (step) {
        settle();
        put(hash, true);
        return;
      }
      if (moved === null) requestAnimationFrame(() => setTimeout(settle));
      moved = hash;
    }

    function settle() {
      if (moved !== null) put(moved, false);
      moved = null;
    }

    function put(hash, step) {
      if (hash === location.hash) return;
      try {
        history[step ? 'pushState' : 'replaceState'](null, '', hash);
      } catch {
        location.replace(hash); // a page inside another may not write its history
      }
      follow();
    }

    function take() {
      applying = true;
      moved = null;
      try {
        apply(read());
      } finally {
        applying = false;
      }
      follow();
    }

    window.addEventListener('popstate', take);
    return { write, take };
  };
})();
