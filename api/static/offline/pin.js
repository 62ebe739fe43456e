// @ts-check
// The PIN of a check that is taken along, and the keys that come of it. Why it is drawn, and so long, is reckoned in
// docs/decisions/0015-a-check-on-a-phone.md.

export const DIGITS = 12;
export const ROUNDS = 1_000_000;
const PAD = 512;

/** A PIN by chance alone: one that a person makes up is among the first that are tried. */
export function drawnPin() {
  const digits = [];
  while (digits.length < DIGITS) {
    for (const byte of crypto.getRandomValues(new Uint8Array(DIGITS))) {
      if (byte < 250 && digits.length < DIGITS) digits.push(byte % 10); // 250: each digit is as likely as another
    }
  }
  return digits.join('');
}

/** A PIN in groups of four. @param {string} pin */
export function inGroups(pin) {
  return pin.replace(/(\d{4})(?=\d)/g, '$1 ');
}

/** What somebody typed, without spaces. @param {string} typed */
export function digitsOf(typed) {
  return typed.replace(/[\s-]/g, '');
}

/** @param {number} length */
export function random(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}

/**
 * The key under which the data key is wrapped.
 * @param {string} pin
 * @param {Uint8Array<ArrayBuffer>} salt
 * @param {number} iterations
 */
async function wrappingKey(pin, salt, iterations) {
  const typed = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations },
    typed,
    { name: 'AES-GCM', length: 256 },
    false,
    ['wrapKey', 'unwrapKey'],
  );
}

/** @typedef {{salt: Uint8Array<ArrayBuffer>, rounds: number, wrapIv: Uint8Array<ArrayBuffer>, wrapped: ArrayBuffer}} Wrapped */

/**
 * A new data key as it is kept.
 * @param {string} pin
 * @returns {Promise<Wrapped>}
 */
export async function newKey(pin) {
  const [salt, wrapIv] = [random(16), random(12)];
  const outer = await wrappingKey(pin, salt, ROUNDS);
  const data = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']);
  const wrapped = await crypto.subtle.wrapKey('raw', data, outer, { name: 'AES-GCM', iv: wrapIv });
  return { salt, rounds: ROUNDS, wrapIv, wrapped };
}

/**
 * The data key, which cannot be taken out of memory; null for another PIN.
 * @param {Wrapped} kept
 * @param {string} pin
 */
export async function openKey(kept, pin) {
  const outer = await wrappingKey(pin, kept.salt, kept.rounds);
  const how = { name: 'AES-GCM', iv: kept.wrapIv };
  try {
    return await crypto.subtle.unwrapKey('raw', kept.wrapped, outer, how, 'AES-GCM', false, ['encrypt', 'decrypt']);
  } catch {
    return null;
  }
}

/** @typedef {{iv: Uint8Array<ArrayBuffer>, sealed: ArrayBuffer}} Sealed */

/**
 * A value, encrypted for one place; padded, so that its length says nothing about an answer.
 * @param {CryptoKey} key
 * @param {string} place
 * @param {unknown} value
 * @returns {Promise<Sealed>}
 */
export async function seal(key, place, value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const padded = new Uint8Array(Math.ceil((bytes.length + 1) / PAD) * PAD).fill(32);
  padded.set(bytes);
  const iv = random(12);
  const how = { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(place) };
  return { iv, sealed: await crypto.subtle.encrypt(how, key, padded) };
}

/**
 * @param {CryptoKey} key
 * @param {string} place
 * @param {Sealed} kept
 * @returns {Promise<any>}
 */
export async function unseal(key, place, kept) {
  const how = { name: 'AES-GCM', iv: kept.iv, additionalData: new TextEncoder().encode(place) };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, kept.sealed)));
}
