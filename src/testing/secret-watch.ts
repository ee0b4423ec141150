/** Looks for secrets in everything that leaves the gateway: bodies, headers and log lines. */

export interface SecretWatch {
  /** Texts shorter than six characters would be found by chance and are left out. */
  forbid(...secrets: readonly string[]): void;
  look(where: string, text: string): void;
  /** Where a secret was seen, without the secret. */
  readonly found: readonly string[];
}

export function secretWatch(): SecretWatch {
  const forbidden = new Set<string>();
  const found: string[] = [];
  return {
    forbid(...secrets) {
      for (const secret of secrets) if (secret.length >= 6) forbidden.add(secret);
    },
    look(where, text) {
      for (const secret of forbidden) {
        const at = text.indexOf(secret);
        if (at >= 0) found.push(`${where}: ...${text.slice(Math.max(0, at - 60), at)}[${secret.slice(0, 3)}...]`);
      }
    },
    found,
  };
}
