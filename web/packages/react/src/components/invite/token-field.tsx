import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { useElement } from "../../appearance/context.tsx";
import { useLocale } from "../../localization.tsx";
import { Button } from "../../ui/button.tsx";
import { FieldNote } from "../../ui/field.tsx";
import { close, Icon, warning } from "../../ui/icons.tsx";
import { readAddresses, type Token } from "./addresses.ts";

export interface TokenFieldProps {
  tokens: readonly Token[];
  onTokens: (tokens: readonly Token[]) => void;
  /** What is still being typed, which counts as an address when the form is sent. */
  typed: string;
  onTyped: (typed: string) => void;
}

/** Email addresses, each as a token that can be taken away. */
export function TokenField({ tokens, onTokens, typed, onTyped }: TokenFieldProps): ReactNode {
  const element = useElement();
  const { text, format, count } = useLocale();
  const words = text.inviteMembers;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [announced, setAnnounced] = useState("");
  // The form appears because somebody wants to invite people, also in place of another one.
  useEffect(() => input.current?.focus(), []);

  const add = (value: string): void => {
    const found = readAddresses(value, tokens);
    const doubled = found.find(({ fault }) => fault === "duplicate");
    setAnnounced(doubled ? format(words.duplicate, { address: doubled.address }) : "");
    onTokens([...tokens, ...found.filter(({ fault }) => fault !== "duplicate")]);
    onTyped("");
  };
  const press = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (["Enter", ",", ";", " "].includes(event.key) && typed.trim()) {
      event.preventDefault();
      add(typed);
    } else if (event.key === "Backspace" && !typed) onTokens(tokens.slice(0, -1));
  };
  const paste = (event: ClipboardEvent): void => {
    event.preventDefault();
    add(`${typed} ${event.clipboardData.getData("text")}`);
  };

  return (
    <div {...element("field")}>
      <label {...element("label")} htmlFor={id}>
        {words.addresses}
      </label>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a click beside the tokens means the input. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard reaches the input by itself. */}
      <div
        {...element("tokenField")}
        onClick={(event) => event.target === event.currentTarget && input.current?.focus()}
      >
        {tokens.map((token) => (
          <span
            key={token.address}
            {...element("token")}
            data-tone={token.fault ? "danger" : undefined}
            title={token.message}
          >
            {token.fault && <Icon shape={warning} />}
            {token.address}
            <Button
              variant="quiet"
              size="icon"
              aria-label={format(words.removeAddress, { address: token.address })}
              onClick={() => {
                onTokens(tokens.filter((other) => other !== token));
                input.current?.focus();
              }}
            >
              <Icon shape={close} />
            </Button>
          </span>
        ))}
        <input
          {...element("tokenInput")}
          ref={input}
          id={id}
          type="text"
          inputMode="email"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          aria-describedby={`${id}-note`}
          onChange={(event) => onTyped(event.target.value)}
          onKeyDown={press}
          onPaste={paste}
          onBlur={({ relatedTarget }) => {
            // A token more could move the button from under the pointer. The form reads the text itself.
            if (typed.trim() && !(relatedTarget instanceof HTMLButtonElement)) add(typed);
          }}
        />
      </div>
      <FieldNote
        id={`${id}-note`}
        hint={announced || words.addressesHint}
        error={faults(tokens, (invalid) => count(words.invalid, invalid))}
      />
    </div>
  );
}

/** How many addresses can't be right, and what the server has said about others. */
function faults(tokens: readonly Token[], say: (invalid: number) => string): string | undefined {
  const invalid = tokens.filter(({ fault }) => fault === "invalid").length;
  const refused = tokens.flatMap(({ address, message }) =>
    message ? [`${address}: ${message}`] : [],
  );
  return [...(invalid > 0 ? [say(invalid)] : []), ...refused].join(" ") || undefined;
}
