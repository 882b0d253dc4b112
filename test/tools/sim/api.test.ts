/** The automation API as outside programs meet it: shapes, refusals, time-outs, events. */
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type ApiServer, serveApi } from "../../../tools/sim/api/server.ts";
import { ROUTES } from "../../../tools/sim/api/routes.ts";
import { stateAnswer } from "../../../tools/sim/api/schemas.ts";
import { type TinyDesk, tinyDesk } from "./tiny-desk.ts";

let tiny: TinyDesk;
let server: ApiServer;

beforeAll(async () => {
  tiny = await tinyDesk();
  server = await serveApi({ desk: tiny.desk, port: 0, pageDir: "/nowhere" });
});
afterAll(async () => {
  await server.close();
  await tiny.end();
});

interface Reply {
  status: number;
  type: string;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is under test
  json: any;
}

/** Node's own client, because fetch does not let a test lie about Host. */
function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
    const asked = request(
      {
        host: "127.0.0.1",
        port: server.port,
        method,
        path: `/api/v1${path}`,
        headers: { "content-length": Buffer.byteLength(text), ...headers },
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const all = Buffer.concat(parts).toString("utf8");
          const type = answer.headers["content-type"] ?? "";
          resolve({ status: answer.statusCode ?? 0, type, text: all, json: type.includes("json") ? JSON.parse(all) : undefined });
        });
      },
    );
    asked.on("error", reject);
    asked.end(text);
  });
}

test("the state has exactly the promised parts", async () => {
  const { status, json } = await call("GET", "/state");
  expect(status).toBe(200);
  expect(stateAnswer.safeParse(json).error).toBeUndefined();
  expect(Object.keys(json)).toEqual(
    expect.arrayContaining(["power", "level", "settled", "screen", "leds", "indicators", "time", "batch", "trace", "debt"]),
  );
});

test("keys answer with the state the terminal has come to", async () => {
  expect((await call("POST", "/keys", { keys: ["1"] })).json.screen.id).toBe("answered");
});

test("a call that does not settle in time is a 504 with the state and the reason", async () => {
  await call("POST", "/clock", { run: "real" });
  await call("POST", "/faults", { device: "host", fault: "delay-response", value: 20_000, count: 1 });
  const { status, json } = await call("POST", "/keys", { keys: ["1"], timeoutMs: 100 });
  expect(status).toBe(504);
  expect(json).toMatchObject({ settled: false, screen: { id: "online" } });
  expect(json.error).toContain("not settled in time");
  expect((await call("POST", "/clock?timeoutMs=5000", { run: "free" })).json.screen.id).toBe("answered");
});

test.each([
  ["POST", "/keys", {}, 400, "keys"],
  ["POST", "/keys", { keys: ["ok"] }, 400, "keys.0"],
  ["POST", "/keys", { keys: ["1"], extra: 1 }, 400, "extra"],
  ["POST", "/keys", "{", 400, "JSON"],
  ["POST", "/keys", undefined, 400, "body"],
  ["POST", "/keys?timeoutMs=soon", { keys: [] }, 400, "timeoutMs"],
  ["POST", "/pinpad", { pin: "12a4" }, 400, "pin"],
  ["POST", "/pinpad", {}, 400, "exactly one"],
  ["POST", "/pinpad", { pin: "1234" }, 409, "not asking"],
  ["POST", "/card", { action: "swipe" }, 400, "card"],
  ["POST", "/card", { action: "swipe", card: "nobody" }, 400, "nobody"],
  ["POST", "/card", { action: "throw" }, 400, "action"],
  ["POST", "/card", { action: "insert", card: "debit-1" }, 409, "no contact chip"],
  ["POST", "/card", { action: "tap", card: "debit-1" }, 409, "no contactless chip"],
  ["POST", "/scan", { code: "6212" }, 409, "this board has no scanner"],
  ["POST", "/sign", { strokes: [[[0, 0]]] }, 409, "this board has no signature pad"],
  ["POST", "/faults", { device: "toaster", fault: "burnt" }, 400, "toaster"],
  ["POST", "/faults", { device: "host", fault: "burnt" }, 400, "burnt"],
  ["POST", "/faults", { device: "host", fault: "cut-at-byte" }, 400, "value"],
  ["POST", "/faults", { device: "host", fault: "drop-response", count: 0 }, 400, "count"],
  ["POST", "/power", { action: "explode" }, 400, "action"],
  ["POST", "/clock", {}, 400, "advanceMs"],
  ["POST", "/clock", { at: "tomorrow" }, 400, "at"],
  ["POST", "/clock", { advanceMs: -1 }, 400, "advanceMs"],
  ["POST", "/acquirer", { match: { amount: "1" } }, 400, "match.amount"],
  ["POST", "/acquirer", { rules: [{ match: {}, fault: "sulk" }] }, 400, "rules.0.fault"],
  ["POST", "/acquirer", { account: { pan: "1", balanceFen: 0 } }, 400, "account.pan"],
  ["POST", "/acquirer", { parameters: { "99": "1" } }, 400, 'parameters: there is no code "99"'],
  ["GET", "/paper.png?n=99", undefined, 400, "99"],
  ["GET", "/wire?after=x", undefined, 400, "after"],
  ["PUT", "/keys", {}, 405, "POST"],
  ["POST", "/state", {}, 405, "GET"],
  ["GET", "/nothing", undefined, 404, "/nothing"],
] as const)("%s %s %j is refused with %i", async (method, path, body, status, words) => {
  const answer = await call(method, path, body);
  expect(answer.status).toBe(status);
  expect(answer.json.error).toContain(words);
});

test("a body without end is cut off", async () => {
  const answer = await call("POST", "/keys", `{"keys":["${"1".repeat(1_100_000)}"]}`);
  expect(answer.status).toBe(413);
});

test.each([
  [{ host: "evil.example" }, 403],
  [{ host: "127.0.0.1.evil.example" }, 403],
  [{ origin: "http://evil.example" }, 403],
  [{ origin: "null" }, 403],
  [{ origin: "http://localhost:3000" }, 200],
  [{ host: "[::1]:7400", origin: "http://[::1]:7400" }, 200],
] as [Record<string, string>, number][])("%j is answered with %i", async (headers, status) => {
  expect((await call("GET", "/state", undefined, headers)).status).toBe(status);
});

test("faults are listed with words in two languages, set, and cleared one by one or all", async () => {
  const { json } = await call("GET", "/faults");
  for (const device of json)
    for (const fault of device.faults) expect(fault.words).toMatchObject({ zh: expect.any(String), en: expect.any(String) });
  await call("POST", "/faults", { device: "host", fault: "drop-request", count: 3 });
  await call("POST", "/faults", { device: "keypad", fault: "bounce" });
  const active = async (): Promise<string[]> =>
    // biome-ignore lint/suspicious/noExplicitAny: JSON
    (await call("GET", "/faults")).json.flatMap((each: any) => each.active.map(({ fault }: any) => fault));
  expect((await active()).sort()).toEqual(["bounce", "drop-request"]);
  await call("DELETE", "/faults?device=keypad");
  expect(await active()).toEqual(["drop-request"]);
  await call("DELETE", "/faults", { device: "host", fault: "drop-request" });
  expect(await active()).toEqual([]);
});

test("messages hide card numbers unless asked not to", async () => {
  await call("POST", "/keys", { keys: ["1"] });
  const hidden = await call("GET", "/messages");
  expect(hidden.json[0]).not.toHaveProperty("hex");
  expect((await call("GET", "/messages?clear=1")).json[0].hex).toMatch(/^[0-9A-F]+$/);
  const last = hidden.json.at(-1);
  expect((await call("GET", `/messages?after=${last.n}`)).json).toEqual([]);
});

test("rules and accounts reach the acquirer and can be taken away", async () => {
  await call("POST", "/acquirer", { rules: [{ match: { management: "004" }, fault: "silence", count: 1 }] });
  expect((await call("POST", "/keys", { keys: ["1"] })).json.screen.id).toBe("unknown");
  await call("POST", "/acquirer", { match: { amount: "000000000051" }, answer: { "39": "51" } });
  expect((await call("GET", "/acquirer")).json.rules).toMatchObject([{ left: 0 }, { answer: { "39": "51" } }]);
  await call("POST", "/acquirer", { parameters: { "12": "45" } });
  expect((await call("GET", "/acquirer")).json.parameters).toMatchObject({ "11": "60", "12": "45" });
  await call("DELETE", "/acquirer/rules");
  expect((await call("GET", "/acquirer")).json.rules).toEqual([]);
  expect((await call("GET", "/acquirer/ledger")).json.transactions).toEqual([]);
});

test("pictures are PNG, words are text", async () => {
  expect((await call("GET", "/screen.png")).type).toBe("image/png");
  expect((await call("GET", "/screen.txt")).text.split("\n")[0]).toBeTruthy();
});

test("the OpenAPI document has every route, and every call stands in it", async () => {
  const { json } = await call("GET", "/openapi.json");
  expect(json.openapi).toBe("3.1.0");
  for (const { method, path } of ROUTES) expect(json.paths[`/api/v1${path}`]).toHaveProperty(method);
});

test("events come over the WebSocket, pixels only when asked for, and only to loopback", async () => {
  const seen: string[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/v1/events?pixels=1`);
  const binary = new Promise<Buffer>((resolve) => {
    socket.on("message", (data, isBinary) => {
      if (isBinary) resolve(data as Buffer);
      else seen.push(JSON.parse(String(data)).type);
    });
  });
  const { width, height } = tiny.desk.devices.lcd;
  expect((await binary).length).toBe(8 + width * height * 2);
  const wire = new Promise<void>((resolve) =>
    socket.on("message", (data, isBinary) => !isBinary && String(data).includes('"wire"') && resolve()),
  );
  await call("POST", "/keys", { keys: ["2"] });
  await wire;
  expect(seen).toContain("state");
  expect(seen).toContain("screen");
  socket.terminate();
  const foreign = new WebSocket(`ws://127.0.0.1:${server.port}/api/v1/events`, { origin: "http://evil.example" });
  await expect(new Promise((_, reject) => foreign.on("error", reject))).rejects.toThrow("403");
});

test("power off is said in the state, and acting on it is a 409", async () => {
  const { json } = await call("POST", "/power", { action: "cut" });
  expect(stateAnswer.safeParse(json).error).toBeUndefined();
  expect(json).toMatchObject({ power: "off", settled: true, screen: { id: "" } });
  expect((await call("POST", "/keys", { keys: ["1"] })).status).toBe(409);
  expect((await call("GET", "/journal")).status).toBe(409);
  expect((await call("POST", "/power", { action: "cycle" })).json).toMatchObject({ power: "on", screen: { id: "idle" } });
});
