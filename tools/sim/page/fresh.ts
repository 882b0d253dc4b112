import { useEffect, useState } from "preact/hooks";
import { call, type DeskEvent, events } from "./client.ts";

/** Fetches again when one of these events comes, at most once at a time. */
export function useFresh<T>(path: string, when: (event: DeskEvent) => boolean): T | undefined {
  const [value, setValue] = useState<T>();
  useEffect(() => {
    let gone = false;
    let running = false;
    let again = false;
    const get = async (): Promise<void> => {
      again = true;
      if (running) return;
      running = true;
      while (again && !gone) {
        again = false;
        const found = await call<T>("GET", path).catch(() => undefined);
        if (!gone) setValue(() => found);
      }
      running = false;
    };
    void get();
    const leave = events.on((event) => {
      if (when(event)) void get();
    });
    return () => {
      gone = true;
      leave();
    };
  }, [path]);
  return value;
}
