/** `sluice introspect` as it is typed: against Meridian, in a project outside this repository, with and without a terminal. */
import { execFile, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Meridian, openMeridian } from "../demo/erp/meridian.ts";
import { type DraftProject, makeDraftProject } from "../erp/introspect/support/draft-project.ts";
import { describeWith } from "../support/requires.ts";

const cli = fileURLToPath(new URL("../../src/entry/cli.ts", import.meta.url));

let erp: Meridian;
let project: DraftProject;
beforeAll(async () => {
  erp = await openMeridian();
});
afterAll(() => erp.close());
beforeEach(() => {
  project = makeDraftProject("postgres");
});
afterEach(() => project.remove());

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function introspect(words: readonly string[], variables: Readonly<Record<string, string>> = { ERP_TEST_URL: erp.url }): Promise<Outcome> {
  return sluice("introspect", words, variables);
}

function sluice(command: string, words: readonly string[], variables: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"] ?? "", ...variables };
    execFile(process.execPath, ["--conditions=source", cli, command, ...words], { cwd: project.path, env, maxBuffer: 2 ** 24 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out: out.trimEnd(), err: err.trimEnd() }),
    );
  });
}

const here = ["--project", "."] as const;

describe("sluice introspect", { timeout: 60_000 }, () => {
  test("drafts the tables it is told, says what it left out and what is to be done, and adds them to the gateway", async () => {
    const { code, out, err } = await introspect([...here, "--tables", "arpay,CUSMAS=customers"]);
    expect([code, err]).toEqual([0, expect.stringMatching(/^ARPAY: .*rows looked at\nCUSMAS: all 80 rows looked at$/)]);
    expect(out).toContain("payments from ARPAY");
    expect(out).toContain("left out XSECRT: its name says a secret");
    expect(out).toContain("left out CUSCON.BRTHDT: its name says a date of birth");
    expect(out).toMatch(/no index serves a filter or sort by .*payment_method/);
    expect(out).toMatch(/\d+ questions only you can answer/);
    expect([...project.files().keys()].filter((name) => /^(erp|resources|gateway)/.test(name))).toEqual([
      "erp/decisions.ts",
      "erp/source.ts",
      "erp/tables.ts",
      "gateway.ts",
      ...["customers", "payments"].flatMap((name) => ["contract", "erp", "schema"].map((file) => `resources/${name}/${file}.ts`)),
    ]);
    expect(project.read("gateway.ts")).toContain("resources: [paymentsInErp, customersInErp]");
    expect(project.read("resources/payments/erp.ts")).toContain('paid_date: julianDate("PAYJD")'.replace("paid", "payment"));
    expect([...project.files().values()].join("")).not.toContain("SECRET-");
  });

  test("the first draft takes the place of the example of a new project, as long as nobody touched that", async () => {
    expect((await sluice("init", ["first", "--dialect", "postgres"], {})).code).toBe(0);
    const first = await introspect(["--project", "first", "--tables", "STKBAL"]);
    expect([first.code, first.out]).toEqual([0, expect.stringContaining("Removed the example, resources/widgets/")]);
    expect([...project.files().keys()].filter((name) => name.includes("widgets"))).toEqual([]);
    expect(project.read("first/gateway.ts")).not.toContain("widgets");
    expect(project.read("first/erp/tables.ts")).not.toContain("widget");

    await sluice("init", ["second", "--dialect", "postgres"], {});
    project.write("second/resources/widgets/schema.ts", `${project.read("second/resources/widgets/schema.ts")}// Mine by now.\n`);
    const second = await introspect(["--project", "second", "--tables", "STKBAL=stock"]);
    expect([second.code, second.out]).toEqual([0, expect.not.stringContaining("Removed")]);
    expect(project.read("second/resources/widgets/schema.ts")).toContain("Mine by now.");
    expect(project.read("second/gateway.ts")).toContain("resources: [widgetsInErp, stockInErp]");
    expect(project.read("second/erp/tables.ts")).toMatch(/STKBAL: \{[\s\S]*widget: \{/);
  });

  test("row types of further tables come without drafts, and a table that is not there is named", async () => {
    await introspect([...here, "--tables", "ARPAY"]);
    const { code, out } = await introspect([...here, "--types", "oelin,STKBAL"]);
    expect([code, out]).toEqual([0, expect.stringContaining("erp/tables.ts")]);
    expect(project.read("erp/tables.ts")).toMatch(/ARPAY: \{[\s\S]*OELIN: \{[\s\S]*STKBAL: \{/);
    expect(project.read("erp/tables.ts")).not.toContain("OEHDR: {");
    expect([...project.files().keys()].filter((name) => name.startsWith("resources/")).map((name) => name.split("/")[1])).toEqual([
      "payments",
      "payments",
      "payments",
    ]);
    const missing = await introspect([...here, "--types", "NOSUCH"]);
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining("there is no table NOSUCH")]);
  });

  test("a second run replaces nothing: it refuses with 1 and the names, and --force is what it says", async () => {
    await introspect([...here, "--tables", "ARPAY"]);
    project.write("resources/payments/erp.ts", "// Mine by now.\n");
    const before = project.files();
    const again = await introspect([...here, "--tables", "ARPAY,STKBAL"]);
    expect(again.code).toBe(1);
    expect(again.err).toContain("resources/payments/erp.ts exists already.");
    expect(project.files()).toEqual(before);
    expect((await introspect([...here, "--tables", "ARPAY", "--force"])).code).toBe(0);
    expect(project.read("resources/payments/erp.ts")).toContain("ARPAY");
    expect(project.read("gateway.ts").match(/paymentsInErp/g)).toHaveLength(2);
  });

  test("a draft whose question was not answered stops neither the next run nor its references", async () => {
    await introspect([...here, "--tables", "CUSMAS=customers"]);
    expect((await introspect([...here, "--tables", "ARPAY", "--zone", "Europe/Berlin"])).code).toBe(0);
    expect(project.read("resources/payments/erp.ts")).toContain('customer_id: ref("customers", "CUSNO")');
  });

  test("a project started with a question open stops with the question", async () => {
    await introspect([...here, "--tables", "ARPAY"]);
    const { code, err } = await sluice("document", [...here], {});
    expect([code, err]).toEqual([1, expect.stringMatching(/^Undecided: /)]);
  });

  test("without --tables it writes row types of every table, and reads no row", async () => {
    const { code, out } = await introspect([...here]);
    expect([code, out]).toEqual([0, expect.stringContaining("erp/tables.ts")]);
    const tables = (text: string) => text.match(/^ {2}\w+: \{$/gm);
    expect(tables(project.read("erp/tables.ts"))).toEqual(tables(await readFile(new URL("../../demo/erp/tables.ts", import.meta.url), "utf8")));
    expect(project.files().has("resources")).toBe(false);
  });

  test("--json prints findings for scripts, --dry-run writes nothing", async () => {
    const before = project.files();
    const { code, out } = await introspect([...here, "--tables", "OEHDR=orders", "--json", "--dry-run"]);
    expect(code).toBe(0);
    const schema = z.object({
      source: z.literal("erp"),
      tables: z.array(
        z.object({
          table: z.string(),
          resource: z.string(),
          rows_looked_at: z.number(),
          fields: z.array(z.object({ column: z.string(), conversion: z.object({ kind: z.string() }), guess: z.string().nullable() })),
          left_out: z.array(z.object({ column: z.string(), why: z.string() })),
        }),
      ),
      questions: z.array(z.string()),
      files: z.array(z.string()),
    });
    const found = schema.parse(JSON.parse(out));
    expect(found.tables[0]?.fields.find(({ column }) => column === "ORDDT")?.conversion.kind).toBe("dateTime");
    expect(found.tables[0]?.left_out).toContainEqual({ column: "XSECRT", why: "secret" });
    expect(found.questions.some((question) => question.startsWith("orders: the column with the customer's number"))).toBe(true);
    expect(found.files).toEqual([]);
    expect(project.files()).toEqual(before);
  });

  test("what fails half way leaves nothing behind", async () => {
    project.write("resources/stock_balances", "a file where a folder has to be\n");
    const before = project.files();
    const { code, err } = await introspect([...here, "--tables", "ARPAY,STKBAL", "--force"]);
    expect(code).toBe(1);
    expect(err).toContain("stock_balances");
    expect(project.files()).toEqual(before);
  });

  test("a gateway.ts of another form is left alone, and what to add is said", async () => {
    const text =
      'import { defineGateway } from "sluice";\nconst all = () => [];\nexport default defineGateway({ title: "T", summary: "T.", version: "2026-11-01", resources: all() });\n';
    project.write("gateway.ts", text);
    const { code, out } = await introspect([...here, "--tables", "ARPAY"]);
    expect(code).toBe(0);
    expect(out).toContain('  import { paymentsInErp } from "./resources/payments/erp.ts";');
    expect(project.read("gateway.ts")).toBe(text);
  });

  test("what cannot be done is a sentence: 1 for a refusal, 2 for what was mistyped; a password is in neither", async () => {
    const nowhere = "postgres://u:hunter2@127.0.0.1:1/erp";
    for (const [words, variables, code, said] of [
      [[...here], {}, 1, "Neither ERP_LIVE_URL nor ERP_TEST_URL is set"],
      [["--project", "erp"], {}, 1, "There is no project in"],
      [[...here, "--source", "other"], {}, 2, 'There is no source "other". There are: erp.'],
      [[...here, "--source", "mysql://u:hunter2@127.0.0.1/erp"], {}, 1, "No source of this project is of the dialect mariadb"],
      [[...here, "--source", nowhere], {}, 1, "The database 127.0.0.1:1/erp cannot be read."],
      [[...here, "--tables", "ARPAY=Payments"], { ERP_LIVE_URL: erp.url }, 2, "must be snake_case"],
      [[...here, "--tables", "ARPAY,arpay"], { ERP_LIVE_URL: erp.url }, 2, "--tables names ARPAY twice."],
      [[...here, "--tables", "ARPAY=a,STKBAL=a"], { ERP_LIVE_URL: erp.url }, 2, "--tables names a twice."],
      [[...here, "--zone", "Berlin"], {}, 2, "--zone takes an IANA time zone"],
      [[...here, "--rows", "0"], {}, 2, "--rows takes a number"],
      [[...here, "--tables", "NOWHERE"], { ERP_LIVE_URL: erp.url }, 1, ""],
    ] as const) {
      const outcome = await introspect(words, variables);
      expect([words, outcome.code]).toEqual([words, code]);
      expect(outcome.err + outcome.out).toContain(said);
      expect(outcome.err + outcome.out).not.toContain("hunter2");
      expect(outcome.err).not.toContain("    at ");
    }
  });
});

describeWith("pseudoTerminal", "in a terminal", () => {
  test("tables are picked, guesses confirmed, words given; what was answered is in the draft, what was not is a question", { timeout: 60_000 }, async () => {
    const terminal = openTerminal(["--project", "."]);
    await terminal.sees("Which tables become resources?");
    await terminal.types("ARPAY");
    await terminal.sees("ARPAY");
    await terminal.types("\t");
    await terminal.types("\r");
    await terminal.sees("What do partners call the rows of ARPAY?");
    await terminal.types("receipts\r");
    await terminal.sees("Whose rows are receipts?");
    await terminal.types("\r");
    await terminal.sees("Which COMPNY do partners see?");
    await terminal.types("\r");
    await terminal.sees("receipts.payment_date from ARPAY.PAYJD: a date (cyyddd)?");
    await terminal.types("\r");
    await terminal.sees("receipts.payment_amount from ARPAY.PAYAMT");
    await terminal.types("\x1b[B\r");
    await terminal.sees("receipts.payment_method from ARPAY.PAYMTH: codes?");
    await terminal.types("\r");
    await terminal.sees("the public word of PAYMTH LS");
    await terminal.types("\r");
    await terminal.sees("the public word of PAYMTH SC");
    await terminal.types("_by_post\r");
    await terminal.sees("the public word of PAYMTH UB");
    await terminal.types("\r");
    await terminal.sees("receipts.reversed from ARPAY.RVSFLG");
    await terminal.types("\x1b[A\r");
    expect(await terminal.ends()).toBe(0);

    const binding = project.read("resources/receipts/erp.ts");
    expect(binding).toContain('account: "CUSNO",');
    expect(binding).toContain('payment_date: julianDate("PAYJD"),\n');
    expect(binding).toMatch(/payment_amount: money\("PAYAMT", "CURCD", \{ scale: 2 \}\), \/\/ GUESS/);
    expect(binding).toContain('SC: "cheque_by_post",');
    expect(project.read("erp/decisions.ts")).toContain('export const company = "01";');
    expect(project.read("resources/receipts/schema.ts")).toContain('z.enum(["direct_debit", "cheque_by_post", "transfer"])');
    expect(await project.typeCheck()).toEqual([]);
  });

  test("Ctrl-C at any question writes nothing", { timeout: 60_000 }, async () => {
    const before = project.files();
    const terminal = openTerminal(["--project", ".", "--tables", "ARPAY"]);
    await terminal.sees("Whose rows are payments?");
    await terminal.types("\x03");
    expect(await terminal.ends()).toBe(1);
    expect(project.files()).toEqual(before);
  });
});

/** A pseudo-terminal, as `script` of util-linux opens one, with the command in it. */
function openTerminal(words: readonly string[]) {
  const command = [process.execPath, "--conditions=source", cli, "introspect", ...words].map((word) => `'${word}'`).join(" ");
  const env = { PATH: process.env["PATH"] ?? "", TERM: "xterm", ERP_TEST_URL: erp.url, COLUMNS: "200", LINES: "50" };
  const child = spawn("/usr/bin/script", ["-qefc", `stty cols 200 rows 50; exec ${command}`, "/dev/null"], {
    cwd: project.path,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  let seenTo = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const plain = (): string => shown.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
  const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? -1)));
  return {
    async sees(text: string): Promise<void> {
      await expect
        .poll(
          () =>
            plain()
              .slice(seenTo)
              .replaceAll(/\s*\n[│|]?\s*/g, " "),
          { timeout: 20_000 },
        )
        .toContain(text);
      seenTo = plain().length;
    },
    types: async (keys: string): Promise<void> => void child.stdin.write(keys),
    async ends(): Promise<number> {
      const code = await ended;
      return code;
    },
  };
}
