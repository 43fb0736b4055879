import Button from '@cloudscape-design/components/button';
import { ProblemAlert } from './problem-alert.tsx';
import { Screen } from './screen.tsx';

interface Props {
  readonly title: string;
  readonly above: { readonly text: string; readonly path: string };
  readonly query: { readonly error: Error | null; refetch(): unknown };
}

/** The screen of a thing that is not there yet, or that nobody shows to this person. */
export function Opening({ title, above, query: { error, refetch } }: Props) {
  return (
    <Screen title={title} above={above}>
      {error !== null && (
        <ProblemAlert problem={error} action={<Button onClick={() => void refetch()}>Look again</Button>} />
      )}
    </Screen>
  );
}
