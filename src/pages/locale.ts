/** What a customer's locale decides: the language of labels, the direction of writing, the size of paper. */

export interface PageLocale {
  /** A tag that `Intl` knows. */
  readonly tag: string;
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  readonly paper: 'A4' | 'LETTER';
}

const rightToLeft = new Set(['Adlm', 'Arab', 'Hebr', 'Nkoo', 'Rohg', 'Syrc', 'Thaa']);
const onLetter = new Set(['CA', 'US']);

/** The locale of a tag such as `de-DE`; of one that is malformed or unknown to `Intl`, that of `en-US`. */
export function pageLocale(tag: string): PageLocale {
  const known = knownTag(tag);
  const { language, script = '', region = '' } = new Intl.Locale(known).maximize();
  return {
    tag: known,
    language,
    direction: rightToLeft.has(script) ? 'rtl' : 'ltr',
    paper: onLetter.has(region) ? 'LETTER' : 'A4',
  };
}

/** Without the extensions (`-u-…`), which would choose other digits or another calendar. */
function knownTag(tag: string): string {
  try {
    const { baseName } = new Intl.Locale(tag);
    return Intl.NumberFormat.supportedLocalesOf(baseName).length > 0 ? baseName : 'en-US';
  } catch {
    return 'en-US';
  }
}
