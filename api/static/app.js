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

function sentBy(part) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(part.closest('form'))) {
    if (typeof value === 'string' && !WRITTEN.some((begins) => name.startsWith(begins))) fields.append(name, value);
  }
  fields.set('key', `${Date.now()}-${Math.random()}`);
  return fields;
}

function toldOf(answer) {
  if (answer.status === 401) return 'Not saved: you are signed out. Press Save, and sign in. What you typed is kept.';
  if (answer.status === 409) return 'Not saved: somebody else answered this meanwhile. Press Save to see it.';
  return 'Not saved. Press Save to see why.';
}

async function saveAnswer(part) {
  const code = part.dataset.item;
  const words = part.querySelector('[data-saved]');
  const chosen = part.querySelector('input[type=radio]:checked') || part.querySelector(`input[name="${code}"]`);
  if (!chosen || !chosen.value) return;
  words.textContent = 'Saving…';
  const headers = { Accept: 'application/json' };
  const sent = { method: 'POST', body: sentBy(part), headers, credentials: 'same-origin', redirect: 'manual' };
  const answer = await fetch(part.dataset.saves, sent).catch(() => null);
  if (!answer) {
    words.textContent = 'Not saved: no connection. The answer stays here. Press Save when you are connected again.';
    return;
  }
  if (!answer.ok) {
    const problem = answer.status === 422 ? await answer.json().catch(() => ({})) : {};
    words.textContent = problem.faults ? `Not saved. ${problem.faults.join('. ')}` : toldOf(answer);
    return;
  }
  const done = await answer.json();
  words.textContent = done.saved;
  part.querySelector(`[name="shown-${code}"]`).value = done.shown;
  if (done.version) part.querySelector(`[name="seen-${code}"]`).value = done.version;
}

document.querySelectorAll('[data-saves]').forEach((part) => {
  let turn = Promise.resolve();
  part.addEventListener('change', (event) => {
    if (WRITTEN.some((begins) => event.target.name.startsWith(begins))) return;
    turn = turn.then(() => saveAnswer(part));
  });
});
