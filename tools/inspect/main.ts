/** `npm run inspect -- HEX|FILE`: decodes a message, a TLV string, an APDU trace. */
import { existsSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { inspect } from "./inspect.ts";

function main(): void {
  const command = new Command("inspect")
    .description("decodes a host message, a BER-TLV string or an APDU trace; card numbers are masked")
    .argument("<hex|file...>", "hexadecimal bytes (blanks allowed), a file of them, or a file of raw bytes")
    .option("--clear", "do not mask")
    .parse();
  const { clear } = command.opts<{ clear?: boolean }>();
  const [first = ""] = command.args;
  for (const line of inspect(existsSync(first) ? fileText(first) : command.args.join(""), clear === true)) console.log(line);
}

function fileText(path: string): string {
  const bytes = readFileSync(path);
  const text = bytes.toString("latin1");
  return /^[\t\n\r -~]*$/.test(text) ? text : bytes.toString("hex");
}

if (process.argv[1]?.endsWith("inspect/main.ts")) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
