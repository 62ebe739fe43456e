// @ts-check
// Which questions are asked, given the answers so far and facts of the case. The rule is that of `housing_checks/checks/enable_when.py`;
// a test holds both against each other on forms made at random.

/** @typedef {{item: string, fact: string, operator: string, answer: string}} Condition */
/** @typedef {{code: string, all: Condition[], any: Condition[], tells: Record<string, string[]>}} Question */

/**
 * The codes of the items that are asked, in order. What is not asked counts as not answered; what an answer tells of a
 * fact counts before what the case says, and of a fact that is not known every condition holds.
 * @param {Question[]} items
 * @param {Map<string, string>} values answers, each of which its item takes
 * @param {Record<string, string>} facts
 * @returns {string[]}
 */
export function asked(items, values, facts) {
  /** @type {Map<string, string>} */
  const given = new Map();
  const known = new Map(Object.entries(facts));
  const found = [];
  for (const item of items) {
    if (!isAsked(item, given, known)) continue;
    found.push(item.code);
    const value = values.get(item.code);
    if (value === undefined) continue;
    given.set(item.code, value);
    if (value === 'unknown') continue;
    for (const [fact, answers] of Object.entries(item.tells)) known.set(fact, answers.includes(value) ? 'yes' : 'no');
  }
  return found;
}

/** @param {Question} item @param {Map<string, string>} given @param {Map<string, string>} known */
function isAsked(item, given, known) {
  /** @param {Condition} each */
  const held = (each) => (each.fact ? isSo(each, known) : holds(each, given));
  return item.all.every(held) && (!item.any.length || item.any.some(held));
}

/** @param {Condition} condition @param {Map<string, string>} known */
function isSo(condition, known) {
  return ['unknown', condition.answer].includes(known.get(condition.fact) ?? 'unknown');
}

/** @param {Condition} condition @param {Map<string, string>} given */
function holds(condition, given) {
  const value = given.get(condition.item);
  if (condition.operator === 'exists') return (value !== undefined) === (condition.answer === 'yes');
  if (value === undefined) return false;
  if (condition.operator === '=') return value === condition.answer;
  if (condition.operator === '!=') return value !== condition.answer;
  return compares(condition.operator, measure(value), measure(condition.answer));
}

/** @typedef {{kind: 'day' | 'number', size: number}} Measure */

/** @param {string} operator @param {Measure | null} left @param {Measure | null} right */
function compares(operator, left, right) {
  if (left === null || right === null || left.kind !== right.kind) return false;
  if (operator === '>') return left.size > right.size;
  if (operator === '<') return left.size < right.size;
  if (operator === '>=') return left.size >= right.size;
  return operator === '<=' && left.size <= right.size;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A number or a day as something to compare; null for what is neither.
 * @param {string} text
 * @returns {Measure | null}
 */
function measure(text) {
  if (isDay(text)) return { kind: 'day', size: Date.parse(`${text}T00:00:00Z`) };
  return isNumber(text) ? { kind: 'number', size: Number(text) } : null;
}

/** @param {string} text */
export function isNumber(text) {
  return NUMBER.test(text) && Number.isFinite(Number(text));
}

/** @param {string} text */
export function isDay(text) {
  if (!DAY.test(text) || text.startsWith('0000')) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
