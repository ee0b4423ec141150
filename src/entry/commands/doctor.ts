/** `sluice doctor`: checks the whole set-up of a project, and says what to do. */
import { z } from "zod";
import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { type Command, exitCodes, jsonOption, projectOption } from "./command.ts";
import { json, parseOptions, project } from "./options.ts";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "Check the whole set-up of a project, and say what to do",
  usage: ["Looks at files, variables and databases, and changes nothing. Fails when something keeps the gateway from serving."],
  options: { ...projectOption, ...jsonOption },
  run: async (input, terminal) => {
    const typed = parseOptions(z.object({ project, json }), input);
    const findings = await examine({ ...terminal, project: typed.project });
    const faults = findings.filter(({ state }) => state === "fault").length;
    const warnings = findings.filter(({ state }) => state === "warning").length;
    if (typed.json) terminal.say(JSON.stringify({ serves: faults === 0, faults, warnings, findings }));
    else for (const line of shown(findings, faults, warnings)) terminal.say(line);
    return faults === 0 ? exitCodes.done : exitCodes.refused;
  },
};

function shown(findings: readonly Finding[], faults: number, warnings: number): readonly string[] {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const indent = " ".repeat("warning".length + 2 + width + 2);
  const lines = findings.flatMap(({ about, state, says, remedy }) => [
    `${state.padEnd("warning".length)}  ${about.padEnd(width)}  ${says}`,
    ...(remedy === undefined ? [] : [`${indent}-> ${remedy}`]),
  ]);
  return [...lines, "", `It shows ${counted(faults, "fault")} and ${counted(warnings, "warning")}.`];
}

function counted(count: number, what: string): string {
  return `${count === 0 ? "no" : count} ${what}${count === 1 ? "" : "s"}`;
}
