/** Drafts of ten tables each of Meridian and webERP: they ask what only people know, then compile, and are measured against bindings made by hand. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Answers, type GatewayDefinition, openSource, projectFiles, questions, questionsIn } from "#gateway";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import demo from "../../../demo/gateway.ts";
import weberp from "../../../examples/weberp/gateway.ts";
import { openMeridian } from "../../demo/erp/meridian.ts";
import { createWebErp, furtherRows } from "../../examples/weberp/database.ts";
import { createDatabase, gatewayTables } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { compare, type Judgement, summary, type Verdict } from "./support/compare.ts";
import { answerAll, type DraftProject, type MechanicalAnswers, makeDraftProject } from "./support/draft-project.ts";
import { type Introspected, runIntrospect } from "./support/run.ts";

interface Case {
  readonly dialect: "postgres" | "mariadb";
  readonly url: string;
  readonly tables: readonly string[];
  readonly truth: GatewayDefinition;
  readonly answers: MechanicalAnswers;
  /** The customer whose partner reads. */
  readonly account: string;
  /** Least number of what the hand-written binding says that a draft gets right, and the most it may get wrong. */
  readonly right: number;
  readonly wrong: number;
}

/** A gateway over these drafts, with a key of the partner that owns `account`. */
async function serve(definition: GatewayDefinition, url: string, account: string): Promise<NodeGateway & { readonly key: string; drop(): Promise<void> }> {
  const store = await createDatabase(gatewayTables);
  const gateway = await serveOnNode({ definition, sources: new Map([["erp", { live: url, test: url }]]), storeUrl: store.url });
  await gateway.createPartner("first", { live: [account], test: [account] });
  const scopes = definition.contracts.map(({ name }) => `${name}:read`);
  const key = await gateway.createKey({ partner: "first", environment: "live", scopes });
  return {
    ...gateway,
    key,
    async drop() {
      await gateway.stop();
      await store.drop();
    },
  };
}

/** Writes the drafts into a project, and holds what every set of drafts has to hold. */
function draftsCompile(ready: () => Promise<Case>): void {
  let project: DraftProject;
  let run: Introspected;
  let known: Case;

  const filesOf = (into: DraftProject, answers: Answers): ReadonlyMap<string, string> => {
    const { files, byHand } = projectFiles({
      findings: run.findings,
      answers,
      catalogue: run.catalogue,
      exports: { source: "erp", constants: new Map() },
      present: { tables: undefined, decisions: undefined, gateway: into.read("gateway.ts") },
      rowTypesName: "ErpTables",
      allTables: false,
      replaceTables: false,
    });
    expect(byHand).toEqual([]);
    return files;
  };

  beforeAll(async () => {
    known = await ready();
    project = makeDraftProject(known.dialect);
    run = await runIntrospect(known.dialect, known.url, known.tables);
    await project.put(filesOf(project, new Map()));
  }, 120_000);
  afterAll(() => project.remove());

  test("every table asked for has a draft", () => {
    expect(run.findings.failures).toEqual([]);
    expect(run.findings.drafts.map(({ table }) => table)).toEqual(known.tables.map((table) => table.split("=")[0]));
  });

  test("no draft compiles: each question is an error with its words, and there is no other error", { timeout: 60_000 }, async () => {
    const marks = [...project.files()].flatMap(([file, text]) =>
      text.split("\n").flatMap((line, at) => questionsIn([line]).map((question) => ({ at: `${file}:${at + 1}`, question }))),
    );
    const errors = await project.typeCheck();
    expect(errors.map(({ file, line }) => `${file}:${line}`).sort()).toEqual(marks.map(({ at }) => at).sort());
    for (const { file, line, message } of errors) {
      const asked = marks.find(({ at }) => at === `${file}:${line}`)?.question ?? "";
      // The compiler shortens what is very long.
      expect(message.replaceAll('\\"', '"')).toContain(asked.slice(0, 60));
    }
    for (const { resource, table } of run.findings.drafts) {
      expect(
        marks.some(({ question }) => question.startsWith(`${resource}: `)),
        `${table} asks whose rows it has`,
      ).toBe(true);
    }
  });

  test("with every question answered they compile, and each resource reads its rows", { timeout: 60_000 }, async () => {
    answerAll(project, known.answers);
    expect(await project.typeCheck()).toEqual([]);
    const definition = await project.load();
    expect(definition.contracts.map(({ name }) => name).sort()).toEqual(run.findings.drafts.map(({ resource }) => resource).sort());
  });

  test("with every question answered they are served: a partner reads its own rows, by every filter and sort that was proposed", {
    timeout: 60_000,
  }, async () => {
    const definition = await project.load();
    const gateway = await serve(definition, known.url, known.account);
    const get = async (path: string) => {
      const response = await fetch(`${gateway.url}${path}`, { headers: { Authorization: `Bearer ${gateway.key}` } });
      return { status: response.status, body: z.object({ data: z.array(z.record(z.string(), z.unknown())).default([]) }).parse(await response.json()) };
    };
    try {
      for (const { contract } of definition.resources) {
        const { status, body } = await get(`/v1/${contract.name}?limit=100`);
        expect([contract.name, status, gateway.log()]).toEqual([contract.name, 200, gateway.log()]);
        expect(body.data.length, contract.name).toBeGreaterThan(0);
        for (const { customer_id: buyer = null, bill_to_id: payer = null } of body.data)
          if (buyer !== null) expect([buyer, payer], contract.name).toContain(known.account);
        for (const sort of contract.reads.list?.sort ?? [])
          expect([sort, (await get(`/v1/${contract.name}?sort=-${sort}&limit=5`)).status]).toEqual([sort, 200]);
        const [row] = body.data;
        for (const filter of contract.reads.list?.filter ?? []) {
          const value = filter.split(".").reduce<unknown>((inner, name) => z.record(z.string(), z.unknown()).safeParse(inner).data?.[name], row);
          if (value === null || value === undefined || value === "") continue;
          expect([filter, (await get(`/v1/${contract.name}?${filter}=${encodeURIComponent(String(value))}&limit=5`)).status]).toEqual([filter, 200]);
        }
      }
      expect(gateway.log()).not.toContain("SECRET-");
    } finally {
      await gateway.drop();
    }
  });

  test("with every guess refused, the columns as they are compile as well", { timeout: 60_000 }, async () => {
    const refused = makeDraftProject(known.dialect);
    const guessed = run.findings.drafts
      .flatMap(({ fields, lines }) => [...fields, ...lines.flatMap((child) => child.fields)])
      .filter(({ guess }) => guess !== undefined);
    expect(guessed.length).toBeGreaterThan(40);
    try {
      await refused.put(filesOf(refused, new Map(guessed.map(({ table, column }) => [questions.guess(table, column), "plain"]))));
      answerAll(refused, known.answers);
      expect([...refused.files().values()].join("")).not.toMatch(/julianDate\(/);
      expect(await refused.typeCheck()).toEqual([]);
    } finally {
      refused.remove();
    }
  });

  test("measured against the bindings made by hand, they are right far more often than wrong", { timeout: 60_000 }, async () => {
    const database = openSource(known.dialect, {
      url: known.url,
      maxConnections: 1,
      acquireTimeoutMs: 5_000,
      statementTimeoutMs: 5_000,
      lockTimeoutMs: 1_000,
      prepare: false,
      applicationName: "test",
    });
    let judgements: readonly Judgement[] = [];
    try {
      const quote = known.dialect === "postgres" ? '"' : "`";
      judgements = await compare(run.findings.drafts, await project.load(), known.truth, (table, columns) =>
        database.query({ text: `SELECT ${columns.map((column) => quote + column + quote).join(", ")} FROM ${quote}${table}${quote} LIMIT 3000`, values: [] }),
      );
    } finally {
      await database.close();
    }
    console.log(["", ...summary(judgements)].join("\n"));
    const count = (verdict: Verdict): number => judgements.filter((one) => one.verdict === verdict).length;
    expect(count("right")).toBeGreaterThanOrEqual(known.right);
    expect(count("wrong")).toBeLessThanOrEqual(known.wrong);
  });
}

describe("Meridian", () => {
  let close = async (): Promise<void> => undefined;
  afterAll(() => close());
  draftsCompile(async () => {
    const meridian = await openMeridian();
    close = meridian.close;
    const shared = 'sharedWithEveryPartner("the same for all")';
    return {
      dialect: "postgres",
      url: meridian.url,
      tables: ["OEHDR", "OELIN", "ITMMAS", "PRCLIN", "STKBAL", "CUSMAS", "CUSSHP", "SHHDR", "INHDR", "ARPAY"],
      truth: demo,
      account: "C0000001",
      answers: {
        accounts: {
          orders: '"CUSNO"',
          order_lines: '"order.CUSNO"',
          items: shared,
          prices: 'sharedOrOwn("CUSNO", [""])',
          stock_balances: shared,
          customers: '"CUSNO"',
          ship_to_addresses: '"CUSNO"',
          shipments: '"order.CUSNO"',
          invoices: 'anyOf("CUSNO", "BILTO")',
          payments: '"CUSNO"',
        },
        zone: "Europe/Berlin",
        company: "01",
      },
      right: 143,
      wrong: 10,
    };
  });
});

describeWith("mariadb", "webERP", (mariadbUrl) => {
  describeWith("sharedErp", "of its demo company", (sharedErp) => {
    let close = async (): Promise<void> => undefined;
    afterAll(() => close());
    draftsCompile(async () => {
      const database = await createWebErp(mariadbUrl, sharedErp);
      close = database.drop;
      await database.run(furtherRows);
      const shared = 'sharedWithEveryPartner("the same for all")';
      return {
        dialect: "mariadb",
        url: database.url,
        tables: [
          "debtorsmaster=customers",
          "custbranch=branches",
          "salesorders=orders",
          "salesorderdetails=order_lines",
          "stockmaster=products",
          "prices",
          "locstock=stock",
          "debtortrans=transactions",
          "stockmoves=moves",
          "custallocns=allocations",
        ],
        truth: weberp,
        account: "ANGRY",
        answers: {
          accounts: {
            customers: '"debtorno"',
            branches: '"debtorno"',
            orders: '"debtorno"',
            order_lines: '"order.debtorno"',
            products: shared,
            prices: 'sharedOrOwn("debtorno", [""])',
            stock: shared,
            transactions: '"debtorno"',
            moves: '"debtorno"',
            allocations: shared,
          },
          zone: "UTC",
        },
        right: 82,
        wrong: 13,
      };
    });
  });
});
