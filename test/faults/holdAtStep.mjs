/**
 * Loaded by an API process first: a request with the header `x-hold-at: n` never gets beyond its step n, so that the process
 * can be killed while it is there. A step is what leaves the process: a statement, a call to Temporal, the answer. Each is
 * told to the parent before it is taken. Plain JavaScript, as it is loaded before all that knows TypeScript.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import grpc from '@grpc/grpc-js';
import pg from 'pg';

const requests = new AsyncLocalStorage();

/** Whether the step may not be taken. */
function isHeld(name) {
  const request = requests.getStore();
  // That a request is still worked on is told beside it; a workflow may be asked for its result more than once.
  if (!request || request.held || /SET locked_until/.test(name) || name === request.last) return false;
  request.last = name;
  request.steps += 1;
  request.held = request.steps === request.holdAt;
  process.send({ request: request.id, step: name, held: request.held });
  return request.held;
}

const { emit } = http.Server.prototype;
http.Server.prototype.emit = function emitInRequest(event, ...args) {
  const [incoming] = args;
  const holdAt = event === 'request' ? incoming.headers['x-hold-at'] : undefined;
  if (holdAt === undefined) return emit.call(this, event, ...args);
  const request = { id: incoming.headers['x-hold-id'], holdAt: Number(holdAt), steps: 0, held: false };
  return requests.run(request, () => emit.call(this, event, ...args));
};

const { end } = http.ServerResponse.prototype;
http.ServerResponse.prototype.end = function endUnlessHeld(...args) {
  return isHeld('answer') ? this : end.apply(this, args);
};

const never = new Promise(() => undefined);
for (const { prototype } of [pg.Pool, pg.Client]) {
  const { query } = prototype;
  prototype.query = function queryUnlessHeld(...args) {
    const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
    if (text !== undefined && isHeld(text.replace(/\s+/g, ' ').trim())) return never;
    // The pool asks one of its clients: that is the same step.
    return requests.exit(() => query.apply(this, args));
  };
}

const { makeUnaryRequest } = grpc.Client.prototype;
grpc.Client.prototype.makeUnaryRequest = function requestUnlessHeld(path, ...args) {
  if (isHeld(path.split('/').at(-1))) return { cancel: () => undefined };
  return makeUnaryRequest.call(this, path, ...args);
};
