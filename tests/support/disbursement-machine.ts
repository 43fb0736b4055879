import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStateMachine } from 'template-runner/state-machine';

const arn = (service: string, rest: string): string => `arn:aws:${service}:us-east-1:000000000000:${rest}`;

export const MACHINE_ARN = arn('states', 'stateMachine:vestry-test-disbursement');

/** The definition that is deployed, with a function of the test for each of its tasks. */
export function disbursementMachine() {
  const file = join(import.meta.dirname, '../../state-machines/disbursement.asl.json');
  const definition = readFileSync(file, 'utf8').replace(/\$\{(\w+)\}/g, (_, name: string) =>
    arn('lambda', `function:${name}`),
  );
  return defineStateMachine(
    { name: 'vestry-test-disbursement', arn: MACHINE_ARN, roleArn: arn('iam', 'role'), definition },
    'disbursement',
  );
}
