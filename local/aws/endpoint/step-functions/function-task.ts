import type { InvokeResult } from '#aws/functions/function-pool.ts';
import { StateError } from './asl/state-error.ts';
import type { TaskPending } from './execution/branch.ts';
import type { InvocationOutcome } from './execution/happenings.ts';

/** Runs functions by name, as `FunctionPool` does. */
export interface FunctionInvoker {
  has(name: string): boolean;
  invoke(name: string, payload: string): Promise<InvokeResult>;
}

/** `arn:aws:lambda:region:account:function:NAME[:qualifier]`, or the name, with or without a qualifier. */
export function nameOfFunction(nameOrArn: string): string {
  return (nameOrArn.startsWith('arn:') ? nameOrArn.split(':')[6] : nameOrArn.split(':')[0]) ?? '';
}

/** Calls the function of a task. Errors have the names that they have on AWS; it never rejects. */
export async function invokeTask(
  functions: FunctionInvoker,
  { functionName, payload }: TaskPending,
): Promise<InvocationOutcome> {
  const name = nameOfFunction(functionName);
  if (!functions.has(name)) {
    const cause = `Function not found: ${functionName}`;
    return { error: new StateError('Lambda.ResourceNotFoundException', cause) };
  }
  try {
    const result = await functions.invoke(name, payload);
    if (result.ok) return { result: JSON.parse(result.payload) as unknown };
    return { error: new StateError(result.error.errorType, JSON.stringify(result.error)) };
  } catch (error) {
    return { error: new StateError('Lambda.ServiceException', (error as Error).message) };
  }
}
