/** A receiver of webhooks in a process of its own: counts what it takes, notes when each came, and never answers below `/hangs`. */

import { createServer } from "node:http";

const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
let taken = 0;
let arrivals: { readonly path: string; readonly body: string; readonly at: number }[] = [];

server.on("request", (request, response) => {
  const path = request.url ?? "";
  if (request.method === "GET") {
    // What is read is forgotten.
    response.end(JSON.stringify({ taken, arrivals: path === "/arrivals" ? arrivals : [] }));
    if (path === "/arrivals") arrivals = [];
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (path.startsWith("/hangs")) return;
    taken += 1;
    if (path.startsWith("/noted")) arrivals.push({ path, body: Buffer.concat(chunks).toString(), at: performance.timeOrigin + performance.now() });
    response.writeHead(204).end();
  });
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.stdout.write(`${address.port}\n`);
});
process.on("SIGTERM", () => process.exit());
