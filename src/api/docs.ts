/** The reference page at /docs, from files of our own: it works without the internet. */
import { createRequire } from 'node:module';
import path from 'node:path';
import express, { type Express } from 'express';

/** Where the package lies; to import it would load all of it here, where only browsers run it. */
const assets = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Dunlin API</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
  </head>
  <body>
    <main id="reference"></main>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, docExpansion: 'list', persistAuthorization: true });\n`;

export function serveDocs(app: Express): void {
  app.get('/docs', (_request, response) => {
    response.type('html').send(page);
  });
  app.get('/docs/start.js', (_request, response) => {
    response.type('js').send(start);
  });
  app.use('/docs/assets', express.static(assets, { index: false, maxAge: '1d' }));
}
