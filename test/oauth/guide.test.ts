/** What the guide on authentication says of OAuth2 works as it stands: its commands in a shell, its code in Node. */
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { exportJWK } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../repository/repository.ts";
import { describeWith } from "../support/requires.ts";
import { oauthGateway, scopes } from "./gateway.ts";

const open = oauthGateway();
const run = promisify(execFile);
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-oauth-guide-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks of a language in the section on OAuth2. */
function blocks(language: string): readonly string[] {
  const text = readFileSync(join(repository, "docs/guides/authentication.md"), "utf8")
    .replaceAll("{{url}}", open().gateway.url)
    .replaceAll("{{list}}", "orders");
  const section = text.slice(text.indexOf("\n## OAuth2\n"), text.indexOf("\n## When the key"));
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, block = ""]) => block);
}

describeWith("curl", "with curl, in a shell", () => {
  test("a token is asked for, looks as the guide says, and reads", async () => {
    const { id, secret } = await open().client();
    const [ask = "", use = ""] = blocks("sh");
    const env = { PATH: process.env["PATH"], CLIENT_ID: id, CLIENT_SECRET: secret };
    const answer: Record<string, unknown> = JSON.parse((await run("/bin/bash", ["-euc", ask], { env })).stdout);
    const shown: Record<string, unknown> = JSON.parse(blocks("json")[0] ?? "");
    expect(Object.keys(answer)).toEqual(Object.keys(shown));
    expect({ ...answer, access_token: "" }).toEqual({ ...shown, access_token: "" });
    const read = await run("/bin/bash", ["-euc", use], { env: { ...env, ACCESS_TOKEN: String(answer["access_token"]) } });
    expect(Object.keys(JSON.parse(read.stdout))).toEqual(["data", "next_cursor"]);
  });
});

test("the code that signs an assertion gets a token", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty = "", crv = "", x = "", y = "" } = await exportJWK(publicKey);
  const made = await open().ask("client.create", {
    partner: "first",
    environment: "live",
    scopes,
    auth: "private_key_jwt",
    jwks: { keys: [{ kty, crv, x, y, kid: "2026" }] },
  });
  writeFileSync(join(folder, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(join(folder, "token.mjs"), blocks("js")[0] ?? "");
  const env = { PATH: process.env["PATH"], CLIENT_ID: String(made["id"]), KEY_ID: "2026", PRIVATE_KEY_FILE: join(folder, "key.pem") };
  const { stdout } = await run(process.execPath, [join(folder, "token.mjs")], { env });
  expect((await open().get("/v1/orders?limit=1", stdout.trim())).status).toBe(200);
});
