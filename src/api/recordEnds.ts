/** Ends the records of a CSV in CRLF (RFC 4180): Postgres ends them in LF. Line ends inside of quotes stay what they are. */
import { Transform } from 'node:stream';

const quote = '"'.charCodeAt(0);
const lineFeed = '\n'.charCodeAt(0);
const end = Buffer.from('\r\n');

export function endRecordsInCrlf(): Transform {
  // A quote inside of quotes is two of them, so whether they are open is whether their number so far is odd.
  let quoted = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const parts: Buffer[] = [];
      let from = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        if (chunk[at] === quote) quoted = !quoted;
        else if (chunk[at] === lineFeed && !quoted) {
          parts.push(chunk.subarray(from, at), end);
          from = at + 1;
        }
      }
      parts.push(chunk.subarray(from));
      done(null, Buffer.concat(parts));
    },
  });
}
