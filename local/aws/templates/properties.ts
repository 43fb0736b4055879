import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import { StartError } from '#aws/start-error.ts';
import type { Resource } from './assembly.ts';

/** Resolved properties of one resource. A property that nothing here reads or knowingly leaves out is an error. */
export class Properties {
  readonly resource: Resource;
  #values: JsonObject;

  constructor(resource: Resource, values: JsonObject, known: readonly string[]) {
    this.resource = resource;
    this.#values = values;
    const unknown = Object.keys(values).find((name) => !known.includes(name));
    if (unknown !== undefined) this.fail(`the property ${unknown} is not implemented`);
  }

  fail(message: string): never {
    throw new StartError(`${this.resource.path} (${this.resource.type}): ${message}`);
  }

  value(name: string): unknown {
    return this.#values[name];
  }

  text(name: string): string {
    const value = this.#values[name];
    return typeof value === 'string' ? value : this.fail(`${name} must be text`);
  }

  optionalText(name: string): string | undefined {
    return this.#values[name] === undefined ? undefined : this.text(name);
  }

  /** CloudFormation takes numbers as text, too. */
  number(name: string, fallback: number): number {
    const value = this.#values[name];
    if (value === undefined) return fallback;
    const number = Number(value);
    return Number.isFinite(number) ? number : this.fail(`${name} must be a number`);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#values[name];
    return value === undefined ? fallback : String(value) === 'true';
  }

  object(name: string): JsonObject {
    const value = this.#values[name] ?? {};
    return isJsonObject(value) ? value : this.fail(`${name} must be an object`);
  }

  list(name: string): readonly unknown[] {
    const value = this.#values[name] ?? [];
    return Array.isArray(value) ? value : this.fail(`${name} must be a list`);
  }

  objects(name: string): readonly JsonObject[] {
    const items = this.list(name);
    return items.every(isJsonObject) ? items : this.fail(`${name} must be a list of objects`);
  }
}
