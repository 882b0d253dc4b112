/** What the training host answers, by the last two digits of the amount: 8.51 is refused for want of money. Anything else is approved. */
export const TRAINING_ANSWERS: Readonly<Record<string, string>> = {
  "01": "01",
  "04": "04",
  "05": "05",
  "41": "41",
  "51": "51",
  "54": "54",
  "55": "55",
  "61": "61",
  "75": "75",
  "91": "91",
  "96": "96",
};

/** No answer at all: the outcome is unknown, and a reversal goes out. */
export const TRAINING_SILENCE = "98";

/** What everybody has in the bank. */
export const TRAINING_BALANCE_FEN = 888_888;
