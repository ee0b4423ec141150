/** All that a project may import: the language in which contracts and bindings are written. */

export { z } from "zod";
export { added, type Change, defineChange, movedInto, removed, renamed } from "#contract/change.ts";
export { type Contract, defineContract } from "#contract/contract.ts";
export { undecided } from "#contract/undecided.ts";
export { wire } from "#contract/wire.ts";
export { anyOf, byGroup, sharedOrOwn, sharedWithEveryPartner } from "#erp/binding/account.ts";
export { code } from "#erp/binding/conversions/code.ts";
export { group, lines } from "#erp/binding/conversions/compound.ts";
export { date, julianDate } from "#erp/binding/conversions/date.ts";
export { dateTime } from "#erp/binding/conversions/date-time.ts";
export { flag } from "#erp/binding/conversions/flag.ts";
export { bits, computed, constant, custom } from "#erp/binding/conversions/free.ts";
export { decimal, integer, money } from "#erp/binding/conversions/number.ts";
export { ref, refInText, refOneOf } from "#erp/binding/conversions/reference.ts";
export { text } from "#erp/binding/conversions/text.ts";
export { bit, expression, fromRows, lookup, sum } from "#erp/binding/expression.ts";
export { type BoundResource, defineSource, type Source } from "#erp/binding/source.ts";
export { sql } from "#erp/binding/sql.ts";
export {
  type ColumnValues,
  type ErpTransaction,
  type Given,
  insert,
  stage,
  update,
} from "#erp/write/command.ts";
export { wallClock } from "#erp/write/wall-clock.ts";
export { defineGateway } from "./project.ts";
