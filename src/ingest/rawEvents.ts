/** The texts of the elements of a JSON array, cut out unchanged: their numbers never go through a float. */

/** `json` must be a valid JSON array. */
export function sliceArray(json: string): string[] {
  const slices: string[] = [];
  let depth = 0;
  let start = -1;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') {
      if (depth === 1 && start < 0) start = at;
      at = endOfString(json, at);
    } else if (character === '[' || character === '{') {
      depth += 1;
      if (depth === 2 && start < 0) start = at;
    } else if (character === ']' || character === '}') {
      depth -= 1;
      if (depth === 0 && start >= 0) slices.push(json.slice(start, at));
    } else if (character === ',' && depth === 1) {
      slices.push(json.slice(start, at));
      start = -1;
    } else if (depth === 1 && start < 0 && character !== undefined && character > ' ') {
      start = at;
    }
  }
  return slices;
}

function endOfString(json: string, open: number): number {
  let at = open + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}
