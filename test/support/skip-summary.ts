/** Reporter: says at the end of a run what was skipped and why, and fails the run where no skip is allowed. */
import type { Reporter, TestModule } from "vitest/node";

export function skipSummary(skipsAllowed: boolean): Reporter {
  return {
    onTestRunEnd(modules) {
      const counts = countSkips(modules);
      if (counts.size === 0) return;
      console.log(skipsAllowed ? "\nSkipped:" : "\nSkipped, though this run allows no skip (SLUICE_NO_SKIP=1):");
      for (const [reason, count] of counts) console.log(`  ${count} ${count === 1 ? "test" : "tests"}: ${reason}`);
      if (!skipsAllowed) process.exitCode = 1;
    },
  };
}

function countSkips(modules: readonly TestModule[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const module of modules) {
    for (const test of module.children.allTests("skipped")) {
      const result = test.result();
      const note = "note" in result ? result.note : undefined;
      const reason = /\[skipped: (.*?)\]/.exec(test.fullName)?.[1] ?? note ?? `no reason given (${module.relativeModuleId})`;
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  return counts;
}
