/** What mails say in each language, as a seller writes to its customers there. Terms of invoices: `../labels.ts`. */
import type { NotificationKind } from '../../domain/notification.ts';
import { de } from './labels/de.ts';
import { en } from './labels/en.ts';
import { es } from './labels/es.ts';
import { fr } from './labels/fr.ts';
import { it } from './labels/it.ts';
import { ja } from './labels/ja.ts';
import { nl } from './labels/nl.ts';
import { pl } from './labels/pl.ts';
import { pt } from './labels/pt.ts';

/** Words in braces stand for values: `{number}`, `{seller}`, `{amount}`, `{date}`, `{card}`, `{expiry}`, `{name}`, `{organization}`. */
export interface MailLabels {
  readonly greeting: string;
  readonly kinds: Readonly<Record<NotificationKind, MailText>>;
  /** Of an invoice of which nothing is to be paid. */
  readonly settled: MailText;
  /** Where it is tried again by itself, and where it is not. */
  readonly retry: string;
  readonly noRetry: string;
  readonly attached: string;
  readonly pay: string;
  readonly confirm: string;
  readonly view: string;
  readonly validUntil: string;
  readonly accept: string;
  readonly acceptUntil: string;
  readonly questions: string;
  readonly regards: string;
}

export interface MailText {
  readonly subject: string;
  readonly lead: string;
}

const languages: Readonly<Record<string, MailLabels>> = { de, en, es, fr, it, ja, nl, pl, pt };

/** The labels of a language such as `de`, or the English ones. */
export function mailLabelsOf(language: string): MailLabels {
  return languages[language] ?? en;
}
