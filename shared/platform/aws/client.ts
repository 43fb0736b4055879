/** A call waits this long for a connection at most. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** A call waits this long for the beginning of its answer at most. The body of an object may take longer. */
const REQUEST_TIMEOUT_MS = 20_000;

const LIMITS = {
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The SDK only warns without it.
    throwOnRequestTimeout: true,
  },
};

/**
 * Makes a client of AWS with limits of time: by the SDK's defaults a call waits for ever, and with it the function, up to its own
 * end. A caller imports the SDK where it needs it, which is why the class comes as an argument.
 */
export function awsClient<Client, Options extends object>(
  // The SDK's constructors take their configuration as a rest parameter.
  ClientClass: new (configuration: Options) => Client,
  options?: NoInfer<Options>,
): Client {
  return new ClientClass({ ...LIMITS, ...options } as unknown as Options);
}
