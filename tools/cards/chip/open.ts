/** A card out of the tray, in the hand. */
import type { ChipCard, ChipMemory, ChipView, OpenChipOptions } from "../contract.ts";
import { answerToReset, contactFace, fieldFace } from "./faces.ts";
import { fromDecimal, fromHex, type Hex } from "./hex.ts";
import { Issued, LOG_FORMAT } from "./issue.ts";
import { createOs } from "./os.ts";
import type { ChipProfile } from "./profile.ts";
import { balanceFen } from "./purse.ts";
import { type CardState, newState } from "./state.ts";
import { splitDol } from "./tlv.ts";

/** Records and certificates are the same whenever a card is opened, and cost more than a payment. */
const issued = new WeakMap<ChipProfile, Issued[]>();

function issuedOf(profile: ChipProfile): Issued[] {
  const applications = issued.get(profile) ?? profile.applications.map((one) => new Issued(profile, one));
  issued.set(profile, applications);
  return applications;
}

export function openProfile(profile: ChipProfile, { memory, seed = 0 }: OpenChipOptions = {}): ChipCard {
  const state = memory === undefined ? newState(profile) : stateOf(profile, memory);
  const applications = issuedOf(profile);
  const { contact, field } = profile;
  const face = field === undefined ? undefined : fieldFace(createOs(profile, applications, state, "field", seed), field);
  const second = field?.second === undefined || face === undefined ? [] : [{ ...face, uid: fromHex(field.second) }];
  return {
    id: profile.id,
    contact: contact === undefined ? undefined : contactFace(createOs(profile, applications, state, "contact", seed), contact),
    field: face === undefined ? [] : [face, ...second],
    view: () => viewOf(profile, state),
    memory: () => ({ id: profile.id, version: 1, state: structuredClone(state) }),
  };
}

function stateOf(profile: ChipProfile, { id, version, state }: ChipMemory): CardState {
  if (id !== profile.id) throw new Error(`cards: the memory is of ${id}, the card is ${profile.id}`);
  const known = state as CardState;
  if (version !== 1 || known.applications?.length !== profile.applications.length)
    throw new Error(`cards: the memory of ${id} cannot be read any more; start with a new card`);
  return structuredClone(known);
}

function viewOf(profile: ChipProfile, state: CardState): ChipView {
  const { contact, field } = profile;
  return {
    id: profile.id,
    blocked: state.blocked,
    ...(contact === undefined ? {} : { contact: { protocol: contact.protocol, atr: answerToReset(contact, "cold") } }),
    uids: [field?.uid, field?.second].filter((uid) => uid !== undefined),
    applications: profile.applications.map(({ aid, label, purse }, i) => {
      const one = state.applications[i]!;
      return {
        aid,
        label,
        blocked: one.blocked,
        atc: one.atc,
        pinTriesLeft: one.pinTries,
        ...(purse === undefined ? {} : { balanceFen: balanceFen(one) }),
        log: one.log.map(logLine),
      };
    }),
  };
}

function logLine(entry: Hex): ChipView["applications"][number]["log"][number] {
  const values = splitDol(LOG_FORMAT, entry);
  const value = (tag: Hex): Hex => values.get(tag) ?? "";
  return {
    date: value("9A"),
    time: value("9F21"),
    amountFen: fromDecimal(value("9F02")),
    type: value("9C"),
    atc: Number.parseInt(value("9F36"), 16),
  };
}
