/** What a decline means: whether, and when, the same method is worth another try (semantics.md, section 8). */
import {
  cardDeclines,
  otherFailures,
  otherMethodDeclines,
  refusedRequests,
  type CustomerReason,
  type DeclineCode,
} from './declineCodes.ts';

/** `soft`: tried again; `hard`: not before the payment method changes; `requires_action`: the customer is asked. */
export type Decline = 'soft' | 'hard' | 'requires_action';

/** What the bank or the network says to do next, in Stripe's words. */
export type DeclineAdvice = 'confirm_card_data' | 'do_not_try_again' | 'try_again_later';

const declines: ReadonlyMap<string, DeclineCode> = new Map(
  [cardDeclines, otherMethodDeclines, otherFailures].flatMap((list) => Object.entries(list)),
);
const codes: ReadonlyMap<string, DeclineCode> = new Map([...declines, ...Object.entries(refusedRequests)]);

const ofAdvice: Readonly<Record<DeclineAdvice, Decline>> = {
  confirm_card_data: 'hard',
  do_not_try_again: 'hard',
  try_again_later: 'soft',
};

/**
 * What the bank advises goes before what the code says, but for one thing: waiting answers no bank that asks for the
 * customer. A code that is in no table is `soft`: it may pass another day, and the schedule ends by itself.
 */
export function classifyDecline(code: string, advice: DeclineAdvice | null): Decline {
  const ofCode = codes.get(code)?.class ?? 'soft';
  if (advice === null || (advice === 'try_again_later' && ofCode === 'requires_action')) return ofCode;
  return ofAdvice[advice];
}

/** Whether it is in a table: the provider's word for a method that was declined. */
export function isDeclineCode(code: string): boolean {
  return declines.has(code);
}

/** Why it failed, in a sentence for operators. Never for customers: it tells of lost and stolen cards. */
export function declineReason(code: string): string {
  return codes.get(code)?.reason ?? `The provider declined it as ${code}.`;
}

/** What the customer may be told of it; a code that is in no table tells nothing. */
export function customerReason(code: string): CustomerReason {
  return codes.get(code)?.told ?? 'declined';
}

const messages: Readonly<Record<CustomerReason, string>> = {
  declined: 'The payment was declined. Use another payment method, or ask your bank.',
  insufficient_funds: 'The account has too little money, or a limit is used up. Use another payment method.',
  expired: 'The payment method has expired. Use another one.',
  check_details: 'Something in the details of the payment method is wrong. Give them again.',
  authentication: 'Your bank asks you to confirm the payment.',
  not_supported: 'The payment method cannot be used for this payment. Use another one.',
  try_again: 'The payment could not be made at the moment. Try again later.',
  no_method: 'There is no payment method to pay with. Add one.',
};

/** `customerReason` in English. */
export function customerMessage(code: string): string {
  return messages[customerReason(code)];
}
