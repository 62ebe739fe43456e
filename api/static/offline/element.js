// @ts-check
// Parts of the page, made of text and never of markup.

/**
 * @param {string} tag
 * @param {Record<string, any>} [properties] attributes; functions are listeners, a false value leaves it out
 * @param {...(Node | string | null | false)} children
 * @returns {any}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((each) => each !== null && each !== false).map(stringOrNode));
  return made;
}

/** @param {any} each */
function stringOrNode(each) {
  return each instanceof Node ? each : String(each);
}

/** @param {string} text @param {() => void} click @param {'' | 'secondary' | 'warning'} kind */
export function button(text, click, kind = '') {
  const classes = `nhsuk-button${kind ? ` nhsuk-button--${kind}` : ''}`;
  return element('button', { class: classes, type: 'button', click }, text);
}

/** A field under its label. @param {string} id @param {string} words @param {Node} field */
export function labelled(id, words, field) {
  return element('div', { class: 'nhsuk-form-group' }, element('label', { class: 'nhsuk-label', for: id }, words), field);
}

/** @param {string} text */
export function paragraph(text) {
  return element('p', {}, text);
}

/** @param {number} at */
export function moment(at) {
  const how = /** @type {Intl.DateTimeFormatOptions} */ ({ day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' });
  return new Date(at).toLocaleString('en-GB', { ...how, timeZone: 'Europe/London' });
}

/** @param {number} number @param {string} one @param {string} many */
export function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}
