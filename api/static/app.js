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
