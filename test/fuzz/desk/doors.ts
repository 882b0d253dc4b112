import type { Door } from "../door.ts";
export const DESK_DOORS: readonly Door[] = [];
