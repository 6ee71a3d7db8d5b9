// The engine as the page starts it, and its memory for whoever asks.
import init, { serve } from "./bench_in_browser.js";

const wasm = await init();
serve(self);
addEventListener("message", ({ data }) => {
  if (data === "memory") postMessage({ memory: wasm.memory.buffer.byteLength });
});
postMessage(0);
