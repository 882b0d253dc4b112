/** Reversals (§2.4): the names of the original, its own list of fields. What is not here is never reversed. */
import type { Kind } from "../kinds.ts";
import type { MessageRow } from "../matrix.ts";
import { batchTrace, batchTraceDate, cardNumber, reversalReason, type Shape, sixteen } from "../shapes.ts";
import { loads } from "./chip.ts";
import { payments } from "./payments.ts";

const RR = "2 3e 4e 11e 12 13 14 15 23e 25e 32 37 39 41e 42e 44 49e 53e 55 60e 64";

/** 38, where it must be there, is the original's code; elsewhere what the request's own answer brought. */
const own: Partial<Record<Kind, { request: string; shapes?: Record<number, Shape> }>> = {
  sale: { request: "2c 3 4 11 14o 22 23c 25 38o 39 41 42 49=156 53o 55c 60 62o 64" },
  preauth: { request: "2c 3 4 11 14o 22 23c 25 38o 39 41 42 49=156 53o 55c 60 62o 64" },
  "preauth-add": {
    request: "2c 3 4 11 14o 22 23c 25 38o 39 41 42 49=156 53o 55c 60 61o 62o 64",
    shapes: { 61: sixteen },
  },
  void: {
    request: "2c 3 4 11 14o 22 23c 25 37o 38o 39 41 42 49=156 53o 55c 60 61 62o 64",
    shapes: { 61: batchTrace },
  },
  "preauth-void": {
    request: "2c 3 4 11 14o 22 23c 25 37o 38 39 41 42 49=156 53o 60 61 62o 64",
    shapes: { 61: batchTraceDate },
  },
  completion: {
    request: "2c 3 4 11 14o 22 23c 25 38 39 41 42 49=156 53o 60 61 62o 64",
    shapes: { 61: batchTraceDate },
  },
  load: { request: "2c 3 4 11 14o 22 23c 25 38o 39 41 42 49=156 53o 55c 60 62o 64" },
  "load-other": {
    request: "2c 3 4 11 14o 22 23o 25 38o 39 41 42 49=156 53o 55 60 62o 64",
    shapes: { 62: cardNumber },
  },
  "cash-load": { request: "2c 3 4 11 14o 22 23c 25 38o 39 41 42 49=156 53o 55c 60 62o 64" },
  "cash-load-void": {
    request: "2c 3 4 11 14o 22 23c 25 37o 38o 39 41 42 49=156 53o 55c 60 61 62o 64",
    shapes: { 61: batchTrace },
  },
  "completion-void": {
    request: "2c 3 4 11 14o 22 23c 25 37o 38o 39 41 42 49=156 53o 60 61 62o 64",
    shapes: { 61: batchTrace },
  },
};

export const reversals: readonly MessageRow[] = [...payments, ...loads].flatMap((row) => {
  const list = row.kind === undefined ? undefined : own[row.kind];
  if (list === undefined) return [];
  return [
    {
      ...row,
      word: `${row.word} reversal`,
      zh: `${row.zh}冲正`,
      mti: "0400",
      request: list.request,
      conditions: "reversal" as const,
      shapes: { ...list.shapes, 39: reversalReason },
      answer: RR,
      service: "reversal" as const,
    },
  ];
});
