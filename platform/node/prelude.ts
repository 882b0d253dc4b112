/**
 * Runs in the guest before the bundle, on every engine: takes away whatever is a clock, a random source, a timer or depends on the host's
 * place and language, so that the door is the only input, and gives back what the engine needs to look at guest values
 * safely (made of intrinsics taken before the guest could change them).
 */
export const PRELUDE = `(() => {
  "use strict";
  const { apply, construct, defineProperty, deleteProperty } = Reflect;
  const U8 = Uint8Array, Buf = ArrayBuffer, Err = Error, stringify = JSON.stringify, RealDate = Date, Type = TypeError;
  const byteLength = Object.getOwnPropertyDescriptor(Buf.prototype, "byteLength").get;
  const setBytes = Object.getPrototypeOf(U8.prototype).set;
  const hide = (target, name, value) => defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });

  for (const name of ["performance", "setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate",
    "console", "Intl", "WebAssembly", "SharedArrayBuffer", "Atomics", "WeakRef", "FinalizationRegistry", "Temporal", "crypto", "fetch",
    "process", "require", "gc", "print", "queueMicrotask", "navigator", "DOMException", "atob", "btoa", "std", "os", "bjson", "scriptArgs",
    "argv0", "__loadScript"]) deleteProperty(globalThis, name);
  deleteProperty(Math, "random");

  // QuickJS 2025-04-26 prints a wrong first digit in radixes 8 and 32, and on amd64 a zero too many in all that are powers of two.
  const printed = BigInt.prototype.toString, leadingZeros = /^(-?)0+(?=[0-9a-z])/, replace = RegExp.prototype[Symbol.replace];
  const slice = String.prototype.slice, Int = parseInt, numberPrinted = Number.prototype.toString;
  const regrouped = (value, bits) => {
    const plain = value < 0n ? -value : value, binary = apply(replace, leadingZeros, [apply(printed, plain, [2]), ""]);
    let digits = value < 0n ? "-" : "";
    for (let from = 0, to = binary.length % bits || bits; from < binary.length; from = to, to += bits)
      digits += apply(numberPrinted, Int(apply(slice, binary, [from, to]), 2), [1 << bits]);
    return digits;
  };
  const wellPrinted = {
    toString(radix) {
      if (radix === 8 || radix === 32) return regrouped(apply(valueOfBig, this, []), radix === 8 ? 3 : 5);
      return apply(replace, leadingZeros, [apply(printed, this, radix === undefined ? [] : [radix]), "$1"]);
    },
  }.toString;
  const valueOfBig = BigInt.prototype.valueOf;
  let printsWell = apply(printed, 0xffff_ffff_ffff_ffffn, [16]) === "ffffffffffffffff";
  for (let ones = 1n; printsWell && ones < 1n << 130n; ones += ones + 1n)
    printsWell = apply(printed, ones, [8]) === regrouped(ones, 3) && apply(printed, -ones, [8]) === regrouped(-ones, 3);
  if (!printsWell) hide(BigInt.prototype, "toString", wellPrinted);

  // QuickJS-ng up to 0.17 and QuickJS 2025-04-26 leave some of these negative.
  const asUint = BigInt.asUintN, Big = BigInt;
  if (asUint(64, -(1n << 128n) - 1n) < 0n)
    hide(BigInt, "asUintN", { asUintN(bits, value) { const cut = asUint(bits, value); return cut < 0n ? cut + (1n << Big(bits)) : cut; } }.asUintN);

  const noClock = () => { throw new Type("the firmware has no clock of its own; time comes through System.wallMs and System.scheduler"); };
  const iso = /^(?:[+-]\\d{6}|\\d{4})(?:-\\d\\d(?:-\\d\\d)?)?(T\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(Z|[+-]\\d\\d:\\d\\d)?)?$/;
  const exec = RegExp.prototype.exec, realParse = RealDate.parse, realUtc = RealDate.UTC, toIso = RealDate.prototype.toISOString;
  const getTime = RealDate.prototype.getTime;
  const parse = (text) => {
    const found = apply(exec, iso, [text]);
    if (found === null) return NaN;
    return realParse(found[1] !== undefined && found[2] === undefined ? text + "Z" : text);
  };
  // The guest's zone is UTC wherever the host stands: a replay elsewhere must give the same bytes.
  function ZonelessDate(...args) {
    if (new.target === undefined || args.length === 0) noClock();
    if (args.length > 1) return construct(RealDate, [apply(realUtc, RealDate, args)], new.target);
    return construct(RealDate, [typeof args[0] === "string" ? parse(args[0]) : args[0]], new.target);
  }
  const proto = RealDate.prototype;
  hide(ZonelessDate, "name", "Date");
  hide(ZonelessDate, "UTC", realUtc);
  hide(ZonelessDate, "parse", (text) => parse("" + text));
  defineProperty(ZonelessDate, "prototype", { value: proto, writable: false });
  hide(proto, "constructor", ZonelessDate);
  for (const part of ["FullYear", "Month", "Date", "Hours", "Minutes", "Seconds", "Milliseconds", "Day"]) {
    hide(proto, "get" + part, proto["getUTC" + part]);
    if (part !== "Day") hide(proto, "set" + part, proto["setUTC" + part]);
  }
  for (const name of ["getYear", "setYear", "toTemporalInstant"]) deleteProperty(proto, name);
  hide(proto, "getTimezoneOffset", function () { apply(getTime, this, []); return 0; });
  for (const name of ["toString", "toDateString", "toTimeString", "toLocaleString", "toLocaleDateString", "toLocaleTimeString"])
    hide(proto, name, function () { const ms = apply(getTime, this, []); return ms === ms ? apply(toIso, this, []) : "Invalid Date"; });
  hide(globalThis, "Date", ZonelessDate);
  hide(String.prototype, "localeCompare", function (other) { const a = "" + this, b = "" + other; return a < b ? -1 : a > b ? 1 : 0; });

  return {
    // Length of a string or an ArrayBuffer, -1 for anything else.
    measure: (value) => { if (typeof value === "string") return value.length; try { return apply(byteLength, value, []); } catch { return -1; } },
    quote: (text) => stringify(text),
    // Throws when the guest has no room for so many bytes.
    room: (count) => { new Buf(count); },
    // A copy that belongs to the guest's own heap.
    adopt: (bytes) => { const copy = new Buf(apply(byteLength, bytes, [])); apply(setBytes, new U8(copy), [new U8(bytes)]); return copy; },
    fail: (name, message) => { const error = new Err(message); hide(error, "name", name); return error; },
    dispatch: (event, args) => { apply(globalThis.onDoorEvent, undefined, [event, ...args]); },
  };
})()`;
