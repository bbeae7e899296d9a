/** The pages of the sandbox: small, without scripts, and readable by everybody. */
import type { SandboxAnswer } from './exchange.ts';

export function htmlPage(status: number, title: string, content: string): SandboxAnswer {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(title)}: sandbox bank</title>
    <style>
      body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 6vh auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
      button { font: inherit; min-height: 2.75rem; padding: 0 1.5rem; border: 2px solid #1d4ed8; border-radius: 0.375rem; background: #1d4ed8; color: #fff; cursor: pointer }
      button.other { background: #fff; color: #1d4ed8 }
      button:focus-visible, a:focus-visible { outline: 3px solid #b45309; outline-offset: 2px }
      .reference { color: #595959; overflow-wrap: anywhere }
      table { border-collapse: collapse; width: 100%; font-size: 1rem }
      th, td { text-align: start; vertical-align: top; padding: 0.25rem 1rem 0.25rem 0; border-bottom: 1px solid #d4d4d4; overflow-wrap: anywhere }
    </style>
  </head>
  <body>
  <main>
    <h1>${escapeHtml(title)}</h1>
    ${content}
  </main>
  </body>
</html>
`,
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
