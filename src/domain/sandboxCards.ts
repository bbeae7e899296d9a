/** The test cards that the pay page offers where the sandbox takes the money: Stripe's names, and what stands on each. */
export const sandboxCards = [
  { token: 'pm_card_visa', brand: 'visa', last4: '4242' },
  { token: 'pm_card_mastercard', brand: 'mastercard', last4: '4444' },
  { token: 'pm_card_authenticationRequired', brand: 'visa', last4: '3184' },
  { token: 'pm_card_visa_chargeDeclinedInsufficientFunds', brand: 'visa', last4: '9995' },
  { token: 'pm_card_visa_chargeDeclinedLostCard', brand: 'visa', last4: '9987' },
  { token: 'pm_card_chargeDeclinedExpiredCard', brand: 'visa', last4: '0069' },
  { token: 'pm_card_chargeDeclinedIncorrectCvc', brand: 'visa', last4: '0127' },
  { token: 'pm_card_chargeDeclinedProcessingError', brand: 'visa', last4: '0119' },
  { token: 'pm_card_chargeCustomerFail', brand: 'visa', last4: '0341' },
] as const;
