import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import { Go } from './go.tsx';

/** The register takes no longer reference. */
const LONGEST = 100;

/**
 * Returns the id of the holder who has a reference of the register.
 * @param field the one of the API that the id is for, by which a form shows where the fault is
 * @throws Problem
 */
export async function holderOf(written: string, field = 'shareholder_id'): Promise<string> {
  const reference = written.trim();
  const at = (message: string) => [{ pointer: `/${field}`, code: 'unknown', message }];
  const found =
    reference.length > LONGEST
      ? []
      : await call('GET /shareholders', { query: { external_ref: reference } }).then(
          ({ data }) => data,
          (refused: unknown) => {
            const [fault] = refused instanceof Problem ? refused.errors : [];
            if (!(refused instanceof Problem) || fault === undefined) throw refused;
            throw new Problem({ ...refused, title: refused.title, detail: '', errors: at(fault.message) });
          },
        );
  const [holder] = found;
  if (holder === undefined)
    throw new Problem({
      status: 422,
      title: `No holder has the reference ${reference.slice(0, LONGEST)}`,
      errors: at('must be written as the register has it'),
    });
  return holder.id;
}

interface Linked {
  readonly id: string;
  /** Nothing where the name was erased. */
  readonly name: string | null | undefined;
}

/** A link to a holder by their name; whoever has none any more is known by the end of the id. */
export function HolderLink({ id, name }: Linked) {
  return (
    <span className="long" dir="auto">
      <Go to={`/shareholders/${id}`}>{name ?? `Holder ${id.slice(-6)}`}</Go>
    </span>
  );
}

/** A link to a holder by their name, where a screen is of few of them. */
export function HolderName({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['shareholders', id],
    queryFn: () => call('GET /shareholders/{id}', { params: { id } }),
  });
  if (data === undefined) return <HolderLink id={id} name={undefined} />;
  return (
    <span className="long" dir="auto">
      <Go to={`/shareholders/${id}`}>
        {data.name} ({data.external_ref})
      </Go>
    </span>
  );
}
