import type { DeviceError } from "../errors.ts";

export type TrackFault = "damaged";
/** Tracks without sentinels: track 1 as text, tracks 2 and 3 digits with `=`. Undefined when blank. */
export interface Swipe {
  track1: string | TrackFaultMark | undefined;
  track2: string | TrackFaultMark | undefined;
  track3: string | TrackFaultMark | undefined;
}
/** A track that was there and could not be read. */
export interface TrackFaultMark {
  fault: TrackFault;
}

export type MsrErrorCode = "unplugged" | "bad-report";
export type MsrError = DeviceError<MsrErrorCode>;

/** Magnetic stripe reader (UnifiedPOS MSR). */
export interface Msr {
  /** Disarmed swipes are dropped, not queued. */
  arm(onSwipe: (swipe: Swipe) => void): void;
  disarm(): void;
  onError: ((error: MsrError) => void) | undefined;
  close(): void;
}
