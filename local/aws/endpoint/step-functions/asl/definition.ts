import type { Condition } from './choice-rule.ts';
import type { Path } from './path.ts';
import type { PayloadTemplate } from './payload-template.ts';
import type { Catcher, Retrier } from './retry.ts';

/** A definition, checked and ready to run. Also a branch of Parallel and the processor of Map. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  /** The timeout of a whole execution. */
  readonly timeoutSeconds: number | undefined;
}

interface Named {
  readonly name: string;
  /** `null`: the state sees `{}`. */
  readonly inputPath: Path | null;
}

interface WithOutput extends Named {
  /** `null`: the next state sees `{}`. */
  readonly outputPath: Path | null;
}

interface WithNext extends WithOutput {
  /** `undefined`: the branch ends here. */
  readonly next: string | undefined;
}

interface WithResult extends WithNext {
  readonly parameters: PayloadTemplate | undefined;
  readonly resultSelector: PayloadTemplate | undefined;
  /** `null`: the result is dropped. */
  readonly resultPath: Path | null;
}

interface WithHandlers {
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

export interface PassState extends WithResult {
  readonly type: 'Pass';
  /** `undefined`: the input. */
  readonly result: unknown;
}

/** Seconds as given, or where they stand. */
export type Seconds = { readonly seconds: number } | { readonly path: Path };

/** A function by its ARN gets the state's input; through the service integration, what `Parameters` say. */
export type TaskResource =
  | { readonly kind: 'function'; readonly functionArn: string }
  | {
      readonly kind: 'invoke';
      readonly waitsForToken: boolean;
      /** The function's name, if the definition states it directly. */
      readonly functionName: string | undefined;
    };

export interface TaskState extends WithResult, WithHandlers {
  readonly type: 'Task';
  readonly resource: TaskResource;
  readonly timeout: Seconds | undefined;
  readonly heartbeat: Seconds | undefined;
}

export interface ChoiceState extends WithOutput {
  readonly type: 'Choice';
  readonly rules: readonly { readonly condition: Condition; readonly next: string }[];
  readonly fallback: string | undefined;
}

export interface WaitState extends WithNext {
  readonly type: 'Wait';
  readonly until: Seconds | { readonly instantMs: number } | { readonly instantPath: Path };
}

export interface SucceedState extends WithOutput {
  readonly type: 'Succeed';
}

type Text = { readonly text: string } | { readonly path: Path };

export interface FailState extends Named {
  readonly type: 'Fail';
  readonly error: Text;
  readonly cause: Text;
}

export interface ParallelState extends WithResult, WithHandlers {
  readonly type: 'Parallel';
  readonly branches: readonly Machine[];
}

export interface MapState extends WithResult, WithHandlers {
  readonly type: 'Map';
  readonly itemsPath: Path;
  readonly itemSelector: PayloadTemplate | undefined;
  /** 0 is no limit. */
  readonly maxConcurrency: number;
  /** One, for every item. */
  readonly branches: readonly Machine[];
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

export type ResultState = Extract<State, WithResult>;
