/** Every screen of every flow × every fault of a device (reliability §3 F-D), and of a card's stripe (C4). A fault is a row of the table below. */
import { readProfile } from "../../../tools/sim/profile.ts";
import { root } from "../firmware.ts";
import type { Line } from "../visit.ts";
import { gone, run, staged } from "./cell.ts";
import type { Listing, Point, Sweep } from "./cells.ts";
import { SWEEP_FLOWS, type SweepFlow } from "./flows.ts";

interface DeviceFault {
  fault: string;
  device: string;
  /** As in `fault DEVICE …`. */
  line: string;
  /** Mended after this long, since nobody can go on without the device; otherwise it lasts until the visit is over. */
  mendedAfter?: string;
  /** Only a technician helps: keys are loaded anew before the terminal must come back. */
  keysGone?: true;
}

const passing = (fault: string, device: string, line: string): DeviceFault => ({ fault, device, line, mendedAfter: "3s" });
const lasting = (fault: string, device: string, line: string): DeviceFault => ({ fault, device, line });

export const DEVICE_FAULTS: readonly DeviceFault[] = [
  lasting("D1", "printer", "paper-out"),
  ...[0, 10, 40, 90].map((mm) => lasting("D1", "printer", `paper-out-after value ${mm}`)),
  lasting("D1", "printer", "near-end"),
  lasting("D2", "printer", "cover-open"),
  lasting("D3", "printer", "jam"),
  lasting("D3", "printer", "overheat value 20000"),
  lasting("D4", "printer", "power-cycle value 2000"),
  lasting("D4", "printer", "power-cycle value 30000"),
  lasting("D5", "printer", "stray-status 5"),
  lasting("D6", "printer", "unplug"),
  passing("D6", "printer", "unplug"),
  lasting("D6", "pinpad", "unplug"),
  passing("D6", "pinpad", "unplug"),
  passing("D6", "keypad", "unplug"),
  lasting("D6", "msr", "unplug"),
  passing("D6", "msr", "unplug"),
  lasting("D7", "pinpad", "silent"),
  passing("D7", "pinpad", "silent"),
  lasting("D7", "pinpad", "busy"),
  lasting("D7", "pinpad", "slow value 1500"),
  lasting("D7", "pinpad", "replaced"),
  passing("D7", "pinpad", "replaced"),
  lasting("D7", "pinpad", "power-cycle value 2000"),
  ...["bad-crc 1", "nak 2", "lost-ack 1", "lost-answer 1"].map((line) => lasting("D7", "pinpad", line)),
  { ...lasting("D7", "pinpad", "tamper"), keysGone: true },
  passing("D9", "keypad", "stuck-key"),
  lasting("D9", "keypad", "bounce"),
  lasting("D9", "keypad", "double-report"),
  lasting("D9", "keypad", "roll-over 1"),
  ...["damaged-track-1", "damaged-track-2", "damaged-track-3", "two-swipes 1", "short-report 1"].map((line) =>
    lasting("C4", "msr", line),
  ),
];

const ELSEWHERE = {
  "D6 display": "in every cell of every sweep the panel is out (test/world/world.ts)",
  D8: "no board has a scanner",
  D10: "boards run from the mains: a battery that ends is the power sweep",
  "C1 C2 C3 C5 C6 C7 C8": "come with the chip reader in the transactions: test/app/emv has the kernel's part",
};

const MASTER_SLOT = 1;
const MASTER_KEY = readProfile("demo", root).testKeys.masterKeys[MASTER_SLOT] ?? "";

const linesOf = ({ device, line, mendedAfter }: DeviceFault): Line[] => [
  `fault ${device} ${line}`,
  ...(mendedAfter === undefined ? [] : [`clock advance ${mendedAfter}`, `clear faults ${device}`]),
];

/** Screens somebody answers to, one after the other, when nothing goes wrong. */
async function screensOf(flow: SweepFlow): Promise<string[]> {
  const stage = await staged(flow, 1);
  const seen: string[] = [];
  try {
    const act = stage.cashier.act.bind(stage.cashier);
    stage.cashier.act = async (line): Promise<void> => {
      seen.push(stage.world.screen);
      await act(line);
    };
    await gone(stage);
    return seen.slice(1);
  } finally {
    await stage.world.close();
  }
}

function point(flow: SweepFlow, made: DeviceFault, at: number, screen: string): Point {
  return {
    flow: flow.name,
    fault: made.fault,
    name: `${made.device} ${made.line}${made.mendedAfter === undefined ? "" : ` for ${made.mendedAfter}`}, at screen ${at} (${screen})`,
    run: (seed) =>
      run({
        flow,
        seed,
        ending: made.keysGone ? "books" : "settled",
        trouble: () => (at === 0 ? undefined : { helpsPrinter: true, at: { screen: at, lines: linesOf(made) } }),
        before: at === 0 ? linesOf(made) : [],
        ...(made.keysGone === undefined
          ? {}
          : {
              repair: ({ world }) => {
                const { pinpad } = world.desk.devices;
                pinpad.clearFault();
                pinpad.injectMasterKey(MASTER_SLOT, MASTER_KEY, "3des");
              },
            }),
      }),
  };
}

export const deviceSweep: Sweep = {
  name: "device faults",
  elsewhere: ELSEWHERE,
  flows: (long) => SWEEP_FLOWS.filter(({ quiet }) => long || quiet !== true),
  async list(flow): Promise<Listing> {
    const screens = ["idle", ...(await screensOf(flow))];
    const points = screens.flatMap((screen, at) => DEVICE_FAULTS.map((made) => point(flow, made, at, screen)));
    return { points, absent: [] };
  },
};
