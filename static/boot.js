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

// The digests of both files are in the links: changed bytes do not start.
const start = async () => {
  const script = document.querySelector("link[rel=modulepreload]");
  const wasm = document.querySelector("link[rel=preload][as=fetch]");
  const { default: init } = await import(script.href);
  const options = { integrity: wasm.integrity, credentials: "same-origin" };
  await init({ module_or_path: fetch(wasm.href, options) });
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
