/** `npm run image`: whole-system images and the bundles that update them. Exit 1 with words when something is refused or wrong. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { IMAGE_FILE, parseImage } from "../../platform/node/system/image.ts";
import { readSigner } from "../package/keys.ts";
import { explainBundle, makeBundle, makeImageKey, readKeyring } from "./bundle.ts";
import { consoleWords, DISK_FILE, makeImage, ROOTFS_FILE } from "./make.ts";
import { toolsMissing } from "./tools.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

/** Where a person stands when typing a path: npm runs programs in the repository's root. */
const given = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);

interface MakeArguments {
  board: string;
  package: string;
  keyring: string;
  signer: string[];
  imageVersion?: string;
  slot: string;
  include: string[];
  overlay?: string;
  console?: string;
  dev?: boolean;
  out?: string;
}

/** SOURCE_DATE_EPOCH, else the time of the last commit: the same sources give the same image. */
function epochOf(): number {
  const set = process.env.SOURCE_DATE_EPOCH;
  if (set !== undefined) return Number(set);
  try {
    return Number(
      execFileSync("git", ["-C", root, "log", "-1", "--format=%ct"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    throw new Error(
      "this is no git checkout: set SOURCE_DATE_EPOCH to the time that the image is to have, in seconds since 1970",
    );
  }
}

async function make(options: MakeArguments): Promise<void> {
  const { board, overlay, dev = false } = options;
  const out = given(options.out ?? join(root, "dist/image", board));
  mkdirSync(out, { recursive: true });
  const image = await makeImage({
    root,
    board,
    firmware: new Uint8Array(readFileSync(given(options.package))),
    signers: options.signer.map((file) => readSigner(given(file))),
    keyring: readKeyring(given(options.keyring)),
    version: options.imageVersion,
    slotMib: Number(options.slot),
    include: options.include,
    overlay: overlay === undefined ? undefined : given(overlay),
    cmdline: options.console === undefined ? undefined : consoleWords(options.console),
    development: dev,
    epoch: epochOf(),
    out,
  });
  console.log(`${image.board} ${image.version}, security counter ${image.securityCounter}`);
  console.log(`${join(out, DISK_FILE)}   onto the board's disk, as it is\n${join(out, ROOTFS_FILE)}  what bundles are made of`);
}

function bundle(options: { image: string; key: string; out?: string }): void {
  const folder = given(options.image);
  const image = parseImage(readFileSync(join(folder, IMAGE_FILE), "utf8"));
  const out = given(options.out ?? join(folder, `tael-${image.board}-${image.version}.raucb`));
  const key = given(options.key);
  makeBundle({ rootfs: join(folder, ROOTFS_FILE), image, key, certificate: `${key}.crt`, work: folder, out });
  console.log(out);
}

function command(): Command {
  const program = new Command("image").description("whole-system images and the bundles that update them");
  program
    .command("make", { isDefault: true })
    .description("makes disk.img and rootfs.img: Debian, the loader as a service, a firmware package")
    .requiredOption("--board <name>", "the board; the package must be for it")
    .requiredOption("--package <file>", "firmware package (npm run firmware)")
    .requiredOption("--keyring <file>", "certificate (PEM) whose bundles the terminal takes (npm run image -- key)")
    .option("--signer <file...>", "public keys whose firmware the terminal takes, besides the package's", [])
    .option("--image-version <version>", "MAJOR.MINOR.PATCH (default: the package's)")
    .option("--slot <mib>", "size of a slot", "384")
    .option("--include <package...>", "packages of Debian that the board needs besides", [])
    .option("--overlay <dir>", "files that are laid over the root file system")
    .option("--console <line>", "a serial line (ttyS0) that gets kernel and journal; for a workshop")
    .option("--dev", "a development package is allowed")
    .option("--out <dir>", "where it goes (default: dist/image/BOARD)")
    .action(make);
  program
    .command("bundle")
    .description("makes the signed bundle that updates terminals to an image")
    .requiredOption("--image <dir>", "where the image was made")
    .requiredOption("--key <file>", "private key; its certificate is FILE.crt")
    .option("--out <file>", "where it goes")
    .action(bundle);
  program
    .command("verify <file>")
    .description("checks a bundle's signature and tells what is in it")
    .requiredOption("--keyring <file>", "certificate that is trusted")
    .action((file: string, { keyring }: { keyring: string }) => console.log(explainBundle(given(file), given(keyring))));
  program
    .command("key <file>")
    .description("makes the key pair that signs bundles: FILE and FILE.crt")
    .option("--name <name>", "whose it is", "Tael image")
    .action((file: string, { name }: { name: string }) => makeImageKey(given(file), name));
  return program;
}

try {
  const missing = toolsMissing();
  if (missing !== undefined) throw new Error(missing);
  await command().parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
