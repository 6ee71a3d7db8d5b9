// Measures, each piece of work against the others of its group, in turn and several times, and leaves
// medians in `globalThis.results` as it goes. Throughput is bytes by milliseconds: only ratios count.
import init, { Engines, Four, Hash, Inflate, Listing } from "./bench_in_browser.js";
import { createSHA256 } from "./hash-wasm.js";
import * as pako from "./pako.js";
import * as fzstd from "./fzstd.js";

await init();
globalThis.results = [];
globalThis.state = "running";

const PART = 128 * 1024;
const parts = function* (bytes) {
  for (let at = 0; at < bytes.length; at += PART) yield bytes.subarray(at, at + PART);
};
const load = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
const pause = (length) => new Promise((done) => setTimeout(done, length));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const group = async (name, amount, rounds, ways) => {
  const times = new Map(Object.keys(ways).map((way) => [way, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [way, work] of Object.entries(ways)) {
      const start = performance.now();
      await work();
      // The first round warms up.
      if (round > 0) times.get(way).push(performance.now() - start);
    }
  }
  for (const [way, list] of times) results.push({ group: name, way, rate: amount / median(list) });
};

// Engines as the page has them: the function that `src/engine/page/spawn.rs` calls.
let started = [];
globalThis.portholeEngine = async () => {
  const worker = new Worker("engine.js", { type: "module" });
  await new Promise((done) => { worker.onmessage = done; });
  started.push(worker);
  return worker;
};
const retire = () => {
  started.forEach((worker) => worker.terminate());
  started = [];
};
const memory = (worker) => new Promise((done) => {
  worker.addEventListener("message", ({ data }) => data.memory && done(data.memory));
  worker.postMessage("memory");
});

const drainer = new Worker("drain.js");
const drain = (urls) => new Promise((done) => {
  drainer.onmessage = done;
  drainer.postMessage(urls);
});

const facts = await (await fetch("facts.json")).json();
const url = (blob) => new URL(`blob/${blob.seed}/${blob.size}`, location.href).href;
const verify = (engines, blob, diff = false, keep = undefined) =>
  engines.verify(blob.url ?? url(blob), blob.digest, blob.size, diff, keep);

const hashing = async () => {
  const bytes = new Uint8Array(64 << 20);
  for (let at = 0; at < bytes.length; at += 65536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65536));
  }
  const ours = (algorithm) => () => {
    const hash = new Hash(algorithm);
    for (const part of parts(bytes)) hash.update(part);
    hash.finish();
    hash.free();
  };
  const quarter = bytes.length / 4;
  const lanes = () => {
    const four = new Four();
    for (let at = 0; at < quarter; at += PART) {
      for (let lane = 0; lane < 4; lane++) {
        four.update(lane, bytes.subarray(lane * quarter + at, lane * quarter + at + PART));
      }
    }
    four.finish();
  };
  await group("hash", bytes.length, 5, {
    subtle: () => crypto.subtle.digest("SHA-256", bytes),
    "hash-wasm": async () => {
      const hash = await createSHA256();
      for (const part of parts(bytes)) hash.update(part);
      hash.digest();
    },
    one: ours("sha256"),
    lanes,
  });
  await group("sha512", bytes.length, 3, {
    subtle: () => crypto.subtle.digest("SHA-512", bytes),
    one: ours("sha512"),
  });
};

const fetching = async () => {
  const [blob] = facts.one;
  const one = new Engines(1);
  await group("fetch one", blob.size, 5, {
    alone: () => drain([url(blob)]),
    engine: () => verify(one, blob),
    "engine, counting": () => verify(one, { ...blob, digest: "none:00" }),
    "hash-wasm": async () => {
      const hash = await createSHA256();
      const reader = (await fetch(url(blob), { cache: "no-store" })).body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        hash.update(value);
      }
      hash.digest();
    },
    buffer: async () => {
      const bytes = await (await fetch(url(blob), { cache: "no-store" })).arrayBuffer();
      await crypto.subtle.digest("SHA-256", bytes);
    },
  });
  const link = url(facts.link).replace("/blob/", "/gigabit/");
  await group("gigabit", facts.link.size, 5, {
    alone: () => drain([link]),
    engine: () => verify(one, { ...facts.link, url: link }),
  });
  const two = new Engines(2);
  const all = (engines) => () => Promise.all(facts.four.map((blob) => verify(engines, blob)));
  await group("fetch four", 4 * facts.four[0].size, 5, {
    alone: () => drain(facts.four.map(url)),
    "one engine": all(one),
    "two engines": all(two),
  });
  retire();
};

const inflating = async () => {
  const gzip = await load("layer.tar.gz");
  const zstd = await load("layer.tar.zst");
  const plain = facts.layer.plain;
  const ours = (packed) => () => {
    const inflate = new Inflate();
    let made = 0;
    for (const part of parts(packed)) made = inflate.push(part);
    inflate.free();
    if (made !== plain) throw new Error(`${made} bytes, not ${plain}`);
  };
  await group("gunzip", plain, 5, {
    browser: async () => {
      const stream = new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"));
      const reader = stream.getReader();
      while (!(await reader.read()).done);
    },
    pako: () => {
      const inflate = new pako.Inflate({ chunkSize: PART });
      inflate.onData = () => {};
      for (const part of parts(gzip)) inflate.push(part);
    },
    ours: ours(gzip),
  });
  await group("unzstd", plain, 5, {
    fzstd: () => {
      const stream = new fzstd.Decompress(() => {});
      for (const part of parts(zstd)) stream.push(part);
    },
    ours: ours(zstd),
  });
};

const listing = async () => {
  const tar = await load("many.tar");
  await group("list", facts.entries, 5, {
    ours: () => {
      const listing = new Listing();
      let entries = 0;
      for (const part of parts(tar)) entries = listing.push(part);
      listing.free();
      if (entries !== facts.entries) throw new Error(`${entries} entries`);
    },
  });
};

// A whole gzip layer: fetched, hashed, decompressed, listed.
const opening = async () => {
  const layer = { ...facts.layer, url: new URL("layer.tar.gz", location.href).href };
  const one = new Engines(1);
  const walk = (chunks) => {
    // The simplest reader of archives: sizes of headers, one after the other.
    let carry = new Uint8Array(0), skip = 0, entries = 0;
    for (let chunk of chunks) {
      const joined = new Uint8Array(carry.length + chunk.length);
      joined.set(carry);
      joined.set(chunk, carry.length);
      let at = 0;
      for (;;) {
        const pass = Math.min(skip, joined.length - at);
        at += pass;
        skip -= pass;
        if (skip > 0 || joined.length - at < 512) break;
        const text = String.fromCharCode(...joined.subarray(at + 124, at + 135));
        skip = Math.ceil((parseInt(text, 8) || 0) / 512) * 512;
        entries += joined[at] === 0 ? 0 : 1;
        at += 512;
      }
      carry = joined.slice(at);
    }
    return entries;
  };
  await group("open", layer.size, 5, {
    browser: async () => {
      const body = (await fetch(layer.url, { cache: "no-store" })).body;
      const [first, second] = body.tee();
      const digest = (async () => {
        const hash = await createSHA256();
        const reader = first.getReader();
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return hash.digest();
          hash.update(value);
        }
      })();
      const chunks = [];
      const reader = second.pipeThrough(new DecompressionStream("gzip")).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
      }
      walk(chunks);
      await digest;
    },
    ours: () => verify(one, layer, false, 1),
    "and diff ID": () => verify(one, layer, true, 1),
  });
  retire();
};

// The memory of engines is looked at here, that of the tab from outside (memory.rs): what it grows by
// in a state is held against what it has while it is resting.
const growing = async () => {
  const engines = new Engines(1);
  await verify(engines, facts.small);
  const [worker] = started;
  const watched = async (name, work) => {
    globalThis.state = `resting before: ${name}`;
    await pause(2500);
    const before = await memory(worker);
    globalThis.state = name;
    await work();
    results.push({ group: "memory", way: name, rate: (await memory(worker)) - before });
    await pause(1500);
  };
  await watched("4 GiB", () => verify(engines, facts.huge));
  const million = { ...facts.million, url: new URL("million.tar.gz", location.href).href };
  const timed = async (way, amount, work) => {
    const start = performance.now();
    await work();
    results.push({ group: "million", way, rate: amount / (performance.now() - start) });
  };
  await watched("a million entries", async () => {
    const before = await memory(worker);
    await timed("opened", million.entries, () => verify(engines, million, true, 1));
    results.push({ group: "memory", way: "a listing", rate: (await memory(worker)) - before });
    await timed("first rows", 1, () => engines.rows(1, million.digest, "usr/lib"));
    await timed("next rows", 1, () => engines.rows(1, million.digest, "usr/lib/module007"));
  });
  retire();
};

try {
  const only = new URLSearchParams(location.search).get("only")?.split(",");
  const all = [hashing, fetching, inflating, listing, opening, growing];
  for (const work of all.filter(({ name }) => only?.includes(name) ?? true)) {
    globalThis.state = work.name;
    await work();
  }
  globalThis.state = "done";
} catch (error) {
  globalThis.state = `failed in ${state}: ${error.message ?? error}\n${error.stack ?? ""}`;
}
