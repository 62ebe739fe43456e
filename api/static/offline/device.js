// @ts-check
// On every page: what is kept on this device and was not sent is said, and nobody signs out without a word about it.

import { button, count, element, moment, paragraph } from './element.js';
import { endingRead, endings, takings, tellOtherTabs, wipe } from './store.js';

const ANSWERS = /** @type {const} */ (['answer to a home check', 'answers to a home check']);

/** Say what waits here, and guard the way out. */
export async function watchDevice() {
  const out = /** @type {HTMLFormElement | null} */ (document.querySelector('form[action="/sign-out"]'));
  out?.addEventListener('submit', (event) => {
    event.preventDefault();
    signOut(out).catch(() => out.submit());
  });
  if (document.getElementById('offline-check')) return;
  const main = document.getElementById('maincontent');
  const parts = [...(await waitsHere(out?.dataset.owner ?? '')), ...(await lostHere())];
  if (parts.length) main?.prepend(...parts);
}

/** @param {string} owner */
async function waitsHere(owner) {
  const every = (await takings()).filter((each) => each.unsent);
  const own = sum(every.filter((each) => each.taking.owner === owner));
  const all = sum(every);
  if (own) return [inset(`${count(own, ...ANSWERS)} ${own === 1 ? 'is' : 'are'} kept on this device and not sent.`)];
  if (all && !owner) return [inset(`${count(all, ...ANSWERS)} ${all === 1 ? 'is' : 'are'} kept on this device and not sent. Sign in to send.`)];
  return [];
}

/** @param {string} words */
function inset(words) {
  const link = element('a', { href: '/offline' }, 'Open the check that is kept here');
  return element('div', { class: 'nhsuk-inset-text', id: 'offline-waits' }, paragraph(words), element('p', {}, link));
}

/** What was wiped without being sent, until somebody says that they read it. */
export async function lostHere() {
  return (await endings()).map((ending) => {
    const why = ending.why === 'pin' ? 'because the PIN was wrong too often' : 'because it was kept too long';
    const shown = element(
      'div', { class: 'nhsuk-inset-text' },
      paragraph(`A home check was wiped from this device on ${moment(ending.at)}, ${why}. ${count(ending.unsent, 'answer was', 'answers were')} not sent and must be asked again.`),
      button('I have read this', async () => { await endingRead(ending.id); shown.remove(); }, 'secondary'),
    );
    return shown;
  });
}

/** @param {{unsent: number}[]} every */
function sum(every) {
  return every.reduce((total, each) => total + each.unsent, 0);
}

/** @param {HTMLFormElement} form */
async function signOut(form) {
  const every = await takings();
  const own = every.filter((each) => each.taking.owner === form.dataset.owner);
  const others = every.filter((each) => each.unsent && !own.includes(each));
  const unsent = sum(own);
  const choice = unsent ? await asked(unsent) : 'wipe';
  if (choice === 'stay') return;
  if (choice === 'send') return location.assign('/offline');
  if (choice === 'wipe') await Promise.all(own.map((each) => wipe(each.taking)));
  tellOtherTabs('wiped');
  if (choice === 'keep' || others.length) form.append(element('input', { type: 'hidden', name: 'keep_unsent', value: '1' }));
  form.submit();
}

/** @param {number} unsent @returns {Promise<'stay' | 'send' | 'keep' | 'wipe'>} */
function asked(unsent) {
  return new Promise((resolve) => {
    /** @param {'stay' | 'send' | 'keep' | 'wipe'} choice */
    const choose = (choice) => () => {
      shown.close();
      shown.remove();
      resolve(choice);
    };
    const shown = element(
      'dialog', { class: 'hw-dialog', 'aria-labelledby': 'unsent-title', cancel: choose('stay') },
      element('h2', { class: 'nhsuk-heading-m', id: 'unsent-title' }, 'Answers are not sent yet'),
      paragraph(`${count(unsent, ...ANSWERS)} on this device ${unsent === 1 ? 'is' : 'are'} not sent.`),
      button('Send first', choose('send')),
      button('Sign out, and keep them here under the PIN', choose('keep'), 'secondary'),
      button('Sign out, and wipe them', choose('wipe'), 'warning'),
      button('Stay signed in', choose('stay'), 'secondary'),
    );
    document.body.append(shown);
    shown.showModal();
  });
}
