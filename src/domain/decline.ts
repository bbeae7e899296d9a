/** What a decline means: whether, and when, the same method is worth another try (semantics.md, section 8). */

/** `soft`: tried again; `hard`: not before the payment method changes; `requires_action`: the customer is asked. */
export type Decline = 'soft' | 'hard' | 'requires_action';

/** What the bank or the network says to do next, in Stripe's words. */
export type DeclineAdvice = 'confirm_card_data' | 'do_not_try_again' | 'try_again_later';

/** Codes after which the same card will never work; every other decline may pass another day. */
const hardCodes: ReadonlySet<string> = new Set([
  'no_payment_method',
  'expired_card',
  'incorrect_cvc',
  'incorrect_number',
  'lost_card',
  'stolen_card',
  'pickup_card',
  'restricted_card',
  'fraudulent',
  'invalid_account',
  'card_not_supported',
  'currency_not_supported',
]);

export function classifyDecline(code: string, advice: DeclineAdvice | null): Decline {
  if (code === 'authentication_required') return 'requires_action';
  if (advice === 'do_not_try_again' || advice === 'confirm_card_data') return 'hard';
  return hardCodes.has(code) ? 'hard' : 'soft';
}
