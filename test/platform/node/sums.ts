/** Pure, and in the words of any engine: run in the guest from its text, and here. Lines of `what: answer`. */
export function sums(): string[] {
  let state = 0x2545f4914f6cdd1dn;
  const draw = (bits: number): bigint => {
    let value = 0n;
    for (let have = 0; have < bits; have += 32) {
      state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
      value = value * 2n ** 32n + state / 2n ** 32n;
    }
    return value % 2n ** BigInt(bits);
  };
  const numbers: bigint[] = [0n, 1n, 9n, 10n, 15n, 16n, 255n];
  for (const bits of [31, 32, 33, 63, 64, 65, 127, 128, 129, 192, 256, 320, 512, 1024, 1984, 2048]) {
    const top = 2n ** BigInt(bits);
    numbers.push(top - 1n, top, top + 1n, draw(bits), draw(bits), top / 2n + draw(bits - 1));
  }
  const lines: string[] = [];
  for (const a of numbers) {
    for (const radix of [2, 3, 4, 8, 10, 16, 32, 36]) lines.push(a.toString(radix), (-a).toString(radix));
    const hex = a.toString(16);
    const back = [
      BigInt(`0x${hex}`) === a,
      BigInt(`0b${a.toString(2)}`) === a,
      BigInt(`0o${a.toString(8)}`) === a,
      BigInt(`${a}`) === a,
    ];
    lines.push(
      back.join(),
      String(a),
      `${-a}`,
      JSON.stringify({ hex }),
      a.toLocaleString === undefined ? "" : String(BigInt(`${a}`)),
    );
    lines.push(
      String(BigInt.asUintN(64, -a)),
      String(BigInt.asIntN(64, a)),
      String(a >> 7n),
      String(-a >> 7n),
      String(a << 65n),
      String(~a),
    );
  }
  const modulus = 2n ** 256n - 2n ** 224n - 2n ** 96n + 2n ** 64n - 1n;
  for (let n = 0; n < 60; n++) {
    const [a, b] = [draw(64 * (1 + (n % 8))), draw(32 * (1 + (n % 5))) + 1n] as [bigint, bigint];
    lines.push(`${a + b} ${a - b} ${a * b} ${a / b} ${a % b} ${-a / b} ${-a % b}`);
    lines.push(`${(a & b).toString(16)} ${(a | b).toString(16)} ${(a ^ b).toString(16)} ${(a * a) % modulus}`);
    lines.push(`${a > b} ${a < b} ${a === b} ${Number(a)} ${a ** 3n}`);
  }
  return lines;
}
