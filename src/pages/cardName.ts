/** A card as people know it: its brand and its last digits. */
import { plainLine } from './plainText.ts';

const brands: Readonly<Record<string, string>> = {
  amex: 'American Express',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  mastercard: 'Mastercard',
  unionpay: 'UnionPay',
  visa: 'Visa',
};

export interface NamedCard {
  readonly brand: string;
  readonly last4: string;
}

/** Such as `Visa •••• 4242`. */
export function cardName({ brand, last4 }: NamedCard): string {
  return plainLine(`${brands[brand] ?? brand} •••• ${last4}`);
}

/** As it stands on the card: `07/29`. */
export function cardExpiry(month: number, year: number): string {
  return `${String(month).padStart(2, '0')}/${String(year % 100).padStart(2, '0')}`;
}
