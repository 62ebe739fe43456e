// @ts-check
// The page of a check without signal: it takes the check along, opens it with its PIN, keeps answers and sends them.

import { lostHere } from './device.js';
import { button, count, element, moment, paragraph } from './element.js';
import { takeForm, unlockForm } from './locked.js';
import { OpenCheck } from './open_check.js';
import { onOtherTabs, takings } from './store.js';

const place = /** @type {HTMLElement} */ (document.getElementById('offline-check'));
const content = /** @type {HTMLElement} */ (document.getElementById('offline-content'));
const status = /** @type {HTMLElement} */ (document.getElementById('offline-status'));
const owner = place.dataset.owner ?? '';
const caseId = /^\/cases\/([0-9a-f-]{36})\/check\/offline$/.exec(location.pathname)?.[1] ?? '';

/** Why a check cannot be kept here, in words; empty where it can. */
function hindered() {
  if (!window.isSecureContext) {
    return 'This page came without HTTPS. A check is kept on a device only over HTTPS, because otherwise others on the network could read or change it. Open the address that begins with https.';
  }
  const able = globalThis.crypto?.subtle && globalThis.indexedDB && navigator.serviceWorker && navigator.locks;
  return able ? '' : 'This browser cannot keep a check safely. Use another browser, and no private window.';
}

/** Have the page itself kept, so that it opens without signal. */
async function keepPage() {
  await navigator.serviceWorker.register('/offline-worker.js', { updateViaCache: 'none' });
  await navigator.serviceWorker.ready;
  await navigator.storage?.persist?.();
}

/** @param {...Node} parts */
function show(...parts) {
  content.replaceChildren(...parts);
}

/** @param {import('./kept_check.js').KeptCheck} kept */
function opened(kept) {
  const open = new OpenCheck(kept, { content, status, caseId }, ended);
  open.start().catch(failed);
}

/** @param {string} words */
function ended(words) {
  status.textContent = '';
  const to = caseId ? element('p', {}, element('a', { href: `/cases/${caseId}` }, 'Go to the case')) : paragraph('');
  show(paragraph(words), to);
}

/** @param {unknown} error */
function failed(error) {
  const name = error instanceof Error ? error.name : 'unknown';
  status.textContent = `Something went wrong on this device (${name}). Reload the page. What was kept is still kept.`;
}

/** @param {{taking: import('./store.js').Taking, unsent: number}} each */
function unlock({ taking, unsent }) {
  show(...unlockForm(taking, unsent, opened, ended));
}

/** @param {{taking: import('./store.js').Taking, unsent: number}[]} mine */
function choose(mine) {
  const each = mine.map((one) => element('li', {}, button(
    `Kept since ${moment(one.taking.takenAt)}, ${count(one.unsent, 'answer', 'answers')} not sent`, () => unlock(one), 'secondary')));
  show(paragraph('More than one check is kept on this device. Which one is yours?'), element('ul', { class: 'hw-offline-decisions' }, ...each));
}

async function start() {
  const words = hindered();
  if (words) return show(paragraph(words));
  const every = await takings();
  place.prepend(...(await lostHere())); // after the check whose time is over was wiped, so that this is said at once
  const mine = every.filter((each) => !owner || each.taking.owner === owner);
  if (mine.length > 1) choose(mine);
  else if (mine.length) unlock(mine[0]);
  else if (owner && caseId) show(...takeForm(caseId, owner, keepPage, opened));
  else show(paragraph('There is no signal, or no check was chosen, and no check of yours is kept on this device. With signal, open the check of a case and choose “Take this check with me”.'));
  if (mine.length < every.length) {
    content.append(paragraph('A check that another person took along is kept on this device too. Only they can open it, with their PIN.'));
  }
}

onOtherTabs((what) => { if (what === 'wiped') location.reload(); });
start().catch(failed);
