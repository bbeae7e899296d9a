/** What the pay page says in each language. Terms of invoices: `../labels.ts`. */
import { de } from './labels/de.ts';
import { en } from './labels/en.ts';
import { es } from './labels/es.ts';
import { fr } from './labels/fr.ts';
import { it } from './labels/it.ts';
import { ja } from './labels/ja.ts';
import { nl } from './labels/nl.ts';
import { pl } from './labels/pl.ts';
import { pt } from './labels/pt.ts';

export interface Message {
  readonly heading: string;
  readonly text: string;
}

/** Why a payment did not go through, as far as the customer should know. */
export const payReasons = [
  'insufficient_funds',
  'expired_card',
  'incorrect_cvc',
  'incorrect_number',
  'over_limit',
  'not_supported',
  'not_confirmed',
  'try_again',
  'declined',
  'card_refused',
  'unavailable',
] as const;
export type PayReason = (typeof payReasons)[number];

/** Words in braces stand for values: `{number}`, `{amount}`, `{date}`, `{seller}`, `{expiry}`, `{count}`. */
export interface PayLabels {
  readonly title: string;
  readonly summary: string;
  readonly moreLines: string;
  readonly viewInvoice: string;
  readonly downloadPdf: string;
  readonly payWith: string;
  readonly defaultMethod: string;
  readonly expires: string;
  readonly anotherCard: string;
  readonly card: string;
  readonly testCard: string;
  readonly testCardHint: string;
  readonly makeDefault: string;
  readonly pay: string;
  readonly continueToBank: string;
  readonly otherWay: string;
  readonly checkAgain: string;
  readonly failed: string;
  readonly reasons: Readonly<Record<PayReason, string>>;
  readonly paid: Message;
  readonly processing: Message;
  readonly action: Message;
  readonly void: Message;
  readonly closed: Message;
  readonly expired: Message;
  readonly unknown: Message;
  readonly busy: Message;
}

const languages: Readonly<Record<string, PayLabels>> = { de, en, es, fr, it, ja, nl, pl, pt };

/** The labels of a language such as `de`, or the English ones. */
export function payLabelsOf(language: string): PayLabels {
  return languages[language] ?? en;
}

/** English first: it is what those get who take any. */
export const payLanguages = ['en', ...Object.keys(languages).filter((language) => language !== 'en')];
