/**
 * What level-2 certification looks at (§12), row by row: which test covers each point, the kernel's own or that of whoever else sees to it. A title that is gone
 * from its file fails here.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** point → file (a test here, or from the folder of all tests) and part of a test's title. */
type Point = readonly [point: string, file: string, title: string];

const AREAS: Readonly<Record<string, readonly Point[]>> = {
  "ATR, T=0, T=1": [
    ["subset of ATR", "/hal/icc/atr.test", "EMV refuses %s"],
    ["a rate of its own only where TA2 fixes it: no PPS", "/hal/icc/atr.test", "a baud rate fixed that is too high"],
    ["warm reset", "/conform/icc", "a card that is in order after a warm reset"],
    ["WTX", "/conform/icc", "T=1: a card that works long says so and is waited for"],
    ["chaining", "/conform/icc", "T=1: chains both ways"],
    ["resynchronisation", "/conform/icc", "is sent again after a resynchronisation"],
    ["errors of T=1", "/conform/icc", "T=1: damage without end ends"],
    ["errors of T=0", "/conform/icc", "cannot be mended, is told, and nothing is done twice"],
    ["a T=1 card that keeps no rule", "/hal/icc/protocols.test", "T=1: a card that says one thing only"],
    ["GET RESPONSE", "records", "61xx is fetched"],
    ["wrong length", "records", "6Cxx is asked again"],
    ["case 4 without Le, warnings", "records", "T=0: no Le where data goes out"],
    ["bounds", "records", "a card that has ever more to give"],
  ],
  "data objects, TLV, DOL": [
    ["lengths", "tlv", "a length longer than it needs"],
    ["refused lengths", "tlv", "is refused"],
    ["padding between objects", "tlv", "zero bytes before, between"],
    ["FF is no padding", "tlv", "FF is no padding"],
    ["tags of one to four bytes", "tlv", "tags of one to four bytes"],
    ["padding in a DOL", "dol", "numeric, too short: zeros on the left"],
    ["unknown", "dol", "unknown: zeros"],
    ["constructed", "dol", "constructed: zeros"],
    ["TC hash", "issuer", "a CDOL that asks for the TC hash"],
    ["default TDOL", "dol", "over the terminal's when the card has none"],
    ["owners of objects", "dol", "a card sets nothing of the terminal's"],
  ],
  selection: [
    ["PSE", "selection", "records until there are no more"],
    ["no PSE", "selection", "no directory"],
    ["partial", "selection", "names that begin so, one after the other"],
    ["exact", "selection", "where only the whole name will do"],
    ["a next one with a warning", "selection", "a next one with any warning"],
    ["blocked application", "selection", "a blocked application"],
    ["6A81", "selection", "6A81 at the first AID ends it"],
    ["duplicates", "selection", "the same name twice"],
    ["priority", "selection", "no priority comes last"],
    ["confirm", "selection", "one that wants confirmation"],
    ["language, code table", "selection", "priority, confirmation, languages, name"],
    ["final SELECT", "selection", "at the final SELECT: taken out"],
    ["limits", "selection", "no more than 64 SELECTs"],
  ],
  "GPO, AFL, read": [
    ["formats", "records", "template 80 and 77 say the same"],
    ["6985", "selection", "6985 at GET PROCESSING OPTIONS"],
    ["bad answers", "records", "ends it, and the stripe does not come next"],
    ["odd AFL", "records", "more signed than read"],
    ["SFI > 10", "records", "files beyond 10 are signed whole"],
    ["duplicates", "records", "an object twice in two records"],
    ["missing mandatory", "records", "without %s there is no transaction"],
    ["wrong lengths", "records", "%s of another size than its own ends it"],
    ["dates that are none", "records", "is no date and ends it"],
  ],
  "SDA/DDA/CDA": [
    ["key sizes to 1984, exponents 3 and 65537", "certificates", "a chain of %s"],
    ["remainders", "certificates", "no remainder although it needs one"],
    ["expiry", "certificates", "it is good to the end of its month"],
    ["PAN", "certificates", "another card's"],
    ["9F4A", "certificates", "9F4A that is not 82"],
    ["hash algorithm", "certificates", "hash algorithm 02"],
    ["revocation", "certificates", "key of another index or RID, ended key, revoked certificate"],
    ["static data authentication", "certificates", "of static data: missing, tag list, format"],
    ["dynamic data authentication", "certificates", "of dynamic data: missing, format"],
    ["INTERNAL AUTHENTICATE", "issuer", "INTERNAL AUTHENTICATE: another status"],
    ["DDOL", "issuer", "a DDOL without the random number"],
    ["failed CDA paths", "issuer", "an online request is closed with a decline"],
    ["CDA at the second cryptogram", "issuer", "an approval after the host's is declined and reversed"],
    ["missing card data", "issuer", "objects the card should have"],
    ["no index of the authority's key", "issuer", "does not say which key of the authority"],
  ],
  restrictions: [
    ["version", "restrictions", "9F08 = %s"],
    ["AUC × domestic/international", "restrictions", "at home by one bit, abroad by the other"],
    ["AUC × terminal type", "restrictions", "machines and other terminals"],
    ["cashback", "restrictions", "cashback needs its own bit"],
    ["dates", "restrictions", "the day it ends"],
  ],
  CVM: [
    ["every code", "cvm", "every method, when it succeeds"],
    ["every condition", "cvm", "every condition"],
    ["bypass", "cvm", "left out where it may be"],
    ["retry", "cvm", "wrong twice, then right"],
    ["combined", "cvm", "a pad that talks to the card itself"],
    ["enciphered", "cvm", "enciphered under the card's key"],
    ["not recognised", "cvm", "a method nobody knows"],
    ["9F42 missing", "cvm", "not when it does not say which"],
    ["no list, one of odd length, one without rules", "cvm", "the card wants none, or does not say how"],
  ],
  TRM: [
    ["floor with split sales", "risk", "earlier purchases with the same card count"],
    ["random selection statistics", "risk", "of all hundred draws"],
    ["velocity", "risk", "offline purchases since the last one online"],
    ["counters missing, or not moved on", "risk", "what the card does not tell counts as too much"],
    ["new card", "risk", "a card that was never online is new"],
    ["exception file", "risk", "exception list"],
  ],
  "TAA, GAC": [
    ["defaults, missing IAC/TAC", "risk", "absent codes"],
    ["unable online", "issuer", "no answer: Y3 or Z3"],
    ["CID checks", "issuer", "the card may go down, never up"],
    ["CDA combinations", "issuer", "no signature is asked for with a decline"],
    ["advice", "issuer", "reasons and advice in the CID"],
  ],
  "online and issuer authentication": [
    ["91 formats", "issuer", "authentication data of a length that cannot be"],
    ["AIP with EXTERNAL AUTHENTICATE", "issuer", "approves: issuer authenticated"],
    ["AIP without", "issuer", "gets the data with CDOL2"],
    ["unable to go online", "issuer", "no answer: Y3 or Z3"],
    ["referral", "issuer", "a referral: the merchant decides"],
    ["field 55", "issuer", "field 55 in the order of the list"],
  ],
  scripts: [
    ["71 before, 72 after", "issuer", "71 before, 72 after"],
    ["several", "issuer", "several commands; warnings pass"],
    ["failing nth", "issuer", "the number of a failing command ends at F"],
    ["bad length", "issuer", "a command whose Lc lies"],
    ["identifiers", "issuer", "an identifier of three bytes"],
    ["secure messaging passed unchanged", "ecash", "asked online, the script runs"],
  ],
  "messages, languages, receipt, TC upload": [
    ["message ids", "cvm", "the last try is announced"],
    ["5F2D", "selection", "priority, confirmation, languages, name"],
    ["50 vs 9F12", "selection", "priority, confirmation, languages, name"],
    ["words", "/golden/screens.test", "zh-CN"],
    ["receipt", "/app/slips/slips.test", "chip"],
    ["TC and AAC upload", "/flow/chip.test", "the settlement takes the certificates"],
  ],
  robustness: [
    ["wrong SW at every command", "kernel", "a wrong status at exchange"],
    ["lost card", "records", "before GPO is answered the stripe may be tried"],
    ["lost card after the host", "issuer", "gone before the second cryptogram: reversal"],
    [
      "pulled after every APDU, every byte turned, cut and doubled",
      "/tools/cards/mishaps/mishaps.test",
      "pulled at any command, a bit turned",
    ],
    ["wrong order", "kernel", "an answer to another question is refused"],
    ["256-byte answers", "records", "a record of 256 bytes"],
    ["noise", "kernel", "whatever it answers"],
  ],
  "PBOC extra": [
    ["SM2/SM3", "certificates", "SM2: format, algorithm, length, signature"],
    ["SM2 in a whole transaction", "contact", "TC, authenticated"],
    ["e-cash offline", "ecash", "from the purse: TC"],
    ["e-cash online", "ecash", "a purse that does not reach"],
    ["enquiry", "ecash", "the purse"],
    ["load", "ecash", "balance before and after"],
    ["9F74", "ecash", "a card without 9F74"],
    ["9F68 is the card's own and is kept as it is", "dol", "every object has one row"],
    ["dual currency", "ecash", "in the second currency from the second purse"],
    ["identity CVM", "cvm", "a document is compared by the clerk"],
  ],
  "contactless (EMVCo Book A/B + kernel 7)": [
    ["limits", "contactless", "at the transaction limit"],
    ["combination order", "contactless", "ours by kernel 7 or RID"],
    ["next on 6985", "contactless", ": the next combination"],
    ["start B after see phone", "contactless", "6986 see phone and tap again"],
    ["TTQ/CTQ matrix", "contactless", "TTQ %s, CTQ %s: %s"],
    ["fDDA 00/01", "contactless", "records, signature, approved"],
    ["all three decisions", "contactless", "by 9F27, else by the issuer's data"],
    ["CVM waiver", "contactless", "the waiver, by the reader's limit"],
    ["tearing", "contactless", "the same card again: its log has the payment"],
    ["tearing, and the power goes too", "/flow/tap.test", "power goes while the purse may have paid"],
    ["exception file before the purse is charged", "contactless", "declined before a record is read"],
    ["timing of the script", "/bench/emv", "slowest"],
    ["field off and on", "/conform/picc", "the field is on from poll to remove"],
    ["several cards, collisions", "/conform/picc", "two cards are a collision"],
  ],
  documents: [
    ["TVR and TSI as declared", "bits", "every bit of the tables has its place"],
    ["9F33 as the devices are", "/app/steps/offline-pin.test", "9F33"],
    ["version and checksum shown", "kernel", "version and checksum"],
  ],
};

const TESTS = join(import.meta.dirname, "../..");

test("the areas are those of the list", () => {
  expect(Object.keys(AREAS)).toHaveLength(16);
});

test.each(Object.entries(AREAS))("%s", (_, points) => {
  expect(points.length).toBeGreaterThan(0);
  for (const [point, file, title] of points) {
    const path = file.startsWith("/") ? join(TESTS, `${file}.ts`) : join(import.meta.dirname, `${file}.test.ts`);
    expect(readFileSync(path, "utf8").includes(title), `${point}: "${title}" in ${file}`).toBe(true);
  }
});
