/** /dev/mail: the mails that would have been sent, where no mail server is configured. Not there where one is, nor for who comes through a proxy. */
import type { Express, Request, Response } from 'express';
import type { Pool } from 'pg';
import { notFound } from '../../domain/errors.ts';
import { mailListPage, mailPage } from '../../pages/devMail.ts';
import { findStoredMail, listStoredMails, type StoredMail } from '../../store/reads/storedMails.ts';

const shownAtMost = 200;
/** Nothing that a mail holds may run, or be fetched. */
const sealed =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export function serveDevMail(app: Express, pool: Pool): void {
  const find = async (id: string | undefined): Promise<StoredMail> => {
    const mail = /^\d{1,18}$/.test(id ?? '') ? await findStoredMail(pool, id ?? '') : undefined;
    if (!mail) throw notFound('mail', String(id).slice(0, 64));
    return mail;
  };
  app.use('/dev/mail', (request, _response, next) => {
    if (!isOfThisMachine(request)) throw notFound('route', `${request.method} /dev/mail`);
    next();
  });
  app.get('/dev/mail', async (_request, response) => {
    send(response, mailListPage(await listStoredMails(pool, shownAtMost)), sealed);
  });
  app.get('/dev/mail/:id', async (request, response) => {
    send(response, mailPage(await find(request.params.id)), `${sealed}; frame-src 'self'`);
  });
  app.get('/dev/mail/:id/html', async (request, response) => {
    // Links in it open in a window of their own, as in a mail reader.
    const policy = `${sealed}; sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'`;
    const { html } = await find(request.params.id);
    send(response, html.replace('<head>', '<head><base target="_blank" />'), policy);
  });
  app.get('/dev/mail/:id/attachments/:index', async (request, response) => {
    const { attachments } = await find(request.params.id);
    const attachment = attachments[Number(request.params.index)];
    if (!attachment) throw notFound('attachment', request.params.index.slice(0, 64));
    response
      .type(attachment.type)
      .set('Content-Disposition', `attachment; filename="${attachment.name.replace(/[^\w.-]/g, '-')}"`)
      .set('X-Content-Type-Options', 'nosniff')
      .send(Buffer.from(attachment.content, 'base64'));
  });
}

/** A proxy on this machine connects from loopback too: what it was asked for, or what it adds, gives it away. */
function isOfThisMachine({ headers }: Request): boolean {
  const isForwarded = Object.keys(headers).some((name) => /^(x-)?forwarded(-|$)/.test(name));
  return !isForwarded && /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}

function send(response: Response, page: string, policy: string): void {
  response
    .type('html')
    .set('Content-Security-Policy', policy)
    .set('X-Content-Type-Options', 'nosniff')
    .set('Referrer-Policy', 'no-referrer')
    .set('Cache-Control', 'no-store')
    .send(page);
}
