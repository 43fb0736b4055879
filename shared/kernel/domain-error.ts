import type { ProblemSlug } from '#contracts/problems.ts';

/** One thing wrong with a request: a JSON pointer (RFC 6901) into the body, or `?name`, `/path/name`, a header's name. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** The error that domain code throws. It knows slugs, not HTTP; the problem renderer maps the slug through the registry. */
export class DomainError extends Error {
  readonly slug: ProblemSlug;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    slug: ProblemSlug,
    detail: string,
    options: { errors?: readonly FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'DomainError';
    this.slug = slug;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A 422 that names one field. */
export function invalidField(pointer: string, code: string, message: string): DomainError {
  return new DomainError('validation-failed', message, { errors: [{ pointer, code, message }] });
}

/** The same answer for an id that is unknown, malformed or another tenant's. */
export function notFound(): DomainError {
  return new DomainError('not-found', 'There is no such resource.');
}
