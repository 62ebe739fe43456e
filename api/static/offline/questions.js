// @ts-check
// The questions of a check that is open. Each answer is kept as soon as it is given, and each field as it is typed in.

import { counting, fault, WRITTEN } from './fit.js';
import { element, labelled } from './element.js';

/** @typedef {import('./kept_check.js').Item} Item */
/** @typedef {import('./kept_check.js').Waiting} Waiting */
/** @typedef {{value: string, evidence: string, note: string}} Typed */

/** @param {Item} item @param {string} value */
export function inWords(item, value) {
  if (value === WRITTEN && item.in_words) return 'Answered in words';
  const choice = item.choices.find(([code]) => code === value);
  return choice ? choice[1] : `${value}${item.unit ? ` ${item.unit}` : ''}`;
}

/** One question on the page. */
class Question {
  /** @param {Item} item @param {(item: Item, typed: Typed) => void} said */
  constructor(item, said) {
    this.item = item;
    const id = `q-${item.code}`;
    this.typed = item.type === 'number' || item.type === 'date' ? this.#box(id) : null;
    this.radios = item.choices.map(([code, words], at) => this.#radio(`${id}-${at}`, id, code, words));
    this.evidence = this.#select(`${id}-evidence`);
    this.note = element('textarea', { class: 'nhsuk-textarea', id: `${id}-note`, rows: 3, autocomplete: 'off' });
    this.known = element('p', { class: 'hw-small hw-muted' });
    this.status = element('div', { class: 'hw-offline-state', id: `${id}-state` });
    this.whole = this.#drawn(id);
    this.whole.addEventListener('input', (/** @type {Event} */ event) => {
      if (event.target === this.typed) this.radios.forEach((each) => { each.firstChild.checked = false; });
      else if (this.typed && /** @type {HTMLInputElement} */ (event.target).type === 'radio') this.typed.value = '';
      said(item, this.read());
    });
  }

  /** @returns {Typed} */
  read() {
    const chosen = this.radios.map((each) => each.firstChild).find((each) => each.checked)?.value ?? '';
    const words = this.item.type === 'text' && this.note.value.trim() ? WRITTEN : '';
    return {
      value: chosen || this.typed?.value.trim() || words,
      evidence: this.evidence?.value ?? '',
      note: this.note.value,
    };
  }

  /** Show an answer that waits. @param {Waiting} waiting */
  fill(waiting) {
    this.radios.forEach((each) => { each.firstChild.checked = each.firstChild.value === waiting.value; });
    const chosen = this.radios.some((each) => each.firstChild.checked);
    if (this.typed) this.typed.value = chosen ? '' : waiting.value;
    if (this.evidence) this.evidence.value = waiting.evidence;
    this.note.value = waiting.note;
  }

  /** @param {string} id */
  #box(id) {
    const kind = this.item.type === 'date' ? 'date' : 'text';
    return element('input', {
      class: 'nhsuk-input nhsuk-input--width-10', id: `${id}-typed`, type: kind, autocomplete: 'off',
      inputmode: kind === 'text' ? 'decimal' : false,
    });
  }

  /** @param {string} id @param {string} name @param {string} code @param {string} words */
  #radio(id, name, code, words) {
    return element(
      'div', { class: 'nhsuk-radios__item' },
      element('input', { class: 'nhsuk-radios__input', id, type: 'radio', name, value: code, autocomplete: 'off' }),
      element('label', { class: 'nhsuk-label nhsuk-radios__label', for: id }, words),
    );
  }

  /** @param {string} id */
  #select(id) {
    if (!this.item.evidence.length) return null;
    const options = [['', 'Not said'], ...this.item.evidence];
    return element(
      'select', { class: 'nhsuk-select', id, autocomplete: 'off' },
      ...options.map(([code, words]) => element('option', { value: code }, words)),
    );
  }

  /** @param {string} id */
  #drawn(id) {
    const { item } = this;
    const legend = element('legend', { class: 'nhsuk-fieldset__legend nhsuk-fieldset__legend--s' }, item.question);
    return element(
      'div', { class: 'nhsuk-form-group hw-offline-question', id },
      element(
        'fieldset', { class: 'nhsuk-fieldset', 'aria-describedby': `${id}-help` },
        legend,
        element('div', { class: 'nhsuk-hint', id: `${id}-help` }, item.help),
        this.known,
        this.typed && labelled(`${id}-typed`, item.unit ? `${item.label}, in ${item.unit}` : item.label, this.typed),
        item.in_words && labelled(`${id}-note`, 'Answer in words. Everybody on the case reads it. Nothing about abuse or danger: that is written with signal, on the safety page', this.note),
        element('div', { class: 'nhsuk-radios nhsuk-radios--inline' }, ...this.radios),
        this.#beside(id),
      ),
      this.status,
    );
  }

  /** @param {string} id */
  #beside(id) {
    if (!this.evidence && this.item.in_words) return null;
    return element(
      'details', { class: 'nhsuk-details' },
      element(
        'summary', { class: 'nhsuk-details__summary' },
        element('span', { class: 'nhsuk-details__summary-text' }, 'How is it known, and note',
          element('span', { class: 'nhsuk-u-visually-hidden' }, ` on ${this.item.label}`)),
      ),
      element(
        'div', { class: 'nhsuk-details__text' },
        this.evidence && labelled(`${id}-evidence`, 'How is it known?', this.evidence),
        !this.item.in_words && labelled(`${id}-note`, 'Note. Write no names, and nothing about abuse or danger: that is written with signal', this.note),
      ),
    );
  }
}

export class Questions {
  /** @param {import('./kept_check.js').Content} content @param {(item: Item, typed: Typed) => void} said */
  constructor(content, said) {
    this.items = new Map(content.items.map((item) => [item.code, item]));
    const shown = content.items.filter((item) => !item.left_out);
    this.each = new Map(shown.map((item) => [item.code, new Question(item, said)]));
    const domains = [...new Set(shown.map((item) => item.domain))];
    this.domains = domains.map((name) => this.#domain(name, shown.filter((item) => item.domain === name)));
    this.whole = element('form', { autocomplete: 'off', novalidate: true, submit: (/** @type {Event} */ e) => e.preventDefault() },
      ...this.domains.map((domain) => domain.whole));
  }

  /** @param {string} name @param {Item[]} items */
  #domain(name, items) {
    const counted = element('span', { class: 'hw-small hw-muted' });
    const summary = element('summary', {}, name, ' ', counted);
    const questions = items.map((item) => this.each.get(item.code)?.whole);
    const body = element('div', {}, ...questions);
    return { whole: element('details', { class: 'hw-offline-domain' }, summary, body), counted, items };
  }

  /**
   * Show what is known and what waits.
   * @param {import('./kept_check.js').Content} content
   * @param {Waiting[]} waiting
   */
  show(content, waiting) {
    const latest = new Map(waiting.map((each) => [each.item, each]));
    const { values, order } = counting(content, waiting);
    const now = new Set(order);
    for (const [code, question] of this.each) this.#showOne(question, content.answers[code], latest.get(code), now.has(code));
    for (const { counted, items, whole } of this.domains) {
      const here = items.filter((item) => now.has(item.code));
      const done = here.filter((item) => values.get(item.code));
      counted.textContent = `${done.length} of ${here.length} answered`;
      whole.hidden = here.length === 0;
    }
    return now;
  }

  /** @param {Question} question @param {import('./kept_check.js').Standing | undefined} standing @param {Waiting | undefined} waiting @param {boolean} isAsked */
  #showOne(question, standing, waiting, isAsked) {
    const { item } = question;
    question.whole.hidden = !isAsked;
    question.known.textContent = standing ? `Known so far: ${inWords(item, standing.value)}` : '';
    question.known.hidden = !standing;
    const wrong = waiting && waiting.state === '' && !waiting.attempted ? fault(item, waiting) : '';
    question.status.className = `hw-offline-state${wrong ? ' nhsuk-error-message' : ''}`;
    question.status.textContent = waiting ? wrong || stateWords(waiting) : '';
  }
}

/** @param {Waiting} waiting */
function stateWords(waiting) {
  if (waiting.state === 'taken') return 'Sent, not yet recorded';
  if (waiting.state) return 'Waits for your decision, above';
  return 'Kept on this device, not sent';
}

