import { DomainError } from '#kernel/domain-error.ts';

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

const RANGE = /^(\*\/\*|[\w!#$&^.+-]+\/(?:\*|[\w!#$&^.+-]+))$/;
const QUALITY = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i;

/** The ranges of an `Accept` header. Parameters beside `q` are ignored, as is what is no range. */
function mediaRanges(sent: readonly string[]): MediaRange[] {
  return sent
    .join(',')
    .split(',')
    .flatMap((part) => {
      const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
      if (!RANGE.test(type)) return [];
      const quality = parameters.map((parameter) => QUALITY.exec(parameter)?.[1]).find(Boolean) ?? '1';
      return [{ type: type.toLowerCase(), quality: Number(quality) }];
    });
}

/** The most specific range that covers the type decides (RFC 9110, 12.5.1). */
function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  const [family] = type.split('/');
  for (const covering of [type, `${family}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.type === covering);
    if (range !== undefined) return range.quality;
  }
  return 0;
}

/**
 * The type that the client likes best among those a route produces; the first of them without an `Accept` header.
 * @throws DomainError `not-acceptable`
 */
export function negotiate<Type extends string>(
  accept: readonly string[] | undefined,
  produces: readonly [Type, ...Type[]],
): Type {
  if (accept === undefined || accept.join('').trim() === '') return produces[0];
  const ranges = mediaRanges(accept);
  let best: { type: Type; quality: number } | undefined;
  for (const type of produces) {
    const quality = qualityOf(type, ranges);
    if (quality > (best?.quality ?? 0)) best = { type, quality };
  }
  if (best === undefined)
    throw new DomainError('not-acceptable', `This operation answers ${produces.join(' or ')}.`);
  return best.type;
}
