/** The guest's globals beyond ES2023: the door, and the function the outside calls with events. Nothing else exists. */
declare var door: import("../abi.ts").Door;
declare var onDoorEvent: ((name: string, ...args: unknown[]) => void) | undefined;
