/** A bar for each day, as inline SVG, with the same in words and as a table for those who do not see it. */
import type { UsageBlock } from '../usage.ts';
import { html, nothing, type Html } from './escape.ts';

const height = 72;
const barWidth = 10;
const gap = 3;

export function usageChart(block: UsageBlock, id: string): Html {
  if (block.days.length === 0) return nothing;
  const width = block.days.length * (barWidth + gap) - gap;
  const bars = block.days
    .map(({ height: thousandths }, index) => ({ x: index * (barWidth + gap), thousandths }))
    .filter(({ thousandths }) => thousandths > 0)
    .map(({ x, thousandths }) => {
      const tall = (thousandths * (height - 2)) / 1000;
      const y = (height - 1 - tall).toFixed(2);
      return html`<rect x="${String(x)}" y="${y}" width="${String(barWidth)}" height="${tall.toFixed(2)}" />`;
    });
  const bottom = String(height - 0.5);
  return html`<svg
      role="img"
      aria-labelledby="${id}-title ${id}-text"
      viewBox="0 0 ${String(width)} ${String(height)}"
      preserveAspectRatio="none"
    >
      <title id="${id}-title">${block.name}</title>
      <desc id="${id}-text">${block.summary}</desc>
      <line x1="0" x2="${String(width)}" y1="${bottom}" y2="${bottom}" />
      ${bars}
    </svg>
    <p class="axis" aria-hidden="true">
      <span>${block.days[0]?.day ?? ''}</span><span>${block.days.at(-1)?.day ?? ''}</span>
    </p>
    <p class="summary"><bdi>${block.summary}</bdi></p>
    ${dayTable(block)}`;
}

function dayTable({ name, days, dayLabel, quantityLabel }: UsageBlock): Html {
  const rows = days.map(
    ({ day, quantity }) =>
      html`<tr>
        <th scope="row">${day}</th>
        <td>${quantity}</td>
      </tr>`,
  );
  return html`<div class="hidden">
    <table>
      <caption>
        ${name}
      </caption>
      <thead>
        <tr>
          <th scope="col">${dayLabel}</th>
          <th scope="col">${quantityLabel}</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
