// @ts-check
// A check while it is open: what is typed is kept at once, and sent when there is signal.

import { button, count, element, moment, paragraph } from './element.js';
import { Questions } from './questions.js';
import { send } from './sending.js';
import { NOT_SAID, SittingFields } from './sitting.js';
import { keepAgain, onOtherTabs, tellOtherTabs, wipe, wipeIfAllSent } from './store.js';
import { decisions } from './waiting_list.js';

/** @typedef {import('./kept_check.js').KeptCheck} KeptCheck */
/** @typedef {import('./kept_check.js').Waiting} Waiting */

const TYPING = 400;
const AFTER_ANSWER = 1_500;
const AGAIN = 2_000;
const NO_SIGNAL = 30_000;
const IDLE = 10 * 60_000;

export class OpenCheck {
  /**
   * @param {KeptCheck} kept
   * @param {{content: HTMLElement, status: HTMLElement, caseId: string}} page
   * @param {(words: string) => void} ended
   */
  constructor(kept, page, ended) {
    this.kept = kept;
    this.page = page;
    this.ended = ended;
    /** @type {Waiting[]} */
    this.waiting = [];
    /** @type {Map<string, ReturnType<typeof setTimeout>>} what is typed and not kept yet */
    this.typing = new Map();
    this.saving = Promise.resolve();
    this.unsaved = 0;
    this.over = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.soon = undefined;
    this.questions = new Questions(kept.content, (item) => this.#typed(item.code));
    this.sitting = new SittingFields(kept.content, (said) => this.#sits(said));
    this.toDecide = element('div');
    this.toSignIn = element('p');
  }

  async start() {
    this.page.content.replaceChildren(...this.#head(), this.toSignIn, this.toDecide, this.sitting.whole, this.questions.whole, ...this.#buttons());
    this.#listen();
    await this.#reload(true);
    if (navigator.onLine) this.#sendIn(0);
    this.#stayAwake();
  }

  #head() {
    const { content, taking } = this.kept;
    const other = this.page.caseId && this.page.caseId !== content.case_id;
    return [
      element('h2', { class: 'nhsuk-heading-m' }, `${content.title}: ${content.who || 'no initials known'}`),
      paragraph(`Taken along on ${moment(taking.takenAt)}. Choose an answer to each question that you can answer here. It is kept as soon as you give it.`),
      content.withheld ? paragraph(`${count(content.withheld, 'question about safety is', 'questions about safety are')} not here. Answer with signal, on the page of the check.`) : null,
      other ? element('div', { class: 'nhsuk-inset-text' }, paragraph('This is another check than the one that you opened just now. Send or wipe this one first.')) : null,
    ].filter((each) => each !== null);
  }

  #buttons() {
    return [
      button('Send now', () => this.#sendIn(0)),
      button('Lock', () => this.#lock(), 'secondary'),
      button('Wipe this check from this device', () => this.#wipe(), 'secondary'),
    ];
  }

  #listen() {
    addEventListener('online', () => this.#sendIn(0));
    addEventListener('offline', () => this.#signalLost());
    addEventListener('beforeunload', (event) => { if (this.unsaved || this.typing.size) event.preventDefault(); });
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.#keepAllTyped(); });
    onOtherTabs((what) => { if (what === 'changed') this.kept.refresh().then(() => this.#changed()); });
  }

  async #changed() {
    this.sitting.show(this.kept.content.sitting ?? NOT_SAID);
    await this.#reload(false);
  }

  /** What is typed already was said before. @param {import('./sitting.js').Sitting} said */
  #sits(said) {
    this.#keepAllTyped();
    this.unsaved += 1;
    this.saving = this.saving
      .then(() => this.kept.sits(said))
      .catch((error) => this.#say(`This could not be kept (${error?.name}). Do not close this page. Choose it again.`))
      .finally(() => { this.unsaved -= 1; });
  }

  /** The key is forgotten where nobody did anything for ten minutes. */
  #stayAwake() {
    let idle = setTimeout(() => this.#lock(), IDLE);
    for (const kind of ['pointerdown', 'keydown', 'input']) {
      addEventListener(kind, () => {
        clearTimeout(idle);
        idle = setTimeout(() => this.#lock(), IDLE);
      });
    }
  }

  async #lock() {
    this.#keepAllTyped();
    await this.saving;
    location.reload();
  }

  /** @param {string} code */
  #typed(code) {
    clearTimeout(this.typing.get(code));
    this.typing.set(code, setTimeout(() => this.#keep(code), TYPING));
  }

  #keepAllTyped() {
    for (const code of [...this.typing.keys()]) this.#keep(code);
  }

  /** @param {string} code */
  #keep(code) {
    clearTimeout(this.typing.get(code));
    this.typing.delete(code);
    this.unsaved += 1;
    this.saving = this.saving
      .then(() => this.#keepOne(code))
      .catch((error) => this.#say(`This answer could not be kept (${error?.name}). Do not close this page. Change the answer to try again.`))
      .finally(() => { this.unsaved -= 1; });
  }

  /** @param {string} code */
  async #keepOne(code) {
    const typed = this.questions.each.get(code)?.read();
    const before = this.waiting.filter((each) => each.item === code).at(-1);
    if (!typed || (before && ['value', 'evidence', 'note'].every((name) => before[/** @type {'value'} */ (name)] === typed[/** @type {'value'} */ (name)]))) return;
    const { content } = this.kept;
    const seenVersion = before?.theirs?.version ?? content.seen[code] ?? content.version;
    const given = {
      item: code, ...typed, ...(content.sitting ?? NOT_SAID), seenAt: new Date().toISOString(), seenVersion,
      confirm: [], state: /** @type {const} */ (''), words: '', theirs: null, questions: [],
    };
    if (typed.value || typed.note) await this.kept.put(given, before);
    else if (before && !before.attempted) await this.kept.drop(before.id);
    await this.#reload(false);
    if (navigator.onLine) this.#say(this.#waits());
    this.#sendIn(AFTER_ANSWER);
  }

  /** @param {boolean} filled */
  async #reload(filled) {
    this.waiting = await this.kept.waiting();
    const asked = this.questions.show(this.kept.content, this.waiting);
    if (filled) this.waiting.forEach((each) => this.questions.each.get(each.item)?.fill(each));
    const after = () => this.#reload(false).then(() => this.#sendIn(0));
    const shown = decisions(this.kept, this.waiting, asked, after);
    if (!this.toDecide.contains(document.activeElement)) this.toDecide.replaceChildren(...shown);
    if (!navigator.onLine) this.#say(`No signal. ${this.#waits()}`);
  }

  #waits() {
    return this.waiting.length
      ? `${count(this.waiting.length, 'answer is', 'answers are')} kept on this device and not sent.`
      : 'Nothing waits to be sent.';
  }

  /** @param {string} words */
  #say(words) {
    if (this.page.status.textContent !== words) this.page.status.textContent = words;
  }

  /** Without signal the check must open again, also where it was wiped because all was sent. */
  #signalLost() {
    this.#say(`No signal. ${this.#waits()}`);
    if (!this.over) keepAgain(this.kept.taking);
  }

  /** @param {number} wait */
  #sendIn(wait) {
    if (this.over) return;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.#send().catch((error) => this.#say(`Sending failed (${error?.name}). ${this.#waits()}`)), wait);
  }

  async #send() {
    await this.saving;
    if (this.waiting.length) this.#say(`Sending. ${this.#waits()}`);
    const ended = await send(this.kept, () => this.#reload(false));
    await this.#reload(false);
    this.toSignIn.replaceChildren();
    switch (ended) {
      case 'done': return this.#allSent();
      case 'again': case 'busy': return this.#sendIn(AGAIN);
      case 'no-signal':
        this.#say(`${navigator.onLine ? 'Homeward does not answer.' : 'No signal.'} ${this.#waits()}`);
        return this.#sendIn(NO_SIGNAL);
      case 'signed-out':
        this.#say(`You are signed out. ${this.#waits()}`);
        return this.toSignIn.replaceChildren(element('a', { href: `/sign-in?then=${encodeURIComponent(`/cases/${this.kept.content.case_id}/check/offline`)}` }, 'Sign in again to send'));
      default: return this.#say(`Another person is signed in on this device. Only the person who took the check along can send its answers. ${this.#waits()}`);
    }
  }

  async #allSent() {
    if (this.waiting.length) return this.#say(this.#waits());
    if (!Object.keys(this.kept.content.seen).length) return this.#say('Nothing waits to be sent.');
    if (await wipeIfAllSent(this.kept.taking)) this.#say('All answers are sent. Nothing is kept on this device any more. You can go on: what you answer now is kept and sent as before.');
  }

  async #wipe() {
    const lost = this.waiting.length ? ` ${count(this.waiting.length, 'answer that is not sent is lost', 'answers that are not sent are lost')}.` : '';
    if (!confirm(`Wipe the check from this device?${lost}`)) return;
    this.over = true;
    await wipe(this.kept.taking);
    tellOtherTabs('wiped');
    this.ended('The check was wiped from this device.');
  }
}
