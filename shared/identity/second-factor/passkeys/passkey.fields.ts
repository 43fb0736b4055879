import * as z from 'zod';
import { wholeNumber } from '#kernel/fields.ts';

/** The numbers of algorithms are registered in this range (RFC 9053). */
const MOST_ALGORITHM = 65_536;

/** Bytes as browsers write them in JSON. */
const bytes = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\w-]*$/, 'must be base64url');

/** The options that a page gives to the browser’s own parsers. */
export const PublicKeyOptions = z
  .looseObject({})
  .meta({ openapi: { type: 'object', additionalProperties: true } });

const credential = {
  id: bytes(1_400),
  rawId: bytes(1_400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().max(20).nullish(),
  clientExtensionResults: z
    .looseObject({})
    .meta({ openapi: { type: 'object', additionalProperties: true } })
    .optional(),
};

/** The JSON form of a `PublicKeyCredential` that was just made (Web Authentication, level 3). */
export const CreatedCredential = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: bytes(4_000),
    attestationObject: bytes(16_000),
    transports: z.array(z.string().max(20)).max(10).optional(),
    authenticatorData: bytes(16_000).optional(),
    publicKey: bytes(4_000).optional(),
    publicKeyAlgorithm: wholeNumber(-MOST_ALGORITHM, MOST_ALGORITHM).optional(),
  }),
});
export type CreatedCredential = z.infer<typeof CreatedCredential>;

/** The JSON form of a `PublicKeyCredential` that has signed a challenge. */
export const SignedCredential = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: bytes(4_000),
    authenticatorData: bytes(4_000),
    signature: bytes(2_000),
    userHandle: z.string().max(200).nullish(),
  }),
});
export type SignedCredential = z.infer<typeof SignedCredential>;
