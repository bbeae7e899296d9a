/** Our minor units follow ISO 4217, and Stripe's do not everywhere: amounts are converted exactly, or refused. */
import { formatAmount, isCurrency, minorUnitDigits, type Amount } from '../../../domain/money.ts';
import { ProviderRefusal } from '../providerErrors.ts';

/** Ours × `times` ÷ `per` is Stripe's. */
interface Units {
  readonly times: bigint;
  readonly per: bigint;
  /** Stripe takes only multiples of it, in its own units. */
  readonly step: bigint;
}

const same: Units = { times: 1n, per: 1n, step: 1n };
/** Without a minor unit in ISO 4217, but with two digits at Stripe, always 00. */
const inHundredths: Units = { times: 100n, per: 1n, step: 100n };
/** The other way round. */
const inWholes: Units = { times: 1n, per: 100n, step: 1n };
/** Three digits, of which the last is always 0. */
const inTens: Units = { times: 1n, per: 1n, step: 10n };

/** HUF and TWD have two digits in charges at Stripe as in ISO 4217; they are whole in payouts only. */
const exceptions: Readonly<Record<string, Units>> = {
  ISK: inHundredths,
  UGX: inHundredths,
  MGA: inWholes,
  BHD: inTens,
  JOD: inTens,
  KWD: inTens,
  OMR: inTens,
  TND: inTens,
};

/** The most that Stripe charges at once, in its own units: eight digits, but for these. */
const limits: Readonly<Record<string, bigint>> = {
  IDR: 999_999_999_999n,
  INR: 999_999_999n,
  LBP: 99_999_999_999_999n,
  COP: 9_999_999_999_999n,
  HUF: 9_999_999_999_999n,
  JPY: 9_999_999_999_999n,
};
const commonLimit = 99_999_999n;

/** Stripe charges in no other currency of three or four digits. */
function unitsOf(currency: string): Units | null {
  if (!isCurrency(currency)) return null;
  return exceptions[currency] ?? (minorUnitDigits(currency) <= 2 ? same : null);
}

export interface StripeAmount {
  readonly amount: number;
  readonly currency: string;
}

/** Throws a `ProviderRefusal` for what Stripe cannot charge exactly, or not at once. */
export function toStripe(value: Amount, currency: string): StripeAmount {
  const units = unitsOf(currency);
  if (!units) throw new ProviderRefusal('currency_not_supported', `Stripe does not charge in ${currency}.`);
  const scaled = value * units.times;
  const amount = scaled / units.per;
  if (amount * units.per !== scaled || amount % units.step !== 0n) {
    throw new ProviderRefusal(
      'amount_not_chargeable',
      `Stripe cannot charge ${formatAmount(value, currency)}: it takes ${currency} in coarser steps.`,
    );
  }
  const limit = limits[currency] ?? commonLimit;
  if (amount > limit || amount <= 0n) {
    const why = amount > 0n ? `at most ${String(limit)} in its own units` : 'only amounts above zero';
    throw new ProviderRefusal(
      'amount_not_chargeable',
      `Stripe cannot charge ${formatAmount(value, currency)} at once: it takes ${why}.`,
    );
  }
  return { amount: Number(amount), currency: currency.toLowerCase() };
}

/** Null where we have no such currency, or no minor unit as small: then it was not we who asked for it. */
export function fromStripe(amount: number, lowerCaseCurrency: string): Amount | null {
  const currency = lowerCaseCurrency.toUpperCase();
  const units = unitsOf(currency);
  if (!units || !Number.isSafeInteger(amount)) return null;
  const scaled = BigInt(amount) * units.per;
  return scaled % units.times === 0n ? ((scaled / units.times) as Amount) : null;
}
