/** /auth/invitation: who is invited sees to what, and as whom, before accepting. */
import { html } from '../html/escape.ts';
import { plainLine } from '../plainText.ts';
import { renderIdentityPage } from './layout.ts';

export interface ShownInvitation {
  readonly organization: string;
  readonly role: string;
  /** The address that was invited. */
  readonly email: string;
  readonly token: string;
}

export function renderInvitation(
  { organization, role, email, token }: ShownInvitation,
  signedInAs: string,
): string {
  return renderIdentityPage({
    title: 'You are invited',
    content: html`<div class="note plain" role="status">
        <p><bdi>${plainLine(organization)}</bdi> invites you, as <bdi>${plainLine(role)}</bdi>.</p>
      </div>
      <section aria-labelledby="facts">
        <h2 id="facts">Is it for you?</h2>
        <table>
          <tbody>
            <tr>
              <th scope="row">Invited</th>
              <td><bdi>${email}</bdi></td>
            </tr>
            <tr>
              <th scope="row">You are</th>
              <td><bdi>${signedInAs}</bdi></td>
            </tr>
          </tbody>
        </table>
      </section>
      <form method="post" action="/auth/invitation" class="actions">
        <input type="hidden" name="token" value="${token}" />
        <button class="button" type="submit">Accept invitation</button>
      </form>`,
  });
}
