type Joined<Parts extends readonly unknown[]> = Parts extends readonly [infer First, ...infer Rest]
  ? First & Joined<Rest>
  : unknown;

/**
 * One table of several. Without a prototype it is a table from its first word on; of an object that grows by spreading, some engines copy the
 * whole layout at each of a thousand words, which is most of what a start takes.
 */
export function joined<const Parts extends readonly Readonly<Record<string, string>>[]>(...parts: Parts): Joined<Parts> {
  return Object.assign(Object.create(null), ...parts) as Joined<Parts>;
}
