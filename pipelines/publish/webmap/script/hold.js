// What a reader does before the page can answer is kept, and done when it can.
(function () {
  'use strict';
  const KEYS = /^(Enter|Escape|Arrow)/;

  // Whether it is one that the page's own script answers. What the browser or Leaflet answers by itself is let through.
  function ours({ type, target, key }) {
    if (type === 'click') return target.closest('button') || (target.closest('#karta') && !target.closest('a'));
    return type !== 'keydown' || (target.closest('#karta, #sok') && KEYS.test(key));
  }

  // -> a function that does what has been kept, in its order, and keeps nothing more.
  bredband.hold = function () {
    const kept = [], done = new AbortController();
    for (const type of ['click', 'keydown', 'input', 'change', 'submit']) {
      document.addEventListener(type, (event) => {
        if (!ours(event)) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (type !== 'submit') kept.push(event);
      }, { capture: true, signal: done.signal });
    }
    return () => {
      done.abort();
      for (const event of kept) event.target.dispatchEvent(new event.constructor(event.type, event));
    };
  };
})();
