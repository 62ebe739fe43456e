// @ts-check
// Answers go back one by one, each under the key that it got when it was given. Only one tab sends. An answer leaves
// the device when the record has acknowledged it, and not before.

import { counting, fault } from './fit.js';

/** @typedef {import('./kept_check.js').KeptCheck} KeptCheck */
/** @typedef {import('./kept_check.js').Waiting} Waiting */
/** @typedef {'done' | 'again' | 'busy' | 'no-signal' | 'signed-out' | 'other-person'} Ended */
/** @typedef {{owner: string, form_token: string}} Session */

const LOCK = 'homeward-offline-send';
const PATIENCE = 30_000;

class NoSignal extends Error {}
class SignedOut extends Error {}

/** @param {string} path @param {RequestInit} options */
async function ask(path, options = {}) {
  const how = /** @type {RequestInit} */ ({
    credentials: 'same-origin', cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(PATIENCE),
  });
  const answer = await fetch(path, { ...how, ...options }).catch(() => { throw new NoSignal(); });
  if (answer.type === 'opaqueredirect' || answer.status === 401) throw new SignedOut();
  if (answer.status >= 500 || answer.status === 429) throw new NoSignal();
  return answer;
}

/** @param {string} path */
async function read(path) {
  const answer = await ask(path);
  return answer.ok ? answer.json() : null;
}

/** What is taken along of a check; null where that is not allowed. @param {string} caseId */
export function takenAlong(caseId) {
  return read(`/cases/${caseId}/check/offline/content`);
}

/**
 * Send what waits. `told` hears of each change.
 * @param {KeptCheck} kept
 * @param {() => Promise<void>} told
 * @returns {Promise<Ended>}
 */
export async function send(kept, told) {
  return navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return 'busy';
    try {
      return await sendAll(kept, told);
    } catch (error) {
      if (error instanceof NoSignal) return 'no-signal';
      if (error instanceof SignedOut) return 'signed-out';
      throw error;
    }
  });
}

/** @param {KeptCheck} kept @param {() => Promise<void>} told @returns {Promise<Ended>} */
async function sendAll(kept, told) {
  const session = /** @type {Session | null} */ (await read('/offline/session'));
  if (!session) throw new SignedOut();
  if (session.owner !== kept.taking.owner) return 'other-person';
  await kept.refresh();
  /** @type {Ended} */
  let ended = 'done';
  for (const next of toSend(kept.content, await kept.waiting())) {
    if (['taken', 'again'].includes(await sendOne(kept, next, session))) ended = 'again';
    await told();
  }
  return ended;
}

/**
 * Which answers can go now: those that are asked, fit, and wait for nobody; of each item the first, the questions that
 * decide about others first.
 * @param {import('./kept_check.js').Content} content
 * @param {Waiting[]} waiting
 * @returns {Waiting[]}
 */
export function toSend(content, waiting) {
  const { order } = counting(content, waiting);
  /** @type {Map<string, Waiting>} */
  const first = new Map();
  waiting.forEach((each) => { if (!first.has(each.item)) first.set(each.item, each); });
  const items = new Map(content.items.map((item) => [item.code, item]));
  return [...first.values()]
    .filter((each) => each.state === '' || each.state === 'taken')
    .filter((each) => each.attempted || each.asNote || (order.includes(each.item) && !fault(items.get(each.item), each)))
    .sort((one, other) => order.indexOf(one.item) - order.indexOf(other.item));
}

/** @param {KeptCheck} kept @param {Waiting} next @param {Session} session */
async function sendOne(kept, next, session) {
  if (!next.attempted) {
    const seenVersion = Math.max(next.seenVersion, kept.content.seen[next.item] ?? 0);
    Object.assign(next, { attempted: true, seenVersion });
    if (!(await kept.change(next))) return 'gone';
  }
  const became = await post(kept, next, session);
  if (became.outcome === 'accepted') {
    if (next.asNote) await kept.noted(next, became.version);
    else await kept.acknowledged(next, became.version);
  } else if (became.outcome === 'conflict' && !became.theirs.moved && became.theirs.value === next.value) {
    await kept.put(answerAgain(next, became.theirs.version), { ...next, state: 'conflict' });
    return 'again';
  } else {
    const { outcome, title, words, theirs, questions, not_asked: notAsked } = became;
    const said = [title, words].filter(Boolean).join('. ');
    await kept.change({ ...next, state: outcome, words: said, theirs, questions, notAsked: Boolean(notAsked) });
  }
  return became.outcome;
}

/**
 * The same answer as a new one, given to the case as it stands by now.
 * @param {Waiting} waiting
 * @param {number} seenVersion
 * @param {Partial<import('./kept_check.js').Given>} [more]
 * @returns {import('./kept_check.js').Given}
 */
export function answerAgain(waiting, seenVersion, more = {}) {
  const { id: _, attempted: __, ...given } = waiting;
  return { ...given, seenVersion, state: '', words: '', theirs: null, questions: [], notAsked: false, ...more };
}

/** @param {KeptCheck} kept @param {Waiting} next @param {Session} session */
async function post(kept, next, session) {
  const body = new URLSearchParams({
    form_token: session.form_token,
    key: next.id,
    form: kept.content.form,
    item: next.item,
    value: next.value,
    evidence: next.evidence,
    note: next.note,
    seen_at: next.seenAt,
    seconds_ago: String(Math.max(0, Math.round((Date.now() - Date.parse(next.seenAt)) / 1000))),
    seen_version: String(next.seenVersion),
  });
  if (next.asNote) body.append('as_note', 'true');
  // An answer that was kept before there were sittings is sent again as it was sent.
  if (next.through !== undefined) body.append('through', next.through);
  if (next.toldBy !== undefined) body.append('told_by', next.toldBy);
  next.confirm.forEach((code) => body.append('confirm', code));
  const answer = await ask(`/cases/${kept.content.case_id}/check/offline/answers`, { method: 'POST', body });
  if ((answer.headers.get('content-type') ?? '').startsWith('application/json')) return answer.json();
  return { outcome: 'refused', title: refusedWords(answer.status), words: '', theirs: null, questions: [] };
}

/** @param {number} status */
function refusedWords(status) {
  return status === 404
    ? 'You cannot see this case any more'
    : 'You are not allowed to answer this check any more';
}
