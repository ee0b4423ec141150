/** The first request that the documentation shows: it works as soon as it is given a key. */

export function exampleRequest(url: string, path: string): string {
  return `curl "${url}${path}" \\\n  -H "Authorization: Bearer <your key>"`;
}

/** Where a project names no path to try: its first resource. */
export function firstPath({ contracts: [first] }: { readonly contracts: readonly { readonly name: string }[] }): string {
  return `/v1/${first?.name}?limit=2`;
}
