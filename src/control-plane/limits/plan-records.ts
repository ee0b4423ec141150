/** Port: what the verbs on limits need of a store. */
import type { Environment } from "#pipeline/principal.ts";

/** So many units of cost in any window of so many seconds. */
export interface Rate {
  readonly quota: number;
  readonly seconds: number;
}

/** What can be set for a single key. */
export interface KeyLimits {
  readonly burst: Rate | undefined;
  readonly sustained: Rate | undefined;
}

export interface Plan extends KeyLimits {
  readonly name: string;
  readonly dailyQuota: number | undefined;
  readonly monthlyQuota: number | undefined;
  /** Requests underway at once. */
  readonly inflight: number | undefined;
}

/** A plan with how many partners it was given to, each environment for itself. */
export interface AssignedPlan extends Plan {
  readonly assignments: number;
}

export interface PlanRecords {
  insert(plan: Plan): Promise<"inserted" | "name-taken">;
  find(name: string): Promise<AssignedPlan | undefined>;
  /** By name, those behind `after`. */
  list(after: string | undefined, limit: number): Promise<readonly AssignedPlan[]>;
  update(plan: Plan): Promise<void>;
  remove(name: string): Promise<"removed" | "in-use">;
  /** The partner's plan by name; undefined: the default. */
  assigned(partner: string, environment: Environment): Promise<string | undefined>;
  /** Undefined gives it back the default. */
  assign(partner: string, environment: Environment, plan: string | undefined): Promise<void>;
  /** What is set for a key; undefined: there is no such key. */
  ofKey(kid: string): Promise<KeyLimits | undefined>;
  setOfKey(kid: string, limits: KeyLimits): Promise<void>;
}

/** The plan of partners that were given no other. It can be changed, and not removed. */
export const defaultPlan = "default";
