/** What the sandbox does by itself: banks settle, webhooks leave. At once when there is something new, and by the clock. */

export interface Attendant {
  /** There may be something to do. */
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
}

const pollMs = 500;

/** `attend` does what is due and tells whether there is more; what it throws is tried again with the next turn. */
export function startAttendant(attend: () => Promise<boolean>): Attendant {
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  function wake(): void {
    if (stopped) return;
    if (turn) {
      again = true;
      return;
    }
    clearTimeout(timer);
    turn = attend()
      .catch(() => false)
      .then((more) => {
        turn = undefined;
        if (stopped) return;
        if (more || again) {
          again = false;
          setImmediate(wake);
        } else {
          timer = setTimeout(wake, pollMs);
        }
      });
  }

  wake();
  return {
    wake,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
