// @ts-check
// What is on the device: random ids, ciphertext, salts and times, and how often a PIN was wrong. Nothing here can be
// read without the PIN, and nothing of it names a person, a case or an item.

/**
 * A check that was taken along. `owner` is a tag of the person who took it, which names nobody.
 * @typedef {import('./pin.js').Wrapped & import('./pin.js').Sealed &
 *   {id: string, owner: string, takenAt: number, tries: number}} Taking
 */
/** One answer; its id is the key under which it is sent. @typedef {import('./pin.js').Sealed & {id: string, check: string, attempted: boolean}} Row */
/** What was wiped though it was not sent, until somebody has read it. @typedef {{id: string, owner: string, why: 'time' | 'pin', unsent: number, at: number}} Ending */

const NAME = 'homeward-offline';
const HOUR = 3_600_000;
export const WRONG_PINS = 10;
export const KEPT_HOURS = 24;
export const UNSENT_DAYS = 7;
const [CHECKS, ANSWERS, ENDINGS] = ['checks', 'answers', 'endings'];
const ALL = [CHECKS, ANSWERS, ENDINGS];

/** Other tabs of this browser: each hears that something changed here. */
const others = new BroadcastChannel(NAME);

/** @param {(what: string) => void} listener */
export function onOtherTabs(listener) {
  others.addEventListener('message', (event) => listener(String(event.data)));
}

/** @param {'changed' | 'wiped'} what */
export function tellOtherTabs(what) {
  others.postMessage(what);
}

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(CHECKS, { keyPath: 'id' });
      request.result.createObjectStore(ANSWERS, { keyPath: 'id' }).createIndex('check', 'check');
      request.result.createObjectStore(ENDINGS, { keyPath: 'id' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * One transaction over everything, on the disk before it is answered. `work` asks only IndexedDB, never waits.
 * @template T
 * @param {(tx: IDBTransaction, done: (value: T) => void) => void} work
 * @param {IDBTransactionMode} mode
 * @returns {Promise<T>}
 */
async function once(work, mode = 'readwrite') {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const tx = db.transaction(ALL, mode, { durability: 'strict' });
      /** @type {any} */
      let value;
      tx.oncomplete = () => resolve(value);
      tx.onabort = tx.onerror = () => reject(tx.error);
      work(tx, (found) => { value = found; });
    });
  } finally {
    db.close();
  }
}

/** Whether anything was ever kept here; asking makes no database. */
async function somethingKept() {
  if (!globalThis.indexedDB) return false;
  if (!indexedDB.databases) return true;
  return (await indexedDB.databases()).some((each) => each.name === NAME);
}

/** @param {Taking} taking @param {number} unsent */
function wipeAt(taking, unsent) {
  return taking.takenAt + (unsent ? UNSENT_DAYS * 24 : KEPT_HOURS) * HOUR;
}

/**
 * Every check that is kept, with how many of its answers wait. One whose time is over is wiped first, and what was
 * lost with it is said.
 * @returns {Promise<{taking: Taking, unsent: number, wipeAt: number}[]>}
 */
export async function takings() {
  if (!(await somethingKept())) return [];
  return once((tx, done) => {
    tx.objectStore(ANSWERS).getAll().onsuccess = ({ target }) => {
      const rows = /** @type {IDBRequest<Row[]>} */ (target).result;
      tx.objectStore(CHECKS).getAll().onsuccess = (event) => {
        const every = /** @type {IDBRequest<Taking[]>} */ (event.target).result.map((taking) => {
          const unsent = rows.filter((row) => row.check === taking.id).length;
          return { taking, unsent, wipeAt: wipeAt(taking, unsent) };
        });
        const over = every.filter((each) => each.wipeAt <= Date.now());
        over.forEach(({ taking, unsent }) => wipeIn(tx, taking, unsent, 'time'));
        done(every.filter((each) => !over.includes(each)));
      };
    };
  });
}

/**
 * @param {IDBTransaction} tx
 * @param {Taking} taking
 * @param {number} unsent
 * @param {'time' | 'pin' | ''} why
 */
function wipeIn(tx, taking, unsent, why) {
  tx.objectStore(CHECKS).delete(taking.id);
  const rows = tx.objectStore(ANSWERS);
  rows.index('check').getAllKeys(taking.id).onsuccess = ({ target }) => {
    /** @type {IDBRequest<IDBValidKey[]>} */ (target).result.forEach((key) => rows.delete(key));
  };
  if (!why || !unsent) return;
  const ending = { id: crypto.randomUUID(), owner: taking.owner, why, unsent, at: Date.now() };
  tx.objectStore(ENDINGS).put(ending);
}

/** @param {Taking} taking */
export function wipe(taking) {
  return once((tx) => wipeIn(tx, taking, 0, ''));
}

/** Wipe a check whose answers are all acknowledged; one that waits keeps it. @param {Taking} taking */
export function wipeIfAllSent(taking) {
  return once((tx, /** @type {(wiped: boolean) => void} */ done) => {
    tx.objectStore(ANSWERS).index('check').count(taking.id).onsuccess = ({ target }) => {
      const left = /** @type {IDBRequest<number>} */ (target).result;
      if (!left) wipeIn(tx, taking, 0, '');
      done(!left);
    };
  });
}

/** @param {Taking} taking */
export function keepTaking(taking) {
  return once((tx) => { tx.objectStore(CHECKS).put(taking); });
}

/** Keep a check again that was wiped because all was sent; one that is still here stays as it is. @param {Taking} taking */
export function keepAgain(taking) {
  return once((tx) => {
    const checks = tx.objectStore(CHECKS);
    checks.get(taking.id).onsuccess = ({ target }) => {
      if (!(/** @type {IDBRequest} */ (target).result)) checks.put(taking);
    };
  });
}

/** @param {string} id @returns {Promise<Taking | undefined>} */
export function takingOf(id) {
  return once((tx, done) => {
    tx.objectStore(CHECKS).get(id).onsuccess = ({ target }) => done(/** @type {IDBRequest} */ (target).result);
  }, 'readonly');
}

/**
 * Count a try before it is made, so that ending the browser gives nobody another one. Returns how many are left after
 * it; the one beyond the last wipes the check.
 * @param {Taking} taking
 * @returns {Promise<number>}
 */
export function countTry(taking) {
  return once((tx, done) => {
    const checks = tx.objectStore(CHECKS);
    checks.get(taking.id).onsuccess = ({ target }) => {
      const kept = /** @type {IDBRequest<Taking | undefined>} */ (target).result;
      if (!kept) return done(-1);
      kept.tries += 1;
      done(WRONG_PINS - kept.tries);
      if (kept.tries <= WRONG_PINS) checks.put(kept);
      else wipeTried(tx, kept);
    };
  });
}

/** @param {IDBTransaction} tx @param {Taking} kept */
function wipeTried(tx, kept) {
  tx.objectStore(ANSWERS).index('check').count(kept.id).onsuccess = ({ target }) => {
    wipeIn(tx, kept, /** @type {IDBRequest<number>} */ (target).result, 'pin');
  };
}

/** @param {Taking} taking @param {boolean} opened */
export function tryEnded(taking, opened) {
  return once((tx, /** @type {(left: number) => void} */ done) => {
    const checks = tx.objectStore(CHECKS);
    checks.get(taking.id).onsuccess = ({ target }) => {
      const kept = /** @type {IDBRequest<Taking | undefined>} */ (target).result;
      if (!kept) return done(0);
      if (opened) kept.tries = 0;
      done(WRONG_PINS - kept.tries);
      if (kept.tries < WRONG_PINS) checks.put(kept);
      else wipeTried(tx, kept);
    };
  });
}

/** @param {string} check @returns {Promise<Row[]>} */
export function rowsOf(check) {
  return once((tx, done) => {
    tx.objectStore(ANSWERS).index('check').getAll(check).onsuccess = ({ target }) =>
      done(/** @type {IDBRequest<Row[]>} */ (target).result);
  }, 'readonly');
}

/**
 * Keep an answer, in place of one that was never sent, or that was refused. Its check is kept again with it, if it was
 * wiped because all was acknowledged.
 * @param {Taking} taking
 * @param {Row} row
 * @param {string} replaced
 * @param {boolean} refused
 */
export function putRow(taking, row, replaced, refused) {
  return once((tx) => {
    const [checks, rows] = [tx.objectStore(CHECKS), tx.objectStore(ANSWERS)];
    checks.get(taking.id).onsuccess = ({ target }) => {
      if (!(/** @type {IDBRequest} */ (target).result)) checks.put(taking);
    };
    rows.put(row);
    if (!replaced) return;
    rows.get(replaced).onsuccess = ({ target }) => {
      const before = /** @type {IDBRequest<Row | undefined>} */ (target).result;
      if (before && (refused || !before.attempted)) rows.delete(replaced);
    };
  });
}

/** Change an answer that is still kept. Returns whether it is. @param {Row} row @returns {Promise<boolean>} */
export function changeRow(row) {
  return once((tx, done) => {
    const rows = tx.objectStore(ANSWERS);
    rows.get(row.id).onsuccess = ({ target }) => {
      const there = Boolean(/** @type {IDBRequest} */ (target).result);
      if (there) rows.put(row);
      done(there);
    };
  });
}

/**
 * An answer is settled: it leaves the device, and what is known of the check changes with it, both or neither.
 * @param {Taking} taking
 * @param {string[]} ids
 */
export function settleRows(taking, ids) {
  return once((tx) => {
    ids.forEach((id) => tx.objectStore(ANSWERS).delete(id));
    const checks = tx.objectStore(CHECKS);
    checks.get(taking.id).onsuccess = ({ target }) => {
      const kept = /** @type {IDBRequest<Taking | undefined>} */ (target).result;
      if (kept) checks.put({ ...kept, iv: taking.iv, sealed: taking.sealed });
    };
  });
}

/** What was wiped unsent. @returns {Promise<Ending[]>} */
export async function endings() {
  if (!(await somethingKept())) return [];
  return once((tx, done) => {
    tx.objectStore(ENDINGS).getAll().onsuccess = ({ target }) => done(/** @type {IDBRequest} */ (target).result);
  }, 'readonly');
}

/** @param {string} id */
export function endingRead(id) {
  return once((tx) => { tx.objectStore(ENDINGS).delete(id); });
}
