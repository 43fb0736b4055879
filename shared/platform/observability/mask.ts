import { MASKED_FIELDS } from '#contracts/masked-fields.ts';

const MASKED = new Set(MASKED_FIELDS.map(canonical));

const MASK = '***';
const MAX_DEPTH = 16;
const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.[\p{L}]{2,}/gu;
const BEARER = /\b(Bearer\s+)[\w.~+/-]+=*/gi;
const API_KEY = /\bvk_[\w-]{20,}/g;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

function canonical(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}

/** Takes personal and secret values out of a value before it is logged or audited. Applying it twice changes nothing more. */
export function maskPayload(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value);
  if (value === null || typeof value !== 'object')
    return typeof value === 'bigint' ? value.toString() : value;
  if (depth >= MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.map((item) => maskPayload(item, depth + 1));
  if (value instanceof Date) return value.toISOString();
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      MASKED.has(canonical(key)) && item !== null && item !== undefined ? MASK : maskPayload(item, depth + 1),
    ]),
  );
}

/** Masks what looks like an email address or a token inside free text, such as an error message. */
export function maskText(text: string): string {
  return text.replace(JWT, MASK).replace(API_KEY, MASK).replace(BEARER, `$1${MASK}`).replace(EMAIL, MASK);
}
