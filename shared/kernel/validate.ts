import type { z } from 'zod';
import { DomainError, type FieldError } from './domain-error.ts';
import { jsonPointer } from './json-pointer.ts';

/** The problem that lists what is wrong with each field. */
export function invalidFields(errors: readonly FieldError[]): DomainError {
  const detail =
    errors.length === 1
      ? `${errors[0]?.pointer} ${errors[0]?.message}.`
      : `${errors.length} fields are not valid.`;
  return new DomainError('validation-failed', detail, { errors });
}

const MAX_ERRORS = 50;

/** @throws DomainError `validation-failed` with a pointer for each field */
export function validate<S extends z.ZodType>(schema: S, value: unknown, base: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidFields(
    result.error.issues.flatMap((issue) => toFieldErrors(issue, base)).slice(0, MAX_ERRORS),
  );
}

function toFieldErrors(issue: z.core.$ZodIssue, base: string): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer(base, [...issue.path, key]),
      code: 'unknown-field',
      message: 'is not a field here',
    }));
  }
  const missing =
    issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('undefined');
  return [
    {
      pointer: pointer(base, issue.path),
      code: issue.code.replaceAll('_', '-'),
      message: missing ? 'is required' : issue.message.replace(/^Invalid input: /, ''),
    },
  ];
}

function pointer(base: string, path: readonly PropertyKey[]): string {
  if (base === '?') return `?${path.map(String).join('.')}`;
  return base + jsonPointer(path);
}
