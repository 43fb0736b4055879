import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import { StartError } from '#aws/start-error.ts';

/** The error of an unreadable path, intrinsic or rule. `Fields` adds its position. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}

/** The maximum of any field in seconds: about three years. */
export const MAX_SECONDS = 99_999_999;

/** The fields of one object of a definition. One that nothing here implements is an error, never left out silently. */
export class Fields {
  /** The position for messages: `Payments/Disbursement, state SendPayment`. */
  readonly where: string;
  readonly values: JsonObject;

  constructor(where: string, values: unknown, known: readonly string[]) {
    this.where = where;
    this.values = isJsonObject(values) ? values : this.fail('must be an object');
    const unknown = Object.keys(this.values).find((name) => !known.includes(name));
    if (unknown !== undefined) this.fail(`the field ${unknown} is not implemented`);
  }

  fail(message: string): never {
    throw new StartError(`${this.where}: ${message}`);
  }

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.fail(`${name} is missing`);
  }

  optionalText(name: string): string | undefined {
    const value = this.values[name];
    if (value === undefined || typeof value === 'string') return value;
    return this.fail(`${name} must be text`);
  }

  number(name: string, min: number, max: number): number | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    return this.fail(`${name} must be a number from ${min} to ${max}`);
  }

  integer(name: string, min: number, max: number): number | undefined {
    const value = this.number(name, min, max);
    if (value === undefined || Number.isInteger(value)) return value;
    return this.fail(`${name} must be a whole number`);
  }

  list(name: string): readonly unknown[] {
    const value = this.values[name] ?? [];
    return Array.isArray(value) ? value : this.fail(`${name} must be a list`);
  }

  /** The field through a parser that throws `DefinitionError`; `undefined` when it is absent. */
  parsed<T>(name: string, parse: (value: unknown) => T): T | undefined {
    const value = this.values[name];
    if (value === undefined) return undefined;
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      return this.fail(`${name}: ${error.message}`);
    }
  }
}

/** `JSONata` would change what every field means, so it is refused as a whole. */
export function refuseJsonata(fields: Fields): void {
  const language = fields.optionalText('QueryLanguage') ?? 'JSONPath';
  if (language !== 'JSONPath')
    fields.fail(`the query language ${language} is not implemented, only JSONPath`);
}
