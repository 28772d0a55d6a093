import { type ReactNode, useId, useState } from "react";

export interface SourceFile {
  readonly name: string;
  readonly source: string;
}

/** The source of what the screen shows, a tab for each file. */
export function Code({ files }: { files: readonly SourceFile[] }): ReactNode {
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const file = files[chosen] ?? files[0];
  if (!file) return null;
  return (
    <section className="code" aria-label="Code">
      <div className="code-files" role="tablist" aria-label="Files">
        {files.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={file.name === name}
            aria-controls={id}
            onClick={() => setChosen(index)}
          >
            {name}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also by keyboard. */}
      <pre id={id} role="tabpanel" tabIndex={0} aria-label={file.name}>
        <code>{highlight(file.source)}</code>
      </pre>
    </section>
  );
}

const KEYWORDS =
  "as|async|await|catch|const|default|else|export|extends|for|from|function|if|import|in|interface|let|new|null|of|return|throw|true|false|try|type|undefined|while";
const KINDS = ["comment", "string", "tag", "keyword"] as const;
const TOKENS = new RegExp(
  [
    /(\/\/[^\n]*|\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->)/.source,
    /((?<!\w)'[^'\n]*'|"[^"\n]*"|`[^`]*`)/.source,
    /(<\/?[A-Za-z][\w.-]*|\/?>(?=[\s,;)}<]|$))/.source,
    `\\b(${KEYWORDS})\\b`,
  ].join("|"),
  "gm",
);

/** Colors enough to read TypeScript, JSX, and HTML by. */
function highlight(source: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of source.matchAll(TOKENS)) {
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)];
    parts.push(source.slice(end, match.index));
    parts.push(
      <span key={match.index} className={`code-${kind}`}>
        {match[0]}
      </span>,
    );
    end = match.index + match[0].length;
  }
  return [...parts, source.slice(end)];
}
