/** Which provider takes the money of whom: one for live customers, the sandbox for those on a test clock (section 10). */
import type { TestClockId } from '../../domain/ids.ts';
import type { ProviderName } from '../../domain/paymentProvider.ts';
import type { PaymentProvider } from './provider.ts';

export interface PaymentProviders {
  /** The provider that a customer's new methods are attached at. */
  of(testClockId: TestClockId | null): PaymentProvider;
  /** The provider that has a record already. Throws where it is not configured any more. */
  named(name: ProviderName): PaymentProvider;
  readonly all: readonly PaymentProvider[];
}

/** `live` may be the sandbox too. */
export function paymentProviders(live: PaymentProvider, sandbox: PaymentProvider): PaymentProviders {
  return {
    of: (testClockId) => (testClockId === null ? live : sandbox),
    named(name) {
      if (name === sandbox.name) return sandbox;
      if (name === live.name) return live;
      throw new Error(`Payments by ${name} are not configured: set PAYMENT_PROVIDER=${name} and its keys.`);
    },
    all: live.name === sandbox.name ? [sandbox] : [live, sandbox],
  };
}
