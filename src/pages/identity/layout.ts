/** What the pages of signing in have in common: they work without a script, and say one thing. */
import { html, type Html } from '../html/escape.ts';

export interface IdentityPage {
  readonly title: string;
  readonly content: Html;
}

/** Its style is that of the pay page. */
export function renderIdentityPage({ title, content }: IdentityPage): string {
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="stylesheet" href="/pay/assets/pay.css" />
      </head>
      <body>
        <main>
          <header class="head"><h1>${title}</h1></header>
          ${content}
        </main>
      </body>
    </html>`.markup
  }\n`;
}

/** One thing that is told, and a link that leads on. */
export function messagePage(
  title: string,
  message: { readonly tone: 'good' | 'bad' | 'plain'; readonly text: string },
  link: { readonly href: string; readonly text: string },
): string {
  const role = message.tone === 'bad' ? 'alert' : 'status';
  return renderIdentityPage({
    title,
    content: html`<div class="note ${message.tone}" role="${role}"><p>${message.text}</p></div>
      <div class="actions"><a class="button" href="${link.href}">${link.text}</a></div>`,
  });
}
