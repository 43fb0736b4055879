import httpJsonBodyParser from '@middy/http-json-body-parser';
import { checkJson, invalidJson, reviveExactly } from '#kernel/json.ts';

/** The media type is the route's to decide. */
const parser = httpJsonBodyParser({ reviver: reviveExactly, disableContentTypeCheck: true });

/**
 * Reads the body of a request exactly, see `checkJson`: the parser hands its reviver no source text, so that the check
 * has put the digits of each number where the reviver sees them.
 * @throws DomainError `malformed-request`, `validation-failed`
 */
export function readJsonBody(text: string): unknown {
  const request = { event: { body: checkJson(text) as unknown, isBase64Encoded: false } };
  try {
    void parser.before?.(request as never);
  } catch {
    throw invalidJson(text);
  }
  return request.event.body;
}
