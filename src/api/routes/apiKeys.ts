/** /v1/api_keys: shown once, stored hashed, scoped, revocable. */
import { z } from 'zod';
import { notFound } from '../../domain/errors.ts';
import {
  defaultRateLimit,
  insertApiKey,
  newApiKey,
  revokeApiKey,
  selectApiKeys,
  type ApiKeyRow,
} from '../../store/apiKeys.ts';
import { newId } from '../../store/newId.ts';
import { readOne, readPage } from '../../store/reads/page.ts';
import {
  idOf,
  listOf,
  metadata,
  optionalTime,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { addRoute, type Registrar } from '../route.ts';

const scope = z.enum(['read', 'write', 'usage:write', 'admin']);
const apiKey = z.object({
  ...resourceFields,
  object: z.literal('api_key'),
  name: z.string(),
  hint: z.string(),
  scopes: z.array(scope),
  rate_limit: z.number(),
  revoked_at: optionalTime,
});

export function addApiKeyRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'post',
    path: '/v1/api_keys',
    summary: 'Make an API key; its secret is shown this once.',
    scope: 'admin',
    body: z.strictObject({
      name: text(100),
      scopes: z.array(scope).min(1),
      rate_limit: z.int().min(1).max(100_000).default(defaultRateLimit),
      metadata: metadata.default({}),
    }),
    status: 201,
    secret: true,
    answer: apiKey.extend({ key: z.string() }),
    async handle({ body }) {
      const key = newApiKey();
      const id = newId('api_key');
      await insertApiKey(pool, key, {
        id,
        name: body.name,
        scopes: body.scopes,
        rateLimit: body.rate_limit,
        metadata: body.metadata,
      });
      const row = await readOne<ApiKeyRow>(pool, selectApiKeys, id);
      if (!row) throw notFound('API key', id);
      return { ...toResource(row), key };
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/api_keys',
    summary: 'List API keys.',
    scope: 'admin',
    query: z.strictObject(pageQuery),
    answer: listOf(apiKey),
    handle: async ({ query }) =>
      toList(await readPage<ApiKeyRow>(pool, selectApiKeys, [], pageOf(query)), toResource),
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/api_keys/{id}',
    summary: 'Revoke an API key, at once.',
    scope: 'admin',
    params: z.object({ id: z.string() }),
    answer: apiKey,
    async handle({ params }) {
      const id = idOf('api_key').safeParse(params.id);
      const revoked = id.success && (await revokeApiKey(pool, id.data));
      const row = revoked ? await readOne<ApiKeyRow>(pool, selectApiKeys, params.id) : undefined;
      if (!row) throw notFound('API key', params.id);
      return toResource(row);
    },
  });
}

function toResource(row: ApiKeyRow) {
  return {
    id: row.id,
    object: 'api_key' as const,
    name: row.name,
    hint: row.key_hint,
    scopes: row.scopes,
    rate_limit: row.rate_limit,
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
    revoked_at: toOptionalTime(row.revoked_at),
  };
}
