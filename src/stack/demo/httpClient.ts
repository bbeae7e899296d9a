/** The API as any client sees it: HTTP, a key, JSON. */

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

export interface HttpClient {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  patch<Answer>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Every item of a list, page after page. */
  all<Item>(path: string): Promise<Item[]>;
}

/** An answer other than 2xx is thrown with the API's own message. */
export function httpClient(url: string, apiKey: string): HttpClient {
  async function call<Answer>(
    method: string,
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> },
  ): Promise<Answer> {
    const response = await fetch(url + path, {
      ...init,
      method,
      headers: { authorization: `Bearer ${apiKey}`, ...init.headers },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${String(response.status)}: ${text}`);
    return JSON.parse(text) as Answer;
  }
  const sending =
    (method: string) =>
    <Answer>(path: string, body: unknown, headers?: Record<string, string>) =>
      call<Answer>(method, path, {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      });
  const client: HttpClient = {
    get: (path) => call('GET', path, {}),
    post: sending('POST'),
    patch: sending('PATCH'),
    async all<Item>(path: string) {
      const items: Item[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const separator = path.includes('?') ? '&' : '?';
        const from = cursor === '' ? '' : `&cursor=${cursor}`;
        const page: Page<Item> = await client.get(`${path}${separator}limit=100${from}`);
        items.push(...page.data);
        cursor = page.next_cursor;
      }
      return items;
    },
  };
  return client;
}

/** Runs `work` over all items, `width` at a time. */
export async function eachOf<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
