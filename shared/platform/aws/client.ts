/** How long a call may wait for a connection. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** How long a call may wait for the beginning of its answer. The body of an object may take longer. */
const REQUEST_TIMEOUT_MS = 20_000;

const LIMITS = {
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Without it the SDK only warns.
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
