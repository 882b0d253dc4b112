/** What the API takes and gives (design: the simulator's automation API, v1). One schema serves the check, the answer's type and OpenAPI. */
import { z } from "zod";
import type { Account } from "../../acquirer/contract.ts";

const timeoutMs = z
  .number()
  .int()
  .min(0)
  .max(600_000)
  .optional()
  .describe("real ms to wait for the terminal to settle; default 30000; 0: do not wait, answer 200 with the present state");
const track = z.string().max(120).nullable().optional().describe("with or without sentinels; absent: blank; null: damaged");
const digits12 = z.string().regex(/^\d{12}$/, "12 digits");

export const keysBody = z.strictObject({ keys: z.array(z.string()).max(1000), timeoutMs });

export const pinpadBody = z
  .strictObject({
    pin: z
      .string()
      .regex(/^\d{0,12}$/, "up to 12 digits")
      .optional(),
    keys: z
      .array(z.enum(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "clear", "cancel", "enter"]))
      .max(100)
      .optional(),
    action: z.literal("cancel").optional(),
    timeoutMs,
  })
  .refine((body) => [body.pin, body.keys, body.action].filter((part) => part !== undefined).length === 1, {
    message: "give exactly one of pin, keys, action",
  });

export const cardBody = z
  .strictObject({
    action: z.enum(["swipe", "insert", "remove", "tap"]),
    card: z.string().optional(),
    track1: track,
    track2: track,
    track3: track,
    timeoutMs,
  })
  .refine(
    (body) => body.action !== "swipe" || [body.card, body.track1, body.track2, body.track3].some((part) => part !== undefined),
    {
      message: "a swipe needs card or a track",
      path: ["card"],
    },
  )
  .refine((body) => (body.action !== "insert" && body.action !== "tap") || body.card !== undefined, {
    message: "which card of the tray",
    path: ["card"],
  });

export const scanBody = z.strictObject({ code: z.string().min(1).max(4096), timeoutMs });
export const signBody = z.strictObject({ strokes: z.array(z.array(z.tuple([z.number(), z.number()]))), timeoutMs });

export const faultBody = z.strictObject({
  device: z.string(),
  fault: z.string(),
  count: z.number().int().min(1).optional(),
  value: z.number().min(0).optional(),
  timeoutMs,
});
export const clearFaultBody = z.strictObject({ device: z.string().optional(), fault: z.string().optional(), timeoutMs });

export const powerBody = z.strictObject({ action: z.enum(["cut", "on", "cycle"]), timeoutMs });

export const clockBody = z
  .strictObject({
    advanceMs: z
      .number()
      .min(0)
      .max(400 * 86_400_000)
      .optional(),
    at: z.iso.datetime({ offset: true }).optional(),
    run: z.enum(["real", "free"]).optional(),
    timeoutMs,
  })
  .refine((body) => [body.advanceMs, body.at, body.run].some((part) => part !== undefined), {
    message: "give advanceMs, at or run",
  });

const fields = z.record(z.string().regex(/^\d{1,2}$/, "a field number"), z.string());

const match = z.strictObject({
  mti: z
    .string()
    .regex(/^\d{4}$/, "4 digits")
    .optional(),
  amount: digits12.optional(),
  card: z
    .string()
    .regex(/^\d{1,19}$/, "a card number or its beginning")
    .optional(),
  fields: fields.optional(),
  management: z
    .string()
    .regex(/^\d{3}$/, "3 digits")
    .optional(),
  terminal: z.string().optional(),
});

const hex = z.string().regex(/^([0-9A-Fa-f]{2})*$/, "bytes in hexadecimal");
const template = z.enum(["71", "72"]).optional();

/** A command an issuer sends to its card. */
const chipScript = z.discriminatedUnion("do", [
  z.strictObject({ do: z.enum(["application-block", "application-unblock", "card-block", "pin-unblock"]), template }),
  z.strictObject({ do: z.literal("pin-change"), pin: z.string().regex(/^\d{4,12}$/, "4 to 12 digits"), template }),
  z.strictObject({
    do: z.literal("put-data"),
    tag: z.string().regex(/^[0-9A-F]{4}$/, "a tag of two bytes"),
    value: hex,
    template,
  }),
  z.strictObject({
    do: z.literal("update-record"),
    file: z.number().int().min(1).max(30),
    record: z.number().int().min(1).max(255),
    value: hex,
    template,
  }),
  z.strictObject({ do: z.literal("command"), header: z.string().regex(/^[0-9A-F]{8}$/, "CLA INS P1 P2"), data: hex, template }),
]);

export const ruleSchema = z.strictObject({
  match,
  answer: fields.optional(),
  fault: z
    .enum([
      "silence",
      "drop-request",
      "late-request",
      "wrong-mac",
      "no-mac",
      "wrong-trace",
      "wrong-amount",
      "wrong-terminal",
      "wrong-mti",
      "garbage",
      "oversize",
      "duplicate",
      "disconnect",
      "drip",
      "short-length",
    ])
    .optional(),
  atByte: z.number().int().min(0).optional(),
  delayMs: z.number().min(0).max(600_000).optional(),
  chip: z
    .strictObject({ arpc: z.enum(["wrong", "none"]).optional(), scripts: z.array(chipScript).optional() })
    .optional()
    .describe("what the answer says to a chip: a wrong 91 or none, issuer scripts"),
  headerRequest: z.number().int().min(0).max(8).optional(),
  count: z.number().int().min(1).optional(),
});

export const accountSchema = z.strictObject({
  pan: z.string().regex(/^\d{13,19}$/, "13 to 19 digits"),
  pin: z
    .string()
    .regex(/^\d{4,12}$/, "4 to 12 digits")
    .optional(),
  /** Fen; 10,000.00 yuan when neither is given. `balance` as text is yuan: "100.00". */
  balanceFen: z.number().int().optional(),
  balance: z.union([z.number().int(), z.string().regex(/^-?\d+\.\d{2}$/, 'yuan with two decimals, as "100.00"')]).optional(),
  expiry: z
    .string()
    .regex(/^\d{4}$/, "YYMM")
    .optional(),
  status: z.string().length(2).optional(),
  kind: z.enum(["debit", "credit"]).optional(),
  label: z.string().optional(),
  holder: z.string().optional(),
  issuer: z
    .string()
    .regex(/^\d{8}$/, "8 digits")
    .optional(),
  chip: z.boolean().optional(),
});

const DEFAULT_BALANCE_FEN = 1_000_000;

/** An account as the acquirer keeps it. */
export function accountOf({ balance, balanceFen, ...rest }: z.infer<typeof accountSchema>): Account {
  const given = typeof balance === "string" ? Math.round(Number(balance) * 100) : balance;
  return { ...rest, balanceFen: balanceFen ?? given ?? DEFAULT_BALANCE_FEN };
}

const acquirerParts = z.strictObject({
  rules: z.array(ruleSchema).optional(),
  accounts: z.array(accountSchema).optional(),
  account: accountSchema.optional(),
  parameters: z.record(z.string(), z.string()).optional().describe("what a parameter download hands out, by code"),
  contactless: z
    .strictObject({
      parameters: z.record(z.string(), z.string()).optional(),
      noPin: z.array(z.strictObject({ length: z.number().int(), bin: z.string() })).optional(),
      excluded: z.array(z.strictObject({ length: z.number().int(), bin: z.string() })).optional(),
    })
    .optional()
    .describe("what downloads 394, 396 and 398 hand out"),
  blacklist: z.array(z.string()).optional().describe("what a blacklist download hands out: card numbers and beginnings of them"),
});
export const acquirerBody = z.union([ruleSchema, acquirerParts]);
/** The schema that a body of this shape is meant to fit, so that the answer names the field and not "no union member". */
export function acquirerBodyFor(body: unknown): z.ZodType {
  const has = (name: string): boolean => typeof body === "object" && body !== null && name in body;
  return ["rules", "accounts", "account", "parameters", "blacklist", "contactless"].some(has) ? acquirerParts : ruleSchema;
}

// — answers —

export const errorAnswer = z.object({ error: z.string() });

export const screenAnswer = z.object({
  id: z.string(),
  title: z.string(),
  lines: z.array(z.string()),
  hints: z.array(z.string()),
});

export const stateAnswer = z.object({
  power: z.enum(["on", "off"]),
  level: z
    .enum(["faulted", "unkeyed", "signed-off", "locked", "ready"])
    .nullable()
    .describe("null while the terminal is off or has not said"),
  settled: z.boolean(),
  screen: screenAnswer,
  leds: z.object({ send: z.boolean(), receive: z.boolean(), error: z.boolean() }),
  indicators: z.record(z.string(), z.unknown()).describe("link, paper, batch, operator"),
  time: z.string(),
  batch: z.string(),
  trace: z.string(),
  debt: z.object({ reversals: z.number().nullable(), offline: z.number().nullable() }),
  clock: z.enum(["real", "free"]),
});

export const cardsAnswer = z.array(
  z.object({
    id: z.string(),
    kind: z.array(z.enum(["stripe", "contact", "contactless"])),
    label: z.string(),
    labels: z.object({ zh: z.string(), en: z.string() }),
    pan: z.string(),
    holder: z.string(),
    track1: z.string().nullable().optional(),
    track2: z.string().nullable().optional(),
    track3: z.string().nullable().optional(),
  }),
);

export const paperAnswer = z.array(z.object({ n: z.number(), at: z.string(), text: z.array(z.string()), torn: z.boolean() }));

export const wireAnswer = z.array(
  z.object({ n: z.number(), at: z.string(), device: z.string(), dir: z.enum(["out", "in"]), hex: z.string() }),
);

export const messagesAnswer = z.array(
  z.object({
    n: z.number(),
    at: z.string(),
    dir: z.enum(["out", "in"]),
    mti: z.string(),
    tpdu: z.string(),
    header: z.string(),
    fields: z.record(z.string(), z.string()),
    mac: z.enum(["ok", "bad", "none"]),
    problem: z.string().optional(),
    hex: z.string().optional().describe("only with clear=1"),
  }),
);

export const faultsAnswer = z.array(
  z.object({
    device: z.string(),
    faults: z.array(
      z.object({
        fault: z.string(),
        words: z.object({ zh: z.string(), en: z.string() }),
        takes: z.enum(["switch", "count", "value"]),
      }),
    ),
    active: z.array(z.object({ fault: z.string(), count: z.number().optional(), value: z.number().optional() })),
  }),
);

export const journalAnswer = z.object({
  batch: z.string(),
  transactions: z.array(z.record(z.string(), z.unknown())),
  reversals: z.array(z.record(z.string(), z.unknown())),
  owed: z.record(z.string(), z.unknown()).nullable(),
  totals: z.record(z.string(), z.number()),
});

export const filesAnswer = z.array(z.object({ n: z.number(), name: z.string(), bytes: z.number(), base64: z.string() }));

export const filesBody = z.strictObject({
  n: z.number().int().optional(),
  name: z.string().optional(),
  base64: z.string().optional(),
  timeoutMs,
});

export const firmwareBody = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
  at: z.number().int().min(0),
  base64: z.string(),
  last: z.boolean().optional(),
});

export const checkAnswer = z.object({
  ok: z.boolean(),
  differences: z.array(z.object({ what: z.string(), batch: z.string(), trace: z.string(), words: z.string() })),
  pending: z.array(z.object({ batch: z.string(), trace: z.string(), amountFen: z.number(), words: z.string() })),
  compared: z.object({ slips: z.number(), journal: z.number(), ledger: z.number().nullable() }),
});

export const anything = z.unknown();
