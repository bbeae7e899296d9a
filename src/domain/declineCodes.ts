/** Every code that a failed payment may carry: what follows from it, why, and what of that a customer may be told. */
import type { Decline } from './decline.ts';

/** What a customer may be told. `declined` says no more than that; pages and mails word each in the customer's language. */
export type CustomerReason =
  | 'declined'
  | 'insufficient_funds'
  | 'expired'
  | 'check_details'
  | 'authentication'
  | 'not_supported'
  | 'try_again'
  | 'no_method';

export interface DeclineCode {
  readonly class: Decline;
  /** For operators, in a short sentence. */
  readonly reason: string;
  readonly told: CustomerReason;
}

const soft = (reason: string, told: CustomerReason = 'declined'): DeclineCode => ({
  class: 'soft',
  reason,
  told,
});
const hard = (reason: string, told: CustomerReason = 'declined'): DeclineCode => ({
  class: 'hard',
  reason,
  told,
});
const asks = (reason: string): DeclineCode => ({ class: 'requires_action', reason, told: 'authentication' });

/** Stripe's list for cards. Lost, stolen and suspected cards are told like any other decline, as Stripe asks. */
export const cardDeclines: Readonly<Record<string, DeclineCode>> = {
  authentication_required: asks('The bank wants the customer to authenticate.'),
  authentication_not_handled: asks('The bank asked for authentication before, and there was none.'),
  mobile_device_authentication_required: asks('The bank wants authentication on the phone that pays.'),
  approve_with_id: soft('The bank could not authorise it; another try may pass.', 'try_again'),
  call_issuer: soft('The bank gives no reason; the customer may ask it.'),
  card_not_supported: hard('The card does not support such a purchase.', 'not_supported'),
  card_velocity_exceeded: soft('The balance or a limit of the card is used up.', 'insufficient_funds'),
  currency_not_supported: hard('The card does not support the currency.', 'not_supported'),
  do_not_honor: soft('The bank gives no reason; the customer may ask it.'),
  do_not_try_again: hard('The bank says not to try this card again.'),
  duplicate_transaction: soft('The same amount was charged to the card a moment ago.', 'try_again'),
  expired_card: hard('The card has expired.', 'expired'),
  fraudulent: hard('The provider suspects fraud.'),
  generic_decline: soft('The bank gives no reason, or the provider blocked it.'),
  incorrect_address: hard('The address does not match the card.', 'check_details'),
  incorrect_cvc: hard('The security code is wrong.', 'check_details'),
  incorrect_number: hard('The card number is wrong.', 'check_details'),
  incorrect_pin: hard('The PIN is wrong.', 'check_details'),
  incorrect_zip: hard('The postal code does not match the card.', 'check_details'),
  insufficient_funds: soft('The account has too little money.', 'insufficient_funds'),
  invalid_account: hard('The card, or its account, is invalid.'),
  invalid_amount: hard('The bank does not allow the amount.', 'not_supported'),
  invalid_cvc: hard('The security code is wrong.', 'check_details'),
  invalid_expiry_month: hard('The month of expiry is wrong.', 'check_details'),
  invalid_expiry_year: hard('The year of expiry is wrong.', 'check_details'),
  invalid_number: hard('The card number is wrong.', 'check_details'),
  invalid_pin: hard('The PIN is wrong.', 'check_details'),
  issuer_not_available: soft('The bank could not be reached.', 'try_again'),
  lost_card: hard('The card was reported lost.'),
  merchant_blacklist: hard("The payment matches the provider account's block list."),
  new_account_information_available: hard('The card was replaced: its number or expiry is another now.'),
  no_action_taken: soft('The bank gives no reason; the customer may ask it.'),
  not_permitted: hard('The bank does not permit the payment.'),
  offline_pin_required: hard('The card wants its PIN at a card reader.', 'not_supported'),
  online_or_offline_pin_required: hard('The card wants its PIN at a card reader.', 'not_supported'),
  pickup_card: hard('The card is blocked; it may have been reported lost or stolen.'),
  pin_try_exceeded: hard('The PIN was wrong too often.'),
  processing_error: soft('The card could not be processed for a technical reason.', 'try_again'),
  reenter_transaction: soft('The bank could not process it for an unknown reason.', 'try_again'),
  restricted_card: hard('The card is restricted; it may have been reported lost or stolen.'),
  revocation_of_all_authorizations: hard('The customer had the bank stop all payments to you.'),
  revocation_of_authorization: hard('The customer had the bank stop this payment.'),
  security_violation: soft('The bank declined it for its security; it gives no more.'),
  service_not_allowed: hard('The card may not be used for such a service.'),
  stolen_card: hard('The card was reported stolen.'),
  stop_payment_order: hard('The customer had the bank stop this payment.'),
  testmode_decline: hard("The provider's test card was used in live mode.", 'not_supported'),
  transaction_not_allowed: hard('The card may not be used for such a payment.'),
  try_again_later: soft('The bank gives no reason, and says to try again.', 'try_again'),
  withdrawal_count_limit_exceeded: soft('A limit of the card is used up.', 'insufficient_funds'),
};

/** Stripe's list for other ways to pay, but for what it shares with cards. */
export const otherMethodDeclines: Readonly<Record<string, DeclineCode>> = {
  partner_generic_decline: soft("The method's provider gives no reason."),
  invalid_customer_account: soft("The customer's account cannot be charged as it stands."),
  payment_limit_exceeded: soft("A limit of the customer's account is used up.", 'insufficient_funds'),
  invalid_billing_agreement: hard("The customer's agreement to be billed is invalid."),
  invalid_business_account: soft("Your account at the method's provider is deactivated.", 'try_again'),
  partner_high_risk_customer: hard("The method's provider holds the customer for a risk."),
  compliance_violation: hard('The payment breaks terms or laws, says the provider.'),
  payment_disputed: hard('The customer disputes the payment.'),
  invalid_authorization: hard("The customer's authorisation is invalid or revoked."),
  invalid_payment_information: hard('What the customer gave to pay with is invalid.', 'check_details'),
  partner_payment_not_found: soft("The method's provider does not find the payment.", 'try_again'),
  expired_payment_information: hard('What the customer pays with has expired.', 'expired'),
};

/** What a failed attempt may carry beside the lists: the error's own code, a bank's answer to a debit, or our own. */
export const otherFailures: Readonly<Record<string, DeclineCode>> = {
  card_declined: soft('The bank gives no reason.'),
  highest_risk_level: hard("The provider's rules blocked it as the highest risk."),
  previously_declined_do_not_retry: hard('The bank said before not to try this card again.'),
  payment_intent_authentication_failure: asks('The customer did not pass the authentication.'),
  payment_intent_payment_attempt_expired: soft('The customer did not finish in time.', 'try_again'),
  payment_intent_payment_attempt_failed: soft('The attempt failed at the provider.', 'try_again'),
  payment_method_customer_decline: asks('The customer declined it.'),
  payment_method_provider_decline: soft("The method's provider declined it."),
  payment_method_provider_timeout: soft("The method's provider did not answer in time.", 'try_again'),
  payment_method_not_available: soft('The way to pay is out of order at the moment.', 'try_again'),
  payment_intent_mandate_invalid: hard("The customer's mandate is invalid or revoked."),
  charge_exceeds_source_limit: soft('A limit of the method is used up.', 'insufficient_funds'),
  debit_not_authorized: hard('The customer says the debit was not authorised.'),
  account_closed: hard('The bank account is closed.'),
  bank_account_restricted: hard('The bank account cannot be debited.'),
  bank_ownership_changed: hard('The bank account belongs to another bank now.'),
  could_not_process: soft('The bank could not process the debit.', 'try_again'),
  invalid_account_number: hard('The number of the bank account is wrong.', 'check_details'),
  no_account: hard('There is no such bank account.', 'check_details'),
  card_tried_too_often: soft(
    'The card networks let nobody try the card yet: it was declined 15 times in 30 days.',
  ),
  payment_method_detached: hard('The payment method was removed.', 'no_method'),
  no_payment_method: hard('The customer has no payment method.', 'no_method'),
};

/** What a provider will not make, for no fault of the customer's method. Other refusals have no reason here. */
export const refusedRequests: Readonly<Record<string, DeclineCode>> = {
  amount_not_chargeable: hard(
    'The provider cannot charge such an amount exactly, or not at once.',
    'not_supported',
  ),
  amount_too_small: hard('The amount is below what the provider charges at least.', 'not_supported'),
  amount_too_large: hard('The amount is above what the provider charges at most.', 'not_supported'),
};
