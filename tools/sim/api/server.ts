/** HTTP and WebSocket on loopback. What each call does stands in ./routes.ts. */
import { readFileSync, statSync } from "node:fs";
import type { IncomingMessage, Server } from "node:http";
import { extname, join, normalize } from "node:path";
import type { Duplex } from "node:stream";
import { serve } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { WebSocket, WebSocketServer } from "ws";
import type { z } from "zod";
import { BadRequest, type Desk, NotNow } from "../desk.ts";
import { firstProblem } from "../profile.ts";
import { openApi } from "./openapi.ts";
import { type Answer, type Route, ROUTES } from "./routes.ts";

export const BASE = "/api/v1";
const DEFAULT_TIMEOUT_MS = 30_000;
const LONGEST_TIMEOUT_MS = 600_000;
const BODY_LIMIT_BYTES = 1_048_576;
/** Of a file that is given to the terminal: a firmware package in base64. */
const FILE_LIMIT_BYTES = 16_777_216;
/** A page that cannot keep up misses pixels rather than filling memory. */
const SOCKET_BACKLOG_BYTES = 8_388_608;

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/** Whether a request comes from this machine's own pages: guards against pages of the network that know our port. */
export function fromLoopback(host: string | undefined, origin: string | undefined): boolean {
  if (host === undefined || !LOOPBACK.test(host)) return false;
  if (origin === undefined) return true;
  const match = /^https?:\/\/([^/]+)$/.exec(origin);
  return match !== null && LOOPBACK.test(match[1]!);
}

export interface ApiServer {
  port: number;
  close(): Promise<void>;
}

export interface ApiOptions {
  desk: Desk;
  /** 0: any free port. */
  port: number;
  /** Folder with the built page. */
  pageDir: string;
}

class TooLarge extends Error {}

export async function serveApi(options: ApiOptions): Promise<ApiServer> {
  const { desk } = options;
  const app = new Hono();
  app.use("*", async (context, next) => {
    if (!fromLoopback(context.req.header("host"), context.req.header("origin"))) {
      return context.json({ error: "Host and Origin must be loopback" }, 403);
    }
    if (!context.req.path.startsWith(BASE)) return await next();
    desk.requestBegins();
    try {
      await next();
    } finally {
      desk.requestEnds();
    }
  });
  const document = openApi(ROUTES, BASE);
  app.get(`${BASE}/openapi.json`, (context) => context.json(document));
  for (const route of ROUTES) app.on(route.method.toUpperCase(), BASE + route.path, (context) => handle(context, route, desk));
  for (const path of new Set([...ROUTES.map((route) => route.path), "/openapi.json"])) {
    const methods =
      path === "/openapi.json" ? ["GET"] : ROUTES.filter((each) => each.path === path).map((each) => each.method.toUpperCase());
    app.all(BASE + path, (context) => {
      context.header("Allow", methods.join(", "));
      return context.json({ error: `${context.req.method} is not possible here; ${methods.join(", ")} is` }, 405);
    });
  }
  app.get(`${BASE}/events`, (context) => context.json({ error: "this is a WebSocket" }, 426));
  app.all(`${BASE}/*`, (context) => context.json({ error: `there is no ${context.req.path}; see ${BASE}/openapi.json` }, 404));
  app.get("*", (context) => page(context, options.pageDir));
  app.all("*", (context) => context.json({ error: "there is nothing here but GET" }, 405));
  app.onError((error, context) => {
    desk.logLine("error", `api: ${error.stack ?? error.message}`);
    return context.json({ error: error.message }, 500);
  });

  const { server, port } = await new Promise<{ server: Server; port: number }>((resolve, reject) => {
    const made = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: options.port }, (info) =>
      resolve({ server: made as Server, port: info.port }),
    );
    made.once("error", reject);
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => upgrade(sockets, desk, request, socket, head));
  return {
    port,
    async close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function handle(context: Context, route: Route, desk: Desk): Promise<Response> {
  try {
    const query = context.req.query();
    const body =
      route.body === undefined
        ? undefined
        : checked(await readBody(context, route.path === "/files" ? FILE_LIMIT_BYTES : BODY_LIMIT_BYTES), route);
    const timeoutMs = timeoutOf(body, query);
    return reply(context, desk, await route.run({ desk, body, query, timeoutMs }), timeoutMs);
  } catch (error) {
    if (error instanceof BadRequest) return context.json({ error: error.message }, 400);
    if (error instanceof NotNow) return context.json({ error: error.message }, 409);
    if (error instanceof TooLarge) return context.json({ error: error.message }, 413);
    throw error;
  }
}

function reply(context: Context, desk: Desk, answer: Answer, timeoutMs: number): Response {
  if ("text" in answer) return context.text(answer.text);
  if ("png" in answer) {
    context.header("Content-Type", "image/png");
    context.header("Cache-Control", "no-store");
    return context.body(new Uint8Array(answer.png));
  }
  if ("json" in answer) return context.json(answer.json as object);
  if (answer.settled || timeoutMs === 0) return context.json(desk.state);
  return context.json({ ...desk.state, error: `not settled in time: ${desk.unsettledBecause ?? "it has just settled"}` }, 504);
}

/** Undefined when there is none. Throws BadRequest or TooLarge. */
async function readBody(context: Context, limit: number): Promise<unknown> {
  const told = Number(context.req.header("content-length") ?? 0);
  if (told > limit) throw new TooLarge(`the body is larger than ${limit} bytes`);
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = context.req.raw.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    size += part.value.length;
    if (size > limit) throw new TooLarge(`the body is larger than ${limit} bytes`);
    parts.push(part.value);
  }
  if (size === 0) return undefined;
  const text = Buffer.concat(parts).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequest(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checked(body: unknown, route: Route): unknown {
  if (body === undefined) {
    if (route.bodyOptional) return undefined;
    throw new BadRequest("a JSON body is missing");
  }
  const parsed = judged(route.bodyFor?.(body) ?? route.body!, body);
  if (!parsed.success) throw new BadRequest(firstProblem(parsed.error));
  return parsed.data;
}

/** zod compares the `length` of what is no text, and throws when that cannot be a number. */
function judged(schema: z.ZodType, body: unknown): ReturnType<z.ZodType["safeParse"]> {
  try {
    return schema.safeParse(body);
  } catch (error) {
    throw new BadRequest(`the body cannot be judged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function timeoutOf(body: unknown, query: Record<string, string>): number {
  const inBody = typeof body === "object" && body !== null && "timeoutMs" in body ? body.timeoutMs : undefined;
  if (typeof inBody === "number") return inBody;
  if (query.timeoutMs === undefined) return DEFAULT_TIMEOUT_MS;
  const ms = Number(query.timeoutMs);
  if (!(ms >= 0 && ms <= LONGEST_TIMEOUT_MS)) throw new BadRequest(`timeoutMs: a number from 0 to ${LONGEST_TIMEOUT_MS}`);
  return ms;
}

// — events —

function upgrade(sockets: WebSocketServer, desk: Desk, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const refuse = (status: string): void => {
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };
  socket.on("error", () => undefined);
  // Not as a URL: "//" is none, and what throws here would end the desk.
  const [path, query] = (request.url ?? "/").split("?", 2);
  if (!fromLoopback(request.headers.host, request.headers.origin)) refuse("403 Forbidden");
  else if (path !== `${BASE}/events`) refuse("404 Not Found");
  else
    sockets.handleUpgrade(request, socket, head, (client) =>
      attach(client, desk, new URLSearchParams(query).get("pixels") === "1"),
    );
}

function attach(client: WebSocket, desk: Desk, pixels: boolean): void {
  client.on("error", () => undefined);
  const open = (): boolean => client.readyState === WebSocket.OPEN;
  const leave = [
    desk.onEvent((event) => {
      if (open()) client.send(JSON.stringify(event));
    }),
  ];
  if (pixels) {
    let behind = false;
    leave.push(
      desk.onPixels((rectangle) => {
        if (!open()) return;
        behind ||= client.bufferedAmount > SOCKET_BACKLOG_BYTES;
        if (!behind) client.send(rectangle);
        else if (client.bufferedAmount === 0) {
          behind = false;
          client.send(desk.allPixels);
        }
      }),
    );
    client.send(desk.allPixels);
  }
  client.send(JSON.stringify({ type: "state", state: desk.state }));
  client.send(JSON.stringify({ type: "pinpad", pinpad: desk.pinpadView }));
  client.send(JSON.stringify({ type: "readers", readers: desk.readers }));
  client.on("close", () => {
    for (const each of leave) each();
  });
}

// — the page —

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".map": "application/json",
  ".json": "application/json",
};

function page(context: Context, folder: string): Response {
  const name = context.req.path === "/" ? "/index.html" : normalize(context.req.path);
  const type = TYPES[extname(name)];
  const file = join(folder, name);
  if (type === undefined || !file.startsWith(join(folder, "/"))) return context.json({ error: "there is no such page" }, 404);
  try {
    if (!statSync(file).isFile()) throw new Error("not a file");
    const bytes = readFileSync(file);
    context.header("Content-Type", type);
    context.header("Cache-Control", "no-cache");
    context.header("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'");
    return context.body(new Uint8Array(bytes));
  } catch {
    return context.json({ error: "there is no such page" }, 404);
  }
}
