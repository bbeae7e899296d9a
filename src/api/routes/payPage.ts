/** /pay/{token}: where a customer sees an invoice and pays it, without a key of ours: the link is what is known. */
import express, { type Express, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { PaymentMethodId } from '../../domain/ids.ts';
import { renderHtml } from '../../pages/html/renderHtml.ts';
import { invoiceDocument } from '../../pages/invoiceDocument.ts';
import { payStyle, stripeScript } from '../../pages/pay/assets.ts';
import { payLanguages } from '../../pages/pay/labels.ts';
import { renderPayPage } from '../../pages/pay/renderPayPage.ts';
import { readDatabaseTime } from '../../store/askedPayments.ts';
import { newId } from '../../store/newId.ts';
import { readPayLink } from '../../store/payLinks.ts';
import { readInvoiceFacts, readParties } from '../../store/reads/documentFacts.ts';
import { selectInvoices, type InvoiceRow } from '../../store/reads/invoices.ts';
import { findAttempt, findAttemptInFlight, findLastAttempt } from '../../store/reads/payPage.ts';
import { readOne } from '../../store/reads/page.ts';
import { selectTestClocks, type TestClockRow } from '../../store/testClocks.ts';
import {
  payPageLookUpWorkflowId,
  payPageWorkflowId,
  type LookUpFromPage,
  type PayFromPage,
} from '../../workflows/contract/payPage.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { nowOf } from '../customerClock.ts';
import { drawPdf } from '../drawPdf.ts';
import { toBillingError } from '../errors.ts';
import { guardPage, isSentByOurPage, waitFor } from '../payPageGuard.ts';
import { viewPayPage, type OpenedLink, type PageQuery } from '../payPageView.ts';
import type { ApiDependencies } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';

const sentForm = z.object({
  form: z.uuid(),
  method: z.union([z.literal('new'), z.string().regex(/^pm_[0-9a-z]{26}$/)]),
  /** Empty where a saved method is chosen and Stripe's script has filled nothing in. */
  token: z
    .string()
    .regex(/^[\w:.-]{0,200}$/)
    .transform((token) => token || undefined)
    .optional(),
  default: z.literal('yes').optional(),
});
const form = express.urlencoded({ extended: false, limit: '8kb' });

export function servePayPage(app: Express, deps: ApiDependencies, logger: Logger): void {
  const { pool, site } = deps;

  app.get('/pay/assets/pay.css', (_request, response) => {
    response.type('css').set('Cache-Control', 'public, max-age=300').send(payStyle);
  });
  app.get('/pay/assets/stripe.js', (_request, response) => {
    response.type('js').set('Cache-Control', 'public, max-age=300').send(stripeScript);
  });

  /** The link of a request, or the page that says why there is none. */
  async function open(request: Request, response: Response): Promise<OpenedLink | undefined> {
    const token = String(request.params['token']);
    const known = await readPayLink(pool, token);
    const invoice = known && (await readOne<InvoiceRow>(pool, selectInvoices, known.invoiceId));
    if (!known || !invoice || invoice.status === 'draft') {
      const wait = await waitFor('unknown', request.ip ?? '');
      close(request, response, wait === null ? 404 : 429, wait);
      return undefined;
    }
    const wait = await waitFor('read', known.invoiceId);
    if (wait !== null) {
      close(request, response, 429, wait);
      return undefined;
    }
    const clock =
      invoice.test_clock_id === null
        ? undefined
        : await readOne<TestClockRow>(pool, selectTestClocks, invoice.test_clock_id);
    const isOver = known.expiresAt <= nowOf(clock);
    const link = { token, invoice, expiresAt: known.expiresAt, isOver };
    // That it is paid may be told for ever; all else only as long as the link is valid.
    if (!isOver || invoice.status === 'paid') return link;
    const { customer, seller } = await readParties(pool, invoice);
    const page = renderPayPage({ kind: 'expired', locale: customer.locale, seller: seller?.name ?? null });
    guardPage(response, false);
    response.status(410).send(page);
    return undefined;
  }

  function close(request: Request, response: Response, status: 403 | 404 | 429, wait: number | null): void {
    const locale = request.acceptsLanguages(payLanguages) || 'en';
    guardPage(response, false);
    if (wait !== null) response.set('Retry-After', String(wait));
    response
      .status(status)
      .send(renderPayPage({ kind: status === 429 ? 'busy' : 'unknown', locale, seller: null }));
  }

  async function show(response: Response, link: OpenedLink, query: PageQuery): Promise<void> {
    const page = await viewPayPage(deps, link, query);
    const { state } = page;
    const usesStripe =
      (state.kind === 'open' && state.form.newMethod.kind === 'stripe') ||
      (state.kind === 'action' && state.action.kind === 'stripe');
    guardPage(response, usesStripe);
    response.send(renderPayPage(page));
  }

  app.get('/pay/:token', async (request, response) => {
    const link = await open(request, response);
    if (link) await show(response, link, pageQuery(request));
  });

  app.post('/pay/:token', form, async (request, response) => {
    if (!isSentByOurPage(request, site.publicUrl)) {
      close(request, response, 403, null);
      return;
    }
    const link = await open(request, response);
    if (!link) return;
    const here = `/pay/${link.token}`;
    const sent = sentForm.safeParse(request.body);
    if (!sent.success || (sent.data.method === 'new' && sent.data.token === undefined)) {
      response.redirect(303, `${here}?error=payment_method_missing`);
      return;
    }
    if (link.invoice.status !== 'open') {
      // Sent again by who got no answer the first time: it gets that one.
      const own = await findAttempt(pool, link.invoice.id, newId('payment', sent.data.form));
      response.redirect(303, own ? `${here}?attempt=${own.id}` : here);
      return;
    }
    const wait = await waitFor('pay', link.invoice.id);
    if (wait !== null) {
      close(request, response, 429, wait);
      return;
    }
    const asked = await payRequest(deps, link.invoice, sent.data);
    const error = await ask(workflowTypes.payFromPage, payPageWorkflowId(link.invoice.id), asked);
    const result = await resultOf(deps, link.invoice, asked.paymentId, error);
    response.redirect(303, `${here}?${result}`);
  });

  app.get('/pay/:token/return', async (request, response) => {
    const link = await open(request, response);
    if (!link) return;
    const { invoice, token } = link;
    // It may tell that the invoice is paid, and do nothing.
    if (link.isOver) {
      response.redirect(303, `/pay/${token}`);
      return;
    }
    const { attempt } = pageQuery(request);
    const made =
      (attempt === undefined ? undefined : await findAttempt(pool, invoice.id, attempt)) ??
      (await findAttemptInFlight(pool, invoice.id));
    if (made) {
      const asked: LookUpFromPage = {
        invoiceId: invoice.id,
        customerId: invoice.customer_id,
        paymentId: made.id,
      };
      await ask(workflowTypes.lookUpFromPage, payPageLookUpWorkflowId(invoice.id), asked);
    }
    response.redirect(303, `/pay/${token}${made ? `?attempt=${made.id}` : ''}`);
  });

  app.get('/pay/:token/invoice.:type', async (request, response) => {
    const link = await open(request, response);
    if (!link) return;
    const { type } = request.params;
    if (link.isOver || (type !== 'html' && type !== 'pdf')) {
      close(request, response, 404, null);
      return;
    }
    const document = invoiceDocument(await readInvoiceFacts(pool, link.invoice));
    const content = type === 'html' ? renderHtml(document) : await drawPdf(document);
    guardPage(response, false);
    const name = (link.invoice.number ?? link.invoice.id).replace(/[^\w.-]/g, '-');
    response
      .type(type)
      .set('Content-Disposition', `inline; filename="${name}.${type}"`)
      .set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
      .send(content);
  });

  /** The code that it was refused with, or none. What it was is seen in the database, whatever became of the question. */
  async function ask(
    type: 'payFromPage' | 'lookUpFromPage',
    workflowId: string,
    input: PayFromPage | LookUpFromPage,
  ): Promise<string | undefined> {
    try {
      await runWorkflow(deps, type, workflowId, input);
      return undefined;
    } catch (error) {
      const refusal = toBillingError(error);
      if (refusal !== undefined && refusal.status !== 503) return refusal.code;
      logger.error({ error, invoice: input.invoiceId }, 'the pay page got no answer');
      return 'unavailable';
    }
  }
}

async function payRequest(
  { pool }: ApiDependencies,
  { id: invoiceId, customer_id: customerId }: InvoiceRow,
  sent: z.output<typeof sentForm>,
): Promise<PayFromPage> {
  const isNew = sent.method === 'new';
  // All ids derive from the form: sent twice, it attaches and pays once.
  const paymentMethodId = isNew ? newId('payment_method', sent.form) : (sent.method as PaymentMethodId);
  const paymentId = newId('payment', sent.form);
  return {
    invoiceId,
    customerId,
    paymentId,
    newMethod: isNew ? { paymentMethodId, token: sent.token ?? '' } : null,
    pay: {
      paymentId,
      paymentMethodId,
      source: 'pay_page',
      makeDefault: isNew && sent.default === 'yes',
      askedAt: await readDatabaseTime(pool),
    },
  };
}

/** The attempt of this form or, where another tab was first, the one that it has made. */
async function resultOf(
  { pool }: ApiDependencies,
  { id }: InvoiceRow,
  paymentId: string,
  error: string | undefined,
): Promise<string> {
  const own = await findAttempt(pool, id, paymentId);
  if (own) return `attempt=${own.id}`;
  if (error !== undefined) return `error=${encodeURIComponent(error)}`;
  return `attempt=${(await findLastAttempt(pool, id))?.id ?? ''}`;
}

function pageQuery({ query }: Request): PageQuery {
  const text = (name: string, form: RegExp) => {
    const value = query[name];
    return typeof value === 'string' && form.test(value) ? value : undefined;
  };
  return {
    attempt: text('attempt', /^pay_[0-9a-z]{26}$/),
    error: text('error', /^[a-z_]{1,60}$/),
    other: query['other'] === '1',
  };
}
