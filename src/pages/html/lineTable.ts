/** The lines and the sums, as tables with named headers. */
import type { LineTable } from '../lineTable.ts';
import type { TotalRow } from '../totals.ts';
import { html, type Html } from './escape.ts';

export function lineTable({ columns, rows }: LineTable, caption: string): Html {
  const body = rows.map(({ description, details, figures }) => {
    const below = details.map((detail) => html`<bdi class="detail">${detail}</bdi>`);
    const cells = figures.map((figure) => html`<td class="figure">${figure}</td>`);
    return html`<tr>
      <th scope="row"><bdi>${description}</bdi>${below}</th>
      ${cells}
    </tr>`;
  });
  return html`<table class="lines">
    <caption class="hidden">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map((label) => html`<th scope="col">${label}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
}

export function totalsTable(totals: readonly TotalRow[], caption: string): Html {
  const rows = totals.map(
    ({ label, amount, weight }) =>
      html`<tr class="${weight}">
        <th scope="row"><bdi>${label}</bdi></th>
        <td>${amount}</td>
      </tr>`,
  );
  return html`<table class="totals">
    <caption class="hidden">
      ${caption}
    </caption>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}
