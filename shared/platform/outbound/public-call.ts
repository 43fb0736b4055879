/** The headers that a client of OAuth sends; there are no others. */
export const CALL_HEADERS = ['accept', 'authorization', 'content-type', 'user-agent'] as const;
export const CALL_METHODS = ['GET', 'POST'] as const;

/** The most characters of each part of a call. */
export const CALL_LIMITS = { url: 4_000, header: 16_000, body: 64_000 } as const;

/** The messages to the function `fetch-public`: a request, as OpenID Connect has it, or the question whether a URL leads outside. */
export type PublicCall =
  | {
      readonly kind: 'request';
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | null;
    }
  | { readonly kind: 'resolution'; readonly url: string };

/** The answers of the function. */
export type PublicAnswer =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly headers: [name: string, value: string][];
      readonly body_base64: string;
    }
  /** The name has addresses, and all of them may be called. */
  | { readonly outcome: 'resolved' }
  /** The URL leads into a network that isn't public. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'too-large' }
  /** No answer came, for a reason that Node gives a code. */
  | { readonly outcome: 'unreachable'; readonly code: string };

/** The other side answered with more than is read. */
export class AnswerTooLarge extends Error {
  constructor() {
    super('the answer has more bytes than are read');
  }
}
