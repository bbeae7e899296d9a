/**
 * What a customer is told of a decline: enough to do better, and nothing that a thief may learn from. That a card is lost,
 * stolen or held for fraudulent is never said (docs/adr/0008-mail-and-pay-links.md).
 */
import type { PayReason } from './labels.ts';

const reasons: Readonly<Record<string, PayReason>> = {
  insufficient_funds: 'insufficient_funds',
  expired_card: 'expired_card',
  invalid_expiry_month: 'expired_card',
  invalid_expiry_year: 'expired_card',
  incorrect_cvc: 'incorrect_cvc',
  invalid_cvc: 'incorrect_cvc',
  incorrect_number: 'incorrect_number',
  invalid_number: 'incorrect_number',
  card_velocity_exceeded: 'over_limit',
  withdrawal_count_limit_exceeded: 'over_limit',
  card_tried_too_often: 'over_limit',
  card_not_supported: 'not_supported',
  currency_not_supported: 'not_supported',
  authentication_required: 'not_confirmed',
  authentication_failed: 'not_confirmed',
  payment_intent_authentication_failure: 'not_confirmed',
  approve_with_id: 'try_again',
  issuer_not_available: 'try_again',
  processing_error: 'try_again',
  reenter_transaction: 'try_again',
  try_again_later: 'try_again',
  no_payment_method: 'card_refused',
  payment_method_missing: 'card_refused',
  payment_method_unknown: 'card_refused',
  payment_method_declined: 'card_refused',
  payment_method_refused: 'card_refused',
  payment_in_flight: 'unavailable',
  payment_exists: 'unavailable',
  unavailable: 'unavailable',
};

/** Of a code that a bank, a provider or we have refused with. */
export function declineReason(code: string | null): PayReason {
  return reasons[code ?? ''] ?? 'declined';
}
