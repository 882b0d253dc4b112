/** Whole contact transactions against scripted cards (§6). */
import { describe, expect, test } from "vitest";
import type { Exchange } from "./card.ts";
import {
  ac,
  watchPdol,
  CRYPTOGRAM,
  IAD,
  type ImageOptions,
  internalAuthenticate,
  makeImage,
  signedAc,
  SM_KEYS,
  start,
} from "./image.ts";
import { play } from "./play.ts";
import { rsaKey } from "./authority.ts";

const approve = () => ({ code: "00", authenticationData: "AABBCCDD11223344" + "3030" });
const AUTHENTICATED: Exchange = { command: "008200000AAABBCCDD112233443030", answer: "9000" };

describe("approved and declined without the host", () => {
  test("a card without authentication goes online by the default codes", async () => {
    const image = makeImage();
    const { outcome, tvr } = await play(
      image,
      [...start(image), ac("ARQC", { p1: "80" }), AUTHENTICATED, ac("TC", { p1: "40" })],
      { host: approve },
    );
    expect(outcome).toMatchObject({ result: "approved-online", fallback: false, reversal: false });
    expect(tvr).toBe("8000000000");
  });

  test.each([
    ["sda", {}],
    ["dda", {}],
    ["cda", {}],
    ["sda", { keys: SM_KEYS() }],
    ["dda", { keys: SM_KEYS() }],
    ["cda", { keys: SM_KEYS() }],
    ["dda", { keys: { ca: rsaKey("ca1984"), issuer: rsaKey("issuer1984"), card: rsaKey("card1984") } }],
    ["cda", { keys: { ca: rsaKey("ca1984f4"), issuer: rsaKey("issuer1408"), card: rsaKey("card768") } }],
  ] as [NonNullable<ImageOptions["oda"]>, ImageOptions][])("%s: TC, authenticated", async (oda, more) => {
    const image = makeImage({ oda, ...more });
    const script = start(image);
    const pdol = watchPdol(script);
    if (oda === "dda") script.push(internalAuthenticate(image, more.keys === undefined ? "80" : "77"));
    script.push(oda === "cda" ? signedAc(image, "TC", () => pdol.data) : ac("TC", { p1: "40" }));
    const { outcome, tvr, tsi, hex } = await play(image, script);
    expect(outcome).toMatchObject({ result: "approved-offline", authenticated: true });
    expect(tvr).toBe(oda === "sda" ? "0200000000" : "0000000000");
    expect(tsi).toBe("E800");
    expect(hex("9F26")).toBe(CRYPTOGRAM);
    expect(hex("8A")).toBe("5931");
    expect(hex("9F34")).toBe("1F0002");
    if (oda === "sda") expect(hex("9F45")).toBe("DAC1");
    if (oda === "dda") expect(hex("9F4C")).toBe("A1A2A3A4A5A6A7A8");
    if (oda === "cda") expect(hex("9F4C")).toBe("0102030405060708");
    expect(pdol.data.slice(-2)).toBe(more.keys?.ca.kind === "sm2" ? "01" : "00");
  });

  test("IAD and counter are kept from template 80 as from 77", async () => {
    const image = makeImage({ oda: "sda" });
    const { hex } = await play(image, [...start(image), ac("TC", { format: "80" })]);
    expect([hex("9F10"), hex("9F36"), hex("9F27")]).toEqual([IAD, "0012", "40"]);
  });
});
