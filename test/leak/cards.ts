/** The tray's cards with numbers that nothing else looks like: the same first six and last four, and hidden digits, codes and PINs that are looked for. */
import { createAcquirer } from "../../tools/acquirer/index.ts";
import { issuerMasters } from "../../tools/cards/authority.ts";
import { openProfile } from "../../tools/cards/chip/open.ts";
import { accounts, type CardEntry, chipIssuers, chipProfiles, openChip, tray } from "../../tools/cards/index.ts";
import type { DeskProfile } from "../../tools/sim/profile.ts";
import type { Account } from "../../tools/acquirer/contract.ts";
import { seededRandom } from "../fakes/system.ts";
import type { Secret } from "./scanner.ts";
import { isStrong } from "./secrets.ts";

/** Twelve digits: the most a pad takes, and nothing that turns up by chance. */
export const PIN = "918273645546";

const random = seededRandom(20_261_122);
/** Never the same digit again within five, so that each piece of it is like nothing else. */
function digits(count: number): string {
  let made = "";
  while (made.length < count) {
    const digit = String(Math.floor(random() * 10));
    if (!made.slice(-5).includes(digit)) made += digit;
  }
  return made;
}

function luhn(pan: string): number {
  const doubled = [...pan].reverse().map((digit, n) => (n % 2 === 0 ? Number(digit) : Number(digit) * 2));
  return doubled.reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) % 10;
}

/** Another number with the same open digits, and right or wrong as this one is. */
function another(pan: string): string {
  for (;;) {
    const made = pan.slice(0, 6) + digits(pan.length - 10) + pan.slice(-4);
    if ((luhn(made) === 0) === (luhn(pan) === 0) && isStrong(made)) return made;
  }
}

const numbers = new Map(tray().map(({ pan }) => [pan, another(pan)]));

/** The text with every card number of the tray replaced. */
export const renumbered = (text: string): string =>
  [...numbers].reduce((made, [pan, other]) => made.replaceAll(pan, other), text);

/** What follows expiry and service code, and the long fields of track 3, is nobody's business: other digits, as many. */
function track(text: string | null | undefined): string | null | undefined {
  if (typeof text !== "string") return text;
  return renumbered(text).replace(/(?<=[=^]\d{7})\d{5,}$|(?<==)\d{8,}(?==)/g, (code) => digits(code.length));
}

export const strongTray = (): CardEntry[] => TRAY.map((card) => ({ ...card }));
const TRAY: CardEntry[] = tray().map((card) => ({
  ...card,
  pan: renumbered(card.pan),
  track1: track(card.track1),
  track2: track(card.track2),
  track3: track(card.track3),
}));

export const strongAccounts = (pin: string): Account[] =>
  accounts().map((account) => ({ ...account, pan: renumbered(account.pan), ...(account.pin === undefined ? {} : { pin }) }));

/** The tray's chips, issued anew under these numbers; those that compare a PIN themselves compare this one. */
export const strongChip =
  (pin: string): typeof openChip =>
  (id, options) => {
    const profile = chipProfiles.find((each) => each.id === id);
    if (profile === undefined) return openChip(id, options);
    const applications = profile.applications.map((each) => (each.pin === undefined ? each : { ...each, pin }));
    return openProfile({ ...profile, applications, pan: renumbered(profile.pan) }, options);
  };

/** An acquirer whose issuers know those chips. */
export const strongAcquirer: typeof createAcquirer = (options) => {
  const chipped = new Set(chipProfiles.map(({ pan }) => renumbered(pan)));
  const masters: ReturnType<typeof chipIssuers>["masters"] = (pan, cipher) =>
    chipped.has(pan) ? issuerMasters(pan, cipher) : undefined;
  const { keys, applications } = chipIssuers();
  return createAcquirer({ ...options, chips: { masters, keys, applications } });
};

/** Format 0 (ISO 9564-1), in clear: what the pad enciphers. */
function clearBlock(pan: string): string {
  const field = Buffer.from(`0C${PIN}FF`, "hex");
  const number = Buffer.from(`0000${pan.slice(-13, -1)}`, "hex");
  return Buffer.from(field.map((byte, n) => byte ^ (number[n] as number))).toString("hex");
}

/** The desk's profile with keys that look like nothing else. */
export function withStrongKeys(profile: DeskProfile): DeskProfile {
  return {
    ...profile,
    testKeys: { masterKeys: { "1": KEYS.TMK }, workingKeys: { PIK: KEYS.PIK, MAK: KEYS.MAK, TDK: KEYS.TDK } },
  };
}
const KEYS = {
  TMK: "9B4FE02C86D1735AC45D1F8E7032B96A",
  PIK: "3E7CA1529DF4680BD60B8AC73F915E24",
  MAK: "C2891A6E4F37D05B",
  TDK: "58ECB5233D7691FE6BA79249D3C81076",
};

/** Never outside the PIN pad. */
export const secretsOf = (cards: readonly CardEntry[]): Secret[] => [
  { name: "PIN", digits: PIN },
  { name: "clear PIN field", hex: `0C${PIN}FF` },
  { name: "clear PIN block for a card", hex: `2C${PIN}FF` },
  ...cards.map(({ pan }) => ({ name: "clear PIN block", hex: clearBlock(pan) })),
  ...Object.entries(KEYS).map(([name, hex]) => ({ name, hex })),
];

/** Never kept, shown or told in clear. */
export function cardDataOf(cards: readonly CardEntry[]): Secret[] {
  const parts = (text: string | null | undefined): string[] => text?.match(/(?<=[=^]\d{7})\d{10,}$|(?<==)\d{12,}(?==)/g) ?? [];
  return cards.flatMap(({ pan, track1, track2, track3 }) => [
    { name: "PAN", digits: pan },
    ...[track1, track2, track3].flatMap(parts).map((digits) => ({ name: "track", digits })),
  ]);
}
