/** When a mail that no server took is tried again. */

const minuteMs = 60_000;
const longestMinutes = 240;
/** The last of them is some four days after the first, as mail servers have it. */
const mostTries = 31;

/**
 * After how many milliseconds a mail is tried again that has been tried `tries` times: after 1, 2, 4 … minutes, then
 * every four hours; null: no more.
 */
export function nextMailTry(tries: number): number | null {
  if (tries >= mostTries) return null;
  return Math.min(longestMinutes, 2 ** (tries - 1)) * minuteMs;
}
