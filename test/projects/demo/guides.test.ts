/** What the guides tell a reader to send works on the demo as a first run makes it: their requests are sent as they stand. */

import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { openWorld, type World } from "#testing/world.ts";
import gateway from "../../../demo/gateway.ts";
import { guideWords, withoutAbsent } from "../../../src/http/site/guide-words.ts";
import { ownStore } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { firstRun } from "./first-run.ts";

const folder = join(import.meta.dirname, "../../../docs/guides");
const words = guideWords(gateway.contracts, true);
const read = (file: string): string =>
  withoutAbsent(readFileSync(join(folder, file), "utf8"), words).replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => words[name] ?? whole);
const blocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, block = ""]) => block);

const writing = ["writing.md", "changing-things.md", "batches.md", "operations.md"];
/** Paths of reads in the guides that need nothing of an earlier answer, such as an id or a cursor. */
const targets = readdirSync(folder)
  .filter((file) => !writing.includes(file))
  .flatMap((file) =>
    [...read(file).matchAll(/\{\{url\}\}(\/v1\/[^"\s]+)"/g)]
      .map(([, target = ""]) => [file, target] as const)
      .filter(([, target]) => !/[{$<…]|\.\.\./.test(target)),
  );

let world: World;
beforeAll(async () => {
  world = await openWorld(firstRun, ownStore);
}, 120_000);
afterAll(() => world.close());

it("finds requests in the guides", () => {
  expect(targets.length).toBeGreaterThan(5);
});

it.each(targets)("%s: %s", async (_, target) => {
  const { status } = await world.ask(target, { key: await world.key("first", "test") });
  expect(status).toBe(200);
});

describeWith("curl", "with curl, in a shell", () => {
  let workplace: string;
  beforeAll(() => {
    workplace = mkdtempSync(join(tmpdir(), "sluice-guides-"));
    // What `uuidgen` is on a reader's machine.
    writeFileSync(join(workplace, "uuidgen"), `#!${process.execPath}\nconsole.log(crypto.randomUUID());\n`);
    chmodSync(join(workplace, "uuidgen"), 0o755);
  });
  afterAll(() => rmSync(workplace, { recursive: true, force: true }));

  /** Runs a page's blocks in one shell, and answers what each printed. `between` is run after the first. */
  async function run(file: string, { between = "", change = (text: string) => text } = {}): Promise<readonly string[]> {
    const text = change(read(file).replaceAll("{{url}}", world.gateway.url));
    const [batch] = blocks(text, "json");
    if (batch !== undefined) writeFileSync(join(workplace, "batch.json"), batch);
    const script = blocks(text, "sh").map((block, at) => `{\n${block}\n} > out-${at} 2> err-${at}\n${at === 0 ? between : ""}`);
    await promisify(execFile)("/bin/bash", ["-euc", script.join("\n")], {
      cwd: workplace,
      env: { PATH: `${workplace}:${process.env["PATH"]}`, API_KEY: await world.key("first", "test") },
    });
    return script.map((_, at) => readFileSync(join(workplace, `out-${at}`), "utf8"));
  }

  const json = (out: string | undefined): Record<string, unknown> => JSON.parse((out ?? "").slice((out ?? "").indexOf("{")));

  test("writing.md places an order once, however often it is sent", async () => {
    const [first = "", again] = await run("writing.md");
    expect(first).toMatch(/^HTTP\/1.1 201 Created\r\n/);
    expect(first).toMatch(/\r\nlocation: \/v1\/orders\/\d+\r\n/i);
    expect(json(again)).toEqual(json(first));
  });

  test("batches.md places two orders, and again none", async () => {
    const [first] = await run("batches.md");
    expect(json(first)).toMatchObject({ summary: { total: 2, succeeded: 2, failed: 0, replayed: 0 }, results: [{ status: 201 }, { status: 201 }] });
    const [again] = await run("batches.md");
    expect(json(again)).toMatchObject({ summary: { total: 2, succeeded: 2, failed: 0, replayed: 2 } });
  });

  test("operations.md reports a payment, and asks how far it is", async () => {
    const between = "OPERATION=$(sed -n 's#^[Ll]ocation: /v1/operations/\\([^\\r]*\\).*#\\1#p' out-0 | tr -d '\\r')";
    const [accepted = "", asked] = await run("operations.md", { between });
    expect(accepted).toMatch(/^HTTP\/1.1 202 Accepted\r\n/);
    expect(json(asked)).toEqual(json(accepted));
    expect(Object.keys(json(asked))).toEqual(Object.keys(JSON.parse(blocks(read("operations.md"), "json")[0] ?? "")));
    expect(json(asked)).toMatchObject({ status: "pending", command: "reportPayment" });
  });

  test("README.md places an order, and the same one again", async () => {
    const readme = readFileSync(join(folder, "../../README.md"), "utf8");
    const placing = blocks(readme, "sh").find((block) => block.includes("Idempotency-Key")) ?? "";
    const run = promisify(execFile);
    const sent = placing.replaceAll("http://127.0.0.1:8080", world.gateway.url);
    const env = { PATH: process.env["PATH"], KEY: await world.key("first", "test") };
    const [first, again] = [await run("/bin/bash", ["-euc", sent], { env }), await run("/bin/bash", ["-euc", sent], { env })];
    expect(first.stdout).toMatch(/^HTTP\/1.1 201 Created\r\n/);
    expect(again.stdout).toMatch(/\r\nidempotency-replayed: true\r\n/i);
    expect(json(again.stdout)).toEqual(json(first.stdout));
  });

  test("changing-things.md changes an order of the state that was read", async () => {
    const create = await world.ask("/v1/orders", {
      key: await world.key("first", "test"),
      method: "POST",
      headers: { "Idempotency-Key": crypto.randomUUID() },
      body: JSON.parse(words["createBody"] ?? ""),
    });
    const { id } = json(create.text);
    const [changed] = await run("changing-things.md", {
      change: (text) => text.replace('"the ETag, as you received it"', create.headers.get("etag") ?? "").replace(`/${words["changeId"]} `, `/${id} `),
    });
    expect(json(changed)).toMatchObject({ id });
  });
});

describe("the loop in writing.md", () => {
  test("sends one key until there is an answer: what was done although its answer got lost is not done twice", async () => {
    const [code = ""] = blocks(read("writing.md"), "ts");
    const workplace = mkdtempSync(join(tmpdir(), "sluice-loop-"));
    writeFileSync(join(workplace, "send.ts"), code);
    const { send } = await import(pathToFileURL(join(workplace, "send.ts")).href);
    const key = await world.key("first", "test");
    let attempts = 0;
    // Cuts the connection when the gateway has answered the first time, and is overloaded the second.
    const between = createServer(async (request, response) => {
      attempts += 1;
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      if (attempts === 2) return response.writeHead(503, { "Retry-After": "1" }).end();
      const headers = Object.fromEntries(["authorization", "content-type", "idempotency-key"].map((name) => [name, String(request.headers[name])]));
      const answer = await fetch(`${world.gateway.url}${request.url}`, { method: "POST", headers, body: Buffer.concat(chunks) });
      if (attempts === 1) return request.socket.destroy();
      return response.writeHead(answer.status, { "Idempotency-Replayed": answer.headers.get("idempotency-replayed") ?? "false" }).end(await answer.text());
    });
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    try {
      const address = between.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const answer: Response = await send(`http://127.0.0.1:${port}/v1/orders`, key, crypto.randomUUID(), JSON.parse(words["createBody"] ?? ""));
      expect([attempts, answer.status, answer.headers.get("idempotency-replayed")]).toEqual([3, 201, "true"]);
      const refused: Response = await send(`http://127.0.0.1:${port}/v1/orders`, key, crypto.randomUUID(), {});
      expect([attempts, refused.status], "what is final is not repeated").toEqual([4, 422]);
    } finally {
      between.close();
      between.closeAllConnections();
      rmSync(workplace, { recursive: true, force: true });
    }
  });
});
