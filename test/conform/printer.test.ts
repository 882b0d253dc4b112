import { gb18030Table } from "../../build/gb18030.ts";
import { openEscpos } from "../../hal/printer/escpos.ts";
import { SimPrinter, type PrinterSettings } from "../../tools/sim/devices/printer.ts";
import { printerConformance } from "./printer.ts";
import { rig } from "./rig.ts";

const assets = { "gb18030.bin": new Uint8Array(gb18030Table()) };

const SETUPS: readonly { model: string; settings: PrinterSettings }[] = [
  { model: "58mm", settings: { widthDots: 384 } },
  { model: "80mm", settings: { widthDots: 576 } },
  { model: "58mm-basic", settings: { widthDots: 384, bufferBytes: 2048, fourByte: false } },
];

for (const { model, settings } of SETUPS) {
  printerConformance(`escpos ${model} and the simulated printer`, () => {
    const { system, device, port, ended, failure } = rig("printer", (context) => new SimPrinter(context, settings), { assets });
    return {
      printer: openEscpos(system, port, model),
      ended,
      failure,
      pass: (ms) => system.advance(ms),
      hands: {
        paper: () => device.paper.flatMap((slip) => slip.text).filter((words) => words.trim() !== "" && !words.startsWith("[")),
        tear: () => device.tear(),
        set: (fault, on) => (on ? device.setFault({ fault }) : device.clearFault(fault)),
        paperOutAfterMm: (value) => device.setFault({ fault: "paper-out-after", value }),
        newRoll: () => device.newRoll(),
        overheat: (value) => device.setFault({ fault: "overheat", value }),
        powerCycle: () => device.setFault({ fault: "power-cycle" }),
        unplug: () => device.setFault({ fault: "unplug" }),
        plug: () => device.clearFault("unplug"),
      },
    };
  });
}
