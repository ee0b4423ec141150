/** A listener of its own for operators: `GET /metrics` and nothing else. It asks no ERP, and partners' port knows nothing of it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { metricsType } from "#gateway";

export interface MetricsServer {
  readonly address: AddressInfo;
  close(): Promise<void>;
}

/** Rejects with the error of `listen`, whose `code` is `EADDRINUSE` when the port is busy. */
export async function serveMetrics(at: { readonly host: string; readonly port: number }, metrics: () => string): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const known = request.url === "/metrics";
    const readable = request.method === "GET" || request.method === "HEAD";
    if (known && readable) {
      response.writeHead(200, { "Content-Type": metricsType, "Cache-Control": "no-store" }).end(request.method === "HEAD" ? undefined : metrics());
      return;
    }
    response.writeHead(known ? 405 : 404, { "Content-Type": "text/plain", ...(known && { Allow: "GET, HEAD" }) }).end("GET /metrics\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(at.port, at.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The metrics listen on no TCP port.");
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
