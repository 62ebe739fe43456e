// Everything works without this; it only adds what the design system's components can do with a script.
import { initAll } from './nhsuk/nhsuk-frontend.min.js';
import { watchDevice } from './offline/device.js';

document.body.classList.add('js-enabled', 'nhsuk-frontend-supported');
initAll();
watchDevice();

// What goes on by itself is shown as it goes on: its part of the page is asked for again until it is done.
const AGAIN_MS = 2000;

async function follow(part) {
  const answer = await fetch(part.dataset.live, { credentials: 'same-origin' }).catch(() => null);
  if (answer && !answer.ok) return;
  const page = answer ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null;
  const now = page ? page.getElementById(part.id) : null;
  if (now && !part.contains(document.activeElement) && now.innerHTML !== part.innerHTML) part.innerHTML = now.innerHTML;
  if (!now || now.dataset.live) setTimeout(follow, AGAIN_MS, part);
}

document.querySelectorAll('[data-live]').forEach((part) => setTimeout(follow, AGAIN_MS, part));

// An answer of the check is sent as it is chosen. What is being written (notes, names) waits for the button.
const WRITTEN = ['note-', 'name-', 'danger-'];

const isWritten = (name) => WRITTEN.some((begins) => name.startsWith(begins));

function sentBy(part, whole) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(part.closest('form'))) {
    if (typeof value === 'string' && (whole || !isWritten(name))) fields.append(name, value);
  }
  fields.set('key', `${Date.now()}-${Math.random()}`);
  return fields;
}

function toldOf(answer) {
  if (answer.status === 401) return 'Not saved: you are signed out. Press Save, and sign in. What you typed is kept.';
  if (answer.status === 409) return 'Not saved: somebody else answered this meanwhile. Press Save to see it.';
  return 'Not saved. Press Save to see why.';
}

// What an answer leaves out is not shown any more; what it opens comes with the next page.
function showAsked(asked) {
  const more = document.querySelector('[data-more]');
  if (!more) return;
  const here = new Map([...document.querySelectorAll('.hw-item [data-item]')].map((each) => [each.dataset.item, each.closest('.hw-item')]));
  here.forEach((section, code) => { section.hidden = !asked.includes(code); });
  const opened = asked.filter((code) => !here.has(code)).length;
  more.textContent = opened ? `Your answers open ${opened} more ${opened === 1 ? 'question' : 'questions'} here. Press Save to see ${opened === 1 ? 'it' : 'them'}.` : '';
}

// How an item stands now, beside its name.
function showTag(code, tag) {
  const shown = document.querySelector(`[data-tag="${code}"] .nhsuk-tag`);
  if (!shown || !tag) return;
  shown.textContent = tag.text;
  shown.className = `nhsuk-tag nhsuk-tag--${tag.colour}`;
}

// `whole`: with what is being written. Whether it is saved.
async function saveAnswer(part, whole = false) {
  const code = part.dataset.item;
  const words = part.querySelector('[data-saved]');
  const chosen = part.querySelector('input[type=radio]:checked') || part.querySelector(`input[name="${code}"]`);
  if (!whole && (!chosen || !chosen.value)) return false;
  words.textContent = 'Saving…';
  const headers = { Accept: 'application/json' };
  const sent = { method: 'POST', body: sentBy(part, whole), headers, credentials: 'same-origin', redirect: 'manual' };
  const answer = await fetch(part.dataset.saves, sent).catch(() => null);
  if (!answer) {
    words.textContent = 'Not saved: no connection. The answer stays here. Press Save when you are connected again.';
    return false;
  }
  if (!answer.ok) {
    const problem = answer.status === 422 ? await answer.json().catch(() => ({})) : {};
    const send = isUnsaved(part) ? '. Press Save to send what you wrote' : '';
    words.textContent = problem.faults ? `Not saved. ${problem.faults.join('. ')}${send}` : toldOf(answer);
    if (chosen && chosen.value === 'not-applicable') part.querySelector('details').open = true;
    return false;
  }
  const done = await answer.json();
  words.textContent = !whole && isUnsaved(part) ? `${done.saved}. What you wrote is not saved yet. Press Save.` : done.saved;
  part.querySelector(`[name="shown-${code}"]`).value = done.shown;
  showAsked(done.asked);
  showTag(code, done.tag);
  if (done.version) part.querySelector(`[name="seen-${code}"]`).value = done.version;
  return true;
}

// What is written waits for the button: the field says so, and the page is not left without a question.
function isUnsaved(part) {
  return [...part.querySelectorAll('textarea, input[type=text]')].some((each) => isWritten(each.name) && each.value !== each.defaultValue);
}

let leaving = false;
document.addEventListener('submit', (event) => { if (!event.defaultPrevented) leaving = true; });
window.addEventListener('beforeunload', (event) => {
  if (!leaving && [...document.querySelectorAll('[data-saves]')].some(isUnsaved)) event.preventDefault();
});

document.querySelectorAll('[data-saves]').forEach((part) => {
  let turn = Promise.resolve();
  part.addEventListener('input', (event) => {
    if (isWritten(event.target.name)) part.querySelector('[data-saved]').textContent = 'Written, not saved yet. Press Save.';
  });
  part.addEventListener('change', (event) => {
    if (isWritten(event.target.name)) return;
    turn = turn.then(() => saveAnswer(part));
  });
});

// A photo opens the page anew: what is written beside the answer is saved before it is sent.
document.querySelectorAll('form[data-after-saving]').forEach((form) => {
  form.addEventListener('submit', async (event) => {
    const part = document.querySelector('[data-saves]');
    if (!part || !isUnsaved(part)) return;
    event.preventDefault();
    leaving = await saveAnswer(part, true);
    if (leaving) form.submit();
    else part.querySelector('[data-saved]').scrollIntoView({ block: 'center' });
  });
});
