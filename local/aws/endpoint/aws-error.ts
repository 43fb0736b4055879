/**
 * An error a client may see. Codes are S3's spelling where services disagree; each protocol renders its own
 * (`SignatureDoesNotMatch` is `InvalidSignatureException` in the JSON protocols).
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further elements of S3's error document, such as `Key` or `BucketName`. */
  readonly detail: Readonly<Record<string, string>>;

  constructor(code: string, status: number, message: string, detail: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.detail = detail;
  }
}

/** Returns the error for what this endpoint does not serve: an error, never a silent success. */
export function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', 501, `${what} is not implemented by the local endpoint.`);
}
