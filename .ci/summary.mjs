/** Says what was skipped and what failed besides tests, then `N passed, N failed`; exits with 1 unless all is well. */
import { readFileSync } from "node:fs";

const [file, checkExit, testExit] = process.argv.slice(2);

let results = { numPassedTests: 0, numFailedTests: 0, testResults: [] };
try {
  results = JSON.parse(readFileSync(file, "utf8"));
} catch {
  say("The test run left no results.");
}

const skipped = results.testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status !== "passed" && status !== "failed");
for (const { fullName } of skipped) say(`Skipped, which this run does not allow: ${fullName}`);

let failed = results.numFailedTests;
for (const { name, status, message, assertionResults } of results.testResults) {
  if (status !== "failed" || assertionResults.some((test) => test.status === "failed")) continue;
  say(`Failed as a whole: ${name}\n${message}`);
  failed += 1;
}
if (testExit !== "0" && failed === 0 && skipped.length === 0) {
  say("`npm test` failed, though no test did.");
  failed += 1;
}
if (checkExit !== "0") {
  say("`npm run check` failed; it counts as one failure.");
  failed += 1;
}

process.exitCode = failed === 0 && skipped.length === 0 && results.numPassedTests > 0 ? 0 : 1;
say(`${results.numPassedTests} passed, ${failed} failed`);

function say(line) {
  process.stdout.write(`${line}\n`);
}
