/** The automation API from the network's side: any method, path, headers and body, as raw bytes of HTTP; and its WebSocket. */
import { connect } from "node:net";
import { type ApiServer, BASE, serveApi } from "../../../tools/sim/api/server.ts";
import { ROUTES } from "../../../tools/sim/api/routes.ts";
import { type TinyDesk, tinyDesk } from "../../tools/sim/tiny-desk.ts";
import { type Check, ensure } from "../guest/bench.ts";
import { bytesOf, type Draw } from "../mutate.ts";

interface Asked {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

let desk: { tiny: TinyDesk; server: ApiServer } | undefined;

async function deskNow(): Promise<NonNullable<typeof desk>> {
  if (desk === undefined) {
    const tiny = await tinyDesk();
    desk = { tiny, server: await serveApi({ desk: tiny.desk, port: 0, pageDir: "/nowhere" }) };
  }
  return desk;
}

export async function closeApi(): Promise<void> {
  if (desk === undefined) return;
  await desk.server.close();
  await desk.tiny.end();
  desk = undefined;
}

const LONGEST_WAIT_MS = 40;

/** Nobody waits long here: a longer time-out asked for is shortened, on every way it can be asked. */
function hurried(body: string): string {
  return body
    .replaceAll(/("timeoutMs"\s*:\s*)-?\d{2,}/g, `$1${LONGEST_WAIT_MS}`)
    .replaceAll(/("advanceMs"\s*:\s*)\d{9,}/g, "$199999999");
}

function rawRequest({ method, path, headers, body }: Asked): Buffer {
  const text = hurried(body);
  const hurriedPath = path.includes("timeoutMs=") ? path : `${path}${path.includes("?") ? "&" : "?"}timeoutMs=${LONGEST_WAIT_MS}`;
  const all = { host: "127.0.0.1", connection: "close", "content-length": String(Buffer.byteLength(text)), ...headers };
  const lines = Object.entries(all).map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return Buffer.from(`${method} ${hurriedPath} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${text}`);
}

/** The answer's first bytes; "" when the server just closed the line. */
function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let heard = "";
    const end = (): void => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(700, end);
    socket.on("data", (part) => {
      heard += part.toString("latin1");
      // A WebSocket stays open: its first words are enough.
      if (heard.startsWith("HTTP/1.1 101")) end();
    });
    socket.on("error", end);
    socket.on("close", end);
    socket.write(bytes);
  });
}

function parsed(text: string): Asked | undefined {
  try {
    const { method = "GET", path = "/", headers = {}, body = "" } = JSON.parse(text) as Partial<Asked>;
    return {
      method: String(method),
      path: String(path),
      headers: Object(headers) as Record<string, string>,
      body: typeof body === "string" ? body : JSON.stringify(body),
    };
  } catch {
    return undefined;
  }
}

const FOREIGN_HOST = /^host: (?!127\.0\.0\.1|localhost|\[::1\])/im;

/** JSON of a request; anything that is none goes to the server as it is. */
export const api: Check = async (bytes) => {
  const { server, tiny } = await deskNow();
  const text = new TextDecoder().decode(bytes);
  const asked = parsed(text);
  const raw = asked === undefined ? Buffer.from(bytes) : rawRequest(asked);
  const answer = await exchange(server.port, raw);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  ensure(status !== 500, `the server failed: ${answer.slice(-300)}`);
  if (status >= 200 && status < 300)
    ensure(!FOREIGN_HOST.test(raw.toString("latin1").split("\r\n\r\n")[0] ?? ""), "a foreign Host is refused");
  // Whatever was asked, the desk still answers.
  ensure(tiny.desk.state !== undefined, "the desk has a state");
};

const bodies: Record<string, unknown> = {
  "/keys": { keys: ["1", "2", "enter"], timeoutMs: 20 },
  "/pinpad": { pin: "123456" },
  "/card": { action: "swipe", track2: "6222021234567890128=3012", track1: null },
  "/scan": { code: "6212" },
  "/sign": { strokes: [[[0, 0]]] },
  "/faults": { device: "host", fault: "cut-at-byte", value: 9 },
  "/power": { action: "cycle" },
  "/clock": { advanceMs: 1000, at: "2026-11-21T09:00:00+08:00", run: "free" },
  "/acquirer": {
    rules: [{ match: { mti: "0200", fields: { "11": "1" } }, answer: { "39": "51" }, fault: "silence" }],
    account: { pan: "6222021234567890128", balance: "1.00" },
    parameters: { "12": "60" },
  },
  "/files": { name: "a.bin", base64: "AAEC" },
};

const line = (asked: Partial<Asked>): Uint8Array => bytesOf(JSON.stringify(asked));

export function requests(): Uint8Array[] {
  const each = ROUTES.map(({ method, path, query, body }) => ({
    method: method.toUpperCase(),
    path: `${BASE}${path}${
      query === undefined
        ? ""
        : `?${Object.keys(query)
            .map((name) => `${name}=1`)
            .join("&")}`
    }`,
    body: body === undefined ? "" : JSON.stringify(bodies[path] ?? {}),
  }));
  const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "sec-websocket-version": "13",
  };
  const others: Partial<Asked>[] = [
    { method: "POST", path: `${BASE}/scan`, body: '{"code":{"length":{"toString":1}}}' },
    { path: `${BASE}/openapi.json` },
    { path: "/" },
    { path: "/../../etc/passwd" },
    { path: "/%00" },
    { path: `${BASE}/state`, headers: { host: "evil.example" } },
    { path: `${BASE}/state`, headers: { origin: "http://evil.example" } },
    { path: `${BASE}/events`, headers: upgrade },
    { path: "//", headers: upgrade },
    { path: `${BASE}/events`, headers: { ...upgrade, origin: "http://evil.example" } },
    { method: "POST", path: `${BASE}/keys`, headers: { "content-length": "99999999" }, body: "{}" },
  ];
  return [...each, ...others].map(line);
}

/** Two thirds of a good request each time: path, query and body of different ones. */
export function anyRequest(draw: Draw): Uint8Array {
  const route = draw.pick(ROUTES);
  const other = draw.pick(ROUTES);
  const query = draw.chance(0.3)
    ? `?${draw.pick(["clear", "after", "n", "timeoutMs", "device"])}=${draw.pick(["1", "-1", "1e9", "%00", "x", "999999999", "host"])}`
    : "";
  const body = JSON.stringify(bodies[draw.chance(0.8) ? route.path : other.path] ?? {});
  return line({
    method: draw.pick(["GET", "POST", "DELETE", route.method.toUpperCase()]),
    path: `${BASE}${route.path}${query}`,
    body,
  });
}
