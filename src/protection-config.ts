/** The variables that protect the ERP: their form, their defaults, and what becomes of them. */

import { z } from "zod";
import { graceMs } from "#erp/dialects/connection.ts";
import { defaultProtection, type ProtectionSettings, type WorkKind, workKinds } from "#erp/protection/settings.ts";

const standard = defaultProtection;

export function wholeNumber(from: number, to: number) {
  const message = `is not a whole number from ${from} to ${to}.`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= from && value <= to, message);
}

export const protectionVariables = {
  SOURCE_POOL_SIZE: wholeNumber(1, 1_000).default(standard.poolSize),
  SOURCE_POOL_SHARES: z
    .string()
    .transform((text, context): Readonly<Record<WorkKind, number>> => {
      const shares = sharesOf(text);
      if (shares !== undefined) return shares;
      context.addIssue({
        code: "custom",
        message: `is not shares in percent such as ${exampleShares}: each from 1 to 100, together at most 100, those left out as here.`,
      });
      return z.NEVER;
    })
    .default(standard.shares),
  SOURCE_PARTNER_SHARE: wholeNumber(1, 100).default(standard.partnerShare),
  SOURCE_QUEUE_SIZE: wholeNumber(0, 10_000).default(standard.queueSize),
  SOURCE_QUEUE_TIMEOUT_MS: wholeNumber(10, 60_000).default(standard.queueTimeoutMs),
  /** Longest wait for a connection to an ERP to be made. */
  SOURCE_CONNECT_TIMEOUT_MS: wholeNumber(100, 60_000).default(2_000),
  /** Longest run of one statement in an ERP. */
  SOURCE_TIMEOUT_MS: wholeNumber(100, 600_000).default(5_000),
  SOURCE_BREAKER_FAILURES: wholeNumber(1, 1_000).default(standard.breakerFailures),
  SOURCE_BREAKER_MIN_MS: wholeNumber(100, 600_000).default(standard.breakerMinMs),
  SOURCE_BREAKER_MAX_MS: wholeNumber(100, 3_600_000).default(standard.breakerMaxMs),
  SOURCE_REPLICA_FALLBACK: z.enum(["primary", "none"], "is neither primary nor none.").default(standard.replicaFallback),
};

type ProtectionValues = { readonly [K in keyof typeof protectionVariables]: z.output<(typeof protectionVariables)[K]> };

export function protectionOf(values: ProtectionValues): ProtectionSettings {
  return {
    poolSize: values.SOURCE_POOL_SIZE,
    shares: values.SOURCE_POOL_SHARES,
    partnerShare: values.SOURCE_PARTNER_SHARE,
    queueSize: values.SOURCE_QUEUE_SIZE,
    queueTimeoutMs: values.SOURCE_QUEUE_TIMEOUT_MS,
    breakerFailures: values.SOURCE_BREAKER_FAILURES,
    breakerMinMs: values.SOURCE_BREAKER_MIN_MS,
    breakerMaxMs: Math.max(values.SOURCE_BREAKER_MIN_MS, values.SOURCE_BREAKER_MAX_MS),
    statementBoundMs: values.SOURCE_CONNECT_TIMEOUT_MS + values.SOURCE_TIMEOUT_MS + graceMs,
    replicaFallback: values.SOURCE_REPLICA_FALLBACK,
  };
}

const exampleShares = workKinds.map((kind) => `${kind}=${standard.shares[kind]}`).join(",");

function sharesOf(text: string): Readonly<Record<WorkKind, number>> | undefined {
  const shares = { ...standard.shares };
  const named = new Set<string>();
  for (const part of text.split(",")) {
    const [, name, percent] = /^\s*([a-z]+)=(\d{1,3})\s*$/.exec(part) ?? [];
    const kind = workKinds.find((each) => each === name);
    if (kind === undefined || named.has(kind) || Number(percent) < 1) return undefined;
    named.add(kind);
    shares[kind] = Number(percent);
  }
  return workKinds.reduce((sum, kind) => sum + shares[kind], 0) <= 100 ? shares : undefined;
}
