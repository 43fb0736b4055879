import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';

/** The codes that stand for a second factor, which nothing shows again. */
export function RecoveryCodes({ codes, onSeen }: { codes: readonly string[]; onSeen(): void }) {
  return (
    <SpaceBetween size="m">
      <Alert type="warning">
        Keep these where your telephone isn’t. Each stands for your second factor once, and nothing shows them
        again.
      </Alert>
      <ul>
        {codes.map((code) => (
          <li key={code} className="code">
            {code}
          </li>
        ))}
      </ul>
      <Button variant="primary" onClick={onSeen}>
        I have kept them
      </Button>
    </SpaceBetween>
  );
}
