/** The OpenAPI document is made from the schemas that check the requests: here it is held against the routes themselves. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApiOnly, type ApiOnly } from './apiOnly.ts';

type Json = Record<string, unknown>;
interface Operation {
  readonly summary?: string;
  readonly security?: readonly Json[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: Json }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Json }> };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>;
}
interface Document {
  readonly openapi: string;
  readonly info: Json;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json };
}

let api: ApiOnly;
let document: Document;
let operations: { method: string; path: string; operation: Operation }[];
beforeAll(async () => {
  api = await startApiOnly();
  document = (await api.call('GET', '/openapi.json', undefined, { authorization: '' }))
    .body as unknown as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
});
afterAll(() => api.stop());

test('it has every route of the API, and no other', () => {
  const routes = operations.map(({ method, path }) => `${method} ${path.replace('/v1/', '')}`);
  expect(routes.sort()).toEqual(
    [
      ...['get api_keys', 'post api_keys', 'delete api_keys/{id}'],
      ...['get test_clocks', 'post test_clocks', 'get test_clocks/{id}', 'delete test_clocks/{id}'],
      'post test_clocks/{id}/advance',
      ...[
        'get customers',
        'post customers',
        'get customers/{id}',
        'patch customers/{id}',
        'delete customers/{id}',
      ],
      ...['get customers/{id}/payment_methods', 'post customers/{id}/payment_methods'],
      'delete customers/{id}/payment_methods/{payment_method}',
      'post customers/{id}/payment_methods/{payment_method}/backup',
      'post customers/{id}/payment_methods/{payment_method}/default',
      ...['get credit_grants', 'post credit_grants', 'get credit_grants/{id}'],
      ...['post credit_grants/{id}/void', 'get credit_grants/{id}/movements'],
      'get customers/{id}/balance_transactions',
      ...['get meters', 'post meters', 'get meters/{id}', 'patch meters/{id}'],
      ...['get meters/{id}/usage', 'post meters/{id}/preview'],
      ...['get events', 'post events', 'delete events/{source}/{id}'],
      'patch plans/{id}',
      ...[
        'get invoices/{id}/dunning',
        'post invoices/{id}/dunning/pause',
        'post invoices/{id}/dunning/resume',
      ],
      'post invoices/{id}/dunning/promise_to_pay',
      ...['get dunning_campaigns', 'post dunning_campaigns', 'get dunning_campaigns/{id}'],
      ...['get dunning_campaigns/{id}/versions', 'post dunning_campaigns/{id}/versions'],
      ...['get plans', 'post plans', 'get plans/{id}', 'get plans/{id}/versions', 'post plans/{id}/versions'],
      ...['get features', 'post features', 'get features/{id}', 'patch features/{id}'],
      ...['get customers/{id}/entitlements', 'post entitlements/check', 'post entitlements/check_bulk'],
      ...['get entitlement_overrides', 'post entitlement_overrides'],
      ...['get entitlement_overrides/{id}', 'delete entitlement_overrides/{id}'],
      ...['post plans/{id}/simulate', 'post plans/{id}/migrate', 'post subscriptions/{id}/migrate'],
      ...['get plan_migrations', 'get plan_migrations/{id}', 'get plan_migrations/{id}/results'],
      ...['post plan_migrations/{id}/pause', 'post plan_migrations/{id}/resume'],
      ...[
        'get subscriptions',
        'post subscriptions',
        'get subscriptions/{id}',
        'patch subscriptions/{id}',
        'get subscriptions/{id}/timeline',
        'post subscriptions/{id}/cancel',
        'post subscriptions/{id}/pause',
        'post subscriptions/{id}/resume',
        'post subscriptions/{id}/preview',
      ],
      ...['get business_profile', 'patch business_profile', 'get invoice_series', 'post invoice_series'],
      ...['get coupons', 'post coupons', 'get coupons/{id}', 'patch coupons/{id}'],
      ...['get customers/{id}/coupons', 'post customers/{id}/coupons'],
      'delete customers/{id}/coupons/{discount}',
      ...['get tax_rates', 'post tax_rates', 'get tax_rates/{id}', 'patch tax_rates/{id}'],
      ...['get invoices', 'get invoices/{id}', 'get invoices/{id}/explain'],
      ...['get invoices/{id}.html', 'get invoices/{id}.pdf'],
      ...['post invoices', 'post invoices/preview', 'patch invoices/{id}', 'delete invoices/{id}'],
      ...['post invoices/{id}/finalize', 'post invoices/{id}/pay', 'post invoices/{id}/send'],
      'post invoices/{id}/pay_link',
      ...['get invoice_items', 'post invoice_items', 'get invoice_items/{id}', 'delete invoice_items/{id}'],
      ...['get credit_notes/{id}.html', 'get credit_notes/{id}.pdf'],
      ...['post invoices/{id}/void', 'post invoices/{id}/mark_uncollectible'],
      ...['get credit_notes', 'post credit_notes', 'get credit_notes/{id}', 'post credit_notes/preview'],
      ...[
        'get payments',
        'post payments',
        'get payments/{id}',
        'post payments/{id}/refund',
        'get disputes',
        'get disputes/{id}',
        'get reconciliations',
        'post reconciliations',
        'get reconciliations/{id}',
        'get reconciliation_findings',
        'get refunds',
        'get refunds/{id}',
      ],
      ...['get notifications', 'get notifications/{id}'],
      ...['get ledger/accounts', 'get ledger/transactions'],
      ...['get ledger/accounts/{code}/statement', 'get customers/{id}/ledger'],
      ...['get reports/mrr', 'get reports/churn', 'get reports/revenue', 'get reports/aging'],
      'get reports/recovery',
      ...[
        'get audit_log',
        'get audit_log/export',
        'get exports/invoices',
        'get exports/invoice_lines',
        'get exports/payments',
        'get exports/ledger',
        'get exports/credit_notes',
      ],
      ...['get event_log', 'get event_log/{id}'],
      ...['get webhook_endpoints', 'post webhook_endpoints', 'get webhook_endpoints/{id}'],
      ...['patch webhook_endpoints/{id}', 'delete webhook_endpoints/{id}'],
      ...['post webhook_endpoints/{id}/rotate_secret', 'get webhook_endpoints/{id}/deliveries'],
      ...['get webhook_deliveries/{id}', 'post webhook_deliveries/{id}/retry'],
    ].sort(),
  );
});

test('its form is that of OpenAPI 3.1', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.info).toMatchObject({ title: 'Dunlin', version: '0.1.0' });
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(name);
  expect(text).not.toContain('"nullable"'); // 3.0's way
  for (const { path, operation } of operations) {
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(inPath.every(({ required }) => required)).toBe(true);
    expect(operation.summary).toMatch(/\.$/);
    for (const response of Object.values(operation.responses)) expect(response.description).not.toBe('');
  }
});

test('each route names its errors, in the one form, and asks for a key', () => {
  for (const { operation } of operations) {
    expect(operation.security).toEqual([{ apiKey: [] }]);
    for (const status of ['400', '401', '403', '404', '409', '413', '422', '429', '503']) {
      const schema = operation.responses[status]?.content?.['application/json']?.schema;
      expect(schema).toMatchObject({
        properties: { error: { required: ['type', 'code', 'message', 'request_id'] } },
      });
    }
  }
});

test('each body is closed: an unknown field is refused', () => {
  for (const { path, operation } of operations) {
    if (path === '/v1/events') continue; // a CloudEvent may carry extensions
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (schema) expect([path, schema['additionalProperties']]).toEqual([path, false]);
  }
});

test('each write takes an Idempotency-Key, each list a limit and a cursor', () => {
  for (const { method, path, operation } of operations) {
    const names = (operation.parameters ?? []).map(({ name }) => name);
    if (method !== 'get') expect(names).toContain('Idempotency-Key');
    const unbounded =
      path === '/v1/ledger/accounts' ||
      path.startsWith('/v1/exports/') ||
      path === '/v1/audit_log/export' ||
      /\/(versions|usage|explain|timeline|dunning|entitlements|recovery|mrr|churn|revenue|ledger|business_profile|\{id\}\.(html|pdf))$/.test(
        path,
      );
    if (method === 'get' && !path.endsWith('}') && !unbounded)
      expect(names).toEqual(expect.arrayContaining(['limit', 'cursor']));
  }
});

test('each route that it names is there, and answers no one without a key', async () => {
  for (const { method, path } of operations) {
    const reply = await api.call(method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'), undefined, {
      authorization: '',
    });
    expect([method, path, reply.status, reply.body.error?.code]).toEqual([
      method,
      path,
      401,
      'api_key_missing',
    ]);
  }
});

test('what the contract has and this version has not answers 404', async () => {
  for (const [method, path] of [['POST', '/graphql']] as const) {
    const reply = await api.call(method, path, method === 'POST' ? {} : undefined);
    expect([path, reply.status, reply.body.error?.type]).toEqual([path, 404, 'not_found_error']);
  }
});

test('the reference page needs nothing from elsewhere', async () => {
  const page = await api.call('GET', '/docs', undefined, { authorization: '' });
  expect(page.status).toBe(200);
  const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => String(link));
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) {
    expect(link).toMatch(/^\/docs\//);
    expect((await fetch(api.url + link)).status).toBe(200);
  }
});
