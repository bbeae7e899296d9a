/** What follows from each code of a failed payment (semantics.md, section 8). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  classifyDecline,
  customerMessage,
  customerReason,
  declineReason,
  type Decline,
  type DeclineAdvice,
} from '../../src/domain/decline.ts';
import {
  cardDeclines,
  otherFailures,
  otherMethodDeclines,
  refusedRequests,
} from '../../src/domain/declineCodes.ts';

/** Stripe's public list, as it is: each code with what follows from it. */
const cards: Readonly<Record<Decline, string>> = {
  requires_action: `authentication_required authentication_not_handled mobile_device_authentication_required`,
  soft: `approve_with_id call_issuer card_velocity_exceeded do_not_honor duplicate_transaction generic_decline
    insufficient_funds issuer_not_available no_action_taken processing_error reenter_transaction security_violation
    try_again_later withdrawal_count_limit_exceeded`,
  hard: `card_not_supported currency_not_supported do_not_try_again expired_card fraudulent incorrect_address
    incorrect_cvc incorrect_number incorrect_pin incorrect_zip invalid_account invalid_amount invalid_cvc
    invalid_expiry_month invalid_expiry_year invalid_number invalid_pin lost_card merchant_blacklist
    new_account_information_available not_permitted offline_pin_required online_or_offline_pin_required pickup_card
    pin_try_exceeded restricted_card revocation_of_all_authorizations revocation_of_authorization service_not_allowed
    stolen_card stop_payment_order testmode_decline transaction_not_allowed`,
};
const otherMethods: Readonly<Record<Decline, string>> = {
  requires_action: '',
  soft: `partner_generic_decline invalid_customer_account payment_limit_exceeded invalid_business_account
    partner_payment_not_found`,
  hard: `invalid_billing_agreement partner_high_risk_customer compliance_violation payment_disputed
    invalid_authorization invalid_payment_information expired_payment_information`,
};
const others: Readonly<Record<Decline, string>> = {
  requires_action: `payment_intent_authentication_failure payment_method_customer_decline`,
  soft: `card_declined payment_intent_payment_attempt_expired payment_intent_payment_attempt_failed
    payment_method_provider_decline payment_method_provider_timeout payment_method_not_available
    charge_exceeds_source_limit could_not_process card_tried_too_often`,
  hard: `highest_risk_level previously_declined_do_not_retry payment_intent_mandate_invalid debit_not_authorized
    account_closed bank_account_restricted bank_ownership_changed invalid_account_number no_account
    payment_method_detached no_payment_method`,
};

const refusals: Readonly<Record<Decline, string>> = {
  ...{ requires_action: '', soft: '' },
  hard: `amount_not_chargeable amount_too_small amount_too_large`,
};

describe.each([
  ['a card', cards, cardDeclines, 50],
  ['another way to pay', otherMethods, otherMethodDeclines, 12],
  ['an error or our own finding', others, otherFailures, 22],
  ['a request that is refused', refusals, refusedRequests, 3],
])('a code of %s', (_what, expected, table, count) => {
  const classes = (['soft', 'hard', 'requires_action'] as const).flatMap((decline) =>
    expected[decline]
      .split(/\s+/)
      .filter((code) => code !== '')
      .map((code) => [code, decline] as const),
  );

  test.each(classes)('%s is %s, and says why', (code, decline) => {
    expect(classifyDecline(code, null)).toBe(decline);
    expect(declineReason(code)).toMatch(/^[A-Z].+\.$/);
  });

  test('each is named here, and no other', () => {
    expect(classes.map(([code]) => code).sort()).toEqual(Object.keys(table).sort());
    expect(classes).toHaveLength(count);
  });
});

test.each<[string, DeclineAdvice, Decline]>([
  ['do_not_honor', 'do_not_try_again', 'hard'],
  ['insufficient_funds', 'confirm_card_data', 'hard'],
  ['expired_card', 'try_again_later', 'soft'],
  ['authentication_required', 'try_again_later', 'requires_action'],
  ['authentication_required', 'do_not_try_again', 'hard'],
])('%s with the advice %s is %s', (code, advice, decline) => {
  expect(classifyDecline(code, advice)).toBe(decline);
});

test('a customer hears nothing of lost, stolen or suspected cards', () => {
  const silent =
    'lost_card stolen_card pickup_card restricted_card fraudulent merchant_blacklist highest_risk_level security_violation';
  for (const code of silent.split(' ')) {
    expect(customerReason(code)).toBe('declined');
    expect(customerMessage(code)).toBe(customerMessage('generic_decline'));
  }
});

test('no message to a customer accuses, whatever the code', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.constantFrom(...Object.keys({ ...cardDeclines, ...otherMethodDeclines, ...otherFailures })),
      ),
      (code) => {
        expect(customerMessage(code)).not.toMatch(/fraud|stolen|lost|risk|block|restrict/i);
      },
    ),
  );
});

test('each code has a class, a reason and a message, known or not, with any advice', () => {
  const advice = fc.constantFrom<DeclineAdvice | null>(
    null,
    'confirm_card_data',
    'do_not_try_again',
    'try_again_later',
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom('constructor', '__proto__', 'toString')),
      advice,
      (code, given) => {
        expect(['soft', 'hard', 'requires_action']).toContain(classifyDecline(code, given));
        expect(declineReason(code).length).toBeGreaterThan(0);
        expect(customerMessage(code).length).toBeGreaterThan(0);
      },
    ),
  );
});
