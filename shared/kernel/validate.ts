import type { z } from 'zod';
import { DomainError, type FieldError } from './domain-error.ts';
import { JsonNumber } from './json.ts';

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
  const protoKey = findProto(value, base);
  if (protoKey !== undefined)
    throw invalidFields([{ pointer: protoKey, code: 'unknown-field', message: 'is not a field here' }]);
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
  return `${base}${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

/** An own `__proto__` key is invisible to object spreads and so to schemas. */
function findProto(value: unknown, path: string): string | undefined {
  if (value === null || typeof value !== 'object' || value instanceof JsonNumber) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const here = `${path}/${key}`;
    const found = key === '__proto__' ? here : findProto(item, here);
    if (found !== undefined) return found;
  }
  return undefined;
}
