/** Serves the demo in workerd, from the files that deploying it would upload, over Hyperdrive bindings to real databases. */
import { dirname } from "node:path";
import { createTestHarness, type TestHarness } from "wrangler";
import { sourceBindings } from "#entry/cloudflare/bindings.ts";
import { connectStore } from "#store/connect.ts";
import { type GatewayParts, makeSecrets, operatorOf, type ServedGateway } from "#testing/served-gateway.ts";
import { type Bundle, buildWorker } from "./bundle.ts";

export interface WorkerGateway extends ServedGateway {
  readonly harness: TestHarness;
}

export interface WorkerParts extends GatewayParts {
  /** Where partners and keys are made, where the Worker itself is led to the store another way. */
  readonly operatorStoreUrl?: string;
}

/** `bundle`: which Worker; it has to be of the definition that is given. */
export async function serveInWorkerd(
  { definition, sources, storeUrl, variables = {}, operatorStoreUrl = storeUrl }: WorkerParts,
  bundle?: Bundle,
): Promise<WorkerGateway> {
  const secrets = makeSecrets();
  // Tests send what is refused by the hundred, from one address.
  const vars = { AUTH_FAILURES: "0", ...secrets.variables, ...variables };
  const built = bundle ?? (await buildWorker());
  const databases = [
    { binding: "HYPERDRIVE_STORE", url: storeUrl },
    ...[...sources].flatMap(([name, urls]) => {
      const [live, test] = sourceBindings(name);
      return [
        { binding: live, url: urls.live },
        { binding: test, url: urls.test },
      ];
    }),
  ];
  const harness = startWorkerd(built, { vars, databases });
  const { url } = await harness.listen();
  // Which port it is is known now only, and problem documents name the address.
  const origin = url.origin;
  await harness.update(worker(built, { vars: { ...vars, PUBLIC_URL: origin }, databases }));
  const store = connectStore({ url: operatorStoreUrl, poolSize: 4, timeoutMs: 5_000, onBrokenConnection: () => undefined });
  return {
    harness,
    url: origin,
    log: () => logOf(harness),
    ownSecrets: secrets.forms,
    ...operatorOf(definition, store, secrets),
    async stop() {
      await harness.close();
      await store.destroy();
    },
  };
}

export interface WorkerBindings {
  readonly vars: Readonly<Record<string, string>>;
  readonly databases: readonly { readonly binding: string; readonly url: string | undefined }[];
}

export function startWorkerd(bundle: Bundle, bindings: WorkerBindings): TestHarness {
  return createTestHarness(worker(bundle, bindings));
}

function worker({ settings, main, assets }: Bundle, { vars, databases }: WorkerBindings) {
  const { build: _build, ...rest } = settings;
  const hyperdrive = databases.flatMap(({ binding, url }, index) => (url === undefined ? [] : [{ binding, id: String(index), localConnectionString: url }]));
  const config = { ...rest, main, base_dir: dirname(main), no_bundle: true, vars: { ...vars }, hyperdrive, assets: { ...settings.assets, directory: assets } };
  return { root: dirname(main), workers: [{ config }] };
}

/** One line for each message of the Worker's console. */
export function logOf(harness: TestHarness): string {
  return harness
    .getLogs()
    .map(({ message }) => `${message}\n`)
    .join("");
}
