// @ts-check
// How the answers of this sitting come, and who tells them: said once, kept under the PIN, sent with each answer.

import { element, labelled } from './element.js';

/** @typedef {{through: string, toldBy: string}} Sitting */
/** @typedef {[string, string][]} Pairs */

/** @type {Sitting} */
export const NOT_SAID = { through: '', toldBy: '' };

/** The two questions above all others. */
export class SittingFields {
  /** @param {import('./kept_check.js').Content} content @param {(sitting: Sitting) => void} said */
  constructor(content, said) {
    this.through = chosen('sitting-through', 'Not said', content.ways ?? []);
    this.toldBy = chosen('sitting-told-by', 'Nobody: I see it myself', content.tellers ?? []);
    const known = Boolean(content.ways?.length);
    this.whole = element(
      'fieldset', { class: 'nhsuk-fieldset nhsuk-u-margin-bottom-5', hidden: !known },
      element('legend', { class: 'nhsuk-fieldset__legend nhsuk-fieldset__legend--s' }, 'This sitting'),
      element('div', { class: 'nhsuk-hint' }, 'It counts for each answer that you give from now on. No name is kept on this device.'),
      labelled('sitting-through', 'How do you know it?', this.through),
      labelled('sitting-told-by', 'Who tells you?', this.toldBy),
    );
    this.show(content.sitting ?? NOT_SAID);
    this.whole.addEventListener('change', () => said({ through: this.through.value, toldBy: this.toldBy.value }));
  }

  /** @param {Sitting} sitting */
  show(sitting) {
    this.through.value = sitting.through;
    this.toldBy.value = sitting.toldBy;
  }
}

/** @param {string} id @param {string} nothing @param {Pairs} pairs */
function chosen(id, nothing, pairs) {
  const options = [['', nothing], ...pairs].map(([code, words]) => element('option', { value: code }, words));
  return element('select', { class: 'nhsuk-select', id, autocomplete: 'off' }, ...options);
}
