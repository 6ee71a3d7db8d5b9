// Fetches and drops, with one buffer that goes back and forth: what reading costs without any work.
const drain = async (url) => {
  const body = (await fetch(url, { cache: "no-store" })).body;
  const reader = body.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(256 * 1024);
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) return;
    buffer = value.buffer;
  }
};

onmessage = async ({ data }) => {
  await Promise.all(data.map(drain));
  postMessage(0);
};
