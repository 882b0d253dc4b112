import { openJsonLines } from "../../hal/debug/json-lines.ts";
import { createFakeSystem } from "../fakes/system.ts";
import { debugConformance } from "./debug.ts";

debugConformance("json-lines", () => {
  const system = createFakeSystem();
  const wire = system.fakePort("debug");
  return {
    debug: openJsonLines(system, "debug"),
    pass: (ms) => system.advance(ms),
    desk: { received: () => wire.fromTerminal, send: (bytes) => wire.toTerminal(bytes), unplug: () => wire.close("unplugged") },
  };
});
