/** Cards held near, in English. */
export const tapEn = {
  "present.tap-now": "Amount entered. Tap again",
  "tap.reading": "Reading card",
  "tap.hold": "Hold the card still",
  "tap.read": "Card read",
  "tap.take-away": "You may take the card away",
  "problem.tap-again": "Not read. Please tap again",
  "problem.tap-same-card": "Not read. Tap the same card again",
  "problem.tap-one-card": "One card only, please",
  "problem.tap-phone": "Look at the phone, then tap again",
  "problem.tap-elsewhere": "Not by tapping: insert or swipe",
  "problem.tap-not-accepted": "Not taken by tapping: insert, swipe, or use another card",
  "problem.tap-reader": "The contactless reader does not answer. Insert or swipe",
  "problem.tap-torn": "The purse may have paid unseen: check its balance, do not charge twice",
  "notice.tap-cut-title": "Tap cut off",
  "notice.tap-cut": "{card} paid {amount} when the power went: maybe charged, not booked",
  "notice.tap-cut-todo": "Tap it again for that amount, or see its balance. Do not charge twice",
} as const;
