/** Says the digest of what one document is rendered to: run in other environments, it must say the same. */
import { createHash } from 'node:crypto';
import { renderHtml } from '../../src/pages/html/renderHtml.ts';
import { renderPdf } from '../../src/pages/pdf/renderPdf.ts';
import { aJapaneseInvoice } from './sampleDocuments.ts';

const digest = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
process.stdout.write(digest(await renderPdf(aJapaneseInvoice())) + digest(renderHtml(aJapaneseInvoice())));
