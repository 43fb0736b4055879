import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP, Socket } from 'node:net';

/**
 * Makes this thread stand where a function in a network without a way out stands: it connects to what the network reaches and to
 * nothing else, and looks no other name up. On AWS such a call would hang until the function's time is up; here it fails at once, and says why.
 */
export function guardNetwork(functionName: string, reachable: readonly string[]): void {
  const allowed = new Set(reachable.map(canonical));
  const names = new Set(reachable.map((target) => canonical(target).replace(/:\d+$/, '')));
  const refusal = (target: string) =>
    Object.assign(
      new Error(
        `${functionName} stands in a network without a way out, and calls ${target}: what calls the outside belongs in a function without a network`,
      ),
      { code: 'ERR_NO_WAY_OUT' },
    );
  guardConnections(allowed, refusal);
  guardNames((name) => isIP(name) !== 0 || names.has(canonical(name)), refusal);
  syncBuiltinESMExports();
}

type Refusal = (target: string) => Error;

/** This machine has several names. */
function canonical(target: string): string {
  return target.replace(/^(localhost|::1|\[::1\])(?=:|$)/, '127.0.0.1');
}

function guardConnections(allowed: ReadonlySet<string>, refusal: Refusal): void {
  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const target = targetOf(args);
    if (allowed.has(canonical(target))) return Reflect.apply(connect, this, args) as Socket;
    // The caller adds its listeners first.
    process.nextTick(() => this.destroy(refusal(target)));
    return this;
  };
}

interface ConnectOptions {
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
  readonly path?: string | undefined;
}

/** Reads any of the ways in which `connect` is called; `net.connect` passes its arguments as a list in the first one. */
function targetOf([first, second]: readonly unknown[]): string {
  if (Array.isArray(first)) return targetOf(first);
  if (typeof first === 'object' && first !== null) {
    const { path, host, port } = first as ConnectOptions;
    return path ?? `${host ?? 'localhost'}:${port}`;
  }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return first;
  return `${typeof second === 'string' ? second : 'localhost'}:${first}`;
}

type Resolver = (name: string, ...rest: unknown[]) => unknown;
type Resolvers = Record<string, unknown>;

/** Every function of `node:dns` that asks for a name, with callbacks and with promises, its resolvers' too. */
function guardNames(isKnown: (name: string) => boolean, refusal: Refusal): void {
  const promises: readonly object[] = [dns.promises, dns.promises.Resolver.prototype];
  const callbacks: readonly object[] = [dns, dns.Resolver.prototype];
  for (const holder of [...promises, ...callbacks] as Resolvers[]) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      const resolve = holder[name];
      if (!/^(lookup|resolve|reverse)/.test(name) || typeof resolve !== 'function') continue;
      holder[name] = function (this: unknown, ...args: Parameters<Resolver>) {
        const [asked] = args;
        if (isKnown(asked)) return Reflect.apply(resolve, this, args) as unknown;
        const error = refusal(asked);
        if (promises.includes(holder)) return Promise.reject(error);
        const answer = args.at(-1) as (error: Error) => void;
        process.nextTick(() => answer(error));
        return undefined;
      };
    }
  }
}
