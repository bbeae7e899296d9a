/** Sizes and colours of the PDF, in points. */
import type { Weight } from './fallbackFonts.ts';

export interface TextStyle {
  readonly weight: Weight;
  readonly size: number;
  readonly color: string;
  /** Digits of one width, so that columns of them align; and none kerned over a point, which would hide it. */
  readonly tabular?: boolean;
}

export const colors = {
  ink: '#1a2233',
  muted: '#5d687b',
  line: '#dfe4ec',
  accent: '#35506b',
  good: '#067647',
  bad: '#b42318',
  warning: '#93370d',
  warningFill: '#fef6e0',
  warningLine: '#f0c36d',
} as const;

export const styles = {
  heading: { weight: 600, size: 22, color: colors.ink },
  brand: { weight: 600, size: 12, color: colors.ink },
  section: { weight: 600, size: 10.5, color: colors.ink },
  text: { weight: 400, size: 9, color: colors.ink },
  figure: { weight: 400, size: 9, color: colors.ink, tabular: true },
  mutedFigure: { weight: 400, size: 9, color: colors.muted, tabular: true },
  strongFigure: { weight: 600, size: 9, color: colors.ink, tabular: true },
  resultFigure: { weight: 600, size: 11, color: colors.ink, tabular: true },
  strong: { weight: 600, size: 9, color: colors.ink },
  label: { weight: 400, size: 9, color: colors.muted },
  small: { weight: 400, size: 7.5, color: colors.muted },
  columnHeader: { weight: 600, size: 8, color: colors.muted },
  headline: { weight: 600, size: 17, color: colors.ink, tabular: true },
  caption: { weight: 400, size: 17, color: colors.muted },
  result: { weight: 600, size: 11, color: colors.ink },
  badge: { weight: 600, size: 8, color: colors.muted },
  notice: { weight: 600, size: 9, color: colors.warning },
} as const satisfies Record<string, TextStyle>;

/** From one baseline to the next. */
export function leading({ size }: TextStyle): number {
  return size * 1.42;
}

/** From the top of a line to its baseline. */
export function ascent({ size }: TextStyle): number {
  return size * 1.06;
}

export const margin = { side: 50, top: 46, bottom: 40 } as const;
