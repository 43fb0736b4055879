import { invalidField } from '#kernel/domain-error.ts';

/**
 * Reads fields of a form, each of which may stand there once. Other fields have no meaning.
 * @throws DomainError `validation-failed`
 */
export function formFields<Required extends string, Optional extends string = never>(
  body: Buffer,
  {
    maxKb,
    required,
    optional = [],
  }: { maxKb: number; required: readonly Required[]; optional?: readonly Optional[] },
): Record<Required, string> & Partial<Record<Optional, string>> {
  const form = new URLSearchParams(body.length > maxKb * 1024 ? '' : body.toString('utf8'));
  const fields: Partial<Record<Required | Optional, string>> = {};
  for (const name of [...required, ...optional]) {
    const [value, ...more] = form.getAll(name);
    const isMissing = value === undefined || value === '';
    if (more.length > 0 || (isMissing && required.some((one) => one === name)))
      throw invalidField(`/${name}`, 'required', `must be given once, in a form of at most ${maxKb} KB`);
    if (!isMissing) fields[name] = value;
  }
  return fields as Record<Required, string> & Partial<Record<Optional, string>>;
}
