/** English. */
import type { PayLabels } from '../labels.ts';

export const en: PayLabels = {
  title: 'Pay invoice {number}',
  summary: 'Summary',
  moreLines: 'and {count} more lines: see the invoice',
  viewInvoice: 'View invoice',
  downloadPdf: 'Download PDF',
  payWith: 'Pay with',
  defaultMethod: 'default',
  expires: 'expires {expiry}',
  anotherCard: 'Another card',
  card: 'Card details',
  testCard: 'Test card',
  testCardHint: 'No real money moves. The name says how the card behaves.',
  makeDefault: 'Use this card for future payments',
  pay: 'Pay {amount}',
  continueToBank: 'Continue to your bank',
  otherWay: 'Pay in another way',
  checkAgain: 'Check again',
  failed: 'The payment did not go through',
  reasons: {
    insufficient_funds: 'There is not enough money on this card. Use another card, or try again later.',
    expired_card: 'This card has expired. Use another card.',
    incorrect_cvc: 'The security code is wrong. Enter the card again.',
    incorrect_number: 'The card number is wrong. Enter the card again.',
    over_limit: 'This card has reached its limit. Use another card, or try again later.',
    not_supported: 'This card cannot be used for this payment. Use another card.',
    not_confirmed: 'The payment was not confirmed with your bank. Try again, or use another card.',
    try_again: 'Your bank could not process the payment just now. Please try again.',
    declined: 'Your bank declined this card. Use another card, or ask your bank.',
    card_refused: 'This card was not accepted. Check it, or use another card.',
    unavailable:
      'We could not process the payment just now. You have not been charged twice; please try again.',
  },
  paid: { heading: 'This invoice is paid', text: 'Thank you. Nothing is left to pay.' },
  processing: {
    heading: 'Your payment is being processed',
    text: 'You need not do anything. This can take a moment; with a bank debit, some days.',
  },
  action: {
    heading: 'Confirm with your bank',
    text: 'Your bank asks you to confirm this payment of {amount}. It is not paid until then.',
  },
  void: { heading: 'This invoice is void', text: 'There is nothing to pay.' },
  closed: { heading: 'This invoice can no longer be paid here', text: 'Please contact {seller}.' },
  expired: {
    heading: 'This link has expired',
    text: 'Please use the link in our latest email, or contact {seller}.',
  },
  unknown: {
    heading: 'This link is not valid',
    text: 'Please check that you have the whole address from our email.',
  },
  busy: { heading: 'Too many attempts', text: 'Please wait a minute, then try again.' },
};
