/** Checks what a start will meet: its port, its public address, and the committed documents. */
import { createServer } from "node:net";
import type { Config } from "#config";
import { compareDocuments } from "../documents.ts";
import type { ProjectFolder } from "../project.ts";
import { type Finding, fault, ok, warning } from "./finding.ts";

/** `running`: the URL at which this project's gateway serves at this moment, if it does. */
export async function checkPort({ host, port }: Config, running: string | undefined): Promise<Finding> {
  if (running !== undefined && new URL(running).port === String(port)) return ok("port", `This project's gateway is running, at ${running}.`);
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer().once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (code === undefined) return ok("port", `Port ${port} on ${host} is free.`);
  if (code === "EADDRINUSE") return fault("port", `Port ${port} on ${host} is in use.`, "Stop what listens there, or choose another, e.g. PORT=8081.");
  return fault("port", `Port ${port} on ${host} cannot be opened (${code}).`, "Choose another HOST or PORT.");
}

export function checkAddress({ store, publicUrl }: Config): readonly Finding[] {
  if (store.kind === "embedded") return [];
  if (publicUrl === undefined)
    return [warning("address", "PUBLIC_URL is not set: answers and documents would name this machine.", "Set it to where partners reach the gateway.")];
  if (publicUrl.startsWith("http:")) return [warning("address", "PUBLIC_URL is not https: keys would travel in the open.", "Serve partners by https.")];
  return [ok("address", `Partners reach it at ${publicUrl}.`)];
}

export async function checkDocuments(folder: ProjectFolder): Promise<Finding> {
  const { different } = await compareDocuments(folder);
  if (different.length === 0) return ok("documents", "The committed documents are what the contracts give.");
  return warning(
    "documents",
    `${different.join(", ")} under openapi/ is missing, or not what the contracts give.`,
    "Run `sluice document` and commit what it writes.",
  );
}
