import { autoDetect } from "@serialport/bindings-cpp";
import { expect, test } from "vitest";
import type { SimDevice } from "../../../../tools/sim/contract.ts";
import { attachPty } from "../../../../tools/sim/devices/pty.ts";
import { hex } from "./bench.ts";

/** A device that answers every byte with its complement. */
function echo(): SimDevice & { send: (bytes: Uint8Array) => void } {
  return {
    wire: "echo",
    faultSpecs: [],
    faults: [],
    send: () => {},
    setFault: () => {},
    clearFault: () => {},
    receive(bytes) {
      this.send(bytes.map((byte) => byte ^ 0xff));
    },
    attached: () => {},
    describe: () => ({}),
  };
}

test("every byte value passes a real port both ways, twice over, and pulling the cable fails the port", async () => {
  const device = echo();
  const line = await attachPty(device);
  device.send = (bytes) => line.send(bytes);
  const binding = autoDetect();
  const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  for (let life = 0; life < 2; life++) {
    const port = await binding.open({ path: line.path, baudRate: 115200 });
    await port.write(all);
    const back = Buffer.alloc(256);
    for (let at = 0; at < back.length; ) at += (await port.read(back, at, back.length - at)).bytesRead;
    expect(hex(back)).toBe(hex(all.map((byte) => byte ^ 0xff)));
    if (life === 0) await port.close();
    else {
      line.close();
      await expect(port.write(all)).rejects.toThrow();
      await port.close();
    }
  }
});
