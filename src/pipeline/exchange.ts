/** A partner's request and its answer, free of any web framework. */

export interface PartnerRequest {
  readonly id: string;
  readonly method: string;
  /** As sent, percent-encoding and all, without the query. */
  readonly path: string;
  /** As sent, without the `?`; empty without a query. */
  readonly query: string;
  /** In the order received, names in lower case, repeats kept apart where the runtime still knows them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly hasBody: boolean;
  /** Of the client, in canonical form, as far as the proxies in between can be trusted; undefined where nobody knows. */
  readonly address?: string | undefined;
  /** The body's bytes; undefined without one. Throws a `Problem` for what cannot be taken, before or while it is read. */
  readonly body: () => Promise<Uint8Array | undefined>;
}

export interface PartnerResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** The one value of a header, or undefined. Repeats of headers that matter were refused before. */
export function header(request: PartnerRequest, name: string): string | undefined {
  for (const [candidate, value] of request.headers) if (candidate === name) return value;
  return undefined;
}
