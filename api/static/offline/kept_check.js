// @ts-check
// A check that is open on the device: its key is in memory alone. Everything that is written is encrypted first.

import * as store from './store.js';
import { newKey, openKey, seal, unseal } from './pin.js';

/** @typedef {import('./store.js').Taking} Taking */
/** @typedef {{value: string, evidence: string}} Standing */
/**
 * @typedef {import('./skip_rule.js').Question & {domain: string, label: string, question: string, help: string,
 *   type: string, choices: [string, string][], in_words: boolean, unit: string, least: number | null,
 *   most: number | null, evidence: [string, string][], left_out: boolean,
 *   explains?: boolean}} Item
 */
/**
 * What was taken along, and how answers come just now. `seen` is the version of the case at which an item was last answered from here.
 * @typedef {{case_id: string, who: string, title: string, form: string, version: number, items: Item[],
 *   answers: Record<string, Standing>, facts: Record<string, string>, withheld: number, seen: Record<string, number>,
 *   ways?: [string, string][], tellers?: [string, string][], sitting?: import('./sitting.js').Sitting}} Content
 */
/** @typedef {{value: string, words: string, who: string, day: string, version: number, moved?: string}} Theirs */
/**
 * One answer that waits. `state` is empty while nothing hinders it.
 * @typedef {{item: string, value: string, evidence: string, note: string, seenAt: string, seenVersion: number,
 *   confirm: string[], state: '' | 'taken' | 'conflict' | 'question' | 'refused', words: string,
 *   theirs: Theirs | null, questions: {code: string, question: string}[], notAsked?: boolean, asNote?: boolean, through?: string,
 *   toldBy?: string}} Given
 */
/** @typedef {Given & {id: string, attempted: boolean}} Waiting */

export class KeptCheck {
  /** @param {Taking} taking @param {CryptoKey} key @param {Content} content */
  constructor(taking, key, content) {
    this.taking = taking;
    this.key = key;
    this.content = content;
  }

  /**
   * Keep a check on this device.
   * @param {string} owner
   * @param {string} pin
   * @param {Omit<Content, 'seen'>} content
   */
  static async begin(owner, pin, content) {
    const wrapped = await newKey(pin);
    const key = await openKey(wrapped, pin);
    if (!key) throw new Error('no key');
    const [id, whole] = [crypto.randomUUID(), { ...content, seen: {} }];
    const taking = { id, owner, takenAt: Date.now(), tries: 0, ...wrapped, ...(await seal(key, id, whole)) };
    await store.keepTaking(taking);
    return new KeptCheck(taking, key, whole);
  }

  /**
   * Open one with its PIN. Says how many tries are left after a wrong one; at none the check is wiped.
   * @param {Taking} taking
   * @param {string} pin
   * @returns {Promise<{kept: KeptCheck | null, left: number}>}
   */
  static async open(taking, pin) {
    if ((await store.countTry(taking)) < 0) return { kept: null, left: 0 };
    const key = await openKey(taking, pin);
    const left = await store.tryEnded(taking, key !== null);
    if (!key) return { kept: null, left };
    const now = { ...((await store.takingOf(taking.id)) ?? taking), tries: 0 };
    return { kept: new KeptCheck(now, key, await unseal(key, now.id, now)), left };
  }

  /** How answers come from now on, and who tells them. @param {import('./sitting.js').Sitting} sitting */
  async sits(sitting) {
    this.content.sitting = sitting;
    this.taking = { ...this.taking, ...(await seal(this.key, this.taking.id, this.content)) };
    await store.settleRows(this.taking, []);
    store.tellOtherTabs('changed');
  }

  /** Read again what another tab may have changed. */
  async refresh() {
    const taking = await store.takingOf(this.taking.id);
    if (!taking) return;
    this.taking = { ...taking, tries: 0 };
    this.content = await unseal(this.key, taking.id, taking);
  }

  /** Every answer that waits, in the order in which they were given. @returns {Promise<Waiting[]>} */
  async waiting() {
    const rows = await store.rowsOf(this.taking.id);
    const read = rows.map(async (row) => ({
      .../** @type {Given} */ (await unseal(this.key, row.id, row)), id: row.id, attempted: row.attempted,
    }));
    return (await Promise.all(read)).sort((one, other) => one.seenAt.localeCompare(other.seenAt));
  }

  /**
   * Keep an answer, in place of one before that was never sent or was refused; what may be under way stays, and goes
   * first.
   * @param {Given} given
   * @param {Waiting} [before]
   * @returns {Promise<string>}
   */
  async put(given, before) {
    const id = crypto.randomUUID();
    const refused = ['conflict', 'question', 'refused'].includes(before?.state ?? '');
    await store.putRow(this.taking, await this.#row(id, given, false), before?.id ?? '', refused);
    store.tellOtherTabs('changed');
    return id;
  }

  /** Change what is known of an answer that waits. @param {Waiting} waiting */
  async change(waiting) {
    const { id, attempted, ...given } = waiting;
    return store.changeRow(await this.#row(id, given, attempted));
  }

  /**
   * An answer was recorded: it leaves the device, and counts as known from now on.
   * @param {Waiting} waiting
   * @param {number} version
   */
  async acknowledged(waiting, version) {
    await this.#settle([waiting.id], waiting.item, { value: waiting.value, evidence: waiting.evidence }, version);
  }

  /** What was seen is kept as a note: the answer leaves the device, and nothing more is known of its question.
   * @param {Waiting} waiting @param {number} version */
  async noted(waiting, version) {
    await this.#settle([waiting.id], waiting.item, this.content.answers[waiting.item] ?? null, version);
  }

  /** The answer of somebody else stands: ours leaves the device. @param {Waiting} waiting @param {Theirs} theirs */
  async theirsStands(waiting, theirs) {
    await this.#settle([waiting.id], waiting.item, { value: theirs.value, evidence: '' }, theirs.version);
  }

  /** Somebody took an answer back before it was recorded. @param {string} id */
  async drop(id) {
    await store.settleRows(this.taking, [id]);
    store.tellOtherTabs('changed');
  }

  /** @param {string[]} ids @param {string} item @param {Standing | null} standing @param {number} version */
  async #settle(ids, item, standing, version) {
    if (standing) this.content.answers[item] = standing;
    this.content.seen[item] = version;
    this.taking = { ...this.taking, ...(await seal(this.key, this.taking.id, this.content)) };
    await store.settleRows(this.taking, ids);
    store.tellOtherTabs('changed');
  }

  /** @param {string} id @param {Given} given @param {boolean} attempted @returns {Promise<import('./store.js').Row>} */
  async #row(id, given, attempted) {
    return { id, check: this.taking.id, attempted, ...(await seal(this.key, id, given)) };
  }
}
