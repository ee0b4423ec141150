/** Makes X.509 certificates (RFC 5280) for TLS servers of tests: by an authority of their own, expired, for another host. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** Both as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Common name. */
  readonly name: string;
  /** Host names it is good for. */
  readonly hosts?: readonly string[];
  /** IPv4 addresses it is good for. */
  readonly addresses?: readonly string[];
  readonly from?: number;
  readonly until?: number;
  /** Whether it may sign others. */
  readonly authority?: boolean;
}

export interface Issued extends Certificate {
  /** Makes a certificate that this one has signed. */
  issue(options: CertificateOptions): Issued;
}

/** A certificate that signs itself. */
export function selfIssued(options: CertificateOptions): Issued {
  return make(options, undefined);
}

const ecdsaWithSha256 = oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]);

function make(options: CertificateOptions, issuer: { readonly name: string; readonly key: KeyObject } | undefined): Issued {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const now = Date.now();
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    sequence(ecdsaWithSha256),
    nameOf(issuer?.name ?? options.name),
    sequence(time(options.from ?? now - 3_600_000), time(options.until ?? now + 86_400_000)),
    nameOf(options.name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions(options))),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, issuer?.key ?? privateKey)]));
  const lines = sequence(body, sequence(ecdsaWithSha256), signature)
    .toString("base64")
    .replaceAll(/(.{64})/g, "$1\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    issue: (of) => make(of, { name: options.name, key: privateKey }),
  };
}

function extensions({ hosts = [], addresses = [], authority = false }: CertificateOptions): Buffer[] {
  const names = [...hosts.map((host) => der(0x82, Buffer.from(host))), ...addresses.map((address) => der(0x87, Buffer.from(address.split(".").map(Number))))];
  const yes = der(0x01, Buffer.from([0xff]));
  return [
    ...(names.length > 0 ? [sequence(oid([0x55, 0x1d, 0x11]), der(0x04, sequence(...names)))] : []),
    ...(authority ? [sequence(oid([0x55, 0x1d, 0x13]), yes, der(0x04, sequence(yes)))] : []),
  ];
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid([0x55, 0x04, 0x03]), der(0x0c, Buffer.from(commonName)))));
}

function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(...parts: readonly Uint8Array[]): Buffer {
  return der(0x31, Buffer.concat(parts));
}

function oid(bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function time(at: number): Buffer {
  return der(0x18, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, "")}`));
}
