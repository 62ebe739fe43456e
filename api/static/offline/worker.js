// The service worker: keeps the page of a check without signal, and its scripts. They hold nothing about anybody, and
// nothing else is ever kept here. With signal everything comes from the server.

const CACHE = 'homeward-offline-page-1';
const PAGE = '/offline';
const FILES = [
  PAGE,
  '/static/app.css',
  '/static/app.js',
  '/static/icon.svg',
  '/static/nhsuk/nhsuk-frontend.min.css',
  '/static/nhsuk/nhsuk-frontend.min.js',
  '/static/offline/device.js',
  '/static/offline/element.js',
  '/static/offline/fit.js',
  '/static/offline/kept_check.js',
  '/static/offline/locked.js',
  '/static/offline/open_check.js',
  '/static/offline/page.js',
  '/static/offline/pin.js',
  '/static/offline/questions.js',
  '/static/offline/sending.js',
  '/static/offline/sitting.js',
  '/static/offline/skip_rule.js',
  '/static/offline/store.js',
  '/static/offline/waiting_list.js',
];

self.addEventListener('install', (event) => {
  const fresh = FILES.map((path) => new Request(path, { cache: 'reload', credentials: 'omit' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((each) => each !== CACHE).map((each) => caches.delete(each))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => kept(PAGE)));
  else if (FILES.includes(pathname)) event.respondWith(fetch(request).catch(() => kept(pathname)));
});

async function kept(path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? Response.error();
}
