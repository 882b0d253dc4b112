/** The kind of the file system on which a path lies. `mounts`: /proc/self/mounts; "directory" when it does not say. */
export function fileSystemAt(path: string, mounts: string): string {
  const holding = mounts
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, at = "-"]) => path === at || path.startsWith(at.endsWith("/") ? at : `${at}/`));
  // Of two at the same place the later one covers the earlier.
  const nearest = holding.reverse().sort((a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0))[0];
  return nearest?.[2] ?? "directory";
}
