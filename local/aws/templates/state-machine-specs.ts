import type { JsonObject } from '#aws/endpoint/json-input.ts';
import {
  defineStateMachine,
  type StateMachineSpec,
} from '#aws/endpoint/step-functions/state-machine-spec.ts';
import type { Resource } from './assembly.ts';
import { Properties } from './properties.ts';

/** Encryption, logs and traces have no effect on one machine. */
const STATE_MACHINE_PROPERTIES = [
  'DefinitionString',
  'DefinitionSubstitutions',
  'EncryptionConfiguration',
  'LoggingConfiguration',
  'RoleArn',
  'StateMachineName',
  'StateMachineType',
  'Tags',
  'TracingConfiguration',
];

/** Throws `StartError` for a definition that can't run here. */
export function stateMachineSpec(
  resource: Resource,
  values: JsonObject,
  identity: { readonly name: string; readonly arn: string },
): StateMachineSpec {
  const properties: Properties = new Properties(resource, values, STATE_MACHINE_PROPERTIES);
  const type = properties.optionalText('StateMachineType') ?? 'STANDARD';
  if (type !== 'STANDARD') properties.fail(`state machines of type ${type} are not implemented`);
  const substitutions = properties.object('DefinitionSubstitutions');
  // CloudFormation substitutes these in the text, whatever it is part of.
  const definition = properties
    .text('DefinitionString')
    .replace(/\$\{([\w.:-]+)\}/g, (_, name: string) =>
      Object.hasOwn(substitutions, name)
        ? String(substitutions[name])
        : properties.fail(`the definition names ${name}, which DefinitionSubstitutions don't hold`),
    );
  const roleArn = properties.text('RoleArn');
  return defineStateMachine({ ...identity, roleArn, definition }, resource.path);
}
