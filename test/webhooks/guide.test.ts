/** What the guide on webhooks says works as it stands: its requests in a shell, its receiver in Node, its code in other languages. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newSharedSecret, readSecret, signedHeaders } from "#lib/standard-webhooks.ts";
import { repository } from "../repository/repository.ts";
import { describeWith } from "../support/requires.ts";
import { partnerWorld } from "./partner.ts";

const world = partnerWorld();
const run = promisify(execFile);
const guide = readFileSync(join(repository, "docs/guides/webhooks.md"), "utf8");
let folder = "";
let receiver: ChildProcess | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-webhooks-guide-"));
  writeFileSync(join(folder, "uuidgen"), `#!${process.execPath}\nconsole.log(crypto.randomUUID());\n`, { mode: 0o755 });
  writeFileSync(join(folder, "receiver.mjs"), block("js"));
});
afterAll(() => {
  receiver?.kill();
  rmSync(folder, { recursive: true, force: true });
});

function block(language: string, at = 0): string {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))][at]?.[1] ?? "";
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describeWith("curl", "with curl, in a shell", () => {
  test("an endpoint is created, verified by the guide's receiver, and sent to; its secret is changed", async () => {
    const { url } = world().gateway;
    const port = await freePort();
    const env = { PATH: `${folder}:${process.env["PATH"]}`, API_KEY: world().key, HOOK_URL: `http://localhost:${port}/hook` };
    const say = async (at: number, more: Record<string, string> = {}): Promise<Record<string, unknown>> => {
      const script = block("sh", at).replaceAll("{{url}}", url).replaceAll("{{eventType}}", "order.shipped");
      return JSON.parse((await run("/bin/bash", ["-euc", script], { env: { ...env, ...more } })).stdout);
    };
    const made = await say(0);
    expect(made).toMatchObject({ state: "unverified", types: ["order.shipped"] });
    const ENDPOINT = String(made["id"]);

    receiver = spawn(process.execPath, [join(folder, "receiver.mjs")], { env: { WEBHOOK_SECRET: String(made["secret"]), PORT: String(port) } });
    let printed = "";
    receiver.stdout?.on("data", (chunk) => {
      printed += chunk;
    });
    await expect
      .poll(() =>
        fetch(`http://localhost:${port}/`, { method: "POST" }).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(401);
    expect(await say(1, { ENDPOINT })).toMatchObject({ state: "active" });
    expect((await world().ask("POST", `/v1/webhook-endpoints/${ENDPOINT}/test`)).json).toMatchObject({ delivered: true, status: 204 });
    expect(printed).toMatch(/^evt_\w{22} order\.shipped /m);

    const rotated = await say(2, { ENDPOINT });
    expect(rotated["secret"]).not.toBe(made["secret"]);
    // The receiver still knows the secret of before only.
    expect((await world().ask("POST", `/v1/webhook-endpoints/${ENDPOINT}/test`)).json).toMatchObject({ delivered: true });
  });
});

test("the receiver takes nothing that is not genuine, nor what is old", async () => {
  const port = await freePort();
  const text = newSharedSecret();
  const secret = readSecret(text) ?? expect.unreachable();
  const process_ = spawn(process.execPath, [join(folder, "receiver.mjs")], { env: { WEBHOOK_SECRET: text, PORT: String(port) } });
  try {
    const send = (headers: Record<string, string>, body: string) =>
      fetch(`http://localhost:${port}/`, { method: "POST", headers, body }).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(() => send({}, "")).toBe(401);
    const body = '{"id":"evt_1","type":"order.shipped","resource_id":"Größe 漢字","amount":0.10}';
    const now = Math.floor(Date.now() / 1_000);
    const good = signedHeaders([readSecret(newSharedSecret()) ?? secret, secret], "evt_1", now, Buffer.from(body));
    expect(await send(good, body)).toBe(204);
    expect(await send(good, `${body} `)).toBe(401);
    expect(await send({ ...good, "webhook-id": "evt_2" }, body)).toBe(401);
    expect(await send({ ...good, "webhook-signature": "v1," }, body)).toBe(401);
    for (const late of [-301, 301]) expect(await send(signedHeaders([secret], "evt_1", now + late, Buffer.from(body)), body)).toBe(401);
  } finally {
    process_.kill();
  }
});
