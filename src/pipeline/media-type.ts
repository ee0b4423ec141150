/** What kind of body a write carries: JSON in UTF-8, not encoded any further (RFC 9110, sections 8.3 and 8.4). */

import { Problem } from "#lib/problems.ts";

/** A PATCH is a merge patch (RFC 7396) by either name. */
export type MediaType = "application/json" | "application/merge-patch+json";

/** `headers`: names in lower case. Throws 415 for any other kind, parameter or encoding, and for none. */
export function mediaTypeOf(method: string, headers: readonly (readonly [name: string, value: string])[]): MediaType {
  const headerOf = (name: string): string | undefined => headers.find(([candidate]) => candidate === name)?.[1];
  const coding = headerOf("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (coding !== "identity")
    throw unsupported("The body is compressed or encoded; it is taken as it is only.", "Content-Encoding", { "Accept-Encoding": "identity" });
  const allowed: readonly MediaType[] = method === "PATCH" ? ["application/json", "application/merge-patch+json"] : ["application/json"];
  const named = allowed.join(" or ");
  const accept = { Accept: allowed.join(", ") };
  const given = headerOf("content-type");
  if (given === undefined) throw unsupported(`The body is of no declared kind; it has to be ${named}.`, "Content-Type", accept);
  const [type = "", ...parameters] = given.split(";").map((part) => part.trim().toLowerCase());
  const mediaType = allowed.find((one) => one === type);
  if (mediaType === undefined) throw unsupported(`The body has to be ${named}.`, "Content-Type", accept);
  const other = parameters.filter((parameter) => parameter !== "");
  if (other.length > 1 || !other.every((parameter) => parameter === "charset=utf-8" || parameter === 'charset="utf-8"')) {
    throw unsupported("The body has to be UTF-8; charset=utf-8 is the only parameter that the kind of body takes.", "Content-Type", accept);
  }
  return mediaType;
}

/** The rest of the request is not read, so the connection cannot be used again. */
function unsupported(detail: string, header: string, headers: Readonly<Record<string, string>>): Problem {
  const code = header === "Content-Encoding" ? "unsupported-encoding" : "unsupported-media-type";
  return new Problem("unsupported-media-type", detail, { errors: [{ header, code, detail }], headers: { ...headers, Connection: "close" } });
}
