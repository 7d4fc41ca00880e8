// Texts with values in them, numbers as the page's language writes them, and elements that hold text and nothing else.
(function () {
  'use strict';

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? values[key] : all));
  }

  // A whole number of 1 / scale as the page's language writes it: 12 345,6 or 12,345.6.
  function number(scaled, scale) {
    const { grupp, decimal } = number.signs;
    const digits = scale > 1 ? String(scale).length - 1 : 0;
    const text = String(scaled).padStart(digits + 1, '0');
    const whole = digits ? text.slice(0, -digits) : text;
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, grupp);
    return digits ? `${grouped}${decimal}${text.slice(-digits)}` : grouped;
  }

  // What lies between two whole numbers, told as the pages tell it; most: null where it has no end.
  function span(least, most) {
    const { minst, hogst, streck } = number.signs, told = (x) => number(x, 1);
    if (most === 0 || least === most) return told(most);
    if (!least) return most === null ? streck : `${hogst} ${told(most)}`;
    return most === null ? `${minst} ${told(least)}` : `${told(least)}–${told(most)}`;
  }

  function element(tag, text, name) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.dataset.falt = name;
    return made;
  }

  function list(rows) {
    const made = element('dl');
    for (const [name, label, value] of rows) made.append(element('dt', label), element('dd', value, name));
    return made;
  }

  Object.assign(bredband, { fill, number, span, element, list });
})();
