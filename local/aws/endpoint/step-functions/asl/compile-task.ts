import { isJsonObject } from '#aws/endpoint/json-input.ts';
import type { Seconds, TaskResource, TaskState } from './definition.ts';
import { type Fields, MAX_SECONDS } from './fields.ts';
import { parsePath } from './path.ts';

const INVOKE = 'arn:aws:states:::lambda:invoke';
const INVOKE_PARAMETERS = ['FunctionName', 'FunctionName.$', 'InvocationType', 'Payload', 'Payload.$'];
const TOKEN = '$$.Task.Token';

/** Compiles the fields that only a Task has: where the work is done, and how long it may take. */
export function compileTask(fields: Fields): Pick<TaskState, 'resource' | 'timeout' | 'heartbeat'> {
  const resource = resourceOf(fields);
  const [timeout, heartbeat] = [secondsOf(fields, 'TimeoutSeconds'), secondsOf(fields, 'HeartbeatSeconds')];
  // A function that is waited for can't report; only the holder of a task token can.
  if (heartbeat !== undefined && !(resource.kind === 'invoke' && resource.waitsForToken))
    fields.fail('HeartbeatSeconds is implemented for .waitForTaskToken only');
  if (isShorter(timeout, heartbeat)) fields.fail('HeartbeatSeconds must be less than TimeoutSeconds');
  return { resource, timeout, heartbeat };
}

function resourceOf(fields: Fields): TaskResource {
  const arn = fields.text('Resource');
  if (/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/.test(arn))
    return { kind: 'function', functionArn: arn };
  if (arn !== INVOKE && arn !== `${INVOKE}.waitForTaskToken`)
    return fields.fail(`the resource ${arn} is not implemented`);
  const parameters = fields.values.Parameters;
  if (!isJsonObject(parameters)) return fields.fail('Parameters must be an object');
  const unknown = Object.keys(parameters).find((name) => !INVOKE_PARAMETERS.includes(name));
  if (unknown !== undefined) fields.fail(`the parameter ${unknown} is not implemented`);
  if ((parameters.InvocationType ?? 'RequestResponse') !== 'RequestResponse')
    fields.fail('only the InvocationType RequestResponse is implemented');
  const { FunctionName: functionName } = parameters;
  if (functionName === undefined && parameters['FunctionName.$'] === undefined)
    fields.fail('Parameters have no FunctionName');
  if (functionName !== undefined && typeof functionName !== 'string')
    return fields.fail('FunctionName must be text');
  const waitsForToken = arn !== INVOKE;
  if (waitsForToken && !JSON.stringify(parameters).includes(TOKEN))
    fields.fail(`Parameters don't hand out ${TOKEN}: nobody could end the task`);
  return { kind: 'invoke', waitsForToken, functionName };
}

function secondsOf(fields: Fields, name: 'TimeoutSeconds' | 'HeartbeatSeconds'): Seconds | undefined {
  const seconds = fields.integer(name, 1, MAX_SECONDS);
  const path = fields.parsed(`${name}Path`, parsePath);
  if (seconds !== undefined && path !== undefined) fields.fail(`has ${name} or ${name}Path, not both`);
  if (path !== undefined) return { path };
  return seconds === undefined ? undefined : { seconds };
}

function isShorter(timeout: Seconds | undefined, heartbeat: Seconds | undefined): boolean {
  if (timeout === undefined || heartbeat === undefined) return false;
  return 'seconds' in timeout && 'seconds' in heartbeat && timeout.seconds <= heartbeat.seconds;
}
