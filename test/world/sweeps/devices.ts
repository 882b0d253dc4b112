/**
 * Every screen of every flow × every fault of a device (reliability §3 F-D) and of the card itself (F-C): pulled out at every command, left behind, mute,
 * torn. A fault is a row of the table below.
 */
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
  /** Instead: what somebody does. */
  does?: Line;
  /** Of flows with a chip in the slot alone. */
  chip?: true;
  /** Where it can happen; default at every screen. */
  where?(screen: string): boolean;
  /** Mended after this long, since nobody can go on without the device; otherwise it lasts until the visit is over. */
  mendedAfter?: string;
  /** Only a technician helps: keys are loaded anew before the terminal must come back. */
  keysGone?: true;
}

const passing = (fault: string, device: string, line: string): DeviceFault => ({ fault, device, line, mendedAfter: "3s" });
const lasting = (fault: string, device: string, line: string): DeviceFault => ({ fault, device, line });

/** Commands a card gets in a payment, and some more. */
const COMMANDS = 60;
const onIcc = (fault: DeviceFault): DeviceFault => ({ ...fault, device: "icc", chip: true });

const CARD_FAULTS: readonly DeviceFault[] = [
  ...Array.from({ length: COMMANDS }, (_, n) => ({
    ...lasting("C1", "icc", `pull-at value ${n + 1}`),
    where: (screen: string) => screen === "idle",
  })),
  { ...lasting("C1", "icc", "card pulled out"), does: "remove" },
  lasting("C2", "icc", "mute"),
  passing("C2", "icc", "mute"),
  ...["parity 1", "parity 3", "corrupt 1", "slow value 400", "slow value 3000"].map((line) => lasting("C2", "icc", line)),
  {
    ...lasting("C8", "icc", "card left in the slot"),
    does: "clock advance 5m",
    where: (screen: string) => screen === "remove-card",
  },
  lasting("D6", "icc", "unplug"),
  passing("D6", "icc", "unplug"),
  lasting("D6", "icc", "silent"),
  passing("D6", "icc", "silent"),
  ...["nak 1", "nak 9", "wrong-lrc 1", "half-frame 1", "lost-answer 1", "noise 1", "split", "hardware 1", "hardware 9"].map(
    (line) => lasting("D6", "icc", line),
  ),
].map(onIcc);

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
  ...CARD_FAULTS,
];

const ELSEWHERE = {
  "D6 display": "in every cell of every sweep the panel is out (test/world/world.ts)",
  D8: "no board has a scanner",
  D10: "boards run from the mains: a battery that ends is the power sweep",
  C3: "two cards in the field, a weak field, a torn tap: test/app/emv and test/flow, until a world's customer holds a card to the field",
  "C5 C6 C7":
    "flows of their own: a card that refuses or dies after the host's yes, one without an application for this terminal, a script",
};

const MASTER_SLOT = 1;
const MASTER_KEY = readProfile("demo", root).testKeys.masterKeys[MASTER_SLOT] ?? "";

const linesOf = ({ device, line, does, mendedAfter }: DeviceFault): Line[] => [
  does ?? `fault ${device} ${line}`,
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
    run: async (seed) => {
      let spent = true;
      const outcome = await run({
        flow,
        seed,
        ending: made.keysGone ? "books" : "settled",
        trouble: () => (at === 0 ? undefined : { helpsPrinter: true, at: { screen: at, lines: linesOf(made) } }),
        before: at === 0 ? linesOf(made) : [],
        missed: ({ world }) => {
          spent = !made.line.startsWith("pull-at") || world.desk.devices.icc.faults.length === 0;
          return undefined;
        },
        ...(made.keysGone === undefined
          ? {}
          : {
              repair: ({ world }) => {
                const { pinpad } = world.desk.devices;
                pinpad.clearFault();
                pinpad.injectMasterKey(MASTER_SLOT, MASTER_KEY, "3des");
              },
            }),
      });
      return spent || outcome.violations.length > 0 ? outcome : undefined;
    },
  };
}

export const deviceSweep: Sweep = {
  name: "device faults",
  elsewhere: ELSEWHERE,
  flows: (long) => SWEEP_FLOWS.filter(({ quiet }) => long || quiet !== true),
  async list(flow): Promise<Listing> {
    const screens = ["idle", ...(await screensOf(flow))];
    const points = screens.flatMap((screen, at) =>
      DEVICE_FAULTS.filter(({ chip, where }) => (chip === undefined || flow.image === "chips") && where?.(screen) !== false).map(
        (made) => point(flow, made, at, screen),
      ),
    );
    return { points, absent: [] };
  },
};
