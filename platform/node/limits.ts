/** What a guest may use, when the machine's owner says nothing else. */
/** The engine's whole memory: itself, its stack and what the guest allocates. At least 16 MiB. */
export const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;
export const EVENT_LIMIT_MS = 10_000;
/** More than this on the main thread, and V8's own stack overflows first: README.md. */
export const STACK_LIMIT_MAIN_BYTES = 128 * 1024;
/** With a worker stack of STACK_WORKER_MB. */
export const STACK_LIMIT_WORKER_BYTES = 1024 * 1024;
export const STACK_WORKER_MB = 16;
