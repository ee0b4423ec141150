/** Deliveries as operators and partners see them, and the parts of inputs that speak of them. */
import { z } from "zod";
import { type attemptShown, type DeliveryShown, deliveriesToResend, deliveryShown, deliveryStates, deliveryWithAttempts } from "#contract/deliveries.ts";
import type { Delivery, DeliveryAttempt, DeliveryFilter } from "./delivery-records.ts";

export const eventGiven = z
  .string()
  .min(1)
  .max(100)
  .meta({ description: "Id of the event.", examples: ["evt_5QeW8nH2LkX0aZt5Vb3qJ1"] });

export const deliveryShape = deliveryShown.extend({ endpoint: z.string(), entity: z.string().meta({ description: "Resource and id of the thing." }) });
export const deliveryWithAttemptsShape = deliveryWithAttempts.extend(deliveryShape.shape);

const listed = (text: unknown): unknown => (typeof text === "string" ? text.split(",") : text);

/** From JSON, or from texts of query parameters, with commas. */
export const filterGiven = {
  states: z
    .preprocess(listed, z.array(z.enum(deliveryStates)).min(1))
    .optional()
    .meta({ description: "In any of these states." }),
  types: z.preprocess(listed, deliveriesToResend.shape.types.unwrap()).optional().meta({ description: "Of any of these types of events." }),
  since: deliveriesToResend.shape.since,
  until: deliveriesToResend.shape.until,
};

export interface FilterGiven {
  readonly states?: DeliveryFilter["states"];
  readonly types?: DeliveryFilter["types"];
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export function filterOf({ states, types, since, until }: FilterGiven): DeliveryFilter {
  const timeOf = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
  return { states, types, since: timeOf(since), until: timeOf(until) };
}

export function deliveryToShow(delivery: Delivery): DeliveryShown {
  const { event, seq, type, state, parked, attempts, createdAt, nextAt, endedAt } = delivery;
  return {
    ...{ event, seq, type: type ?? null, state, parked, attempts },
    ...{ created_at: iso(createdAt), next_attempt_at: isoOrNull(nextAt), ended_at: isoOrNull(endedAt) },
  };
}

export function deliveryToJson(delivery: Delivery): z.output<typeof deliveryShape> {
  return { ...deliveryToShow(delivery), endpoint: delivery.endpoint, entity: delivery.entity };
}

/** As text whatever it is: what is no UTF-8 shows as such. */
export function attemptToJson({ at, status, detail, answer, outcome, ...rest }: DeliveryAttempt): z.input<typeof attemptShown> {
  return {
    ...{ ...rest, at: iso(at), outcome: outcomeShown(outcome), status: status ?? null, detail: detail ?? null },
    answer: answer === undefined ? null : new TextDecoder().decode(answer),
  };
}

const outcomes = deliveryWithAttempts.shape.tried.element.shape.outcome;

function outcomeShown(outcome: string): z.output<typeof outcomes> {
  return outcomes.parse(outcome);
}

export function deliverySubject(endpoint: string, event: string): string {
  return `delivery ${endpoint} ${event}`;
}

export function noDelivery(endpoint: string, event: string): string {
  return `There is no delivery of the event "${event}" to the webhook endpoint "${endpoint}".`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOrNull(at: number | undefined): string | null {
  return at === undefined ? null : iso(at);
}
