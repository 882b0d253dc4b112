/** The sweeps there are. */
import type { Sweep } from "./cells.ts";
import { deviceSweep } from "./devices.ts";
import { hostSweep } from "./host.ts";
import { powerSweep } from "./power.ts";

export const SWEEPS: readonly Sweep[] = [hostSweep, deviceSweep, powerSweep];
