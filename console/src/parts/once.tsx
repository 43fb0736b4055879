import Alert from '@cloudscape-design/components/alert';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

/** A secret that is shown this once, and gone with the page. */
export function Once({ what, text }: { what: string; text: string }) {
  return (
    <Alert type="success" header={`${what} is shown now, and never again`}>
      <span className="code">{text}</span>{' '}
      <CopyToClipboard
        variant="icon"
        textToCopy={text}
        copyButtonAriaLabel="Copy it"
        copySuccessText="Copied"
        copyErrorText="Not copied"
      />
    </Alert>
  );
}
