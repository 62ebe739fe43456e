// @ts-check
// Answers that wait for a person: somebody else answered meanwhile, a contradiction, a refusal, or not asked any more.

import { answerAgain } from './sending.js';
import { inWords } from './questions.js';
import { button, element, paragraph } from './element.js';

/** @typedef {import('./kept_check.js').KeptCheck} KeptCheck */
/** @typedef {import('./kept_check.js').Waiting} Waiting */

/**
 * @param {KeptCheck} kept
 * @param {Waiting[]} waiting
 * @param {Set<string>} asked
 * @param {() => void} decided
 * @returns {Node[]}
 */
export function decisions(kept, waiting, asked, decided) {
  const items = new Map(kept.content.items.map((item) => [item.code, item]));
  const open = waiting.filter((each) => ['conflict', 'question', 'refused'].includes(each.state));
  const unasked = waiting.filter((each) => each.state === '' && !each.attempted && !each.asNote && !asked.has(each.item));
  /** @param {Promise<unknown>} done */
  const after = async (done) => { await done; decided(); };
  const parts = [...open, ...unasked].map((each) => {
    const item = items.get(each.item);
    if (!item) return paragraph(each.words);
    const ours = `${inWords(item, each.value)}${each.note ? `. ${each.note}` : ''}`;
    const heading = element('h3', { class: 'nhsuk-heading-s' }, item.label);
    return element('li', {}, heading, ...choicesOf(kept, each, ours, after));
  });
  if (!parts.length) return [];
  return [element(
    'section', { class: 'nhsuk-inset-text', 'aria-labelledby': 'to-decide' },
    element('h2', { class: 'nhsuk-heading-m', id: 'to-decide' }, 'For you to decide'),
    element('ul', { class: 'hw-offline-decisions' }, ...parts),
  )];
}

/**
 * @param {KeptCheck} kept
 * @param {Waiting} each
 * @param {string} ours
 * @param {(done: Promise<unknown>) => void} after
 * @returns {Node[]}
 */
function choicesOf(kept, each, ours, after) {
  const remove = button('Remove my answer', () => after(kept.drop(each.id)), 'secondary');
  if (each.state === 'conflict' && each.theirs) {
    const theirs = each.theirs;
    const mine = () => after(kept.put(answerAgain(each, theirs.version), each));
    if (theirs.moved) {
      return [
        paragraph(`The person goes to another home by now: ${theirs.moved}. What you saw may be about the former one.`),
        element('p', {}, 'Yours: ', element('strong', {}, ours)),
        button('It was the former home: remove my answer', () => after(kept.theirsStands(each, theirs)), 'secondary'),
        button('It is so in the new home: send my answer', mine),
      ];
    }
    return [
      paragraph('Somebody else answered this after you took the check along.'),
      element('p', {}, 'Theirs: ', element('strong', {}, theirs.words), ` (${theirs.who}, ${theirs.day})`),
      element('p', {}, 'Yours: ', element('strong', {}, ours)),
      button('Keep theirs', () => after(kept.theirsStands(each, theirs)), 'secondary'),
      button('Send mine', mine),
    ];
  }
  if (each.state === 'question') return [...asks(kept, each, ours, after), remove];
  const asNote = button('Keep as a note on the case', () => after(kept.put(answerAgain(each, each.seenVersion, { asNote: true }), each)), 'secondary');
  if (each.state === 'refused' && each.notAsked) {
    return [paragraph(each.words), element('p', {}, 'Yours: ', element('strong', {}, ours)), asNote, remove];
  }
  if (each.state === 'refused') {
    return [paragraph(each.words), element('p', {}, 'Yours: ', element('strong', {}, ours), '. Change it below, or remove it.'), remove];
  }
  return [paragraph(`Not asked any more, because of other answers. Yours: ${ours}. It is not sent.`), asNote, remove];
}

/**
 * @param {KeptCheck} kept
 * @param {Waiting} each
 * @param {string} ours
 * @param {(done: Promise<unknown>) => void} after
 */
function asks(kept, each, ours, after) {
  const why = element('textarea', { class: 'nhsuk-textarea', id: `why-${each.id}`, rows: 2, autocomplete: 'off' });
  const fault = element('span', { class: 'nhsuk-error-message' });
  const right = () => {
    if (!why.value.trim()) {
      fault.textContent = 'Say why it is right';
      return;
    }
    const note = [each.note, why.value.trim()].filter(Boolean).join('\n');
    const confirm = each.questions.map(({ code }) => code);
    after(kept.put(answerAgain(each, each.seenVersion, { note, confirm }), each));
  };
  return [
    ...each.questions.map(({ question }) => paragraph(question)),
    element('p', {}, 'Yours: ', element('strong', {}, ours)),
    element('label', { class: 'nhsuk-label', for: `why-${each.id}` }, 'Why is it right?'),
    fault,
    why,
    button('It is right, send it', right),
  ];
}
