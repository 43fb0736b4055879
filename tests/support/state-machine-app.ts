import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import {
  Alias,
  Code,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { PlatformStateMachine } from '#lib/constructs/state-machine.ts';
import type { Environment } from '#lib/environment.ts';
import cdkJson from '../../cdk.json' with { type: 'json' };

/** Fails once for the payment `flaky`, and always for `broken`. */
const PAY = `
export async function handler({ id, place, retries }) {
  if (id === 'broken') throw new TypeError('no such account');
  if (id === 'flaky' && retries === 0) throw new RangeError('try again');
  return place + ':' + id;
}`;
const REPORT =
  'export const handler = async ({ paid, failure }) => ({ paid, failed: failure?.Error ?? null });';

/** An app of two functions and the state machine `payout`; the first function is called through an alias. */
export class StateMachineApp {
  readonly app: App;
  readonly stack: Stack;
  readonly construct: PlatformStateMachine;
  readonly assembly: string;

  constructor(environment: Environment, options: { readonly encrypted: boolean }) {
    const directory = mkdtempSync(join(tmpdir(), 'state-machine-app-'));
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    this.assembly = join(directory, 'cdk.out');
    this.app = new App({ outdir: this.assembly, context: cdkJson.context, analyticsReporting: false });
    const env = { account: environment.account, region: environment.region };
    this.stack = new Stack(this.app, 'payouts', { env });
    const pay = functionOf(this.stack, directory, 'Pay', PAY);
    const report = functionOf(this.stack, directory, 'Report', REPORT);
    const alias = new Alias(this.stack, 'PayLive', {
      aliasName: 'live',
      version: pay.currentVersion as IVersion,
    });
    const key = options.encrypted ? keyOf(new Stack(this.app, 'keys', { env })) : undefined;
    this.construct = new PlatformStateMachine(this.stack, 'Payout', {
      environment,
      name: 'payout',
      functions: { Pay: alias as IFunction, Report: report as IFunction },
      directory: join(import.meta.dirname, 'state-machines'),
      ...(key === undefined ? {} : { key }),
    });
    this.app.synth();
  }
}

function functionOf(stack: Stack, parent: string, id: string, source: string): LambdaFunction {
  const directory = join(parent, id);
  mkdirSync(directory);
  writeFileSync(join(directory, 'index.mjs'), source);
  const role = new Role(stack, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  return new LambdaFunction(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    timeout: Duration.seconds(30),
    code: Code.fromAsset(directory),
    role: role.withoutPolicyUpdates(),
  });
}

/** The key has a stack of its own, as that of the platform has. */
function keyOf(stack: Stack): IKey {
  return new Key(stack, 'Key', { enableKeyRotation: true }) as IKey;
}
