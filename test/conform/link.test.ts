import { openEthernet } from "../../hal/link/ethernet.ts";
import { createFakeSystem, doorError } from "../fakes/system.ts";
import { type HostEnd, linkConformance } from "./link.ts";
import { endings } from "./rig.ts";

for (const kind of ["tcp", "tls"] as const) {
  linkConformance(`ethernet on a ${kind} port`, () => {
    const system = createFakeSystem();
    const wire = system.fakePort("host");
    const how = new Map<string, Parameters<HostEnd["answer"]>[1]>();
    wire.onOpen = ({ host }) => {
      const answer = how.get(String(host)) ?? "nobody";
      if (answer === "nobody") throw doorError("no-answer");
      wire.autoAccept = answer === "accept";
      // After the port is open, as a socket does it.
      if (answer === "refuse") setImmediate(() => wire.close("refused"));
    };
    return {
      open: openEthernet(system, "host", kind),
      ...endings(system),
      pass: (ms) => system.advance(ms),
      host: {
        answer: (host, answer) => how.set(host, answer),
        received: () => wire.fromTerminal,
        send: (bytes) => wire.toTerminal(bytes),
        hangUp: () => wire.close("ended"),
        breakLine: () => wire.close("io"),
        up: () => wire.open,
      },
    };
  });
}
