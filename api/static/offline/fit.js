// @ts-check
// What is wrong with an answer, in words; an answer with a fault is kept, and waits, and decides about no other.

import { asked, isDay, isNumber } from './skip_rule.js';

export const WRITTEN = 'written';
const NOT_APPLICABLE = 'not-applicable';
export const MOST_NOTE = 2000;

/**
 * @param {import('./kept_check.js').Item | undefined} item
 * @param {{value: string, note: string}} given
 * @returns {string}
 */
export function fault(item, given) {
  if (!item) return 'This question is not part of the check';
  if (given.note.length > MOST_NOTE) return `Use at most ${MOST_NOTE} characters in the note. You used ${given.note.length}`;
  if (given.value === WRITTEN && item.in_words) return given.note.trim() ? '' : 'Write the answer in the box';
  if (given.value === NOT_APPLICABLE && item.explains && !given.note.trim()) return 'Write in the note why it does not apply';
  if (item.choices.some(([code]) => code === given.value)) return '';
  if (item.type === 'date') return isDay(given.value) ? '' : 'Enter a day, or choose an answer';
  if (item.type === 'number') return numberFault(item, given.value);
  return 'Choose an answer as well';
}

/** @param {import('./kept_check.js').Item} item @param {string} value */
function numberFault(item, value) {
  const [least, most] = [item.least ?? 0, item.most ?? Infinity];
  const number = Number(value);
  if (isNumber(value) && number >= least && number <= most) return '';
  return `Enter a number from ${least}${item.most === null ? '' : ` to ${item.most}`} in ${item.unit}, or choose an answer`;
}

/**
 * The answers that count on this device, and the items that are asked because of them.
 * @param {import('./kept_check.js').Content} content
 * @param {import('./kept_check.js').Waiting[]} waiting
 * @returns {{values: Map<string, string>, order: string[]}}
 */
export function counting(content, waiting) {
  const items = new Map(content.items.map((item) => [item.code, item]));
  const values = new Map(Object.entries(content.answers).map(([code, each]) => [code, each.value]));
  waiting.filter((each) => !fault(items.get(each.item), each)).forEach((each) => values.set(each.item, each.value));
  return { values, order: asked(content.items, values, content.facts) };
}
