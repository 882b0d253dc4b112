/**
 * Every data object the kernel knows (§5, EMV Book 3 annex A, PBOC 3.0): one table. Who owns an object decides who may set it: what a card sends
 * under a tag of the terminal is kept nowhere.
 */

/** a, an, ans: text · b: binary · n: decimal, right · cn: decimal, left, filled with F · var: a template or a list. */
export type Format = "a" | "an" | "ans" | "b" | "n" | "cn" | "var";
export type Source = "card" | "terminal" | "issuer" | "kernel";

export interface ObjectKind {
  tag: string;
  name: string;
  source: Source;
  format: Format;
  /** Bytes. */
  min: number;
  max: number;
  /** Must not reach a log or the disk in clear. */
  sensitive: boolean;
}

/** tag, name, source, format, least and most bytes, sensitive. */
type Row = readonly [tag: string, name: string, source: Source, format: Format, min: number, max: number, sensitive?: true];

const CARD: readonly Row[] = [
  ["42", "Issuer Identification Number", "card", "n", 3, 3],
  ["4F", "Application Identifier (ADF name)", "card", "b", 5, 16],
  ["50", "Application Label", "card", "ans", 1, 16],
  ["57", "Track 2 Equivalent Data", "card", "b", 0, 19, true],
  ["5A", "Application PAN", "card", "cn", 0, 10, true],
  ["61", "Application Template", "card", "var", 0, 252],
  ["6F", "FCI Template", "card", "var", 0, 252],
  ["70", "Record Template", "card", "var", 0, 252],
  ["77", "Response Message Template Format 2", "card", "var", 0, 252],
  ["80", "Response Message Template Format 1", "card", "var", 0, 253],
  ["82", "Application Interchange Profile", "card", "b", 2, 2],
  ["84", "Dedicated File Name", "card", "b", 5, 16],
  ["87", "Application Priority Indicator", "card", "b", 1, 1],
  ["88", "Short File Identifier", "card", "b", 1, 1],
  ["8C", "CDOL1", "card", "b", 0, 252],
  ["8D", "CDOL2", "card", "b", 0, 252],
  ["8E", "CVM List", "card", "b", 0, 252],
  ["8F", "CA Public Key Index (card)", "card", "b", 1, 1],
  ["90", "Issuer Public Key Certificate", "card", "b", 0, 255],
  ["92", "Issuer Public Key Remainder", "card", "b", 0, 255],
  ["93", "Signed Static Application Data", "card", "b", 0, 255],
  ["94", "Application File Locator", "card", "var", 0, 252],
  ["97", "TDOL", "card", "b", 0, 252],
  ["9D", "Directory Definition File Name", "card", "b", 5, 16],
  ["A5", "FCI Proprietary Template", "card", "var", 0, 252],
  ["BF0C", "FCI Issuer Discretionary Data", "card", "var", 0, 222],
  ["5F20", "Cardholder Name", "card", "ans", 0, 26, true],
  ["5F24", "Application Expiration Date", "card", "n", 3, 3],
  ["5F25", "Application Effective Date", "card", "n", 3, 3],
  ["5F28", "Issuer Country Code", "card", "n", 2, 2],
  ["5F2D", "Language Preference", "card", "an", 2, 8],
  ["5F30", "Service Code", "card", "n", 2, 2],
  ["5F34", "PAN Sequence Number", "card", "n", 1, 1],
  ["5F50", "Issuer URL", "card", "ans", 0, 255],
  ["5F53", "IBAN", "card", "var", 0, 34],
  ["5F54", "Bank Identifier Code", "card", "var", 8, 11],
  ["5F55", "Issuer Country Code (alpha2)", "card", "a", 2, 2],
  ["5F56", "Issuer Country Code (alpha3)", "card", "a", 3, 3],
  ["9F05", "Application Discretionary Data", "card", "b", 1, 32],
  ["9F07", "Application Usage Control", "card", "b", 2, 2],
  ["9F08", "Application Version Number (card)", "card", "b", 2, 2],
  ["9F0B", "Cardholder Name Extended", "card", "ans", 0, 45, true],
  ["9F0D", "Issuer Action Code - Default", "card", "b", 5, 5],
  ["9F0E", "Issuer Action Code - Denial", "card", "b", 5, 5],
  ["9F0F", "Issuer Action Code - Online", "card", "b", 5, 5],
  ["9F10", "Issuer Application Data", "card", "b", 0, 32],
  ["9F11", "Issuer Code Table Index", "card", "n", 1, 1],
  ["9F12", "Application Preferred Name", "card", "ans", 1, 16],
  ["9F13", "Last Online ATC Register", "card", "b", 2, 2],
  ["9F14", "Lower Consecutive Offline Limit", "card", "b", 1, 1],
  ["9F17", "PIN Try Counter", "card", "b", 1, 1],
  ["9F1F", "Track 1 Discretionary Data", "card", "ans", 0, 80, true],
  ["9F20", "Track 2 Discretionary Data", "card", "cn", 0, 40, true],
  ["9F23", "Upper Consecutive Offline Limit", "card", "b", 1, 1],
  ["9F26", "Application Cryptogram", "card", "b", 8, 8],
  ["9F27", "Cryptogram Information Data", "card", "b", 1, 1],
  ["9F2A", "Kernel Identifier", "card", "b", 1, 8],
  ["9F2D", "ICC PIN Encipherment Public Key Certificate", "card", "b", 0, 255],
  ["9F2E", "ICC PIN Encipherment Public Key Exponent", "card", "b", 1, 3],
  ["9F2F", "ICC PIN Encipherment Public Key Remainder", "card", "b", 0, 255],
  ["9F32", "Issuer Public Key Exponent", "card", "b", 1, 3],
  ["9F36", "Application Transaction Counter", "card", "b", 2, 2],
  ["9F38", "PDOL", "card", "b", 0, 252],
  ["9F3B", "Application Reference Currency", "card", "n", 2, 8],
  ["9F42", "Application Currency Code", "card", "n", 2, 2],
  ["9F43", "Application Reference Currency Exponent", "card", "n", 1, 4],
  ["9F44", "Application Currency Exponent", "card", "n", 1, 1],
  ["9F45", "Data Authentication Code", "card", "b", 2, 2],
  ["9F46", "ICC Public Key Certificate", "card", "b", 0, 255],
  ["9F47", "ICC Public Key Exponent", "card", "b", 1, 3],
  ["9F48", "ICC Public Key Remainder", "card", "b", 0, 255],
  ["9F49", "DDOL", "card", "b", 0, 252],
  ["9F4A", "Static Data Authentication Tag List", "card", "b", 0, 252],
  ["9F4B", "Signed Dynamic Application Data", "card", "b", 0, 255],
  ["9F4C", "ICC Dynamic Number", "card", "b", 0, 8],
  ["9F4D", "Log Entry", "card", "b", 2, 2],
  ["9F4F", "Log Format", "card", "b", 0, 252],
  ["9F51", "Application Currency Code (PBOC)", "card", "n", 2, 2],
  ["9F5D", "Available Offline Spending Amount", "card", "n", 6, 6],
  ["9F61", "Cardholder Identity Number", "card", "ans", 0, 40, true],
  ["9F62", "Cardholder Identity Type", "card", "n", 1, 1],
  ["9F63", "Card Product Identification", "card", "b", 0, 16],
  ["9F68", "Card Additional Processes", "card", "b", 4, 4],
  ["9F69", "Card Authentication Related Data", "card", "b", 5, 16],
  ["9F6C", "Card Transaction Qualifiers", "card", "b", 2, 2],
  ["9F6D", "Electronic Cash Reset Threshold", "card", "n", 6, 6],
  ["9F6E", "Form Factor Indicator", "card", "b", 4, 32],
  ["9F74", "Electronic Cash Issuer Authorisation Code", "card", "an", 6, 6],
  ["9F77", "Electronic Cash Balance Limit", "card", "n", 6, 6],
  ["9F78", "Electronic Cash Single Transaction Limit", "card", "n", 6, 6],
  ["9F79", "Electronic Cash Balance", "card", "n", 6, 6],
  ["DF4D", "Load Log Entry", "card", "b", 2, 2],
  ["DF4F", "Load Log Format", "card", "b", 0, 252],
  ["DF71", "Second Electronic Cash Currency", "card", "n", 2, 2],
  ["DF72", "Second Electronic Cash Card Limit", "card", "n", 6, 6],
  ["DF76", "Second Electronic Cash Reset Threshold", "card", "n", 6, 6],
  ["DF77", "Second Electronic Cash Balance Limit", "card", "n", 6, 6],
  ["DF78", "Second Electronic Cash Single Transaction Limit", "card", "n", 6, 6],
  ["DF79", "Second Electronic Cash Balance", "card", "n", 6, 6],
];

const TERMINAL: readonly Row[] = [
  ["81", "Amount, Authorised (Binary)", "terminal", "b", 4, 4],
  ["83", "Command Template", "terminal", "b", 0, 252],
  ["5F2A", "Transaction Currency Code", "terminal", "n", 2, 2],
  ["5F36", "Transaction Currency Exponent", "terminal", "n", 1, 1],
  ["5F57", "Account Type", "terminal", "n", 1, 1],
  ["99", "Transaction PIN Data", "terminal", "b", 0, 12, true],
  ["9A", "Transaction Date", "terminal", "n", 3, 3],
  ["9C", "Transaction Type", "terminal", "n", 1, 1],
  ["9F01", "Acquirer Identifier", "terminal", "n", 6, 6],
  ["9F02", "Amount, Authorised (Numeric)", "terminal", "n", 6, 6],
  ["9F03", "Amount, Other (Numeric)", "terminal", "n", 6, 6],
  ["9F04", "Amount, Other (Binary)", "terminal", "b", 4, 4],
  ["9F06", "Application Identifier (terminal)", "terminal", "b", 5, 16],
  ["9F09", "Application Version Number (terminal)", "terminal", "b", 2, 2],
  ["9F15", "Merchant Category Code", "terminal", "n", 2, 2],
  ["9F16", "Merchant Identifier", "terminal", "ans", 15, 15],
  ["9F1A", "Terminal Country Code", "terminal", "n", 2, 2],
  ["9F1B", "Terminal Floor Limit", "terminal", "b", 4, 4],
  ["9F1C", "Terminal Identification", "terminal", "an", 8, 8],
  ["9F1D", "Terminal Risk Management Data", "terminal", "b", 1, 8],
  ["9F1E", "Interface Device Serial Number", "terminal", "an", 8, 8],
  ["9F21", "Transaction Time", "terminal", "n", 3, 3],
  ["9F22", "CA Public Key Index (terminal)", "terminal", "b", 1, 1],
  ["9F33", "Terminal Capabilities", "terminal", "b", 3, 3],
  ["9F35", "Terminal Type", "terminal", "n", 1, 1],
  ["9F37", "Unpredictable Number", "terminal", "b", 4, 4],
  ["9F39", "POS Entry Mode", "terminal", "n", 1, 1],
  ["9F3A", "Amount, Reference Currency", "terminal", "b", 4, 4],
  ["9F3C", "Transaction Reference Currency Code", "terminal", "n", 2, 2],
  ["9F3D", "Transaction Reference Currency Exponent", "terminal", "n", 1, 1],
  ["9F40", "Additional Terminal Capabilities", "terminal", "b", 5, 5],
  ["9F41", "Transaction Sequence Counter", "terminal", "n", 2, 4],
  ["9F4E", "Merchant Name and Location", "terminal", "ans", 0, 255],
  ["9F66", "Terminal Transaction Qualifiers", "terminal", "b", 4, 4],
  ["9F7A", "Electronic Cash Terminal Support Indicator", "terminal", "n", 1, 1],
  ["9F7B", "Electronic Cash Terminal Transaction Limit", "terminal", "n", 6, 6],
  ["DF69", "SM Algorithm Support Indicator", "terminal", "b", 1, 1],
];

const ISSUER: readonly Row[] = [
  ["71", "Issuer Script Template 1", "issuer", "var", 0, 255],
  ["72", "Issuer Script Template 2", "issuer", "var", 0, 255],
  ["86", "Issuer Script Command", "issuer", "b", 0, 261],
  ["89", "Authorisation Code", "issuer", "an", 6, 6],
  ["8A", "Authorisation Response Code", "issuer", "an", 2, 2],
  ["91", "Issuer Authentication Data", "issuer", "b", 8, 16],
  ["9F18", "Issuer Script Identifier", "issuer", "b", 4, 4],
];

const KERNEL: readonly Row[] = [
  ["95", "Terminal Verification Results", "kernel", "b", 5, 5],
  ["98", "TC Hash Value", "kernel", "b", 20, 20],
  ["9B", "Transaction Status Information", "kernel", "b", 2, 2],
  ["9F34", "CVM Results", "kernel", "b", 3, 3],
  ["9F5B", "Issuer Script Results", "kernel", "b", 0, 255],
  ["DF31", "Issuer Script Results (UnionPay)", "kernel", "b", 0, 255],
];

export const DICTIONARY: ReadonlyMap<string, ObjectKind> = new Map(
  [...CARD, ...TERMINAL, ...ISSUER, ...KERNEL].map(([tag, name, source, format, min, max, sensitive]) => [
    tag,
    { tag, name, source, format, min, max, sensitive: sensitive ?? false },
  ]),
);

/** Undefined of a tag nobody has told the kernel about. */
export function kindOf(tag: string): ObjectKind | undefined {
  return DICTIONARY.get(tag);
}
