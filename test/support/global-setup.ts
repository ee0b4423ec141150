/** Starts one real Postgres for the whole test run, and finds out which optional components this machine has. */
import type { TestProject } from "vitest/node";
import { startTestServer } from "#testing/test-server.ts";
import { findRequirements } from "./find-requirements.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide("requirements", await findRequirements());
  const server = await startTestServer({ max_connections: "200", shared_buffers: "256MB" });
  project.provide("postgresUrl", server.url("postgres"));
  return () => server.stop();
}
