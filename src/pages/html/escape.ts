/** HTML in which no value can end the text or the attribute that it stands in. */

/** Markup that is safe to put into markup. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template: text is escaped, markup is not, so that forgetting to escape is not possible. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = strings.map((text, index) => {
    const part = parts[index];
    return part === undefined ? text : `${text}${markupOf(part)}`;
  });
  return { markup: markup.join('') };
}

export const nothing: Html = { markup: '' };

/** What a condition guards: markup, or none. */
export function when(condition: boolean, markup: () => Html): Html {
  return condition ? markup() : nothing;
}

function markupOf(part: Part): string {
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (character) => entities[character] ?? '');
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('\n');
}
