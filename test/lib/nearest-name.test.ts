/** The name that was meant. */
import { expect, test } from "vitest";
import { nearestName } from "#lib/nearest-name.ts";

const names = ["reference", "requested_on", "ship_to", "lines", "note", "id"];

test.each([
  ["referense", "reference"],
  ["refernce", "reference"],
  ["refreence", "reference"],
  ["shipTo", "ship_to"],
  ["ship-to", "ship_to"],
  ["RequestedOn", "requested_on"],
  ["line", "lines"],
  ["notes", "note"],
  ["ID", "id"],
])("%s was %s", (written, meant) => expect(nearestName(written, names)).toBe(meant));

test.each(["", "x", "status", "customer", "on", "constructor", "n".repeat(100)])("%j was none of them", (written) => {
  expect(nearestName(written, names)).toBeUndefined();
});

test("the nearest of several near ones is taken", () => expect(nearestName("quantitty", ["quantify", "quantity"])).toBe("quantity"));
