/**
 * Loaded by a worker first: kills its process, once, at the statement or the request that FAULT_QUERY describes, before
 * it is sent. Plain JavaScript, because the worker's threads load it too, and they know no TypeScript.
 */
import { existsSync, writeFileSync } from 'node:fs';
import pg from 'pg';

const pattern = new RegExp(process.env.FAULT_QUERY, 's');
const marker = process.env.FAULT_MARKER;
const send = pg.Client.prototype.query;
const { fetch } = globalThis;

function killAt(text) {
  if (pattern.test(text) && !existsSync(marker) && existsSync(`${marker}.armed`)) {
    writeFileSync(marker, text);
    process.kill(process.pid, 'SIGKILL');
  }
}

pg.Client.prototype.query = function query(...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
  if (text !== undefined) killAt(text);
  return send.apply(this, args);
};

globalThis.fetch = (url, options) => {
  killAt(`${options?.method ?? 'GET'} ${url}`);
  return fetch(url, options);
};
