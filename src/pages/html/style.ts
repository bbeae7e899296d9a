/** How the page looks, on a screen and on paper. Fonts are those of the reader: nothing is fetched. */
import type { PageLocale } from '../locale.ts';

const paperName = { A4: 'A4', LETTER: 'letter' } as const;

export function styleSheet({ paper }: PageLocale): string {
  return `
:root { --ink: #1a2233; --muted: #5d687b; --line: #dfe4ec; --soft: #f5f7fa; --accent: #35506b; --good: #067647; --bad: #b42318; --warn: #93370d; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f5; color: var(--ink); font: 14px/1.5 Inter, "Helvetica Neue", "Segoe UI", Roboto, "Noto Sans", "Hiragino Sans", "Noto Sans CJK JP", Arial, sans-serif; font-variant-numeric: tabular-nums; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
main { position: relative; max-width: 820px; margin: 32px auto; padding: 48px; overflow: hidden; background: #fff; border-top: 6px solid var(--accent); border-radius: 6px; box-shadow: 0 8px 30px rgb(26 34 51 / 10%); overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 28px; line-height: 1.2; font-weight: 600; letter-spacing: -0.01em; }
h2 { margin: 0 0 8px; font-size: 15px; font-weight: 600; }
h3 { margin: 0; font-size: 13px; font-weight: 600; }
p { margin: 0; }
.head { display: flex; justify-content: space-between; align-items: flex-start; gap: 24px; margin-bottom: 24px; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 12px; }
.brand { font-size: 16px; font-weight: 600; text-align: end; }
.badge { padding: 2px 10px; border: 1px solid currentcolor; border-radius: 99px; color: var(--muted); font-size: 12px; font-weight: 600; }
.badge.good { color: var(--good); } .badge.bad { color: var(--bad); } .badge.test { background: #fef0c7; color: var(--warn); }
.notice { margin-bottom: 24px; padding: 10px 14px; border: 1px solid #f0c36d; border-radius: 6px; background: #fef6e0; color: var(--warn); font-weight: 600; }
.across { position: absolute; inset: 0; display: flex; align-items: center; justify-content: center; transform: rotate(-30deg); color: var(--muted); font-size: 110px; font-weight: 700; line-height: 1.1; text-align: center; text-transform: uppercase; opacity: 0.08; pointer-events: none; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 2px 20px; margin: 0 0 28px; }
dt { color: var(--muted); } dd { margin: 0; }
.parties { display: grid; grid-template-columns: 1fr 1fr; gap: 32px; margin-bottom: 32px; }
.parties h2 { margin-bottom: 4px; color: var(--muted); font-size: 12px; }
.parties .name { font-weight: 600; }
.headline { margin-bottom: 8px; font-size: 22px; font-weight: 600; line-height: 1.3; }
.headline .caption { font-weight: 400; color: var(--muted); }
.memo { margin-bottom: 8px; white-space: pre-line; }
table { width: 100%; border-collapse: collapse; }
.lines { margin-top: 24px; }
.lines th { padding: 8px 0; padding-inline-start: 16px; border-bottom: 1px solid var(--ink); color: var(--muted); font-size: 12px; font-weight: 600; text-align: end; vertical-align: bottom; }
.lines td, .lines tbody th { padding: 10px 0; padding-inline-start: 16px; border-bottom: 1px solid var(--line); color: inherit; font-size: inherit; font-weight: 400; text-align: end; vertical-align: top; }
.lines th:first-child { padding-inline-start: 0; text-align: start; }
.lines th:first-child, .lines td:first-child { width: 46%; }
.detail { display: block; color: var(--muted); font-size: 12px; }
.figure { white-space: nowrap; }
.totals { width: auto; min-width: 50%; margin-block: 16px 32px; margin-inline: auto 0; }
.totals th { padding: 5px 0; padding-inline-end: 24px; font-weight: 400; text-align: start; }
.totals td { padding: 5px 0; text-align: end; white-space: nowrap; }
.totals .part th, .totals .note * { color: var(--muted); }
.totals .sum > *, .totals .result > * { border-top: 1px solid var(--line); font-weight: 600; }
.totals .result > * { border-top-color: var(--ink); font-size: 16px; }
section { break-inside: avoid; }
.notes { margin-bottom: 32px; } .notes p { min-height: 1em; }
.meters { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 24px 32px; }
.meter { break-inside: avoid; }
.meter .line { display: flex; justify-content: space-between; gap: 16px; }
.meter svg { display: block; width: 100%; height: 72px; margin: 8px 0 4px; }
.meter svg rect { fill: var(--accent); } .meter svg line { stroke: var(--line); }
.meter .axis { display: flex; direction: ltr; justify-content: space-between; color: var(--muted); font-size: 11px; }
.meter .summary { color: var(--muted); font-size: 12px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
footer { margin-top: 40px; padding-top: 12px; border-top: 1px solid var(--line); color: var(--muted); font-size: 11px; }
@media (max-width: 640px) { main { margin: 0; padding: 24px 16px; border-radius: 0; } .parties { grid-template-columns: 1fr; } .figure { white-space: normal; } }
@page { size: ${paperName[paper]}; margin: 16mm; }
@media print {
  body { background: none; font-size: 9pt; }
  main { max-width: none; margin: 0; padding: 0; overflow: visible; border: 0; border-radius: 0; box-shadow: none; }
  h1 { font-size: 20pt; } .headline { font-size: 15pt; } .head, dl.facts, .parties { margin-bottom: 14pt; }
  .lines { margin-top: 14pt; } .lines td, .lines tbody th { padding-block: 4.5pt; } .totals th, .totals td { padding-block: 2.5pt; }
  .across { position: fixed; } thead { display: table-header-group; } tr, .totals { break-inside: avoid; } .totals { break-before: avoid; }
}
`;
}
