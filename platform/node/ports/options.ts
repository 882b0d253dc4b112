import { DoorError } from "../errors.ts";
import type { PortRequest } from "./port.ts";

interface Types {
  string: string;
  number: number;
  boolean: boolean;
}

/** An option of the guest, checked for its type; undefined when it is not given. */
export function option<T extends keyof Types>(
  request: Pick<PortRequest, "name" | "options">,
  key: string,
  type: T,
): Types[T] | undefined {
  const value = request.options[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw new DoorError("bad-argument", `${request.name}: option ${key} must be a ${type}`);
  return value as Types[T];
}
