/** Why an invoice was not paid, in words for whoever collects it. */
import type { Decline } from './decline.ts';

export function describeFailure(code: string, decline: Decline): string {
  if (code === 'no_payment_method') {
    return 'The customer has no payment method. Attach one, or record a payment that came by itself.';
  }
  if (code === 'card_tried_too_often') {
    return 'The card was declined 15 times in 30 days, and is left alone until the card networks allow another try. Attach another method, or try one by name.';
  }
  switch (decline) {
    case 'requires_action':
      return 'The customer is asked by its bank to confirm the payment. It is not tried again until then, unless another payment method is given.';
    case 'hard':
      return `The payment was declined (${code}), and the same method is not tried again. Attach another one, or try one by name.`;
    case 'soft':
      return `The payment was declined (${code}). It is tried again as planned, or at once where that is asked for.`;
  }
}
