/** A program that ends with the one that has started it, whatever that died of: the kernel sees to it (util-linux's setpriv). */
export const mortal = (program: string, args: readonly string[]): { program: string; args: string[] } => ({
  program: "setpriv",
  args: ["--pdeathsig", "KILL", program, ...args],
});
