/** Many requests at once, but not too many, and none while Stripe asks to be left alone. */

/** Stripe allows 25 a second in test mode and 100 in live mode; a payment takes about a second. */
const width = 10;

/** Calls `each` for all, a few at a time, and returns the answers in order. Where some throw, the others are asked still. */
export async function inTurns<Item, Answer>(
  items: readonly Item[],
  each: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = new Map<number, Answer>();
  const errors: unknown[] = [];
  let next = 0;
  async function turn(): Promise<void> {
    for (let index = next++; index < items.length; index = next++) {
      try {
        answers.set(index, await each(items[index] as Item));
      } catch (error) {
        errors.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, turn));
  if (errors.length > 0) throw errors[0];
  return items.map((_, index) => answers.get(index) as Answer);
}

/** For how long Stripe is to be left alone, as it said to whoever asked last. */
export interface Pause {
  /** Milliseconds that are left of it; null: none is on. */
  left(): number | null;
  begin(milliseconds: number): void;
}

export function pause(clock: () => number): Pause {
  let until = 0;
  return {
    left() {
      const left = until - clock();
      return left > 0 ? left : null;
    },
    begin(milliseconds) {
      until = Math.max(until, clock() + milliseconds);
    },
  };
}
