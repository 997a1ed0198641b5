// Starts an app: loads its wasm, registers the service worker, and says what to do if either fails.
//
// Always: `beforeinstallprompt` is caught, although it may come before the wasm runs.
// Never: reloads a page by itself; an update waits until the app calls `lumbung.activateUpdate()`.

const { program, wasm, worker, scope, bundle, words } = document.documentElement.dataset;

// So long a start waits for the words of the language that was chosen last, and so long a choice does.
const START_MS = 3_000;
const CHOICE_MS = 15_000;

// What the app may use. Events on `window`: "lumbung:install", "lumbung:update" and "lumbung:words" say that a field has
// changed.
const lumbung = {
  // The browser's offer to install, or null.
  installPrompt: null,
  // The service worker's registration once there is one.
  registration: null,
  // True while a new complete version waits.
  updateReady: false,
  // The words of a language that is not the app's own, or null where they were not to be had in time.
  words: null,
  // Fetches those of the language with that code: a file of this build, whose name the page has.
  async fetchWords(code, wait = CHOICE_MS) {
    lumbung.wished = code;
    const address = words?.split(" ").find((each) => each.startsWith(`/assets/${code}-`));
    const file = address && fetch(address).then((response) => (response.ok ? response.text() : null)).catch(() => null);
    const late = new Promise((resolve) => setTimeout(resolve, wait, null));
    const came = await Promise.race([file, late]);
    if (lumbung.wished !== code) return;
    lumbung.words = came;
    announce("words");
  },
  // Asks the person to install; resolves to true if the person agreed.
  async install() {
    const prompt = lumbung.installPrompt;
    if (!prompt) return false;
    lumbung.installPrompt = null;
    await prompt.prompt();
    const { outcome } = await prompt.userChoice;
    announce("install");
    return outcome === "accepted";
  },
  // Keeps the screen on where the phone lets us; gives what lets it go dark again.
  stayAwake() {
    const lock = navigator.wakeLock?.request("screen").catch(() => null);
    return () => lock?.then((held) => held?.release());
  },
  // Switches to the waiting version and loads the page anew; call it only between interviews.
  activateUpdate() {
    const waiting = lumbung.registration?.waiting;
    if (!waiting) return false;
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("activate-now");
    return true;
  },
  // What is handed from phone to phone; its script is no part of the first visit. `hand` is the engine's answer to it.
  async bundles(hand) {
    try {
      (await import(bundle)).open(hand);
    } catch {
      alert("Bagian aplikasi ini belum terunduh; perlu sekali tersambung. Isian tetap aman. / Not downloaded yet: connect once. Answers are safe.");
    }
  },
  // The engine is awake: what this phone carries for others goes as soon as there is signal.
  async awake(hand) {
    const carry = async (event) => (await caches.has("titipan")) && (await import(bundle)).deliver(hand, "", !!event);
    window.addEventListener("online", carry);
    setInterval(() => carry(), 60_000);
    await carry();
  },
};
window.lumbung = lumbung;

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  lumbung.installPrompt = event;
  announce("install");
});
window.addEventListener("appinstalled", () => {
  lumbung.installPrompt = null;
  announce("install");
});

// A program that has ended is a page that no longer answers: say so, and what is safe.
for (const event of ["error", "unhandledrejection"]) {
  window.addEventListener(event, ({ error, reason }) => {
    if ((error ?? reason) instanceof WebAssembly.RuntimeError) document.getElementById("crashed").hidden = false;
  });
}

document.getElementById("boot-retry").addEventListener("click", () => location.reload());
await start();

async function start() {
  try {
    const early = earlyWords();
    const app = await import(program);
    await early;
    await app.default({ module_or_path: wasm });
  } catch (error) {
    console.error(error);
    showFailure(error);
    return;
  }
  document.getElementById("boot")?.remove();
  // After the app, so that the worker finds what the page has loaded and does not load it a second time.
  await registerWorker();
}

// Beside the app and not after it. Whoever speaks the app's own language waits for nothing.
async function earlyWords() {
  try {
    await lumbung.fetchWords(localStorage.getItem("lumbung.language"), START_MS);
  } catch {
    // A browser without local storage keeps no choice.
  }
}

async function registerWorker() {
  if (!worker || !("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(worker, { scope, updateViaCache: "none" });
    lumbung.registration = registration;
    watch(registration);
    (await navigator.serviceWorker.ready).active.postMessage("fetch-later");
  } catch (error) {
    // Without network this is ordinary: the worker of last time goes on.
    console.warn(error);
  }
}

function watch(registration) {
  const look = () => {
    lumbung.updateReady = registration.waiting !== null && registration.active !== null;
    announce("update");
  };
  look();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", look);
  });
}

function announce(name) {
  window.dispatchEvent(new Event(`lumbung:${name}`));
}

function showFailure(error) {
  const tooOld = typeof WebAssembly === "undefined" || error instanceof WebAssembly.CompileError;
  document.getElementById("boot-loading").hidden = true;
  document.getElementById(tooOld ? "boot-old" : "boot-lost").hidden = false;
  document.getElementById("boot-retry").hidden = false;
  document.getElementById("boot-detail").textContent = String(error);
}
