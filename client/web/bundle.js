// What is handed from phone to phone where no network comes: makes, carries and delivers sealed bundles.
//
// Always: what is handed over stays on its phone until the server's signed receipt comes; a carrier keeps a bundle until
// it has the receipt.
// Never: part of the first visit (the service worker fetches it next); keeps or shows an answer: `hand` is the engine.
// The bytes are those of `shared::sync::bundle`: mark, head, sealed content, SHA-256, signature.

const MARK = "LUMBUNG-TITIPAN ";
const RECEIPT = "LUMBUNG-TANDA-TERIMA ";
const BYTES_MAX = 25 * 1024 * 1024;
const HEAD_BYTES_MAX = 2048;
const TAIL_BYTES = 64;
// Public point before the sealed bytes, tag after them.
const SEAL_BYTES = 65 + 16;
const CARRIED_MAX = 20;
const ROOM_BYTES_MIN = 100_000_000;
const SEND_MS_MAX = 180_000;
// What the server says of the file itself; everything else may be otherwise tomorrow.
const FINAL = [413, 415, 422];
// Where bundles of others rest. Not a name of the service worker's, which clears its own.
const CACHE = "titipan";
const PLACE = "/titipan/";
// Behind the place of a bundle that the server did not take whole: its receipt for the rest.
const BESIDE = "-tanda-terima";

const TEXTS = {
  id: {
    title: "Titipan",
    close: "Tutup",
    own: "Titipkan isian saya",
    own_hint: "Bila sinyal tidak kunjung ada, berikan berkas ini kepada orang yang pergi ke tempat bersinyal. Berkasnya terkunci: hanya server yang bisa membacanya.",
    make: "Buat berkas titipan",
    making: "Menyiapkan berkas…",
    nothing: "Semua isian sudah diterima server. Tidak ada yang perlu dititipkan.",
    no_key: "Ponsel ini belum pernah tersambung sejak aplikasi diperbarui, jadi belum bisa mengunci titipan. Isian tetap aman di ponsel ini.",
    busy: "Ponsel ini sedang menghubungi server atau menyimpan. Tunggu sebentar, lalu coba lagi.",
    not_made: "Berkas titipan tidak bisa dibuat. Isian tetap aman di ponsel ini. Kosongkan sedikit ruang, lalu coba lagi.",
    made: (number, villages, answers, photos) => `Titipan ${number}: ${villages} desa, ${answers} isian, ${photos} foto`,
    left: (answers, photos) => `Tidak ikut: ${answers} isian, ${photos} foto. Buat titipan lagi setelah tanda terima datang.`,
    stays: "Isian tetap tersimpan di ponsel ini sampai tanda terima server datang. Catat nomornya.",
    share: "Bagikan",
    save: "Simpan berkas",
    bring: "Bawakan titipan teman",
    bring_hint: "Pilih berkas titipan yang Anda terima. Ponsel ini mengirimkannya begitu ada sinyal. Di sini juga tempat memasukkan tanda terima untuk isian Anda sendiri.",
    choose: "Pilih berkas",
    taken: (number) => `Titipan ${number} tersimpan. Ponsel ini mengirimkannya begitu ada sinyal.`,
    receipt_taken: "Tanda terima diterima. Semua isian di ponsel ini sudah ada di server.",
    receipt_partly: (answers, photos) => `Tanda terima diterima. Belum ada di server: ${answers} isian, ${photos} foto. Semuanya tetap aman di ponsel ini.`,
    waits: "Menunggu sinyal",
    stranger: "Yang menjawab bukan server Lumbung. Mungkin Wi-Fi ini minta masuk dulu: buka peramban, masuk, lalu kirim lagi.",
    sending: "Sedang dikirim…",
    again: "Kirim lagi",
    partly: "Server tidak menerima semuanya. Kembalikan tanda terima untuk yang sudah sampai kepada penulis, dan serahkan berkas titipan kepada pengawas.",
    arrived: "Sudah di server. Kembalikan tanda terimanya kepada penulis.",
    give_receipt: "Bagikan tanda terima",
    save_receipt: "Simpan tanda terima",
    remove: "Hapus dari ponsel ini",
    remove_sure: "Tekan sekali lagi untuk menghapus",
    unknown: "Berkas ini bukan titipan dan bukan tanda terima. Pilih berkas yang namanya berawalan lumbung-.",
    newer: "Berkas ini dibuat aplikasi yang lebih baru. Perbarui aplikasi ini dahulu.",
    damaged: "Berkas ini rusak atau terpotong. Minta dikirim ulang; isian di ponsel penulisnya tetap aman.",
    foreign: "Titipan ini untuk server lain. Serahkan kepada yang berhak, jangan dihapus.",
    foreign_receipt: "Tanda terima ini untuk ponsel lain. Serahkan kepada pemiliknya.",
    mine: "Titipan ini dibuat ponsel ini sendiri. Berikan kepada orang yang pergi ke tempat bersinyal.",
    full: "Ponsel ini tidak punya ruang untuk titipan. Kosongkan sedikit ruang, lalu pilih lagi; berkas aslinya masih ada pada pengirim.",
    many: "Ponsel ini sudah membawa 20 titipan. Cari sinyal dahulu, atau hapus yang sudah sampai.",
    read: "Berkas tidak bisa dibaca. Pilih lagi.",
  },
  en: {
    title: "Hand-overs",
    close: "Close",
    own: "Hand over my answers",
    own_hint: "Where no signal comes, give this file to somebody who goes to a place with signal. It is sealed: only the server can read it.",
    make: "Make a bundle",
    making: "Preparing the file…",
    nothing: "The server has received everything. There is nothing to hand over.",
    no_key: "This phone has not been connected since the app was updated, so it cannot seal yet. Answers stay safe on this phone.",
    busy: "This phone is speaking to the server or storing. Wait a moment and try again.",
    not_made: "The bundle could not be made. Answers stay safe on this phone. Free some room and try again.",
    made: (number, villages, answers, photos) => `Bundle ${number}: ${villages} villages, ${answers} answers, ${photos} photos`,
    left: (answers, photos) => `Not in it: ${answers} answers, ${photos} photos. Make another one after the receipt has come.`,
    stays: "Answers stay on this phone until the server's receipt comes. Note the number.",
    share: "Share",
    save: "Save file",
    bring: "Carry somebody's bundle",
    bring_hint: "Choose the bundle that you were given. This phone delivers it as soon as there is signal. Receipts for your own answers go here too.",
    choose: "Choose a file",
    taken: (number) => `Bundle ${number} is stored. This phone delivers it as soon as there is signal.`,
    receipt_taken: "Receipt taken in. All answers of this phone are on the server.",
    receipt_partly: (answers, photos) => `Receipt taken in. Not on the server: ${answers} answers, ${photos} photos. All of them stay safe on this phone.`,
    waits: "Waiting for signal",
    stranger: "What answered is not the Lumbung server. Perhaps this Wi-Fi wants a sign-in: open a browser, sign in, then send again.",
    sending: "Being sent…",
    again: "Send again",
    partly: "The server did not take all of it. Give the receipt for what arrived back to the author, and the bundle to the supervisor.",
    arrived: "On the server. Give the receipt back to the author.",
    give_receipt: "Share the receipt",
    save_receipt: "Save the receipt",
    remove: "Remove from this phone",
    remove_sure: "Press once more to remove",
    unknown: "This file is neither a bundle nor a receipt. Choose one whose name begins with lumbung-.",
    newer: "This file was made by a newer app. Update this app first.",
    damaged: "This file is damaged or cut off. Ask for it again; what is on its author's phone stays safe.",
    foreign: "This bundle is for another server. Hand it to whom it belongs, do not delete it.",
    foreign_receipt: "This receipt is for another phone. Hand it to its owner.",
    mine: "This bundle was made by this very phone. Give it to somebody who goes to a place with signal.",
    full: "This phone has no room for the bundle. Free some room and choose again; whoever gave it still has it.",
    many: "This phone carries 20 bundles already. Find signal first, or remove what has arrived.",
    read: "The file cannot be read. Choose it again.",
  },
};

const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const joined = async (...parts) => new Uint8Array(await new Blob(parts).arrayBuffer());

// The engine answers to one list: what is asked for, a text, and who takes the answer.
const asking = (engine) => (what, text) => new Promise((done) => engine([what, text, done]));

// A fault whose text a person is shown.
class Fault extends Error {}

// Eight digits by which people speak of a bundle: `shared::sync::bundle::number`.
function number(digest) {
  const digits = String(new DataView(digest.buffer).getUint32(0) % 1e8).padStart(8, "0");
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}

// What only this phone and the server know, as a key for HMAC.
async function ownKey(token, use) {
  const secret = token.split(" ")[0].split(".")[1];
  return crypto.subtle.importKey("raw", await sha256(utf8(secret)), { name: "HMAC", hash: "SHA-256" }, false, [use]);
}

async function zipped(text) {
  if (typeof CompressionStream === "undefined") return utf8(text);
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// An own point for each bundle, HKDF with both points as its info, AES-GCM under a nonce of zeros: the key serves once.
async function seal(hub, head, content) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const theirs = await crypto.subtle.importKey("raw", hub, curve, false, []);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = await joined(utf8("lumbung-bundle-1\n"), point, hub);
  const derived = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  const key = await crypto.subtle.deriveKey(derived, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: head }, key, content);
  return joined(point, sealed);
}

// Until no round of sync and no commit is under way, five seconds at most: what is not stored then waits for the next.
// On a phone that is full there is nothing to wait for.
async function rest(hand) {
  for (let turn = 0; turn < 50 && (await hand("busy", "")); turn++) {
    await new Promise((go) => setTimeout(go, 100));
  }
}

// What the server has not received, as far as this phone knows.
async function left(hand) {
  await rest(hand);
  await hand("seal", "");
  await rest(hand);
  const [listed, photos, , answersLeft, photosLeft] = (await hand("make", "")) ?? ["", "", "", 0, 0];
  const pushes = JSON.parse(`[${listed.slice(0, -1)}]`);
  const answers = pushes.reduce((sum, push) => sum + push.ops.length, answersLeft);
  return { answers, photos: photos.split(" ").filter(Boolean).length + photosLeft };
}

// The bundle of this phone, with its number and what it says of itself.
async function make(hand) {
  const [key, device, name] = await hand("who", "");
  if (!key) throw new Fault("no_key");
  await rest(hand);
  await hand("seal", "");
  await rest(hand);
  if (await hand("busy", "")) throw new Fault("busy");
  const parts = await hand("make", "");
  if (!parts) throw new Fault("not_made");
  const [listed, photos, certificate, answersLeft, photosLeft] = parts;
  const pushes = `[${listed.slice(0, -1)}]`;
  const read = JSON.parse(pushes);
  const villages = new Set(read.flatMap((push) => push.origins.map((origin) => origin.region))).size;
  const answers = read.reduce((sum, push) => sum + push.ops.length, 0);
  const ids = photos.split(" ").filter(Boolean);
  if (answers + ids.length + answersLeft + photosLeft === 0) throw new Fault("nothing");
  const files = [];
  const named = [];
  for (const blob of ids) {
    const file = await hand("photo", blob);
    // What cannot be read now goes later.
    if (!file) continue;
    files.push(file);
    named.push({ blob, bytes: file.byteLength });
  }
  if (answers + named.length === 0) throw new Fault("not_made");
  const behind = JSON.stringify({ photos: named, certificate });
  const packed = await zipped(`{"pushes":${pushes},${behind.slice(1)}`);
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, packed.length);
  const content = await joined(length.buffer, packed, ...files);
  const hub = unhex(key);
  const head = {
    hub: hex((await sha256(hub)).slice(0, 16)),
    origin: location.origin,
    device,
    name,
    made: Date.now(),
    villages,
    answers,
    photos: named.length,
    bytes: content.length + SEAL_BYTES,
  };
  const first = utf8(`${MARK}1\n${JSON.stringify(head)}\n`);
  const body = await joined(first, await seal(hub, first, content));
  const digest = await sha256(body);
  const signed = await joined(utf8("lumbung-bundle-1\n"), digest);
  const signature = await crypto.subtle.sign("HMAC", await ownKey(await hand("token", ""), "sign"), signed);
  const photosOut = photosLeft + ids.length - named.length;
  return { head, number: number(digest), answersLeft, photosLeft: photosOut, blob: new Blob([body, digest, signature]) };
}

// What anybody may read of a bundle, from its beginning, and where the sealed content begins.
function readHead(first) {
  if (!first.startsWith(MARK)) throw new Fault("unknown");
  if (!first.startsWith(`${MARK}1\n`)) throw new Fault("newer");
  try {
    const line = first.split("\n")[1];
    return { head: JSON.parse(line), start: MARK.length + 3 + utf8(line).length };
  } catch {
    throw new Fault("damaged");
  }
}

// Stores somebody's bundle, or takes in a receipt; what to tell the person.
async function takeIn(hand, file) {
  if (file.size > BYTES_MAX) throw new Fault("unknown");
  let bytes;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Fault("read");
  }
  const text = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES_MAX));
  if (text.startsWith(RECEIPT)) return takeReceipt(hand, new TextDecoder().decode(bytes));
  const { head, start } = readHead(text);
  const digest = await sha256(bytes.subarray(0, -TAIL_BYTES));
  const tail = bytes.subarray(-TAIL_BYTES, -TAIL_BYTES / 2);
  if (start + head.bytes + TAIL_BYTES !== file.size || hex(digest) !== hex(tail)) throw new Fault("damaged");
  const [key, device] = await hand("who", "");
  if (head.device === device) throw new Fault("mine");
  if (key && head.hub !== hex((await sha256(unhex(key))).slice(0, 16))) throw new Fault("foreign");
  const cache = await caches.open(CACHE);
  const place = PLACE + hex(digest);
  // Its receipt is here already.
  if (await cache.match(place)) return ["taken", number(digest)];
  if ((await places(cache)).length >= CARRIED_MAX) throw new Fault("many");
  const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  // The carrier's own answers and photos come first.
  if (quota && quota - usage < ROOM_BYTES_MIN + file.size) throw new Fault("full");
  try {
    await cache.put(place, new Response(new Blob([bytes])));
  } catch {
    throw new Fault("full");
  }
  return ["taken", number(digest)];
}

async function takeReceipt(hand, text) {
  const [mark, body, signature] = text.split("\n");
  if (mark !== `${RECEIPT}1`) throw new Fault("newer");
  const key = await ownKey(await hand("token", ""), "verify");
  const signed = utf8(`lumbung-receipt-1\n${body}`);
  const isMine = await crypto.subtle.verify("HMAC", key, unhex(signature ?? ""), signed);
  if (!isMine) throw new Fault("foreign_receipt");
  // A phone that is under way passes over answers.
  await rest(hand);
  if (await hand("busy", "")) throw new Fault("busy");
  if (!(await hand("receipt", body))) throw new Fault("damaged");
  const { answers, photos } = await left(hand);
  return answers + photos ? ["receipt_partly", answers, photos] : ["receipt_taken"];
}

// Where bundles lie, or their receipts since.
async function places(cache) {
  const places = (await cache.keys()).map((request) => new URL(request.url).pathname);
  return places.filter((place) => !place.endsWith(BESIDE));
}

// Everything that this phone carries. What arrived whole is its receipt by now; of the rest there is what the server said
// against it, and a receipt for the part that arrived.
async function carried() {
  const cache = await caches.open(CACHE);
  const found = [];
  for (const place of await places(cache)) {
    const response = await cache.match(place);
    const refused = decodeURIComponent(response.headers.get("x-refused") ?? "");
    const blob = await response.blob();
    const isReceipt = (await blob.slice(0, RECEIPT.length).text()) === RECEIPT;
    const receipt = isReceipt ? blob : await (await cache.match(place + BESIDE))?.blob();
    found.push({ place, number: number(unhex(place.slice(PLACE.length))), blob, isReceipt, receipt, refused });
  }
  return found;
}

// What the screen does with each place and what is to be said of it, whoever began to deliver.
let tell = () => {};

// Brings what is carried to the server. What it refused for good goes again only where a person asks for it: somebody
// pays for the line.
let delivering = null;
let hanging = new AbortController();
export async function deliver(engine, asked = "", isFresh = false) {
  // What was sent over a network that is gone would hang until its time is up.
  if (isFresh) hanging.abort();
  while (delivering && isFresh) await delivering;
  if (delivering || !navigator.onLine) return;
  delivering = bring(asking(engine), asked).finally(() => (delivering = null));
  await delivering;
}

async function bring(hand, asked) {
  const cache = await caches.open(CACHE);
  const token = (await hand("token", "")).split(" ")[0];
  for (const { place, blob, isReceipt, refused } of await carried()) {
    if (isReceipt || (refused && place !== asked)) continue;
    tell(place, TEXTS[language()].sending);
    hanging = new AbortController();
    const timer = setTimeout(() => hanging.abort(), SEND_MS_MAX);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/octet-stream", "lumbung-api": "1" };
    const sent = { method: "POST", headers, body: blob, signal: hanging.signal };
    const answer = await fetch("/api/v1/sync/bundle", sent).catch(() => null);
    clearTimeout(timer);
    const said = answer?.headers.get("lumbung-api") ? await answer.json().catch(() => null) : null;
    const isWhole = answer?.ok && said?.receipt && !said.refused && !said.photos_refused;
    if (isWhole) {
      // One place holds first the bundle, then the receipt: never neither.
      await cache.put(place, new Response(said.receipt));
      await cache.delete(place + BESIDE);
    } else if (said && (answer.ok || FINAL.includes(answer.status))) {
      // What arrived must not wait for what did not: its author holds all of it until then.
      if (said.receipt) await cache.put(place + BESIDE, new Response(said.receipt));
      const why = answer.ok ? TEXTS[language()].partly : language() === "id" ? said.detail : said.detail_en;
      await cache.put(place, new Response(blob, { headers: { "x-refused": encodeURIComponent(why) } }));
    }
    // Something answered that is not the server: a network that wants a sign-in, or a proxy.
    tell(place, answer && !said ? TEXTS[language()].stranger : null);
  }
}

const language = () => (document.documentElement.lang === "en" ? "en" : "id");

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  if (properties.test) made.dataset.test = properties.test;
  made.append(...children.filter(Boolean));
  return made;
}

const fileOf = (blob, name) => new File([blob], name, { type: "text/plain" });

// Share where the phone can, save in any case. Messengers take a file of text sooner than one of unknown kind.
function giving(words, label, file, test, saving = words.save) {
  const canShare = navigator.canShare?.({ files: [file] });
  const share = () => navigator.share({ files: [file] }).catch(() => {});
  const save = () => {
    const link = element("a", { href: URL.createObjectURL(file), download: file.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  return element(
    "div",
    { className: "stack tight" },
    canShare && element("button", { type: "button", className: "btn primary full", onclick: share }, label),
    element("button", { type: "button", className: canShare ? "btn full" : "btn primary full", test, onclick: save }, saving),
  );
}

// The screen, above the one that asked for it.
export async function open(engine) {
  const hand = asking(engine);
  const words = TEXTS[language()];
  const told = element("p", { className: "msg", role: "status", hidden: true, test: "bundle-told" });
  const say = (text, isFault) => {
    told.textContent = text;
    told.className = isFault ? "msg error" : "msg ok";
    told.hidden = false;
    told.scrollIntoView({ block: "nearest" });
  };
  const guarded = async (act) => {
    try {
      const [key, ...rest] = (await act()) ?? [];
      if (key) say(rest.length ? words[key](...rest) : words[key], false);
    } catch (error) {
      if (!(error instanceof Fault)) console.error(error);
      say(words[error instanceof Fault ? error.message : "not_made"], true);
    }
  };

  const made = element("div", { className: "stack tight", test: "bundle-made" });
  const makeButton = element("button", { type: "button", className: "btn primary full", test: "bundle-make" }, words.make);
  makeButton.onclick = async () => {
    makeButton.disabled = true;
    makeButton.textContent = words.making;
    await guarded(async () => {
      const bundle = await make(hand);
      const { villages, answers, photos } = bundle.head;
      const isAll = bundle.answersLeft + bundle.photosLeft === 0;
      const lines = [
        element("p", { test: "bundle-number" }, element("b", {}, words.made(bundle.number, villages, answers, photos))),
        !isAll && element("p", {}, words.left(bundle.answersLeft, bundle.photosLeft)),
        element("p", { className: "muted" }, words.stays),
        giving(words, words.share, fileOf(bundle.blob, `lumbung-titipan-${bundle.number}.txt`), "bundle-save"),
      ];
      made.replaceChildren(...lines.filter(Boolean));
      told.hidden = true;
    });
    makeButton.disabled = false;
    makeButton.textContent = words.make;
  };

  const list = element("ul", { className: "plain stack", test: "bundle-carried" });
  const states = new Map();
  let drawn = Promise.resolve();
  // One after the other, so that what was read last is what is shown.
  const draw = () => (drawn = drawn.then(drawNow, drawNow));
  const drawNow = async () => {
    const rows = (await carried()).map(({ place, number, blob, isReceipt, receipt, refused }) => {
      const remove = element("button", { type: "button", className: "btn full" }, words.remove);
      remove.onclick = async () => {
        if (remove.textContent !== words.remove_sure) {
          remove.textContent = words.remove_sure;
          return;
        }
        const cache = await caches.open(CACHE);
        await cache.delete(place);
        await cache.delete(place + BESIDE);
        draw();
      };
      const again = element("button", { type: "button", className: "btn full", test: "bundle-again" }, words.again);
      again.onclick = () => bringAll(place);
      const state = isReceipt ? words.arrived : states.get(place) || refused || words.waits;
      const isTold = refused || state === words.stranger;
      const file = fileOf(blob, `lumbung-titipan-${number}.txt`);
      const paper = receipt && fileOf(receipt, `lumbung-tanda-terima-${number}.txt`);
      return element(
        "li",
        { className: "panel" },
        element(
          "div",
          { className: "pad stack tight" },
          element("b", { className: "num" }, number),
          element("p", { test: "bundle-state" }, state),
          paper && giving(words, words.give_receipt, paper, "bundle-receipt-save", words.save_receipt),
          isTold && again,
          refused && giving(words, words.share, file, "bundle-refused-save"),
          remove,
        ),
      );
    });
    list.replaceChildren(...rows);
  };
  tell = (place, said) => {
    states.set(place, said);
    draw();
  };
  const bringAll = (asked) => deliver(engine, asked);
  const online = () => deliver(engine, "", true);

  const input = element("input", { type: "file", hidden: true, test: "bundle-file" });
  input.onchange = async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    await guarded(() => takeIn(hand, file));
    await draw();
    bringAll();
  };
  const choose = element("button", { type: "button", className: "btn full", test: "bundle-choose" }, words.choose);
  choose.onclick = () => input.click();

  const close = element("button", { type: "button", className: "btn full", test: "bundle-close" }, words.close);
  const dialog = element(
    "dialog",
    { className: "bundles", test: "bundles" },
    element(
      "div",
      { className: "box" },
      element("h2", {}, words.title),
      told,
      element("h3", {}, words.own),
      element("p", { className: "muted" }, words.own_hint),
      makeButton,
      made,
      element("h3", {}, words.bring),
      element("p", { className: "muted" }, words.bring_hint),
      choose,
      input,
      list,
      close,
    ),
  );
  dialog.setAttribute("aria-label", words.title);
  close.onclick = () => dialog.close();
  addEventListener("online", online);
  dialog.onclose = () => {
    removeEventListener("online", online);
    tell = () => {};
    dialog.remove();
  };
  document.body.append(dialog);
  dialog.showModal();
  await draw();
  bringAll();
}
