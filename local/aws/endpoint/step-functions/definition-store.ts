import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '../s3/json-files.ts';
import { compileDefinition } from './asl/compile.ts';
import type { Machine } from './asl/definition.ts';
import type { StateMachineSpec } from './state-machine-spec.ts';

/** Definitions by revision: an execution ends on the one that it began with, even if another is deployed meanwhile. */
export class DefinitionStore {
  #directory: string;
  #machines = new Map<string, Machine>();
  #revisions = new Map<string, string>();

  constructor(directory: string, specs: readonly StateMachineSpec[]) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    for (const { arn, definition, machine } of specs) {
      const revision = createHash('sha256').update(definition).digest('hex').slice(0, 16);
      writeJson(this.#path(revision), { arn, definition });
      this.#machines.set(revision, machine);
      this.#revisions.set(arn, revision);
    }
  }

  /** Returns the revision of the deployed definition. */
  current(machineArn: string): string {
    const revision = this.#revisions.get(machineArn);
    if (revision === undefined) throw new Error(`${machineArn} has no definition`);
    return revision;
  }

  /** Throws `StartError` for a former definition that can't run any more. */
  machine(revision: string): Machine {
    const known = this.#machines.get(revision);
    if (known !== undefined) return known;
    const { arn, definition } = readJson<{ arn: string; definition: string }>(this.#path(revision));
    const machine = compileDefinition(definition, `${arn}, revision ${revision}`);
    this.#machines.set(revision, machine);
    return machine;
  }

  #path(revision: string): string {
    return join(this.#directory, `${revision}.json`);
  }
}
