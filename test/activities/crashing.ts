/** A process that dies at its n-th word to the outside, before it is said or before its answer comes; afterwards it says nothing. */
import type pg from 'pg';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { withProvider } from './dependencies.ts';

export interface Mortal {
  readonly deps: Dependencies;
  /** Whether it has died. */
  readonly isDead: () => boolean;
}

/** `effect`: whether the word that it dies at has its effect. */
export function dyingAt(deps: Dependencies, nth: number, effect: boolean): Mortal {
  let said = 0;
  let dead = false;
  const die = () => {
    dead = true;
    return Object.assign(new Error('killed'), { code: '57P01' });
  };
  const say = async <T>(word: () => Promise<T>): Promise<T> => {
    if (dead) throw die();
    said += 1;
    const isLast = said === nth;
    if (isLast && !effect) throw die();
    const answer = await word();
    if (isLast) throw die();
    return answer;
  };
  const provider = deps.payments.named('sandbox');
  const mortal = withProvider(
    { ...deps, pool: speakingPool(deps.pool, say) },
    {
      charge: (requests) => say(() => provider.charge(requests)),
      lookUp: (attempts) => say(() => provider.lookUp(attempts)),
      cancel: (attempts) => say(() => provider.cancel(attempts)),
    },
  );
  return { deps: mortal, isDead: () => dead };
}

type Say = <T>(word: () => Promise<T>) => Promise<T>;

function speakingPool(pool: pg.Pool, say: Say): pg.Pool {
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'query') return (...args: unknown[]) => say(() => query(target, args));
      if (name === 'connect') return async () => speakingClient(await target.connect(), say);
      return Reflect.get(target, name) as unknown;
    },
  });
}

function speakingClient(client: pg.PoolClient, say: Say): pg.PoolClient {
  return new Proxy(client, {
    get(target, name) {
      if (name === 'query') {
        return (...args: unknown[]) => say(() => query(target, args));
      }
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function query(target: { query: pg.Pool['query'] }, args: readonly unknown[]): Promise<unknown> {
  const answer: unknown = await Reflect.apply(target.query, target, [...args]);
  return answer;
}
