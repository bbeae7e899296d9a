/** Reads what a page shows: its text without markup, and without what is there for screen readers alone. */

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

const unseen = [
  /<head>.*?<\/head>/gs,
  /<svg .*?<\/svg>/gs,
  /<div class="hidden">.*?<\/div>/gs,
  /<caption class="hidden">.*?<\/caption>/gs,
  /<div class="across".*?<\/div>/gs,
];

/** The texts between tags, in their order. */
export function textsShown(page: string): string[] {
  const seen = unseen.reduce((rest, hidden) => rest.replace(hidden, ''), page);
  return seen
    .split(/<[^>]*>/)
    .map((text) => text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity).trim())
    .filter((text) => text !== '');
}

/** Without spaces and what prints nothing: lines break at other places in a PDF. */
export function squeezed(text: string): string {
  return text.replace(/[\s\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f]/gu, '');
}
