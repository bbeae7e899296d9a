/** What the run has started, to be stopped at its end. */
export const servers: { stop(): Promise<void> }[] = [];
