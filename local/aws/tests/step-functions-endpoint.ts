import { join } from 'node:path';
import { type AwsEndpoint, startAwsEndpoint } from '#aws/endpoint/endpoint.ts';
import {
  defineStateMachine,
  type StateMachineSpec,
} from '#aws/endpoint/step-functions/state-machine-spec.ts';
import { PlatformClock } from '#aws/events/platform-clock.ts';
import type { InvokeResult } from '#aws/functions/function-pool.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT = '111122223333';
export const CREDENTIALS = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret-of-the-test' };

export function functionArn(name: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
}

export function stateMachine(name: string, definition: object): StateMachineSpec {
  const arn = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
  return defineStateMachine({ name, arn, roleArn, definition: JSON.stringify(definition) }, name);
}

/** Shaped as the runtime reports what a function threw. */
export class FunctionFailure extends Error {
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** Stands for a deployed function; what it throws is its error. */
export type StubFunction = (event: never) => unknown;

export function invokerOf(functions: Readonly<Record<string, StubFunction>>) {
  return {
    has: (name: string) => Object.hasOwn(functions, name),
    invoke: async (name: string, payload: string): Promise<InvokeResult> => {
      try {
        const result: unknown = await functions[name]?.(JSON.parse(payload) as never);
        return { ok: true, requestId: 'r', payload: JSON.stringify(result ?? null) };
      } catch (error) {
        const { message: errorMessage } = error as Error;
        const errorType = error instanceof FunctionFailure ? error.errorType : (error as Error).name;
        return { ok: false, requestId: 'r', error: { errorType, errorMessage } };
      }
    },
  };
}

export interface StepFunctionsEndpoint {
  readonly endpoint: AwsEndpoint;
  readonly clock: PlatformClock;
}

/** An endpoint on a data directory, which goes on with the executions that it finds there. */
export async function startStepFunctions(
  dataDir: string,
  stateMachines: readonly StateMachineSpec[],
  functions: Readonly<Record<string, StubFunction>>,
): Promise<StepFunctionsEndpoint> {
  const clock = new PlatformClock(join(dataDir, 'clock.json'));
  const endpoint = await startAwsEndpoint({
    ...{ port: 0, dataDir, region: REGION, accountId: ACCOUNT, ...CREDENTIALS },
    ...{ buckets: [], queues: [], eventBuses: [], secrets: [] },
    onEvent: () => undefined,
    stepFunctions: { stateMachines, functions: invokerOf(functions), clock },
  });
  endpoint.stepFunctions.engine.start();
  return { endpoint, clock };
}
