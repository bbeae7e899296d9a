/** /device: where a user types the code that a terminal shows, sees what asks, and approves or denies. */
import { html, when, type Html } from '../html/escape.ts';
import { plainLine } from '../plainText.ts';
import { renderIdentityPage } from './layout.ts';

export interface WaitingDevice {
  readonly userCode: string;
  readonly clientName: string;
  /** As it is read out: a date and a time, with its zone. */
  readonly asked: string;
}

/** `refusal`: why what was typed led nowhere. */
export function renderCodeForm(refusal: string | null): string {
  return renderIdentityPage({
    title: refusal === null ? 'Connect a device' : 'Connect a device: try again',
    content: html`${when(
        refusal !== null,
        () => html`<div class="note bad" role="alert" id="refusal"><p>${refusal ?? ''}</p></div>`,
      )}
      <form method="get" action="/device">
        <label class="field" for="user_code">Code that the device shows</label>
        <input
          class="text"
          id="user_code"
          name="user_code"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          required
          maxlength="20"
          aria-describedby="hint"
          autofocus
        />
        <p class="hint" id="hint">
          Eight letters, such as BCDF-GHJK. Type a code only of a device that you have in front of you.
        </p>
        <div class="actions"><button class="button" type="submit">Continue</button></div>
      </form>`,
  });
}

export function renderDevice({ userCode, clientName, asked }: WaitingDevice, email: string): string {
  return renderIdentityPage({
    title: 'Connect this device?',
    content: html`<div class="note plain" role="status">
        <p>
          <bdi>${plainLine(clientName)}</bdi> asks for a personal key, with which it may do whatever you may.
        </p>
      </div>
      <section aria-labelledby="facts">
        <h2 id="facts">Is it yours?</h2>
        <table>
          <tbody>
            ${row('Code that it shows', userCode)} ${row('Asked', asked)} ${row('You are', email)}
          </tbody>
        </table>
        <p class="hint">If you did not just start this yourself, or the code differs, deny it.</p>
      </section>
      <form method="post" action="/device" class="actions">
        <input type="hidden" name="user_code" value="${userCode}" />
        <button class="button" type="submit" name="decision" value="approved">Approve</button>
        <button class="button quiet" type="submit" name="decision" value="denied">Deny</button>
      </form>`,
  });
}

function row(name: string, value: string): Html {
  return html`<tr>
    <th scope="row">${name}</th>
    <td><bdi>${value}</bdi></td>
  </tr>`;
}
