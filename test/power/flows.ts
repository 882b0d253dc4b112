/** What people do while the power goes: from idle to idle, the same moments each time. */
import type { World } from "./world.ts";

export interface Flow {
  name: string;
  /** Amounts a customer says yes to on the way, fen. */
  confirmedFen: readonly number[];
  /** Makes the host what the flow needs; once for a world. */
  prepare?(world: World): void;
  run(world: World): Promise<void>;
}

/** Amounts by which the host knows what to do: its rules stand for the whole life of a world. */
const APPROVED_FEN = 10_000;
const DECLINED_FEN = 5_100;
const SILENT_FEN = 7_700;
const WRONG_MAC_FEN = 8_800;
/** The sale after every cut. */
export const AFTERWARDS_FEN = 200;

const field4 = (fen: number): string => String(fen).padStart(12, "0");

function saleFlow(name: string, fen: number, outcome: string, prepare?: Flow["prepare"]): Flow {
  return {
    name,
    confirmedFen: [fen],
    ...(prepare === undefined ? {} : { prepare }),
    async run(world) {
      await world.sale(fen);
      await world.expect(outcome);
      await world.finish();
    },
  };
}

export const approved = saleFlow("approved sale", APPROVED_FEN, "approved");
export const declined = saleFlow("declined sale", DECLINED_FEN, "declined", (world) =>
  world.desk.acquirer?.addRule({ match: { mti: "0200", amount: field4(DECLINED_FEN) }, answer: { "39": "51" } }),
);
/** The host books it and says nothing; 60 s later the terminal takes it back. */
export const silent = saleFlow("silent host", SILENT_FEN, "unknown", (world) =>
  world.desk.acquirer?.addRule({ match: { mti: "0200", amount: field4(SILENT_FEN) }, fault: "silence" }),
);
export const wrongMac = saleFlow("wrong MAC", WRONG_MAC_FEN, "unknown", (world) =>
  world.desk.acquirer?.addRule({ match: { mti: "0200", amount: field4(WRONG_MAC_FEN) }, fault: "wrong-mac" }),
);
export const signOn: Flow = {
  name: "sign-on",
  confirmedFen: [],
  async run(world) {
    await world.press("menu", "9", "1");
    await world.finish();
  },
};
