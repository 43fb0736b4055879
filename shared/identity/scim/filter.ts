import { type Filter, parse } from 'scim2-parse-filter';
import { invalidField } from '#kernel/domain-error.ts';

/** The parser goes down one call for each parenthesis. */
const MAX_CHARACTERS = 1_024;

/**
 * Parses a filter, or one of a path (RFC 7644, 3.4.2.2). Control characters are refused first: an expression of the parser would take
 * exponential time for them.
 * @throws DomainError `validation-failed` with SCIM's code
 */
export function parseFilter(text: string, pointer: string, code: 'invalidFilter' | 'invalidPath'): Filter {
  if (text.length > MAX_CHARACTERS)
    throw invalidField(pointer, code, `must have at most ${MAX_CHARACTERS} characters`);
  if (/\p{Cc}/u.test(text)) throw invalidField(pointer, code, 'must not contain control characters');
  try {
    return parse(text);
  } catch {
    throw invalidField(pointer, code, 'is not a filter of SCIM: see RFC 7644, 3.4.2.2');
  }
}
