/** What receivers of tests do with a request: as they should, and in every way they should not. */

import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Behaviour } from "./receiver.ts";

/** Answers at once, and keeps the connection. */
export function answers(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): Behaviour {
  return (_, socket) => void socket.write(answer(status, headers, body));
}

/** 200, and the challenge in a challenge. */
export const echoesChallenges: Behaviour = ({ body }, socket) => {
  const { type, data } = JSON.parse(body.toString());
  const said = type === "webhook_endpoint.challenge" ? JSON.stringify({ challenge: data.challenge }) : "";
  socket.write(answer(200, { "content-type": "application/json" }, said));
};

export const hangsBeforeHeaders: Behaviour = () => undefined;

export const hangsAfterHeaders: Behaviour = (_, socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n");

/** One byte of a body at a time; `headers`: of the headers already. */
export function drips(everyMs: number, part: "headers" | "body"): Behaviour {
  return async (_, socket) => {
    const start = "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n";
    if (part === "body") socket.write(start);
    for (let at = 0; !socket.destroyed; at += 1) {
      socket.write(part === "body" || at >= start.length ? "x" : start.charAt(at));
      await sleep(everyMs);
    }
  };
}

/** A body without an end, as fast as it is read. `sent` is told of every piece. */
export function endless(sent: (bytes: number) => void = () => undefined, headers = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"): Behaviour {
  const piece = Buffer.alloc(65_536, "x");
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), piece, Buffer.from("\r\n")]);
  return async (_, socket) => {
    socket.write(headers);
    while (!socket.destroyed) {
      sent(piece.length);
      if (!socket.write(chunk)) await drained(socket);
    }
  };
}

/** Some kilobytes that become `bytes` for whoever unpacks them. */
export function bomb(bytes: number): Behaviour {
  const packed = gzipSync(Buffer.alloc(bytes));
  return (_, socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`);
    socket.write(packed);
  };
}

/** Reads the request, and resets the connection. */
export const resets: Behaviour = (_, socket) => void socket.resetAndDestroy();

/** Begins an answer, and resets the connection. */
export const resetsAfterHeaders: Behaviour = async (_, socket) => {
  socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab");
  await sleep(50);
  socket.resetAndDestroy();
};

/** Says nothing and hangs up. */
export const hangsUp: Behaviour = (_, socket) => void socket.end();

export function redirects(status: number, location: string): Behaviour {
  return answers(status, { location });
}

/** Whatever is not HTTP. */
export function says(text: string): Behaviour {
  return (_, socket) => void socket.end(text);
}

/** One behaviour after another, by the number of the request; the last one stays. */
export function inTurn(...behaviours: readonly [Behaviour, ...Behaviour[]]): Behaviour {
  let at = 0;
  return (received, socket) => {
    const behaviour = behaviours[Math.min(at, behaviours.length - 1)] ?? behaviours[0];
    at += 1;
    return behaviour(received, socket);
  };
}

function answer(status: number, headers: Readonly<Record<string, string>>, body: string): string {
  const fields = Object.entries({ ...headers, "content-length": String(Buffer.byteLength(body)) }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Said\r\n${fields.join("")}\r\n${body}`;
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}
