/** Stripe's names of test payment methods, and what becomes of a charge to each; and names of our own for what has none there. */

export type Advice = 'confirm_card_data' | 'do_not_try_again' | 'try_again_later';
export type Approved = 'succeeded' | { readonly decline: string; readonly advice?: Advice };

export interface TestMethod {
  readonly type: 'card' | 'us_bank_account';
  readonly brand: string;
  readonly last4: string;
  readonly expiry?: { readonly month: number; readonly year: number };
  readonly outcome:
    | Approved
    /** The customer's bank asks its questions first. */
    | { readonly asks: Approved }
    /** The bank takes days to tell. */
    | { readonly settles: Approved };
  /** Why it cannot even be attached. */
  readonly refusal?: string;
  /** What a refund to it fails with. */
  readonly refundFailure?: string;
  /** Whether a refund to it takes its time. */
  readonly slowRefund?: boolean;
  /** Why its customer disputes each charge at once. */
  readonly disputes?: string;
}

const card = (brand: string, last4: string): TestMethod => ({
  type: 'card',
  brand,
  last4,
  outcome: 'succeeded',
});
const declined = (last4: string, decline: string): TestMethod => ({
  ...card('visa', last4),
  outcome: { decline },
});
const bankDebit = (last4: string, settles: Approved): TestMethod => ({
  type: 'us_bank_account',
  brand: 'Sandbox Bank',
  last4,
  outcome: { settles },
});

/**
 * Unlike at Stripe, a card that will decline can be attached: what follows from a decline is what a sandbox is for.
 */
const methods: Readonly<Record<string, TestMethod>> = {
  pm_card_visa: card('visa', '4242'),
  pm_card_visa_debit: card('visa', '5556'),
  pm_card_mastercard: card('mastercard', '4444'),
  pm_card_mastercard_debit: card('mastercard', '8210'),
  pm_card_amex: card('amex', '0005'),
  pm_card_discover: card('discover', '1117'),
  pm_card_diners: card('diners', '0904'),
  pm_card_jcb: card('jcb', '0505'),
  pm_card_unionpay: card('unionpay', '0005'),
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
  pm_card_cvcCheckFail: { ...card('visa', '0101'), refusal: 'incorrect_cvc' },
  pm_card_refundFail: { ...card('visa', '5126'), refundFailure: 'expired_or_canceled_card' },
  pm_card_pendingRefund: { ...card('visa', '7726'), slowRefund: true },
  pm_card_authenticationRequired: { ...card('visa', '3184'), outcome: { asks: 'succeeded' } },
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: {
    ...card('visa', '8260'),
    outcome: { asks: { decline: 'insufficient_funds' } },
  },
  pm_card_createDispute: { ...card('visa', '0259'), disputes: 'fraudulent' },
  pm_card_createDisputeProductNotReceived: { ...card('visa', '2685'), disputes: 'product_not_received' },
  pm_usBankAccount_success: bankDebit('6789', 'succeeded'),
  pm_usBankAccount_accountClosed: bankDebit('1113', { decline: 'account_closed' }),
  pm_usBankAccount_noAccount: bankDebit('1116', { decline: 'no_account' }),
  pm_usBankAccount_insufficientFunds: bankDebit('2227', { decline: 'insufficient_funds' }),
  pm_usBankAccount_debitNotAuthorized: bankDebit('3333', { decline: 'debit_not_authorized' }),
};

const known: ReadonlyMap<string, TestMethod> = new Map(Object.entries(methods));

/** Such as `pm_sandbox_declined:do_not_honor` or `pm_sandbox_declined:do_not_honor:do_not_try_again`. */
const declinedName =
  /^pm_sandbox_declined:([a-z_]{1,60})(?::(confirm_card_data|do_not_try_again|try_again_later))?$/;
/** A card that expires at the end of a month, such as `pm_sandbox_expires:2026-03`. */
const expiringName = /^pm_sandbox_expires:(\d{4})-(0[1-9]|1[0-2])$/;

/** What a token stands for; undefined: there is none of that name. */
export function findTestMethod(token: string): TestMethod | undefined {
  const [, decline, advice] = declinedName.exec(token) ?? [];
  if (decline !== undefined) {
    const outcome = advice === undefined ? { decline } : { decline, advice: advice as Advice };
    return { ...card('visa', '0002'), outcome };
  }
  const [, year, month] = expiringName.exec(token) ?? [];
  if (year !== undefined)
    return { ...card('visa', '4242'), expiry: { year: Number(year), month: Number(month) } };
  return known.get(token);
}

/** For who asked for one that is not there. */
export const someTokens: readonly string[] = [...known.keys()].slice(0, 3);
