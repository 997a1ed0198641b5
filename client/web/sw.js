// Lumbung's service worker: keeps the collector on the phone, so that it starts without network.
//
// Always: a version is complete (every file verified by SHA-256, the marker written last) or it is not used;
// an interrupted installation goes on where it stopped; the last complete version before this one stays.
// Never: takes over by itself (the page says when, between interviews); answers the API;
// gives a page in place of a missing file; touches IndexedDB.

const VERSION = "{{version}}";
// Address → SHA-256 of every file that the collector needs, filled in by the build.
const FILES = "{{files}}";
// What is fetched once all that is here: nobody waits for it on the first visit. An update brings it along, or what
// worked without network before it would no longer do so after it.
const LATER = "{{later}}";

const SCOPE = "/app/";
const PREFIX = "lumbung-";
const CACHE = PREFIX + VERSION;
// Not a file of ours: its presence says that the cache is complete, its text counts the versions.
const MARKER = SCOPE + ".complete";

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(removeOldVersions()));

self.addEventListener("message", (event) => {
  if (event.data === "activate-now") self.skipWaiting();
  if (event.data === "fetch-later") event.waitUntil(fetchLater());
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate" && pathname.startsWith(SCOPE)) {
    event.respondWith(fromCache(SCOPE, event.request));
  } else if (pathname in FILES || pathname.startsWith("/assets/")) {
    event.respondWith(fromCache(pathname, event.request));
  }
});

// Any failure rejects: the browser then drops this worker, and the old version goes on working.
async function install() {
  const others = await completeCaches();
  await removeUnfinished(others);
  const cache = await caches.open(CACHE);
  await fill(cache, others, FILES);
  if (others.length) await fill(cache, others, LATER);
  const generation = 1 + Math.max(0, ...others.map((other) => other.generation));
  await cache.put(MARKER, new Response(String(generation)));
}

// A line that breaks now is no fault: each start of the app tries again.
async function fetchLater() {
  try {
    await fill(await caches.open(CACHE), await completeCaches(), LATER);
  } catch (error) {
    console.warn(error);
  }
}

async function fill(cache, others, files) {
  for (const [address, sha256] of Object.entries(files)) {
    if (await verified(await cache.match(address), sha256)) continue;
    const response = (await fromOthers(others, address, sha256)) ?? (await fromNetwork(address, sha256));
    await cache.put(address, response);
  }
}

async function fromOthers(others, address, sha256) {
  for (const { cache } of others) {
    const response = await verified(await cache.match(address), sha256);
    if (response) return response;
  }
  return null;
}

// What the page itself has just loaded is taken from the browser's own cache; the digest decides whether it is right.
async function fromNetwork(address, sha256) {
  let reason = "";
  for (const cache of ["default", "reload"]) {
    const response = await fetch(address, { cache, redirect: "error" });
    const right = response.ok && (await verified(response, sha256));
    if (right) return right;
    reason = `status ${response.status}`;
  }
  throw new Error(`${address} is not what version ${VERSION} needs (${reason})`);
}

// The response if its body has that digest, else null.
async function verified(response, sha256) {
  if (!response) return null;
  const body = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== sha256) return null;
  const headers = new Headers(response.headers);
  // The body is unpacked already; these would describe the packed one.
  headers.delete("content-encoding");
  headers.delete("content-length");
  return new Response(body, { status: 200, headers });
}

// Every complete version but this one, the newest first.
async function completeCaches() {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === CACHE) continue;
    const cache = await caches.open(name);
    const marker = await cache.match(MARKER);
    if (marker) found.push({ name, cache, generation: Number(await marker.text()) });
  }
  return found.sort((a, b) => b.generation - a.generation);
}

// Only one version installs at a time, so what is unfinished here was given up.
async function removeUnfinished(complete) {
  const keep = new Set([CACHE, ...complete.map((other) => other.name)]);
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && !keep.has(name)) await caches.delete(name);
  }
}

// Keeps this version, the one before it, and a newer one that may already be waiting.
async function removeOldVersions() {
  const cache = await caches.open(CACHE);
  const marker = await cache.match(MARKER);
  const generation = marker ? Number(await marker.text()) : 0;
  const older = (await completeCaches()).filter((other) => other.generation < generation);
  for (const { name } of older.slice(1)) await caches.delete(name);
}

// This version's file; a tab of the version before may still ask for its own; the network only for what is in neither.
async function fromCache(address, request) {
  const cache = await caches.open(CACHE);
  const own = await cache.match(address);
  if (own) return own;
  for (const other of await completeCaches()) {
    const response = await other.cache.match(address);
    if (response) return response;
  }
  return fetch(request);
}
