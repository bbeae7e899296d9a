/** Stripe's names of test payment methods, and what becomes of a charge to each. */

export interface SandboxCard {
  readonly brand: string;
  readonly last4: string;
  readonly outcome: 'succeeded' | 'requires_action' | { readonly decline: string };
  /** What a refund to it fails with. */
  readonly refundFailure?: string;
}

const approved = (brand: string, last4: string): SandboxCard => ({ brand, last4, outcome: 'succeeded' });
const declined = (last4: string, decline: string): SandboxCard => ({
  brand: 'visa',
  last4,
  outcome: { decline },
});

/**
 * Unlike at Stripe, a card that will decline can be attached: what follows from a decline is what a sandbox is for.
 */
const cards: Readonly<Record<string, SandboxCard>> = {
  pm_card_visa: approved('visa', '4242'),
  pm_card_visa_debit: approved('visa', '5556'),
  pm_card_mastercard: approved('mastercard', '4444'),
  pm_card_mastercard_debit: approved('mastercard', '8210'),
  pm_card_amex: approved('amex', '0005'),
  pm_card_discover: approved('discover', '1117'),
  pm_card_diners: approved('diners', '0904'),
  pm_card_jcb: approved('jcb', '0505'),
  pm_card_unionpay: approved('unionpay', '0005'),
  pm_card_chargeCustomerFail: declined('0341', 'card_declined'),
  pm_card_visa_chargeDeclined: declined('0002', 'generic_decline'),
  pm_card_visa_chargeDeclinedInsufficientFunds: declined('9995', 'insufficient_funds'),
  pm_card_visa_chargeDeclinedLostCard: declined('9987', 'lost_card'),
  pm_card_visa_chargeDeclinedStolenCard: declined('9979', 'stolen_card'),
  pm_card_visa_chargeDeclinedVelocityLimitExceeded: declined('6975', 'card_velocity_exceeded'),
  pm_card_chargeDeclinedExpiredCard: declined('0069', 'expired_card'),
  pm_card_chargeDeclinedIncorrectCvc: declined('0127', 'incorrect_cvc'),
  pm_card_chargeDeclinedProcessingError: declined('0119', 'processing_error'),
  pm_card_chargeDeclinedFraudulent: declined('0019', 'fraudulent'),
  pm_card_refundFail: { ...approved('visa', '5126'), refundFailure: 'expired_or_canceled_card' },
  pm_card_authenticationRequired: { brand: 'visa', last4: '3184', outcome: 'requires_action' },
};

export const sandboxTokens: ReadonlyMap<string, SandboxCard> = new Map(Object.entries(cards));
