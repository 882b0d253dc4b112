/** The acquirer's host at the other end of the line: frames, messages, and what their fields mean. */
import {
  balanceOf,
  institutionsOf,
  localTimeOf,
  parameterTags,
  readAnswer,
  settlementResult,
  statementRows,
} from "../../../app/acquirer/answers.ts";
import { CodecError, packMessage, unpackMessage } from "../../../app/acquirer/codec.ts";
import { fieldTable } from "../../../app/acquirer/fields.ts";
import { unwrap } from "../../../app/acquirer/frame.ts";
import { KeyBlockError, parseKeyBlock } from "../../../app/acquirer/keys.ts";
import { compareStatement } from "../../../app/model/statement.ts";
import { DeviceError } from "../../../hal/errors.ts";
import { openEthernet } from "../../../hal/link/ethernet.ts";
import { Gb18030 } from "../../../hal/printer/gb18030.ts";
import { equalBytes } from "../../../platform/guest/bytes.ts";
import { asset, type Check, ensure, makeBench, noFailures, only, onlyLater, pieces, rest } from "./bench.ts";

const TABLES = [fieldTable(), fieldTable({ 48: "ascii", 60: "ascii", 61: "ascii" })];
const OWN_TIME = { date: "20261121", time: "090000" };

let texts: Gb18030 | undefined;

function decode(bytes: Uint8Array): string {
  const table = asset("gb18030.bin");
  if (texts === undefined && table !== undefined) texts = new Gb18030(table);
  return texts?.decode(bytes) ?? "";
}

/** TPDU, header and message, as the link hands them up. */
export const hostMessage: Check = (bytes) => {
  for (const table of TABLES) {
    const read = only([CodecError], () => {
      const { message } = unwrap(bytes);
      return { raw: message, message: unpackMessage(message, table) };
    });
    if (read === undefined) continue;
    const { raw, message } = read;
    ensure(equalBytes(packMessage(message, table), raw), "what was read is written the same");
    const answer = readAnswer(message, decode);
    for (const fen of [answer.amountFen, balanceOf(message), answer.batch])
      ensure(fen === undefined || Number.isSafeInteger(fen), "an amount or number is whole");
    for (const words of answer.remarks) ensure(!/[\p{Cc}\uFFFD]/u.test(words), "a remark can be printed");
    institutionsOf(message);
    const { date, time } = localTimeOf(message, OWN_TIME);
    ensure(/^\d{8}$/.test(date) && /^\d{6}$/.test(time), "the time of an answer is one");
    settlementResult(message);
    parameterTags(message);
    const statement = statementRows(message);
    if (statement !== undefined) {
      const { matched, elsewhere } = compareStatement(OWN_TIME.date, [], [1], statement.rows);
      ensure(matched === 0 && elsewhere >= 0, "rows of the host's alone match nothing");
    }
    for (const code of ["001", "003", "004"] as const) only([KeyBlockError], () => parseKeyBlock(answer.keyBlock, code));
  }
};

/** Bytes of the line with its two-byte lengths, split anyhow. */
export const hostStream: Check = async (bytes) => {
  const bench = makeBench();
  const link = openEthernet(bench.system, "host", "tcp")({ host: "h", port: 1, connectTimeoutMs: 5_000 });
  const connecting = link.connect();
  await rest();
  bench.event("opened", bench.handleOf("host") ?? 0);
  const connection = await connecting;
  const received: Uint8Array[] = [];
  const listening = (async () => {
    for (;;) {
      const frame = await onlyLater([DeviceError], connection.receive());
      if (frame === undefined) return;
      received.push(frame);
    }
  })();
  let sent = 0;
  for (const piece of pieces(bytes)) {
    sent += piece.length;
    bench.send("host", piece);
    await Promise.resolve();
  }
  const handle = bench.handleOf("host");
  if (handle !== undefined) bench.event("closed", handle, "ended");
  await rest();
  await listening;
  noFailures(bench);
  const total = received.reduce((sum, { length }) => sum + length + 2, 0);
  ensure(total <= sent, "no frame is made of nothing");
};
