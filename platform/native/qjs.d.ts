/** The parts of QuickJS's own modules that this outside uses. System calls give a negative errno for a failure. */
declare module "std" {
  interface File {
    puts(text: string): void;
    write(buffer: ArrayBuffer, position: number, length: number): number;
    flush(): void;
    close(): number;
  }
  export const out: File;
  export const err: File;
  export function exit(status: number): never;
  export function getenv(name: string): string | undefined;
  export function loadFile(path: string): string | null;
  export function loadScript(path: string): unknown;
  /** At "<evalScript>". */
  export function evalScript(text: string): unknown;
  export function strerror(errno: number): string;
}

declare module "os" {
  export const O_RDONLY: number;
  export const O_WRONLY: number;
  export const O_RDWR: number;
  export const O_APPEND: number;
  export const O_CREAT: number;
  export const O_EXCL: number;
  export const SIGINT: number;
  export const SIGTERM: number;
  export const SIGPIPE: number;
  export const S_IFMT: number;
  export const S_IFREG: number;
  export const WNOHANG: number;
  export function open(path: string, flags: number, mode?: number): number;
  export function close(fd: number): number;
  export function seek(fd: number, offset: number, whence: number): number;
  export function read(fd: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function write(fd: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function setReadHandler(fd: number, handler: (() => void) | null): void;
  export function setWriteHandler(fd: number, handler: (() => void) | null): void;
  export function setTimeout(callback: () => void, ms: number): object;
  export function clearTimeout(handle: object): void;
  /** null: as the system does; undefined: not at all. */
  export function signal(signal: number, handler: (() => void) | null | undefined): void;
  export function kill(pid: number, signal: number): number;
  export function exec(
    args: readonly string[],
    options?: { block?: boolean; stdin?: number; stdout?: number; stderr?: number; usePath?: boolean },
  ): number;
  export function waitpid(pid: number, options: number): [pid: number, status: number];
  export function pipe(): [read: number, write: number] | null;
  export function stat(path: string): [{ mode: number; size: number } | null, number];
  export function readdir(path: string): [string[], number];
  export function realpath(path: string): [string, number];
  export function mkdir(path: string, mode?: number): number;
  export function rename(from: string, to: string): number;
  export function remove(path: string): number;
  /** Monotonic ms. */
  export function now(): number;
  export function getpid(): number;
}
