import { call } from '../../api/call.ts';
import { Act, proposedBy } from '../../parts/act.tsx';
import type { Hold } from './hold.tsx';

interface Props {
  readonly hold: Hold;
  onProposed(approvalId: string | undefined): void;
  onClose(): void;
}

export function ReleaseHold({ hold, onProposed, onClose }: Props) {
  const { id, version } = hold;
  return (
    <Act
      verb="Release the hold"
      asks="A second person approves it. The next run then purges what it kept, where its period has ended."
      record={hold}
      content={`${id} ${version}`}
      send={() => call('DELETE /legal-holds/{id}', { params: { id }, version })}
      onDone={(answer) => onProposed(answer === undefined ? undefined : proposedBy(answer))}
      onClose={onClose}
    />
  );
}
