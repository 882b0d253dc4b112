/** 挥卡。 */
export const tapZhCN = {
  "present.tap-now": "金额已输入，请再次挥卡",
  "tap.reading": "正在读卡",
  "tap.hold": "请不要移开卡片",
  "tap.read": "读卡成功",
  "tap.take-away": "可以移开卡片了",
  "problem.tap-again": "没读完，请再次挥卡",
  "problem.tap-same-card": "没读完，请用刚才那张卡再次挥卡",
  "problem.tap-one-card": "请只出示一张卡",
  "problem.tap-phone": "请持卡人看手机，确认后再次挥卡",
  "problem.tap-elsewhere": "此卡不能挥卡，请改用插卡或刷卡",
  "problem.tap-not-accepted": "此卡不能在这里挥卡，请插卡、刷卡或换卡",
  "problem.tap-reader": "非接读卡器没有响应，请插卡或刷卡",
  "problem.tap-torn": "卡片可能已付电子现金而本机没有收到：请查询卡片余额，不要重复收款",
  "notice.tap-cut-title": "挥卡中断",
  "notice.tap-cut": "断电前 {card} 挥卡付 {amount}，卡片可能已扣电子现金而本机没有记账",
  "notice.tap-cut-todo": "请用同一张卡按同一金额再挥一次，终端会核对；卡不在时请查询余额，不要重复收款",
} as const;
