import { AwsError } from './aws-error.ts';

/** A request of a JSON protocol, after `JSON.parse`. */
export type JsonObject = { readonly [name: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, expected: string): AwsError {
  return new AwsError(
    'InvalidParameterValue',
    400,
    `Value for parameter ${name} is invalid. Reason: Must be ${expected}.`,
  );
}

/** Refuses parameters an operation doesn't implement. */
export function onlyParameters(input: JsonObject, names: readonly string[]): void {
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined && value !== null && !names.includes(name)) {
      throw new AwsError(
        'UnsupportedOperation',
        400,
        `The parameter ${name} is not implemented by the local endpoint.`,
      );
    }
  }
}

export function optionalText(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(name, 'a string');
  return value;
}

export function requiredText(input: JsonObject, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined || value === '') {
    throw new AwsError('MissingParameter', 400, `The request must contain the parameter ${name}.`);
  }
  return value;
}

export function optionalInteger(
  input: JsonObject,
  name: string,
  min: number,
  max: number,
): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw invalid(name, `between ${min} and ${max}`);
  }
  return value;
}

export function textList(input: JsonObject, name: string): string[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw invalid(name, 'a list of strings');
  return value;
}

export function objectList(input: JsonObject, name: string): JsonObject[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every(isJsonObject)) throw invalid(name, 'a list of objects');
  return value;
}
