import { defineContract } from "sluice";
import { Widget } from "./schema.ts";

/** What partners are promised of widgets: which requests there are, and what they can filter and sort by. */
export const widgets = defineContract({
  name: "widgets",
  singular: "widget",
  team: "widgets",
  summary: "Widgets that were made for a customer.",
  model: Widget,
  reads: {
    list: { scope: "widgets:read", filter: ["status", "made_on"], sort: ["id", "made_on"] },
    get: { scope: "widgets:read" },
  },
});
