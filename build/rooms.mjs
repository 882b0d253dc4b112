// The rules of import: which room may look into which. Longest matching path wins; "*" = anything of the repository.
// Packages: names a room may import from npm; true = any, Node's own included.
/** @type {Record<string, {rooms: string[], packages: string[] | true}>} */
export const ROOMS = {
  "app/main.ts": { rooms: ["app", "hal", "platform/guest"], packages: [] },
  // What main.ts starts with and comes back to; it may look where main.ts may.
  "app/boot": { rooms: ["app", "hal", "platform/guest"], packages: [] },
  "app/menu.ts": { rooms: ["app/admin", "app/transactions", "app/steps", "app/model", "app/text"], packages: [] },
  "app/model": { rooms: ["app/model"], packages: [] },
  "app/text": { rooms: ["app/text"], packages: [] },
  "app/screens": { rooms: ["app/screens", "app/model", "app/text", "hal/display", "platform/guest"], packages: [] },
  "app/slips": { rooms: ["app/slips", "app/model", "app/text"], packages: [] },
  "app/journal": { rooms: ["app/journal", "app/model", "platform/guest"], packages: [] },
  // The chip kernel stands alone: a card channel, a terminal and a host are handed to it.
  "app/emv": { rooms: ["app/emv"], packages: ["@noble/hashes"] },
  "app/acquirer": { rooms: ["app/acquirer", "app/model", "app/text", "hal", "platform/guest"], packages: [] },
  "app/steps": {
    rooms: [
      "app/steps",
      "app/screens",
      "app/acquirer",
      "app/journal",
      "app/slips",
      "app/model",
      "app/text",
      "app/emv",
      "hal",
      "platform/guest",
    ],
    packages: ["@noble/hashes", "valibot"],
  },
  "app/transactions": { rooms: ["app/transactions", "app/steps", "app/model", "app/text"], packages: [] },
  // What is not a sale: it may look where the steps look (settlement talks to the host, backup reads the journal).
  "app/admin": {
    rooms: [
      "app/admin",
      "app/steps",
      "app/screens",
      "app/acquirer",
      "app/journal",
      "app/slips",
      "app/model",
      "app/text",
      "hal",
      "platform/guest",
    ],
    packages: [],
  },
  hal: { rooms: ["hal", "platform/guest"], packages: ["valibot"] },
  "platform/abi.ts": { rooms: [], packages: [] },
  "platform/guest": { rooms: ["platform/guest", "platform/abi.ts"], packages: [] },
  // Only its nouns (Patience …) are shared with the inside.
  "platform/node": {
    rooms: ["platform/node", "platform/abi.ts", "platform/guest/system.ts", "platform/native/frames.ts"],
    packages: true,
  },
  // What both outsides share stands in platform/node; its build fails on anything of Node.
  "platform/native": {
    rooms: ["platform/native", "platform/node", "platform/abi.ts"],
    packages: ["std", "os", "@noble/ciphers", "@noble/hashes"],
  },
  // Nothing of app or hal: a shared mistake could hide.
  "tools/acquirer": { rooms: ["tools/acquirer", "tools/cards"], packages: true },
  "tools/cards": { rooms: ["tools/cards", "tools/acquirer", "build/ca"], packages: true },
  // Devices and drivers share no code.
  "tools/sim/devices": { rooms: ["tools/sim"], packages: true },
  tools: { rooms: ["*"], packages: true },
  build: { rooms: ["*"], packages: true },
  test: { rooms: ["*"], packages: true },
};

const inRoom = (/** @type {string} */ path, /** @type {string} */ room) => path === room || path.startsWith(`${room}/`);

/**
 * What is wrong with one import, in words; undefined when it is allowed.
 * @param {string} file repository path of the importing file
 * @param {string} target repository path of the imported file, or a package's name
 * @param {boolean} isPackage
 */
export function forbidden(file, target, isPackage) {
  const room = Object.keys(ROOMS)
    .filter((name) => inRoom(file, name))
    .sort((a, b) => b.length - a.length)[0];
  if (room === undefined) return undefined;
  const rule = ROOMS[room];
  if (rule === undefined) return undefined;
  if (isPackage) {
    if (rule.packages === true || rule.packages.some((name) => target === name || target.startsWith(`${name}/`)))
      return undefined;
    return `${file}: ${room} may not import the package "${target}"`;
  }
  if (rule.rooms.some((name) => name === "*" || inRoom(target, name))) return undefined;
  // Nobody but tools, build and test looks into those three.
  return `${file}: ${room} may not import ${target}`;
}
