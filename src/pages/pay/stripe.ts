/** What the pay page says to Stripe's script, and where that script's failures are shown. */
import { html, type Html } from '../html/escape.ts';
import type { PageLocale } from '../locale.ts';
import type { PayLabels } from './labels.ts';

/** Beside languages, the regions that Stripe's form knows (docs.stripe.com/js/appendix/supported_locales). */
const regional: ReadonlySet<string> = new Set(['en-GB', 'es-419', 'fr-CA', 'pt-BR', 'zh-HK', 'zh-TW']);
const languages: ReadonlySet<string> = new Set(
  'ar bg cs da de el en es et fi fil fr he hr hu id it ja ko lt lv ms mt nb nl pl pt ro ru sk sl sv th tr vi zh'.split(
    ' ',
  ),
);

/** Stripe's name of a locale. It refuses all that it does not list, `de-DE` too; `auto`: the browser's. */
export function stripeLocale({ tag, language }: Pick<PageLocale, 'tag' | 'language'>): string {
  if (regional.has(tag)) return tag;
  return languages.has(language) ? language : 'auto';
}

/** Read out when our script fills it; it has what is said where Stripe says nothing. */
export function stripeError(words: PayLabels): Html {
  return html`<p
    class="hint error"
    id="stripe-error"
    role="alert"
    data-unavailable="${words.reasons.unavailable}"
  ></p>`;
}
