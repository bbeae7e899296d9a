/** /account: where a user is signed in, and with which personal keys; each can be ended here. */
import { html, when, type Html } from '../html/escape.ts';
import { plainLine } from '../plainText.ts';
import { renderIdentityPage } from './layout.ts';

export interface AccountEntry {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
}

export interface Account {
  readonly email: string;
  readonly sessions: readonly AccountEntry[];
  /** The id of the session that looks at it. */
  readonly current: string;
  readonly keys: readonly AccountEntry[];
}

export function renderAccount({ email, sessions, current, keys }: Account): string {
  return renderIdentityPage({
    title: 'Your account',
    content: html`<p class="amount">
        <span class="caption"><bdi>${email}</bdi></span>
      </p>
      ${list('sessions', 'Where you are signed in', sessions, current)}
      ${list('keys', 'Personal keys', keys, null)}
      <form method="post" action="/auth/sign-out" class="actions">
        <button class="button" type="submit">Sign out</button>
      </form>`,
  });
}

function list(
  kind: 'sessions' | 'keys',
  heading: string,
  entries: readonly AccountEntry[],
  current: string | null,
) {
  const rows: readonly Html[] = entries.map(({ id, name, detail }) => {
    const shown = plainLine(name) || 'unknown';
    return html`<tr>
      <th scope="row"><bdi>${shown}</bdi><span class="detail">${detail}</span></th>
      <td>
        ${
          id === current
            ? html`<span class="badge">this one</span>`
            : html`<form method="post" action="/account/${kind}/${id}/revoke">
                <button type="submit" aria-label="Revoke ${shown}, ${detail}">Revoke</button>
              </form>`
        }
      </td>
    </tr>`;
  });
  return html`<section aria-labelledby="${kind}">
    <h2 id="${kind}">${heading}</h2>
    ${when(rows.length === 0, () => html`<p class="more">None.</p>`)}
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section>`;
}
