// On a phone what is chosen is told in a sheet over the foot of the screen; the map stays where it is.
(function () {
  'use strict';
  const ROOM_PX = 40;

  // onClose(): the reader closed it. -> { open(yes, quiet), keep(latlng) }
  bredband.sheet = function (map, onClose) {
    const section = document.getElementById('fakta').closest('section'), narrow = window.matchMedia('(max-width: 60rem)');

    // What was chosen is not hidden by what is said of it: the map is moved as little as that takes.
    function above(bottom) {
      const over = bottom + ROOM_PX - section.getBoundingClientRect().top;
      if (narrow.matches && over > 0) map.panBy([0, over], { animate: !bredband.calm() });
    }

    function keepInSight() {
      const chosen = document.querySelector('path.markering');
      if (chosen) above(chosen.getBoundingClientRect().bottom);
    }

    document.getElementById('fakta-stang').addEventListener('click', onClose);
    return {
      open(yes, quiet) {
        section.classList.toggle('oppen', yes);
        document.documentElement.classList.toggle('med-blad', yes);
        section.scrollTop = 0;
        if (yes && !quiet) keepInSight();
      },
      keep(latlng) {
        above(map.getContainer().getBoundingClientRect().top + map.latLngToContainerPoint(latlng).y);
      },
    };
  };
})();
