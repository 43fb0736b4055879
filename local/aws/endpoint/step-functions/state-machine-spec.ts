import { compileDefinition } from './asl/compile.ts';
import type { Machine } from './asl/definition.ts';

export interface StateMachineSpec {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** JSON text in the Amazon States Language, with its substitutions made. */
  readonly definition: string;
  readonly machine: Machine;
}

/** Throws `StartError`, beginning with `where`, for a definition that can't run here. */
export function defineStateMachine(spec: Omit<StateMachineSpec, 'machine'>, where: string): StateMachineSpec {
  return { ...spec, machine: compileDefinition(spec.definition, where) };
}
