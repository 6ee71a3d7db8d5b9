// Starts the application from the preload links that the build wrote, and says in words when it
// cannot. A module, so it runs after the document has been read and painted.
const say = (message) => {
  const place = document.querySelector("main") ?? document.body;
  const line = document.createElement("p");
  line.setAttribute("role", "alert");
  line.textContent = message;
  place.replaceChildren(line);
};

// The shell works before the application: the heading names what is coming, and a reference that is
// sent meanwhile becomes the address. The application redraws the form, and this listener goes.
const prepare = () => {
  const heading = document.getElementById("heading");
  const address = decodeURI(location.hash.replace(/^#\/?/, "").split("?")[0]);
  if (heading !== null && address !== "") heading.textContent = address;
  const form = document.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = form.elements.reference.value.trim();
    if (typed !== "") location.hash = `#/${typed}`;
  });
};

// Who comes by an address explores at once: the parts for it travel beside the application.
const preloadParts = () => {
  if (location.hash.length < 3) return;
  const words = document.querySelector("meta[name=parts]").content.split(" ");
  for (let at = 0; at + 1 < words.length; at += 2) {
    const link = document.createElement("link");
    const [href, integrity] = words.slice(at);
    Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "anonymous", href, integrity });
    document.head.append(link);
  }
};

// The digests of both files are in the links: changed bytes do not start.
const start = async () => {
  const script = document.querySelector("link[rel=modulepreload]");
  const wasm = document.querySelector("link[rel=preload][as=fetch]");
  const { default: init } = await import(script.href);
  const options = { integrity: wasm.integrity, credentials: "same-origin" };
  preloadParts();
  await init({ module_or_path: fetch(wasm.href, options) });
};

// The engine for byte work: a module of its own, loaded when it is first needed. Its names and
// digests stand in the page; changed bytes do not start.
const engineFiles = () => {
  const words = document.querySelector("meta[name=engine]").content.split(" ");
  const [script, wasm, scriptDigest, wasmDigest] = words;
  return { script, wasm, scriptDigest, wasmDigest };
};

const checked = async (file, integrity) => {
  const answer = await fetch(file, { integrity, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
  return answer.arrayBuffer();
};

// Read and compiled once for all workers.
let engineParts;
const loadEngine = () => {
  engineParts ??= (async () => {
    const { script, wasm, scriptDigest, wasmDigest } = engineFiles();
    const [text, bytes] = await Promise.all([
      checked(script, scriptDigest),
      checked(wasm, wasmDigest),
    ]);
    // A blob has no folder: the engine looks for the part that opens layers beside this page.
    const serve = "onmessage = ({ data }) => { globalThis.portholeBase = data.base; "
      + "initSync({ module: data.module }); serve(self); postMessage(0); };";
    const blob = new Blob([text, serve], { type: "text/javascript" });
    return { url: URL.createObjectURL(blob), module: await WebAssembly.compile(bytes) };
  })();
  engineParts.catch(() => { engineParts = undefined; });
  return engineParts;
};

// The only policy of the page. It signs the one address that loadEngine made, so nothing else can
// become a worker, and no other text can become code.
let engineUrl;
const signed = globalThis.trustedTypes?.createPolicy("porthole-worker", {
  createScriptURL: (url) => {
    if (url !== engineUrl) throw new TypeError("not the engine");
    return url;
  },
});

// A worker from a blob runs under the policy of this page. Its first message says that it started.
const inWorker = async ({ url, module }) => {
  engineUrl = url;
  const worker = new Worker(signed?.createScriptURL(url) ?? url, { type: "module" });
  await new Promise((started, failed) => {
    worker.onmessage = started;
    worker.onerror = () => failed(new Error("the worker did not start"));
    worker.postMessage({ module, base: document.baseURI });
  });
  // A panic ends it: its memory is given back, and the application starts another.
  worker.addEventListener("error", () => worker.terminate());
  return worker;
};

// The same code in the page, where no worker starts. Imports carry no digest of their own: the link
// does, and is awaited.
const inPage = async ({ module }) => {
  const { script, scriptDigest } = engineFiles();
  const link = document.createElement("link");
  Object.assign(link, { rel: "modulepreload", href: script, integrity: scriptDigest ?? "" });
  await new Promise((loaded, failed) => {
    link.onload = loaded;
    link.onerror = () => failed(new Error(`${script} could not be loaded`));
    document.head.append(link);
  });
  const { default: init, serve } = await import(link.href);
  await init({ module_or_path: module });
  const { port1, port2 } = new MessageChannel();
  serve(port1);
  return port2;
};

// Called by the application (src/engine/page/spawn.rs).
globalThis.portholeEngine = async () => {
  const parts = await loadEngine();
  return inWorker(parts).catch(() => inPage(parts));
};

try {
  prepare();
} catch {
  // An address that is no text: the application says so itself.
}

if ("framed" in document.documentElement.dataset) {
  say("Porthole does not run inside another page. Open it in a tab of its own.");
} else if (typeof WebAssembly !== "object") {
  say("This browser has no WebAssembly, which Porthole needs. A current browser has it.");
} else {
  start().catch((error) => say(`Porthole could not start: ${error.message ?? error}`));
}
