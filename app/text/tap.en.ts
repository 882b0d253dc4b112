/** Cards held near, in English. */
export const tapEn = {
  "present.tap-now": "Amount entered. Tap again",
  "tap.reading": "Reading card",
  "tap.hold": "Hold the card still",
  "tap.read": "Card read",
  "tap.take-away": "You may take the card away",
  "problem.tap-again": "Not read to the end. Tap again",
  "problem.tap-same-card": "Not read to the end. Tap the same card again",
  "problem.tap-one-card": "One card only, please",
  "problem.tap-phone": "Cardholder: look at the phone, then tap again",
  "problem.tap-elsewhere": "This card cannot be tapped. Insert or swipe it",
  "problem.tap-not-accepted": "This card is not taken here by tapping. Insert, swipe, or another card",
  "problem.tap-reader": "The contactless reader does not answer. Insert or swipe",
  "problem.tap-torn": "The card's purse may have paid without our seeing it: check its balance, do not charge twice",
} as const;
