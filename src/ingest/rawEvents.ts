/** The data of events, cut out of the text that was sent: their numbers never go through a float. */

const quote = 34;
const comma = 44;
const colon = 58;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/** The texts of the elements of a JSON array. `json` must be a valid JSON array. */
export function sliceArray(json: string): string[] {
  const slices: string[] = [];
  eachMember(json, 0, (_key, start, end) => slices.push(json.slice(start, end)));
  return slices;
}

/** The text of a JSON object's member, the last of that name, or undefined. `json` must be a valid JSON object. */
export function sliceMember(json: string, name: string): string | undefined {
  const quoted = JSON.stringify(name);
  let found: string | undefined;
  eachMember(json, 0, (key, start, end) => {
    if (key === quoted || (key?.includes('\\') === true && JSON.parse(key) === name))
      found = json.slice(start, end);
  });
  return found;
}

/** Calls `visit` with the key (of an object's, with its quotes) and the bounds of each member of what starts at `from`. */
function eachMember(
  json: string,
  from: number,
  visit: (key: string | undefined, start: number, end: number) => void,
): void {
  let depth = 0;
  let start = -1;
  let end = -1;
  let key: string | undefined;
  for (let at = from; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character <= 32) continue;
    if (character === comma && depth === 1) {
      visit(key, start, end);
      start = -1;
      key = undefined;
      continue;
    }
    if (character === colon && depth === 1) {
      key = json.slice(start, end);
      start = -1;
      continue;
    }
    if (character === closeBrace || character === closeBracket) {
      depth -= 1;
      if (depth === 0) {
        if (start >= 0) visit(key, start, end);
        return;
      }
    }
    if (depth === 1 && start < 0) start = at;
    if (character === openBrace || character === openBracket) depth += 1;
    else if (character === quote) at = endOfString(json, at);
    end = at + 1;
  }
}

function endOfString(json: string, open: number): number {
  let close = json.indexOf('"', open + 1);
  while (isEscaped(json, close)) close = json.indexOf('"', close + 1);
  return close;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}
