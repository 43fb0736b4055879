import { beforeOutsideCall } from '#platform/outside-call.ts';

/** The times that a call may take. */
export interface CallLimits {
  /** The time until there is a connection. */
  readonly connectMs: number;
  /** The time until the answer begins. The body of an object may take longer. */
  readonly answerMs: number;
  /** The time without a byte, in whichever direction: a body that is read no faster than the database takes it pauses too. */
  readonly silenceMs: number;
}

/** The clients that were made, by their class and options. */
let clients = new WeakMap<object, Map<string, Sender>>();

let limits: CallLimits = { connectMs: 5_000, answerMs: 20_000, silenceMs: 60_000 };

/** Shortens the limits of clients that are made from now on, in tests. */
export function limitCalls(shorter: CallLimits): void {
  limits = shorter;
  clients = new WeakMap();
}

type Handler<Args, Answer> = (args: Args) => Promise<Answer>;

/** The part of a client of AWS by which its calls can be looked at. */
interface Sender {
  readonly middlewareStack: {
    add(
      middleware: <Args, Answer>(next: Handler<Args, Answer>) => Handler<Args, Answer>,
      options: { readonly step: 'deserialize'; readonly name: string },
    ): void;
  };
}

/**
 * Returns a client of AWS with limits of time, which refuses to be called inside a transaction, or for a caller who has no standing: by the SDK's defaults a call waits
 * for ever, and with it the function, up to its own end. A caller imports the SDK where it needs it, which is why the class comes
 * as an argument. There is one for each class and options: each keeps its connections open, and a function may have 1,024 files and
 * connections at once.
 */
export function awsClient<Client extends Sender, Options extends object>(
  // The SDK's constructors take their configuration as a rest parameter.
  ClientClass: new (configuration: Options) => Client,
  options?: NoInfer<Options>,
): Client {
  const known = clients.get(ClientClass) ?? new Map<string, Sender>();
  clients.set(ClientClass, known);
  const name = JSON.stringify(options ?? {});
  const client = known.get(name) ?? newClient(ClientClass, options);
  known.set(name, client);
  return client as Client;
}

function newClient<Client extends Sender, Options extends object>(
  ClientClass: new (configuration: Options) => Client,
  options: Options | undefined,
): Client {
  const requestHandler = {
    connectionTimeout: limits.connectMs,
    requestTimeout: limits.answerMs,
    socketTimeout: limits.silenceMs,
    // The SDK only warns without it.
    throwOnRequestTimeout: true,
  };
  const client = new ClientClass({ requestHandler, ...options } as unknown as Options);
  const refuse = <Args, Answer>(next: Handler<Args, Answer>): Handler<Args, Answer> => {
    return async (args) => {
      await beforeOutsideCall(ClientClass.name);
      return next(args);
    };
  };
  // The last step before the wire: URLs that are only signed don't come here.
  client.middlewareStack.add(refuse, { step: 'deserialize', name: 'beforeOutsideCall' });
  return client;
}
