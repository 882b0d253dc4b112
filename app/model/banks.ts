/** Short names of institutions by the first four digits of their id (§3.10). */
const BANKS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  "0100": ["邮储银行", "PSBC"],
  "0102": ["工商银行", "ICBC"],
  "0103": ["农业银行", "ABC"],
  "0104": ["中国银行", "BOC"],
  "0105": ["建设银行", "CCB"],
  "0301": ["交通银行", "BOCOM"],
  "0302": ["中信银行", "CITIC"],
  "0303": ["光大银行", "CEB"],
  "0304": ["华夏银行", "HXB"],
  "0305": ["民生银行", "CMBC"],
  "0306": ["广发银行", "CGB"],
  "0307": ["平安银行", "PAB"],
  "0308": ["招商银行", "CMB"],
  "0309": ["兴业银行", "CIB"],
  "0310": ["浦发银行", "SPDB"],
  "4802": ["银联商务", "UMS"],
};

/** The bank's name, or its id when it is not in the table. */
export function bankName(institution: string, language: "zh-CN" | "en"): string {
  const names = BANKS[institution.slice(0, 4)];
  return names === undefined ? institution : names[language === "en" ? 1 : 0];
}
