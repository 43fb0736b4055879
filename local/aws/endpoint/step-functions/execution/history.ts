import type { StateError } from '../asl/state-error.ts';

/** An event as `GetExecutionHistory` returns it, except for the unit of time. */
export interface HistoryEvent {
  readonly timestampMs: number;
  readonly type: string;
  readonly id: number;
  /** 0 of the first. */
  readonly previousEventId: number;
  /** `taskFailedEventDetails` and the like. */
  readonly [details: string]: unknown;
}

/** An execution that comes here fails, which also ends one that goes round in circles. AWS's own limit. */
export const HISTORY_LIMIT = 25_000;

const NOT_TRUNCATED = { truncated: false };

export function inputDetails(input: unknown) {
  return { input: JSON.stringify(input), inputDetails: NOT_TRUNCATED };
}

export function outputDetails(output: unknown) {
  return { output: JSON.stringify(output), outputDetails: NOT_TRUNCATED };
}

export function errorDetails({ error, cause }: Pick<StateError, 'error' | 'cause'>) {
  return { error, cause };
}

const DATA_FIELDS = ['input', 'output', 'parameters', 'inputDetails', 'outputDetails'];

/** Renders an event in the units of the protocol, with or without its data. */
export function renderEvent({ timestampMs, ...event }: HistoryEvent, includesData: boolean) {
  const entries = Object.entries(event).map(([name, value]) => {
    if (includesData || typeof value !== 'object' || value === null) return [name, value];
    return [
      name,
      Object.fromEntries(Object.entries(value).filter(([field]) => !DATA_FIELDS.includes(field))),
    ];
  });
  return { timestamp: timestampMs / 1000, ...(Object.fromEntries(entries) as object) };
}
