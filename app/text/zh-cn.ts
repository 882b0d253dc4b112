export const zhCN = {
  ok: "确定",
} as const satisfies Record<string, string>;
