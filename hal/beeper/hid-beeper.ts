/** Panel beeper (hal/HID.md): one report a note; the panel plays them one after the other. */
import type { System } from "../../platform/guest/system.ts";
import { attach } from "../attach.ts";
import type { Beeper, Sound } from "./beeper.ts";

interface Note {
  hz: number;
  ms: number;
  volumePercent: number;
}

/** Good rises, bad falls, a card is one clear note: told apart without looking, also by a tired ear. */
const SOUNDS: Readonly<Record<Sound, readonly Note[]>> = {
  key: [{ hz: 2400, ms: 15, volumePercent: 30 }],
  card: [{ hz: 2000, ms: 80, volumePercent: 70 }],
  good: [
    { hz: 1600, ms: 80, volumePercent: 80 },
    { hz: 2400, ms: 140, volumePercent: 80 },
  ],
  bad: [
    { hz: 900, ms: 160, volumePercent: 100 },
    { hz: 0, ms: 60, volumePercent: 0 },
    { hz: 600, ms: 300, volumePercent: 100 },
  ],
  attention: [
    { hz: 2000, ms: 100, volumePercent: 100 },
    { hz: 0, ms: 80, volumePercent: 0 },
    { hz: 2000, ms: 100, volumePercent: 100 },
    { hz: 0, ms: 80, volumePercent: 0 },
    { hz: 2000, ms: 100, volumePercent: 100 },
  ],
};

export function openHidBeeper(system: System, portName: string, volumePercent = 100): Beeper {
  const attachment = attach(
    system,
    portName,
    { messages: true },
    () => undefined,
    (why) => system.log.warn(`beeper: gone: ${why}`),
  );
  const play = (note: Note) => {
    const volume = Math.round((note.volumePercent * volumePercent) / 100);
    attachment.port?.write(Uint8Array.of(note.hz & 0xff, note.hz >> 8, note.ms & 0xff, note.ms >> 8, volume));
  };
  return {
    sound(sound) {
      try {
        for (const note of SOUNDS[sound]) play(note);
      } catch (error) {
        system.log.warn(`beeper: silent: ${String(error)}`);
      }
    },
    close() {
      attachment.close();
    },
  };
}
