/** Waits for Ctrl-C, or for whoever runs this to end it. */

export async function untilInterrupted(): Promise<void> {
  // A timer keeps the process alive while it waits.
  const alive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  clearInterval(alive);
}
