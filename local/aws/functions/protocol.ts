/** A message from the pool to a runtime. Payloads are JSON text, as between Lambda and its runtimes. */
export interface Invocation {
  readonly requestId: string;
  readonly payload: string;
  /** The time that the handler has once its module is loaded. */
  readonly timeoutMs: number;
  /** Variables that are set for this invocation. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface RuntimeConfiguration {
  readonly directory: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  /** All that it can connect to, as `host:port`. Absent: anything. */
  readonly reachable?: readonly string[] | undefined;
}

/** Shaped as Lambda reports an error of a function. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type RuntimeMessage =
  /** The module is loaded, and the handler begins. */
  | { readonly requestId: string; readonly begins: true }
  | { readonly requestId: string; readonly result: string }
  | { readonly requestId: string; readonly error: FunctionError };
