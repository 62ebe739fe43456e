// @ts-check
// Taking a check along, and opening it again: both ask for its PIN.

import { KeptCheck } from './kept_check.js';
import { DIGITS, digitsOf, drawnPin, inGroups } from './pin.js';
import { takenAlong } from './sending.js';
import { takings, tellOtherTabs, wipe, UNSENT_DAYS, KEPT_HOURS, WRONG_PINS } from './store.js';
import { button, count, element, moment, paragraph } from './element.js';

/**
 * A field for a PIN, and the form around it. What it is given `pressed` is the digits that were typed.
 * @param {string} label
 * @param {string} submit
 * @param {(pin: string, fault: (words: string) => void) => Promise<void>} pressed
 */
function pinForm(label, submit, pressed) {
  const said = element('span', { class: 'nhsuk-error-message', id: 'pin-fault' });
  const field = element('input', {
    class: 'nhsuk-input nhsuk-input--width-20 hw-pin-field', id: 'pin', inputmode: 'numeric', autocomplete: 'off',
    'aria-describedby': 'pin-fault', spellcheck: 'false',
  });
  const group = element(
    'div', { class: 'nhsuk-form-group' },
    element('label', { class: 'nhsuk-label nhsuk-label--s', for: 'pin' }, label), said, field,
  );
  const press = element('button', { class: 'nhsuk-button', type: 'submit' }, submit);
  /** @param {string} words */
  const fault = (words) => {
    said.textContent = words;
    group.classList.toggle('nhsuk-form-group--error', Boolean(words));
    if (words) field.focus();
  };
  /** @param {Event} event */
  const sent = async (event) => {
    event.preventDefault();
    press.disabled = true;
    try {
      const pin = digitsOf(field.value);
      if (/^\d+$/.test(pin) && pin.length === DIGITS) await pressed(pin, fault);
      else fault(`Enter the PIN: ${DIGITS} digits`);
    } finally {
      press.disabled = false;
    }
  };
  return element('form', { submit: sent, autocomplete: 'off', novalidate: true }, group, press);
}

/**
 * @param {string} caseId
 * @param {string} owner
 * @param {() => Promise<void>} keepPage
 * @param {(kept: KeptCheck) => void} opened
 */
export function takeForm(caseId, owner, keepPage, opened) {
  let drawn = drawnPin();
  const shown = element('p', { class: 'hw-pin', id: 'drawn-pin' }, inGroups(drawn));
  const again = () => {
    drawn = drawnPin();
    shown.textContent = inGroups(drawn);
  };
  const form = pinForm('Type the PIN', 'Keep this check on this device', async (pin, fault) => {
    if (pin !== drawn) return fault('This is not the PIN that is shown. Type it again, or draw another');
    fault('');
    try {
      await keepPage();
      const content = await takenAlong(caseId);
      if (!content) return fault('This check cannot be taken along. The page of the case says why.');
      if ((await takings()).some(({ taking }) => taking.owner === owner)) return location.reload();
      opened(await KeptCheck.begin(owner, pin, content));
    } catch (error) {
      fault(`The check is not on this device, because it could not be kept (${error instanceof Error ? error.name : 'unknown'}). Try again with signal.`);
    }
  });
  return [
    paragraph('Keep this check on this device, and answer it where there is no signal. Your answers are sent when the signal is back.'),
    element(
      'ul', { class: 'nhsuk-list nhsuk-list--bullet' },
      element('li', {}, 'The answers are encrypted on this device. Only this PIN opens them. Nobody can tell you the PIN again.'),
      element('li', {}, `After ${WRONG_PINS} wrong PINs in a row, everything is wiped from this device.`),
      element('li', {}, `The check is wiped when all answers are sent, and after ${KEPT_HOURS} hours. Answers that are not sent stay ${UNSENT_DAYS} days.`),
      element('li', {}, 'Questions about safety, photos and documents are never kept on a device. Name, address and numbers are not kept either: you see initials only.'),
    ),
    element('h2', { class: 'nhsuk-heading-m' }, 'Your PIN for this check'),
    shown,
    button('Draw another PIN', again, 'secondary'),
    form,
  ];
}

/**
 * @param {import('./store.js').Taking} taking
 * @param {number} unsent
 * @param {(kept: KeptCheck) => void} opened
 * @param {(words: string) => void} wiped
 */
export function unlockForm(taking, unsent, opened, wiped) {
  const form = pinForm('PIN', 'Open', async (pin, fault) => {
    fault('');
    const { kept, left } = await KeptCheck.open(taking, pin);
    if (kept) return opened(kept);
    if (left <= 0) tellOtherTabs('wiped');
    if (left > 0) return fault(`This PIN is wrong. You have ${count(left, 'try', 'tries')} left before everything is wiped`);
    wiped(unsent
      ? `The PIN was wrong ${WRONG_PINS} times. The check was wiped from this device, with ${count(unsent, 'answer', 'answers')} not sent.`
      : `The PIN was wrong ${WRONG_PINS} times. The check was wiped from this device. Nothing was lost.`);
  });
  const forget = async () => {
    const lost = unsent ? ` ${count(unsent, 'answer that is not sent is lost', 'answers that are not sent are lost')}.` : '';
    if (!confirm(`Wipe the check from this device?${lost}`)) return;
    await wipe(taking);
    tellOtherTabs('wiped');
    wiped('The check was wiped from this device.');
  };
  return [
    paragraph(`A check is kept on this device since ${moment(taking.takenAt)}. ${unsent ? `${count(unsent, 'answer is', 'answers are')} not sent yet.` : 'Nothing waits to be sent.'}`),
    form,
    button('Wipe it, I do not have the PIN', forget, 'secondary'),
  ];
}
